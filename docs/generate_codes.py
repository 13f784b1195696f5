"""Write a page for every code, from the rules of the installed built-in checks."""

from __future__ import annotations

from pathlib import Path

from tlsdiag.check import Check
from tlsdiag.finding import Rule
from tlsdiag.registry import Registry


def page(rule: Rule, check: Check) -> str:
    """The page of one rule, in Markdown."""
    lines = [f"# {rule.code}", "", f"**{rule.title}**", ""]
    lines += [
        f"Layer: {rule.layer.name.lower()}. Severity: {rule.severity.name.lower()}. To blame: {rule.blame.value}. Check: `{check.name}`.",
        "",
        "## Why it matters",
        "",
        rule.why,
        "",
        "## What to change",
        "",
        rule.fix.summary,
        "",
    ]
    for software, snippet in rule.fix.snippets.items():
        lines += [f"{software}:", "", "```text", snippet, "```", ""]
    if rule.failing or rule.passing:
        lines += ["## When", ""]
        lines += [f"- Raised: {rule.failing}", f"- Not raised: {rule.passing}", ""]
    if rule.explains:
        lines += ["## Explains", "", *(f"- `{code}`" for code in rule.explains), ""]
    if rule.references:
        lines += ["## References", "", *(f"- {reference}" for reference in rule.references), ""]
    return "\n".join(lines)


def write_pages(folder: Path) -> None:
    """Write the index and a page for each code into `folder`."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    registry = Registry.installed()
    rules = {
        rule.code: (rule, check) for check in registry.checks for rule in check.rules if rule.pack is None
    }
    for code, (rule, check) in rules.items():
        (folder / f"{code}.md").write_text(page(rule, check), encoding="utf-8")
    rows = ["| code | says | layer | severity | blame |", "|---|---|---|---|---|"]
    rows += [
        f"| [{code}]({code}.md) | {rule.title} | {rule.layer.name.lower()} | {rule.severity.name.lower()} | {rule.blame.value} |"
        for code, (rule, _) in sorted(rules.items(), key=lambda item: (item[1][0].layer, item[0]))
    ]
    toc = ["```{toctree}", ":hidden:", "", *sorted(rules), "```"]
    text = ["# Codes", "", "Every finding has a code. Codes never change their meaning.", "", *rows, "", *toc, ""]
    (folder / "index.md").write_text("\n".join(text), encoding="utf-8")
