"""Several machines behind one address that are not alike: found by sending the same hello again.

What fails at times is neither healthy nor broken. Such a finding is `intermittent`, says its share, and explains whatever one handshake happened to meet, be it the
client's or our own. Different certificates that are all in order are no fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...iana import ProtocolVersion, version_label
from ...plugin import (
    BackendFinding,
    Blame,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Note,
    RepeatOutcome,
    Repeats,
    RepeatSeen,
    Rule,
    Seen,
    Severity,
)
from ..common import CONSEQUENCE
from .before_tls import LOST_BEFORE_TLS, SAID_BEFORE_TLS, declined, fix_for_dead, fix_of, title_of, where, words_of
from .shares import DROPS, compared, counted, faults_of, has_worked, in_words, is_limit, is_mixed, leaves, named, only_at_first, told

LOST = (
    "closed-without-answer", "connection-refused", "connection-timed-out", "lost-midway", "peer-silent", "reset-after-hello", "reset-before-hello",
)  # fmt: skip
#: What comparing two handshakes seems to prove, where the difference was chance.
BY_CHANCE = (
    "extension-intolerant", "failure-not-repeated", "grease-intolerant", "group-intolerant", "hello-framing-intolerant", "hello-retry-broken", "hello-too-large",
    "mtu-black-hole", "no-common-certificate-type", "no-common-cipher", "no-common-group", "no-common-signature-scheme", "no-common-version",
    "post-quantum-intolerant", "server-name-blocked", "server-name-needed", "tls13-intolerant", "version-intolerant",
)  # fmt: skip
_SAID = ("alpn-refused", "fatal-alert", "server-name-unknown", "tls13-missing")
_NO_TLS = (RepeatOutcome.NOT_TLS, RepeatOutcome.OTHER_PROTOCOL)
_FEW, _MANY = 2, 8
ODD = ("answer-not-tls", "speaks-other-protocol", "speaks-plain-http")
_EVERY = "Ask each backend by its own address, past the balancer, and compare; a health check that speaks TLS and looks at the certificate takes a bad one out by itself."
_DIRECT = {"openssl": "openssl s_client -connect BACKEND:PORT -servername NAME </dev/null | openssl x509 -noout -serial -dates", "haproxy": "server a 10.0.0.1:443 check check-ssl verify required ca-file ca.pem"}

CERTIFICATE_BAD = Rule(
    code="backend-certificate-bad",
    title="Some of the machines behind the address have a bad certificate",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The same hello to the same address gets a good certificate and a bad one by turns: after a renewal one machine was left out, or not reloaded. It fails for some users, some of the time.",
    fix=Fix(summary=f"Install the good certificate on every machine behind the address, and reload each. {_EVERY}", snippets=_DIRECT),
    references=("RFC 5280 section 6", "RFC 8446 section 4.4.2"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="two backends, one of them with an expired certificate",
    passing="two backends with two certificates that are both valid",
)
BACKEND_DEAD = Rule(
    code="backend-dead",
    title="Some connections fail, others to the same address work",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="One of the machines behind the address is down, hangs or does not speak TLS, and the balancer still sends connections to it. A client that tries again may get through. Where it was one connection of many, a full queue, a limit on connections at the same time, or a lost packet looks the same.",
    fix=Fix(summary=f"Find the machine that does not answer, and take it out or mend it. {_EVERY}", snippets={"haproxy": "echo 'show servers state' | socat stdio /run/haproxy/admin.sock", **_DIRECT}),
    references=("RFC 8446 section 6.1",),
    explains=(*CONSEQUENCE, *LOST_BEFORE_TLS),
    blocking=True,
    failing="two backends, one of which hangs up",
    passing="an address that hangs up every time",
)
BACKEND_REFUSES = Rule(
    code="backend-refuses",
    title="Some machines behind the address refuse what others accept",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The same hello gets an alert or a handshake by turns, or the same dialogue leads to TLS or to a refusal: the machines are configured differently (server names, suites, application protocols, STARTTLS), or one of them cannot load its certificate, or has no room for more.",
    fix=Fix(summary=f"Give every machine the same configuration. {_EVERY}", snippets=_DIRECT),
    references=("RFC 8446 section 6.2",),
    explains=(*CONSEQUENCE, *SAID_BEFORE_TLS),
    blocking=True,
    failing="two backends, one of which does not know the name",
    passing="an address that answers with the same alert every time",
)
VERSIONS_DIFFER = Rule(
    code="backends-differ-versions",
    title="The machines behind the address speak different protocol versions",
    layer=Layer.PROTOCOL,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="Which version a client gets is left to chance. One that insists on the newer version, or knows only the older, fails at times.",
    fix=Fix(
        summary="Set the same versions on every machine; look for one that was left out of an update.",
        snippets={"nginx": "ssl_protocols TLSv1.2 TLSv1.3;", "apache": "SSLProtocol -all +TLSv1.2 +TLSv1.3", "haproxy": "ssl-default-bind-options ssl-min-ver TLSv1.2"},
    ),
    references=("RFC 8446 section 4.2.1",),
    explains=(*CONSEQUENCE, "fatal-alert", "tls13-missing", *BY_CHANCE),
    failing="two backends, one of them without TLS 1.3",
    passing="two backends with TLS 1.2 only",
)
CERTIFICATES_DIFFER = Rule(
    code="backends-differ-certificate",
    title="Different certificates are served in turn, all in order",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="Each machine may have a certificate of its own; it matters to a client that pins one, and it tells that there are several machines.",
    fix=Fix(summary="Nothing has to change. Where a client pins the key, let the machines share it."),
    references=("RFC 8446 section 4.4.2",),
    failing="two backends with a valid certificate each",
    passing="two backends with the same certificate",
)
SETTINGS_DIFFER = Rule(
    code="backends-differ-settings",
    title="The machines behind the address choose differently",
    layer=Layer.PROTOCOL,
    severity=Severity.INFO,
    blame=Blame.SERVER,
    why="The same hello gets another cipher suite or application protocol by turns; it works, and is hard to debug when something depends on it.",
    fix=Fix(summary="Give every machine the same suites and application protocols."),
    references=("RFC 7301", "RFC 8446 section 4.1.1"),
    failing="two backends, one of them without h2",
    passing="two backends with the same settings",
)
_REASONS = {
    "expired": "has expired", "not-yet-valid": "is not valid yet", "untrusted": "the client does not trust", "other-name": "is for other names", "wrong-usage": "is not for servers",
    "not-a-ca": "was issued by what is no authority",
}  # fmt: skip
_CODES = {
    "expired": ("certificate-expired",),
    "not-yet-valid": ("certificate-not-yet-valid",),
    "untrusted": ("certificate-self-signed", "intermediate-missing", "issuer-not-for-everybody", "issuer-untrusted", "private-authority"),
    "other-name": ("name-mismatch", "default-certificate"),
    "wrong-usage": ("certificate-wrong-usage",),
    "not-a-ca": ("issuer-not-authority",),
    "no-cert-sign": ("issuer-not-authority",),
    "unknown-critical-extension": ("certificate-unknown-extension",),
    "weak-key": ("weak-key",),
    "weak-signature": ("weak-signature",),
}


class BackendsCheck(Check):
    """Compares the connections with one another."""

    name = "balance/backends"
    rules = (CERTIFICATE_BAD, BACKEND_DEAD, BACKEND_REFUSES, VERSIONS_DIFFER, CERTIFICATES_DIFFER, SETTINGS_DIFFER)
    needs = (Repeats,)
    wants = (ClientOutcome, HandshakeOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what some get and others do not."""
        repeats = seen[Repeats]
        attempts = compared(repeats)
        if all(item.outcome is not RepeatOutcome.WORKS for item in attempts):
            return
        if not is_limit(repeats):
            yield from _dead(seen, repeats, attempts)
            yield from _declined(seen, repeats, attempts)
        if has_worked(repeats):
            yield from _refusing(seen, told(repeats))
        yield from _certificates(seen, repeats)
        yield from _choices(seen, [item for item in told(repeats) if item.outcome is RepeatOutcome.WORKS and not item.by_client])


