"""Several certificates of one server: what the ones for other clients are worth, in what they differ, and keys that are used twice."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import Certificate, match_host, read_certificate, weak_key, weak_signature
from ...certificates.interception import recognise_chain
from ...plugin import Blame, CertificateFinding, ChainPaths, Check, Finding, Fix, HandshakeOutcome, Layer, Repeats, Rule, Seen, ServedChain, Severity
from .common import evidence, server_certificate
from .served import all_served, other_chains

_SERVERS = {
    "nginx": "ssl_certificate ecdsa/fullchain.pem; ssl_certificate_key ecdsa/key.pem;\nssl_certificate rsa/fullchain.pem;   ssl_certificate_key rsa/key.pem;",
    "apache": "SSLCertificateFile ecdsa/fullchain.pem\nSSLCertificateKeyFile ecdsa/key.pem\nSSLCertificateFile rsa/fullchain.pem\nSSLCertificateKeyFile rsa/key.pem",
    "haproxy": "bind :443 ssl crt /etc/haproxy/site.pem   # with site.pem.rsa and site.pem.ecdsa beside it",
}
OTHER_BAD = Rule(
    code="other-certificate-bad",
    title="The certificate for other clients is not in order",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="The server has one certificate with an RSA key and one with an ECDSA key, and gives each client the kind that it takes. This client's is in order, the other is not: older clients, or those with a short list, fail where this one works.",
    fix=Fix(summary="Renew both certificates together, install both with their chains, and reload the server.", snippets=_SERVERS),
    references=("RFC 8446 section 4.4.2.2", "RFC 5246 section 7.4.2"),
    failing="a server with a valid ECDSA certificate and an RSA one that ended yesterday",
    passing="a server with an RSA and an ECDSA certificate that are both valid",
)
TYPES_DIFFER = Rule(
    code="certificate-types-differ",
    title="The certificates for RSA and ECDSA differ in more than the key",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.SERVER,
    why="Which of the two a client gets depends on its offer. Other names, another authority or another end make faults that only a part of the clients sees.",
    fix=Fix(summary="Order both for the same names from the same authority, and renew them together.", snippets=_SERVERS),
    references=("RFC 8446 section 4.4.2.2",),
    failing="an RSA and an ECDSA certificate for different names",
    passing="an RSA and an ECDSA certificate for the same names with ends a day apart",
)
KEY_REUSED = Rule(
    code="key-reused",
    title="One key is in several certificates",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.SERVER,
    why="Whoever gets the key of one has them all. Where the server's key is also that of the authority, whoever gets into the server can issue certificates.",
    fix=Fix(summary="Make a key for each certificate; an authority's key has no place on a server.", snippets={"openssl": "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem"}),
    references=("RFC 5280 section 4.1.2.7", "NIST SP 800-57 part 1 section 5.2"),
    failing="a server's certificate with the key of the authority that issued it",
    passing="a cross-signed authority: two certificates for one authority with one key",
)
_FAR_APART_DAYS = 14


class LeavesCheck(Check):
    """Compares what different offers were given."""

    name = "certificate/leaves"
    rules = (OTHER_BAD, TYPES_DIFFER, KEY_REUSED)
    needs = (ServedChain,)
    wants = (ChainPaths, HandshakeOutcome, Repeats)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is wrong with another leaf, in what the leaves differ, and which keys are shared."""
        found = server_certificate(seen)
        if found is None:
            return
        main = found[1]
        for who, chain in other_chains(seen):
            if faults := list(_faults(seen, main, chain)):
                detail = f"{who[:1].upper()}{who[1:]} get {_kind(chain[0])}, which {'; '.join(faults)}."
                yield CertificateFinding.of(OTHER_BAD, detail, **evidence(chain[0], None))
            elif differences := list(_differences(main, chain[0])):
                detail = f"Beside the certificate with the key {main.key}, that for {who} ({chain[0].key}) {'; '.join(differences)}."
                yield CertificateFinding.of(TYPES_DIFFER, detail, **evidence(chain[0], None))
        yield from _reused(seen, main)


