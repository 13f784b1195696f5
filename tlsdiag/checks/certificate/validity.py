"""Validity: expired, not yet valid, expiring soon. Every certificate of the chain as sent is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from ...certificates import Certificate, read_certificate
from ...certificates.lifetimes import is_late, used_share
from ...plugin import (
    Blame,
    CertificateFinding,
    ChainPaths,
    Check,
    ClientOutcome,
    ClockEvidence,
    Confidence,
    Finding,
    Fix,
    Layer,
    Rule,
    Seen,
    ServedChain,
    Severity,
    Voucher,
)
from ..common import CONSEQUENCE, refuses_dates
from .common import evidence, unused_positions

_RENEW = {
    "nginx": "ssl_certificate /etc/ssl/fullchain.pem;   # then: nginx -s reload",
    "apache": "SSLCertificateFile /etc/ssl/fullchain.pem   # then: apachectl graceful",
    "haproxy": "bind :443 ssl crt /etc/haproxy/cert.pem   # then: systemctl reload haproxy",
    "postfix": "smtpd_tls_chain_files = /etc/postfix/key.pem, /etc/postfix/fullchain.pem   # then: postfix reload",
    "java": "keytool -importcert ...   # then restart",
}
_NEW_INTERMEDIATE = Fix(
    summary="Install the authority's present intermediate in place of this one (it comes with each renewal, in fullchain.pem), and reload the server; the server's own certificate may stay.",
    snippets={key: _RENEW[key] for key in ("nginx", "apache", "haproxy")},
)
_NEW_ROOT = Fix(summary="The authority makes a new root and gives it to the clients; then the server's chain is put together anew, without the old one.")
EXPIRED = Rule(
    code="certificate-expired",
    title="The certificate has expired",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="Clients refuse a certificate after its notAfter date. Often renewal worked and the server was never reloaded.",
    fix=Fix(summary="Renew the certificate, install it and reload the server; then find out why the renewal did not come by itself.", snippets=_RENEW),
    references=("RFC 5280 section 4.1.2.5",),
    explains=CONSEQUENCE,
    failing="a certificate that ended yesterday",
    passing="a certificate that ends in two months",
)
NOT_YET = Rule(
    code="certificate-not-yet-valid",
    title="The certificate is not valid yet",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="Its notBefore date lies ahead: the certificate was installed too early, or this machine's clock is slow.",
    fix=Fix(summary="Compare this machine's clock with the right time first; where it is right, install the certificate that is valid now.", snippets={"shell": "timedatectl status; date -u"}),
    references=("RFC 5280 section 4.1.2.5",),
    explains=CONSEQUENCE,
    failing="a certificate that begins tomorrow",
    passing="a certificate that began last month",
)
EXPIRING = Rule(
    code="certificate-expiring",
    title="The certificate expires soon",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="By now it should have been renewed: automatic renewal acts with a third of the life left (half of it where that is ten days or less), and less than a fifth is left. When it ends, every client fails at once.",
    fix=Fix(summary="Renew it now, reload the server, and repair the automatic renewal.", snippets=_RENEW),
    references=("RFC 5280 section 4.1.2.5", "RFC 9773"),
    failing="a certificate of ninety days that ends in three",
    passing="a certificate of ten days that ends in six",
)


ROOT_EXPIRED = Rule(
    code="trusted-root-expired",
    title="The root in the client's trust store has expired",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="What the server sends is valid, and the way goes up to a root whose own time is over. Authorities replace their roots long before; a store that has only the old one has not been renewed. OpenSSL says 'certificate has expired' without saying which.",
    fix=Fix(
        summary="Renew the client's trust store, so that it has the authority's present root; where the authority is your own, make a new root and distribute it.",
        snippets={"debian": "apt-get install --only-upgrade ca-certificates", "python": "python -m pip install --upgrade certifi"},
    ),
    references=("RFC 5280 section 6.1", "RFC 4158 section 3.5.12"),
    explains=CONSEQUENCE,
    failing="a path that ends at an expired root of the store",
    passing="a path that ends at a valid root of the store",
)


_NOT_OVER = 0.99
"""The most that is told of a life that is not over: a certificate with an hour left has not lived for 100 % of its time."""

_ROOT_OF_TOMORROW = Fix(
    summary="Compare this machine's clock with the right time first; where it is right, put the root that is valid now into the client's trust store.",
    snippets=NOT_YET.fix.snippets,
)


class ValidityCheck(Check):
    """Compares the dates with the time of the diagnosis."""

    name = "certificate/validity"
    rules = (EXPIRED, NOT_YET, EXPIRING, ROOT_EXPIRED)
    needs = (ServedChain,)
    wants = (ChainPaths, ClientOutcome, ClockEvidence)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is out of date, the leaf first; issuers only where they are on the path."""
        served, paths = seen[ServedChain], seen.get(ChainPaths)
        unused, anchor = unused_positions(paths), _anchor(paths)
        for position, der in enumerate(served.certificates):
            certificate = read_certificate(der)
            if position in unused or certificate.not_after is None or certificate.not_before is None:
                continue
            if certificate.not_before > certificate.not_after or (position > 0 and _replaced(paths, der)):
                continue  # dates that make no sense are told as a malformed certificate
            if position > 0 and anchor is not None and (certificate.subject.raw, certificate.spki) == (anchor.subject.raw, anchor.spki):
                continue  # that of the store counts, and is told below
            yield from _judge(seen, certificate, position, certificate.not_before, certificate.not_after)
        if anchor is not None:
            yield from _root(seen, paths, anchor)


