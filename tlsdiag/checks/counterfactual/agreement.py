"""Nothing in common: groups, signature schemes, kinds of certificate, told from both sides' lists, and the extended master secret. (Cipher suites and versions
have checks of their own.)"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...plugin import AgreementFinding, Blame, Check, ClientOutcome, Counterfactuals, Finding, Fix, Layer, OfferSeen, Rule, Seen, Severity, TrialFinding
from ..proof import SYMPTOMS, change_of, halves, key_types_offered, pair, proof

NO_COMMON_GROUP = Rule(
    code="no-common-group",
    title="Client and server have no group in common",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The key exchange needs a curve or field that both sides know. The server says handshake_failure, which may mean many things, or 'no shared cipher' in its log below TLS 1.3.",
    fix=Fix(
        summary="Let the server accept X25519 and P-256, or the client offer a group that the server has.",
        snippets={
            "nginx": "ssl_ecdh_curve X25519:prime256v1:secp384r1;",
            "apache": "SSLOpenSSLConfCmd Groups X25519:P-256:P-384",
            "haproxy": "ssl-default-bind-curves X25519:P-256:P-384",
            "java": "-Djdk.tls.namedGroups=x25519,secp256r1,secp384r1",
            "python": "context.set_ecdh_curve('prime256v1')   # or leave it out: the default offers all",
        },
    ),
    references=("RFC 8446 section 4.2.7", "RFC 8422 section 5.1"),
    explains=(*SYMPTOMS, "no-common-cipher"),
    blocking=True,
    failing="a server with P-521 only and a client with X25519 only",
    passing="two sides that share P-256",
)
NO_COMMON_SCHEME = Rule(
    code="no-common-signature-scheme",
    title="Client and server have no signature scheme in common",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The server signs the handshake with the key of its certificate, in a scheme that the client offers. Where the client's list has none for that key, the server has to refuse.",
    fix=Fix(
        summary="Let the client offer the scheme that goes with the server's certificate, or give the server a certificate whose schemes every client has (ECDSA P-256, RSA).",
        snippets={"openssl": "openssl s_client -sigalgs rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256 ...", "java": "-Djdk.tls.client.SignatureSchemes=rsa_pss_rsae_sha256,ecdsa_secp256r1_sha256"},
    ),
    references=("RFC 8446 section 4.2.3", "RFC 5246 section 7.4.1.4.1"),
    explains=(*SYMPTOMS, "no-common-cipher"),
    blocking=True,
    failing="a client that offers RSA with PKCS #1 only, to a TLS 1.3 server",
    passing="two sides that share a scheme",
)
NO_COMMON_CERTIFICATE_TYPE = Rule(
    code="no-common-certificate-type",
    title="The server has no certificate of a kind that the client takes",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The kind of key in the certificate (RSA, ECDSA, Ed25519) has to fit the client's cipher suites and signature schemes. The client offers nothing that goes with the server's.",
    fix=Fix(
        summary="Serve a second certificate of the kind that this client takes beside the one that there is, or let the client offer both kinds.",
        snippets={
            "nginx": "ssl_certificate ecdsa.pem; ssl_certificate_key ecdsa.key;\nssl_certificate rsa.pem; ssl_certificate_key rsa.key;",
            "apache": "SSLCertificateFile ecdsa.pem\nSSLCertificateFile rsa.pem",
            "haproxy": "bind :443 ssl crt site.pem   # with site.pem.rsa and site.pem.ecdsa",
        },
    ),
    references=("RFC 8446 section 4.4.2.2", "RFC 5246 section 7.4.2"),
    explains=(*SYMPTOMS, "no-common-cipher"),
    blocking=True,
    failing="a client with ECDSA suites only and a server with an RSA certificate",
    passing="a server with both kinds",
)
NO_MASTER_SECRET = Rule(
    code="extended-master-secret-missing",
    title="The server insists on the extended master secret, and the client does not offer it",
    layer=Layer.PROTOCOL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="Below TLS 1.3 the usual master secret is not bound to the handshake (the triple handshake attack). Servers in FIPS mode, and Java told so, refuse a client without the extension, with handshake_failure or insufficient_security, which name no reason. All libraries have had it since about 2015; clients without it are old, or had it switched off.",
    fix=Fix(
        summary="Update the client's library, or stop switching the extension off there; where the client cannot be changed, let the server take it without, or both speak TLS 1.3.",
        snippets={
            "python": "context.options &= ~1   # SSL_OP_NO_EXTENDED_MASTER_SECRET",
            "java": "-Djdk.tls.useExtendedMasterSecret=true        # the client\n-Djdk.tls.allowLegacyMasterSecret=true        # the server: takes old clients too",
            "openssl": "openssl s_client -tls1_2 -connect HOST:PORT   # 'Extended master secret: yes'",
        },
    ),
    references=("RFC 7627 section 5.2", "RFC 9325 section 3.5"),
    explains=(*SYMPTOMS, "no-common-cipher", "no-common-version"),
    blocking=True,
    failing="a client of TLS 1.2 without the extension, and a server that insists on it",
    passing="the same client, and a server that goes on without",
)
_USUAL_KINDS = ("RSA", "ECDSA")
# What every client should have (RFC 8446 section 9.1, RFC 9325 section 4.2): groups, schemes, suites. The registries share no number here.
_USUAL = frozenset((0x001D, 0x0017, 0x0403, 0x0804, 0x0401, 0x1301, 0xC02B, 0xC02F))


class AgreementCheck(Check):
    """Reads what had to be added."""

    name = "counterfactual/agreement"
    rules = (NO_COMMON_GROUP, NO_COMMON_SCHEME, NO_COMMON_CERTIFICATE_TYPE, NO_MASTER_SECRET)
    needs = (Counterfactuals, ClientOutcome)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one that fits."""
        found, client = proof(seen), seen[ClientOutcome]
        if found is None or client.offer is None:
            return
        change, offer = change_of(found), client.offer
        if change == "with-extended-master-secret":
            yield TrialFinding.of(NO_MASTER_SECRET, pair(seen, found), **halves(found))
        kind = wrong_certificate_type(found, client)
        if kind is not None:
            detail = f"{pair(seen, found)} The server's certificate has a key of the kind {kind}, for which the client offers nothing."
            yield _of(NO_COMMON_CERTIFICATE_TYPE, detail, found, offer, kind in _USUAL_KINDS)
        elif change in ("more-groups", "more-groups-and-schemes"):
            lists = _lists("groups", offer.groups, found.accepts_groups) + _certificate_curve(found)
            yield _of(NO_COMMON_GROUP, pair(seen, found) + lists, found, offer, is_usual(found.accepts_groups))
        elif change == "more-schemes":
            lists = _lists("schemes", offer.signature_schemes, found.accepts_schemes) + _only_old(found)
            yield _of(NO_COMMON_SCHEME, pair(seen, found) + lists, found, offer, is_usual(found.accepts_schemes))