def _dead(seen: Seen, repeats: Repeats, attempts: Sequence[RepeatSeen]) -> Iterator[Finding]:
    bad = [item for item in attempts if item.outcome in DROPS or item.outcome in _NO_TLS]
    turned_away = 0 if bad or is_mixed(repeats) else repeats.turned_away
    if not bad and not turned_away:
        return
    total, failing = len(attempts) + (repeats.others if turned_away else 0), len(bad) + turned_away
    detail = f"{where(seen, attempts)}: {in_words(attempts)}."
    if turned_away:
        detail += f" Of {repeats.others} other offers {turned_away} ended without a word, and not when made again."
    if only_at_first(attempts):
        detail += f" The first {len(bad)} failed and all after them worked: it may have been down or busy for a moment."
    elif failing < _FEW and total > _MANY:
        detail += " One in so many may be chance: a full queue, a limit, a lost packet."
    yield BackendFinding.of(
        BACKEND_DEAD,
        detail,
        fix=fix_for_dead(BACKEND_DEAD, seen),
        intermittent=True,
        confidence=Confidence.POSSIBLE if turned_away else Confidence.LIKELY,
        attempts=total,
        failing=failing,
        outcomes=counted(attempts),
        also_explains=_met_by_chance(repeats, *LOST, *ODD),
    )


def _met_by_chance(repeats: Repeats, *met: str) -> tuple[str, ...]:
    """What one handshake met, and what comparing two seemed to prove: chance, where the same hello has worked. A dialogue before TLS that went well does not say that."""
    return (*met, *BY_CHANCE) if has_worked(repeats) else ()


