"""MTA-STS: would a server that honours the policy of the mail domain deliver to this host? (RFC 8461)"""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import Blame, Check, Confidence, Depth, DnsFinding, DnsMail, FailureKind, Finding, Fix, Layer, Rule, Scope, Seen, Severity

UNMATCHED = Rule(
    code="mta-sts-policy-unmatched",
    title="The MTA-STS policy of the mail domain does not name this host",
    layer=Layer.APPLICATION,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="Senders that honour MTA-STS (Google, Microsoft and other large ones) deliver only to hosts that the policy names. In the mode enforce mail for this host waits and comes back; in the mode testing it is reported.",
    fix=Fix(
        summary="Add the host to the policy, then change the id in the TXT record, or senders keep to the old policy for as long as max_age says.",
        snippets={"policy": "version: STSv1\nmode: enforce\nmx: HOST\nmax_age: 604800"},
    ),
    references=("RFC 8461 section 4.1", "RFC 8461 section 5"),
    failing="a policy in the mode enforce that names another host",
    passing="a policy that names the host with a wildcard",
)
UNREACHABLE = Rule(
    code="mta-sts-unreachable",
    title="The MTA-STS policy that is announced cannot be had",
    layer=Layer.APPLICATION,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="The TXT record says that there is a policy. Senders that have none in their cache go on as if there were none, so that it protects nobody; those that have one keep to it until max_age is over, whatever has changed.",
    fix=Fix(
        summary="Serve the policy over HTTPS as text/plain, with status 200 and without a redirect, under a certificate for the name mta-sts.DOMAIN; or take the TXT record away, once the policy has said 'mode: none' for a while.",
        snippets={"shell": "dig _mta-sts.DOMAIN TXT; curl -v https://mta-sts.DOMAIN/.well-known/mta-sts.txt"},
    ),
    references=("RFC 8461 section 3.1", "RFC 8461 section 3.3"),
    failing="a record, and a web server that answers 404",
    passing="a record, and a policy",
)
_MAY_BE_HERE = (FailureKind.RESOLVER_FAILED, FailureKind.TIMED_OUT, FailureKind.UNREACHABLE, FailureKind.PROHIBITED, FailureKind.LOCAL)
"""Failures that this machine's own network may be the reason of."""


class MailPolicyCheck(Check):
    """Reads the policy and whom it names."""

    name = "dns/mail"
    rules = (UNMATCHED, UNREACHABLE)
    needs = (DnsMail,)
    scope = Scope.TARGET
    depth = Depth.FULL
    about = "connections"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what keeps senders away; nothing where no policy is announced, or where nobody could look."""
        mail, host = seen[DnsMail], seen.target.host.rstrip(".").lower()
        if not mail.domain or mail.not_looked:
            return
        common = {"subject": mail.domain, "name": f"_mta-sts.{mail.domain}", "record_type": "TXT", "records": (mail.record,) if mail.record else ()}
        if mail.problem:
            url = f"https://mta-sts.{mail.domain}/.well-known/mta-sts.txt"
            detail = f"{mail.domain} announces a policy ({mail.record or 'TXT'}). {url}: {mail.problem}."
            fix = Fix(summary=_filled(UNREACHABLE.fix.summary, mail), snippets={key: _filled(text, mail) for key, text in UNREACHABLE.fix.snippets.items()})
            here = mail.failure is not None and mail.failure.kind in _MAY_BE_HERE
            confidence = Confidence.LIKELY if here else Confidence.PROVEN
            yield DnsFinding.of(UNREACHABLE, detail, fix=fix, confidence=confidence, **common)
        policy = mail.policy
        if policy is None or policy.mode == "none" or any(_names(pattern, host) for pattern in policy.hosts):
            return
        names = ", ".join(policy.hosts[:6])
        detail = f"The policy of {mail.domain} (mode: {policy.mode}) names {names}, and not {host}, which its MX records name."
        yield DnsFinding.of(UNMATCHED, detail, severity=Severity.HIGH if policy.mode == "enforce" else Severity.LOW, **common)


def _names(pattern: str, host: str) -> bool:
    """A wildcard stands for the left-most label (RFC 8461 section 4.1)."""
    return pattern == host or (pattern.startswith("*.") and pattern[2:] == host.partition(".")[2] != "")


def _filled(text: str, mail: DnsMail) -> str:
    return text.replace("DOMAIN", mail.domain)