def _kind(certificate: Certificate) -> str:
    return f"the certificate with the key {certificate.key}"


def _faults(seen: Seen, main: Certificate, chain: tuple[Certificate, ...]) -> Iterator[str]:
    """What this leaf lacks; a fault that the main one has as well is told of that."""
    other, host = chain[0], seen.target.reference_name
    if other.not_after is not None and seen.now > other.not_after and not (main.not_after is not None and seen.now > main.not_after):
        yield f"expired on {other.not_after:%Y-%m-%d %H:%M} UTC"
    if other.not_before is not None and seen.now < other.not_before:
        yield f"is valid only from {other.not_before:%Y-%m-%d %H:%M} UTC on"
    if not match_host(other, host).matched and match_host(main, host).matched:
        yield f"is not for {host}: {match_host(other, host).reason}"
    if other.is_self_issued and not main.is_self_issued:
        yield "has signed itself"
    if not weak_key(main) and (weakness := weak_key(other)) is not None:
        yield f"has {weakness.detail}"
    if not weak_signature(main) and (weakness := weak_signature(other)) is not None:
        yield f"is {weakness.detail}"
    if _lacks_issuer(seen, chain):
        yield f"comes without the certificate of its issuer {other.issuer.common_name or other.issuer.text}"


def _lacks_issuer(seen: Seen, chain: tuple[Certificate, ...]) -> bool:
    """Whether the intermediate is missing: one that the main chain has, or one that the certificate says where to fetch. A root need not be sent."""
    leaf, main = chain[0], [read_certificate(der) for der in seen[ServedChain].certificates]
    if leaf.is_self_issued or any(item.subject.raw == leaf.issuer.raw for item in chain[1:]):
        return False
    if any(item.subject.raw == leaf.issuer.raw and not item.is_self_issued for item in main[1:]):
        return True
    complete = any(item.subject.raw == main[0].issuer.raw for item in main[1:])
    return complete and bool(leaf.ca_issuers)


def _differences(main: Certificate, other: Certificate) -> Iterator[str]:
    mine, theirs = set(main.dns_names) | set(main.ip_addresses), set(other.dns_names) | set(other.ip_addresses)
    if more := sorted(theirs - mine):
        yield f"is also for {_few(more)}"
    if less := sorted(mine - theirs):
        yield f"is not for {_few(less)}"
    if main.issuer.organization != other.issuer.organization:
        yield f"is from {other.issuer.text}, and not from {main.issuer.text}"
    if main.not_after is not None and other.not_after is not None and abs((main.not_after - other.not_after).days) > _FAR_APART_DAYS:
        yield f"ends on {other.not_after:%Y-%m-%d}, and not on {main.not_after:%Y-%m-%d}"


def _few(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} others" if len(names) > 3 else "")


def _reused(seen: Seen, main: Certificate) -> Iterator[Finding]:
    """The server's key in other certificates: an authority's, which is grave, or further ones of servers."""
    for other in all_served(seen):
        if other == main or other.spki != main.spki or not main.spki:
            continue
        if other.is_ca and not main.is_ca:
            detail = f"The server's certificate {main.label} has the key of the authority {other.label}."
            # programs that make certificates on the spot, proxies among them, do so with one key; they are told as such
            minted = recognise_chain((main, other)) is not None or bool(seen.target.proxy)
            severity = Severity.INFO if minted else Severity.MEDIUM
            yield CertificateFinding.of(KEY_REUSED, detail, severity=severity, title="The server has the key of an authority", **evidence(other, None))
        elif not other.is_ca:
            yield CertificateFinding.of(KEY_REUSED, f"{_dated(main)} and {_dated(other)} have the same key.", **evidence(other, None))


def _dated(certificate: Certificate) -> str:
    return certificate.label + (f" (until {certificate.not_after:%Y-%m-%d})" if certificate.not_after is not None else "")