def _declined(seen: Seen, repeats: Repeats, attempts: Sequence[RepeatSeen]) -> Iterator[Finding]:
    bad = declined(attempts)
    if not bad:
        return
    detail = f"{where(seen, attempts)}: {in_words(attempts)}. The refusal: {words_of(bad)}."
    yield BackendFinding.of(
        BACKEND_REFUSES,
        detail,
        title=title_of(bad),
        fix=fix_of(bad, seen),
        intermittent=True,
        attempts=len(attempts),
        failing=len(bad),
        outcomes=counted(attempts),
        also_explains=_met_by_chance(repeats, *_SAID),
    )


def _refusing(seen: Seen, attempts: Sequence[RepeatSeen]) -> Iterator[Finding]:
    bad = [item for item in attempts if item.alert is not None and item.outcome is RepeatOutcome.ALERT]
    if not bad:
        return
    names = sorted({item.alert.description.name for item in bad if item.alert is not None})
    detail = f"To {seen.endpoint}, with the same hello: {in_words(attempts)} ({', '.join(names)})."
    rule = VERSIONS_DIFFER if {item.alert.description for item in bad if item.alert is not None} == {70} else BACKEND_REFUSES
    yield BackendFinding.of(
        rule, detail, blocks=True, severity=Severity.CRITICAL, intermittent=True, attempts=len(attempts), failing=len(bad), outcomes=counted(attempts),
        versions=_versions(attempts), also_explains=(*_SAID, *BY_CHANCE),
    )  # fmt: skip


def _certificates(seen: Seen, repeats: Repeats) -> Iterator[Finding]:
    """One finding: a bad one among them, or only different ones."""
    faults = faults_of(repeats, seen)
    common = frozenset.intersection(*faults) if faults else frozenset()
    extra = [found - common for found in faults]
    served = leaves(repeats)
    if any(extra) and not all(extra):
        yield _bad(seen, repeats, extra)
    elif len(served) > 1:
        total = sum(served.values())
        shares = "; ".join(f"{count} times {named(leaf)}" for leaf, count in served.items())
        detail = f"{seen.endpoint} served {len(served)} certificates on {total} connections: {shares}."
        yield BackendFinding.of(CERTIFICATES_DIFFER, detail, attempts=total, certificates=tuple(served))


def _bad(seen: Seen, repeats: Repeats, extra: list[frozenset[str]]) -> Finding:
    client = seen.get(ClientOutcome)
    verifies = client is None or client.settings.verify_mode != "CERT_NONE"
    bad, codes = sum(map(bool, extra)), sorted(frozenset.union(*extra))
    reasons = " and ".join(_REASONS.get(code, f"breaks a rule ({code})") for code in codes)
    faulty = [chain for chain in repeats.chains if any(note.code in codes for note in chain.faults)]
    which = "; ".join(f"{named(chain.leaf)}: {_first(chain.faults, codes)}" for chain in faulty)
    detail = f"{bad} of {len(extra)} connections to {seen.endpoint} got a certificate that {reasons}; the others got one that is in order."
    return BackendFinding.of(
        CERTIFICATE_BAD,
        detail + (f" The bad one is {which}." if which else " Only the client met it; what it was could not be seen."),
        title=f"Some of the machines behind the address have a certificate that {reasons}",
        blocks=verifies,
        intermittent=True,
        attempts=len(extra),
        failing=bad,
        certificates=tuple(chain.leaf for chain in faulty),
        also_explains=tuple(sorted({code for fault in codes for code in _CODES.get(fault, ())})),
    )


def _first(faults: Sequence[Note], codes: Sequence[str]) -> str:
    return next((note.detail for note in faults if note.code in codes), "")


def _choices(seen: Seen, works: Sequence[RepeatSeen]) -> Iterator[Finding]:
    versions = _versions(works)
    if len(versions) > 1:
        shares = ", ".join(f"{sum(item.version == version for item in works)} times {version_label(version)}" for version in versions)
        detail = f"{seen.endpoint} chose on {len(works)} connections with the same hello: {shares}."
        yield BackendFinding.of(VERSIONS_DIFFER, detail, attempts=len(works), versions=versions)
        return
    suites = sorted({item.cipher_suite.name for item in works if item.cipher_suite is not None})
    protocols = sorted({item.alpn or "none" for item in works})
    found = [f"{word} {', '.join(values)}" for word, values in (("the cipher suites", suites), ("the application protocols", protocols)) if len(values) > 1]
    if found:
        detail = f"{seen.endpoint} chose on {len(works)} connections with the same hello {' and '.join(found)}."
        yield BackendFinding.of(SETTINGS_DIFFER, detail, attempts=len(works))


def _versions(attempts: Sequence[RepeatSeen]) -> tuple[ProtocolVersion, ...]:
    return tuple(sorted({item.version for item in attempts if item.version is not None and item.outcome is RepeatOutcome.WORKS}))