def _anchor(paths: ChainPaths | None) -> Certificate | None:
    """The anchor of the best path, unless it is the server's own certificate."""
    best = paths.paths[0] if paths is not None and paths.paths else None
    return read_certificate(best.certificates[-1]) if best is not None and best.anchored and len(best.certificates) > 1 else None


def _root(seen: Seen, paths: ChainPaths | None, root: Certificate) -> Iterator[Finding]:
    """The dates of an anchor: whether it was sent along too does not matter."""
    if root.not_before is not None and seen.now < root.not_before:
        detail = f"{root.label}, in {paths.store if paths else 'the store'}, is valid from {root.not_before:%Y-%m-%d %H:%M} UTC on ({seen.now:%Y-%m-%d %H:%M} UTC now)."
        more: dict[str, object] = {"title": "A trusted root is not valid yet", "blame": Blame.CLIENT, "fix": _ROOT_OF_TOMORROW}
        yield CertificateFinding.of(NOT_YET, detail, blocks=refuses_dates(seen), **more, **evidence(root, None))
    if root.not_after is None or seen.now <= root.not_after:
        return
    detail = f"{root.label}, in {paths.store if paths else 'the store'}, expired on {root.not_after:%Y-%m-%d %H:%M} UTC, {_span(seen.now - root.not_after)} ago."
    yield CertificateFinding.of(ROOT_EXPIRED, detail, blocks=refuses_dates(seen), **evidence(root, None))


def _replaced(paths: ChainPaths | None, der: bytes) -> bool:
    """A trusted path that goes without this certificate: clients take it, and an expired cross-sign beside it does no harm."""
    return paths is not None and paths.trusted and bool(paths.paths) and der not in paths.paths[0].certificates


def _judge(seen: Seen, certificate: Certificate, position: int, begins: datetime, ends: datetime) -> Iterator[Finding]:
    name = certificate.subject.text or certificate.label
    is_root = position > 0 and certificate.is_self_issued
    kind = "root" if is_root else "intermediate"
    who = f"The certificate of {name}" if position == 0 else f"The {kind} {name} (certificate {position} of the chain)"
    common = evidence(certificate, position)
    now = seen.now
    if now > ends:
        detail = f"{who} expired on {ends:%Y-%m-%d %H:%M} UTC, {_span(now - ends)} ago."
        if is_root:
            common |= {"title": "The root of the chain has expired", "blame": Blame.AUTHORITY, "fix": _NEW_ROOT}
        elif position > 0:
            common |= {"title": "An intermediate certificate has expired", "fix": _NEW_INTERMEDIATE}
        doubt = f" {_ALONE} fast looks the same." if _is_alone(seen) else ""
        yield CertificateFinding.of(EXPIRED, f"{detail}{doubt}", blocks=refuses_dates(seen), **common)
    elif now < begins:
        detail = f"{who} is valid from {begins:%Y-%m-%d %H:%M} UTC on, {_span(begins - now)} from now ({now:%Y-%m-%d %H:%M} UTC)."
        if position > 0:
            common["title"] = f"{'The root of the chain' if is_root else 'An intermediate certificate'} is not valid yet"
        alone = _is_alone(seen)
        if alone:  # few servers get a certificate before its time, and many clocks are slow
            detail, common = f"{detail} {_ALONE} slow looks the same.", common | {"confidence": Confidence.LIKELY}
        yield CertificateFinding.of(NOT_YET, detail, blocks=refuses_dates(seen), **common)
    elif is_late(begins, ends, now):
        share = used_share(begins, ends, now)
        detail = f"{who} expires on {ends:%Y-%m-%d %H:%M} UTC, in {_span(ends - now)}: {min(share, _NOT_OVER):.0%} of its {_span(ends - begins)} are over."
        yield CertificateFinding.of(EXPIRING, detail, **common)


_ALONE = "Nothing but this machine's clock tells the time here: one that is"
_NO_WITNESS = ("certificate-not-before", "sct")


def _is_alone(seen: Seen) -> bool:
    """Whether the peer showed nothing that bears the local clock out: no Date (behind STARTTLS there is none), no fresh OCSP answer."""
    evidence = seen.get(ClockEvidence)
    if evidence is None or evidence.given or seen.target.files:
        return False
    return all(item.voucher is Voucher.SOFTWARE or item.name in _NO_WITNESS for item in evidence.sources)


def _span(length: timedelta) -> str:
    if length >= timedelta(days=2):
        return f"{length.days} days"
    minutes = int(length.total_seconds() // 60)
    if minutes >= 120:
        return f"{minutes // 60} hours"
    return f"{minutes} minutes" if minutes > 1 else "one minute" if minutes else "less than a minute"