def wrong_certificate_type(found: Counterfactuals, client: ClientOutcome) -> str | None:
    """The kind of the server's key, when the client has nothing that goes with it; None when that is not what it is about."""
    flip, offer = found.flip, client.offer
    if flip is None or offer is None:
        return None
    if flip.change in ("more-suites", "more-suites-and-schemes") and flip.cipher_suite is not None and flip.cipher_suite.row is not None:
        kind = str(flip.cipher_suite.row["auth"])
        return {"DSS": "DSA"}.get(kind, kind) if kind in ("RSA", "ECDSA", "DSS") and kind not in key_types_offered(client) else None
    if flip.change == "more-schemes" and flip.signature_scheme is not None and flip.signature_scheme.row is not None:
        kind = str(flip.signature_scheme.row["key_type"])
        own = {str(scheme.row["key_type"]) for scheme in offer.signature_schemes if scheme.row is not None}
        return {"EC": "ECDSA"}.get(kind, kind) if kind not in own else None
    return None


def is_usual(accepted: Sequence[int]) -> bool:
    """Whether the server takes what every client should have, so that it is the client that lacks something."""
    return any(value in _USUAL for value in accepted)


def _of(rule: Rule, detail: str, found: Counterfactuals, offer: OfferSeen, usual: bool) -> Finding:
    return AgreementFinding.of(
        rule,
        detail,
        blame=Blame.CLIENT if usual else Blame.SERVER,
        offered_groups=offer.groups,
        accepted_groups=found.accepts_groups,
        offered_schemes=offer.signature_schemes,
        accepted_schemes=found.accepts_schemes,
        offered_suites=offer.cipher_suites,
        accepted_suites=found.accepts_suites,
        **halves(found),
    )


def _lists(noun: str, offered: Sequence[object], accepted: Sequence[object]) -> str:
    if not accepted:
        return ""
    return f" The client offers the {noun} {', '.join(map(str, offered)) or 'none'}; the server was seen to accept {', '.join(map(str, accepted))}."


def _certificate_curve(found: Counterfactuals) -> str:
    """The other reason for a group that is missing: the suite that was chosen goes with an ECDSA certificate."""
    flip = found.flip
    row = flip.cipher_suite.row if flip is not None and flip.cipher_suite is not None else None
    if row is None or row["auth"] != "ECDSA":
        return ""
    return " Below TLS 1.3 the curve of an ECDSA certificate has to be among the client's groups too: if it is this one, the server needs a certificate on P-256."


def _only_old(found: Counterfactuals) -> str:
    rows = [scheme.row for scheme in found.accepts_schemes]
    old = bool(rows) and all(row is not None and row["hash"] in ("SHA1", "MD5") for row in rows)
    return " That is SHA-1, which clients leave out since it is broken (OpenSSL at security level 1 and above)." if old else ""
