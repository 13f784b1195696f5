"""From what was read to an explanation: the causes that fit become possibilities, and findings where a rule of ours stands for them.

An error text alone proves little. The first cause is `LIKELY` where it stands out and `POSSIBLE` where others fit as well; `PROVEN` is kept for an
exception of this process that can mean one thing only.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

import attrs

from ..failure import Blame
from ..finding import Confidence, Finding, Rule
from ..finding_types import ClientFinding
from ..logs import Meaning, Reading, meanings
from ..registry import Registry
from .guarded import attribute, is_a
from .model import Destination, ErrorSeen, Explanation, Possibility
from .walking import LIBRARIES, Link, is_about_connections

_QUOTED = 300


def explanation_of(reading: Reading, errors: tuple[ErrorSeen, ...], links: tuple[Link, ...], destination: Destination | None) -> Explanation:
    """Put together what is known of an error."""
    live = any(is_about_connections(link.error) for link in links)
    possibilities = _possibilities(reading, live=live)
    return Explanation(
        errors=errors,
        library=reading.library or _speaker(links),
        says=tuple(item.says for item in reading.situations),
        possibilities=possibilities,
        findings=_findings(possibilities, reading, errors, _evidence(links)),
        clear=reading.clear,
        destination=destination,
    )


def _possibilities(reading: Reading, *, live: bool) -> tuple[Possibility, ...]:
    known = meanings()
    return tuple(
        _possibility(known[cause], _confidence(reading, first=rank == 0, live=live)) for rank, cause in enumerate(reading.causes)
    )


def _possibility(meaning: Meaning, confidence: Confidence) -> Possibility:
    return Possibility(
        cause=meaning.slug,
        codes=tuple(code for code in meaning.codes if code in rules()),
        what=meaning.what,
        tell=meaning.tell,
        fix=meaning.fix,
        blame=Blame(meaning.blame),
        confidence=confidence,
    )


def _confidence(reading: Reading, *, first: bool, live: bool) -> Confidence:
    if not first or not reading.clear:
        return Confidence.POSSIBLE
    alone = len(reading.causes) == 1 and not reading.situations[0].name.startswith("alert-")  # an alert is the peer's word
    return Confidence.PROVEN if live and alone else Confidence.LIKELY


def _speaker(links: tuple[Link, ...]) -> str:
    """The library of the innermost error whose class is of one; the operating system where a number of its own is all there is."""
    for link in reversed(links):
        if link.type_name.partition(".")[0] in LIBRARIES:
            return link.type_name.partition(".")[0]
        if is_a(link.error, OSError) and type(attribute(link.error, "errno")) is int:
            return "the operating system"
    return ""


def _findings(possibilities: tuple[Possibility, ...], reading: Reading, errors: tuple[ErrorSeen, ...], evidence: Mapping[str, Any]) -> tuple[Finding, ...]:
    """One finding for each code, by rank; causes that share a code share the finding."""
    by_code: dict[str, list[Possibility]] = {}
    for item in possibilities:
        if item.code is not None:
            by_code.setdefault(item.code, []).append(item)
    said = next((error.text for error in reversed(errors) if error.text), "")[:_QUOTED]
    return tuple(
        ClientFinding.of(
            rules()[code],
            " ".join((*(item.says for item in reading.situations[:1]), *(item.what for item in items))),
            confidence=items[0].confidence,
            blame=items[0].blame,
            **{"error_text": said, **evidence},
        )
        for code, items in by_code.items()
    )


def _evidence(links: tuple[Link, ...]) -> dict[str, Any]:
    """The exception's own words, of the innermost error that OpenSSL raised, else of the innermost."""
    if not links:
        return {}
    link = next((link for link in reversed(links) if link.type_name.startswith("ssl.")), links[-1])
    reason, code = attribute(link.error, "reason"), attribute(link.error, "verify_code")
    return {
        "error_type": link.type_name,
        "error_text": link.text[:_QUOTED],
        "reason": reason if type(reason) is str else None,
        "verify_code": code if type(code) is int else None,
    }


@functools.cache
def rules() -> Mapping[str, Rule]:
    """The rules of the installed checks, by code."""
    return Registry.installed().rules()


def joined(explanation: Explanation, report: Any) -> Explanation:
    """The explanation with a diagnosis: what the diagnosis found goes first, and is as sure as the diagnosis is."""
    explanation = attrs.evolve(explanation, report=report)
    root = explanation.root_cause
    items = list(explanation.possibilities)
    if root is not None:
        items = [
            attrs.evolve(item, confidence=root.confidence if root.code in item.codes else Confidence.POSSIBLE) for item in items
        ]
        items.sort(key=lambda item: root.code not in item.codes)  # stable: the rest stays in its order
    return attrs.evolve(explanation, possibilities=tuple(items))
