"""Rows of the server's certificate: names, chain and trust, dates, content, revocation."""

from __future__ import annotations

import functools
import ipaddress
import json
import ssl
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import attrs
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from responders import Page, answer, damaged, naming, responder
from transparency_log import CtLogKey, log_list, logged

from tlsdiag import Blame, Verdict
from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.authorities import key_of
from tlsdiag.certificates.der import read_element
from tlsdiag.testing import Authority, Issued, self_signed
from tlsdiag.testing.certificates import new_key, pem_of

from . import forge
from .case import Bench, Build, Case, How, Row, Setting
from .forge import Pair, der, forged, forged_pair, pair, pem
from .making import (
    ISSUING,
    NAME,
    NOW,
    ROOT,
    RSA_ROOT,
    STRANGER,
    Make,
    at_most_12,
    below_public_root,
    by_openssl,
    client,
    days,
    leaf,
    revocation_list,
    served,
    sha1_authority,
    sound,
    weak,
)

_S = served
_KEY = ISSUING.issued.private_key


def _below(name: str = "Test Second CA", **faults: Any) -> Authority:
    return ROOT.intermediate(name, number=320, **faults)


def _limits(permitted: tuple[x509.GeneralName, ...] = (), excluded: tuple[x509.GeneralName, ...] = ()) -> Authority:
    made = x509.NameConstraints(list(permitted) or None, list(excluded) or None)
    return _below("Test Constrained CA", extensions=((made, True),))


def _unknown(critical: bool) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    return ((x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00"), critical),)


def _misordered() -> Pair:
    made = ISSUING.intermediate("Test Lower CA", number=303).issue(NAME)
    return pair(made, chain=pem_of(made.certificate, made.issuers[1], made.issuers[0]))


def _root_first() -> Pair:
    """All keys of one kind: the server takes its signature scheme from the first certificate."""
    made = RSA_ROOT.issue(NAME, key="rsa")
    return pair(made, chain=RSA_ROOT.pem + made.pem)


def _deep(levels: int) -> Pair:
    authority = ROOT
    for level in range(levels):
        authority = authority.intermediate(f"Level {level} CA", number=500 + level)
    return pair(authority.issue(NAME))


def _crossed(*, first: bool = False) -> Pair:
    """The issuing authority's own root, signed by a root that has expired, sent along."""
    old = attrs.evolve(Authority.root("Old Root X3", number=350), window=days(-4000, -30))
    cross = old.intermediate("Test Root CA", number=300)
    made = leaf()
    if first:
        return pair(made, chain=made.pem + cross.pem + ISSUING.pem)
    return pair(made, chain=made.chain_pem + cross.pem)


def _forged_authority(*edits: forge.Edit) -> Pair:
    """An intermediate that was made wrong, and signed by the root all the same."""
    authority = ROOT.intermediate("Test Odd CA", number=341)
    made = authority.issue(NAME)
    return Pair(chain_pem=pem(made.der, forged(authority.issued, ROOT.issued.private_key, *edits)), key_pem=made.key_pem)


def _without(oid: bytes) -> forge.Edit:
    return forge.extensions(lambda found: [item for item in found if oid not in item])


def _uncritical(oid: bytes) -> forge.Edit:
    def change(found: list[bytes]) -> list[bytes]:
        return [der(0x30, read_element(item).content.replace(oid + b"\x01\x01\xff", oid)) if oid in item else item for item in found]

    return forge.extensions(change)


def _reread(edit: forge.Edit) -> Pair:
    return forged_pair(leaf(), _KEY, edit)


def _imitated() -> Pair:
    made = leaf()
    return Pair(chain_pem=pem(forged(made, new_key("ecdsa", 99)), *made.chain[1:]), key_pem=made.key_pem)


def _namesake() -> Pair:
    made = ROOT.intermediate(number=399).issue(NAME)
    return Pair(chain_pem=pem(made.der, ISSUING.issued.der), key_pem=made.key_pem)


def _bulky(size: int) -> Pair:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.2"), b"\x04\x83" + size.to_bytes(3, "big") + bytes(size))
    return pair(leaf(extensions=((extension, False),)))


def _revoking(flags: int, *lists: x509.CertificateRevocationList) -> ssl.SSLContext:
    """A client that wants to see lists of revoked certificates, and has these."""
    import tempfile
    from pathlib import Path

    from cryptography.hazmat.primitives.serialization import Encoding

    context = client(flags=flags)
    if lists:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "lists.pem"
            path.write_bytes(b"".join(item.public_bytes(Encoding.PEM) for item in lists))
            context.load_verify_locations(cafile=str(path))
    return context


def _distrusting(authority: Authority, *, after: str = "") -> bytes:
    """A table of distrust that names an authority: always, or from a date on."""
    found = read_certificate(authority.issued.der)
    if not after:
        row: dict[str, Any] = {"ca": "Test CA", "stores": {"mozilla": "removed 2026-10"}, "cert_sha256": [found.sha256], "references": ["https://example.org/"]}
        return json.dumps({"schema": "tlsdiag-refdata/distrust/1", "date": "2026-11-01", "incidents": [row]}).encode()
    row = {"store": "mozilla", "condition": "notBefore after", "after": after, "subject": found.subject.text, "sha256": found.sha256, "spki_sha256": key_of(found)}
    return json.dumps({"schema": "tlsdiag-refdata/distrust/1", "date": "2026-11-01", "mozilla_distrust_after": [row]}).encode()


def _expired_root(kind: str) -> Build:
    """A root that has expired, in the client's own store."""
    old = attrs.evolve(Authority.root("Old Root CA", number=351), window=days(-4000, -2))
    issued = self_signed("Old Root CA", number=351, authority=True, window=old.window)
    root = Authority(issued=issued, window=days(-30, 60))
    return served(kind, lambda: pair(root.issue(NAME)), diagnosis={"trust": root.pem})


def _sha1_authority() -> Pair:
    """An intermediate that says it is signed over SHA-1: openssl makes it."""
    authority = sha1_authority()
    made = authority.issue(NAME)
    return pair(made)


def _logged(count: int = 3, **faults: Any) -> Pair:
    """A certificate that so many of our own logs have seen."""
    return pair(logged(ISSUING, NAME, logs=_LOGS[:count], **faults))


def _public(kind: str, make: Make = sound) -> Build:
    """A server whose certificate counts as that of a public authority, and a list with our own logs."""
    return below_public_root(_S(kind, make, diagnosis={"trust": ROOT.pem, "ct_logs": log_list(*_LOGS)}))


_LOGS = [CtLogKey(name=f"Log {number}", operator=f"Operator {number}", number=800 + number) for number in range(3)]
_GIVEN = leaf(number=11)
_CHECK = int(ssl.VerifyFlags.VERIFY_CRL_CHECK_LEAF)
_DEMANDING = leaf(number=12, extensions=naming(staple=True))
_STRICT = int(ssl.VerifyFlags.VERIFY_X509_STRICT)


def _said(**options: Any) -> bytes:
    """An OCSP answer about a certificate that is given."""
    return answer(_GIVEN, ISSUING, now=NOW, **options)


def _stapling(kind: str, make: Callable[[], bytes]) -> Build:
    """A server that staples an answer to the certificate that is given."""
    return lambda bench: _S(kind, lambda: pair(_GIVEN), ocsp_response=make())(bench)


@functools.cache
def _naming(port: int) -> Issued:
    """A certificate that names a responder on this port."""
    return leaf(extensions=naming(ocsp_url=f"http://127.0.0.1:{port}/ocsp"))


def _asking(pages: Callable[[int], dict[str, bytes]]) -> Build:
    """A server whose certificate names a responder with these pages, and a diagnosis that asks it."""

    def build(bench: Bench) -> Setting:
        live = bench.enter(responder())
        live.pages |= {name: Page(body) for name, body in pages(live.port).items()}
        return _S("nginx", lambda: pair(_naming(live.port)), diagnosis={"trust": ROOT.pem, "revocation": True})(bench)

    return build


def _strict() -> ssl.SSLContext:
    return client(flags=_STRICT)


def _name(name: str, make: Any, *, host: str = NAME, cause: str = "name-mismatch", **more: Any) -> Case:
    return Case(name=name, build=_S("nginx", make, host=host), causes=(cause,), blame=Blame.SERVER, **more)


def _malformed(name: str, edit: forge.Edit, **options: Any) -> Case:
    return Case(name=name, build=_S("nginx", lambda: _reread(edit)), causes=("certificate-malformed",), blame=Blame.AUTHORITY, **options)


def _breaks(name: str, make: Any, code: str, blame: Blame, *, build: Build | None = None, **more: Any) -> Case:
    return Case(name=name, build=build or _S("nginx", make), causes=(code,), blame=blame, **more)


ROWS: tuple[Row, ...] = (
    Row("name-mismatch", How.SERVER, cases=tuple(
        Case(name=kind, build=_S(kind, lambda: pair(leaf("other.example", "www.example"))), causes=("name-mismatch",), blame=Blame.SERVER) for kind in ("nginx", "haproxy", "gnutls", "java")
    )),
    Row("name-cn-only", How.SERVER, cases=(
        Case(name="OpenSSL falls back to it", build=_S("nginx", lambda: pair(leaf(subject_alt_name=False))), verdict=Verdict.FLAWED, also=("name-in-common-name",)),
        Case(name="a client that does not", build=_S("nginx", lambda: pair(leaf(subject_alt_name=False)), client=lambda: client(hostname_checks_common_name=False)), causes=("name-in-common-name",), blame=Blame.SERVER),
    )),
    Row("name-ip-not-in-san", How.SERVER, cases=(
        _name("only names", lambda: pair(leaf()), host="127.0.0.1"),
        _name("as a dNSName", lambda: forged_pair(leaf("aaa.0.0.1"), _KEY, forge.extensions(lambda found: [item.replace(b"aaa.0.0.1", b"127.0.0.1") for item in found])), host="127.0.0.1"),
    )),
    Row("name-wildcard-scope", How.SERVER, cases=(
        _name("two labels", lambda: pair(leaf("*.server.example")), host="a.b.server.example"),
        _name("the domain itself", lambda: pair(leaf("*.server.example"))),
        _name("a whole domain", lambda: pair(leaf("*.example"))),
        _name("a part of a label", lambda: pair(leaf("w*.server.example")), host="www.server.example"),
    )),
    Row("name-underscore-or-idn", How.SERVER, cases=(
        _name("a U-label in the certificate", lambda: forged_pair(leaf("xn--bcher-kva.example"), _KEY, forge.extensions(lambda found: [item.replace(b"xn--bcher-kva.example", "xxxxx-bücher.example".encode()) for item in found])), host="bücher.example"),
        Case(name="an A-label", build=_S("nginx", lambda: pair(leaf("xn--bcher-kva.example")), host="bücher.example"), verdict=Verdict.HEALTHY),
        Case(name="an underscore", build=_S("nginx", lambda: pair(leaf("my_host.example")), host="my_host.example"), verdict=Verdict.HEALTHY),
        Case(name="a dot at the end", build=_S("nginx", host="server.example."), verdict=Verdict.HEALTHY),
    )),
    Row("chain-missing-intermediate", How.SERVER, cases=tuple(
        Case(name=kind, build=_S(kind, lambda: pair(leaf(), chain=leaf().pem)), causes=("intermediate-missing",), blame=Blame.SERVER) for kind in ("nginx", "apache", "haproxy", "gnutls", "java", "node", "caddy", "lighttpd", "stunnel", "openssl")
    )),
    Row("chain-wrong-intermediate", How.SERVER, cases=(
        Case(name="of another name", build=_S("nginx", lambda: pair(leaf(), chain=leaf().pem + ROOT.intermediate("Other CA", number=330).pem)), causes=("intermediate-wrong",), blame=Blame.SERVER),
        Case(name="of the same name", build=_S("nginx", _namesake), causes=("intermediate-wrong",), blame=Blame.SERVER),
    )),
    Row("chain-misordered", How.SERVER, cases=(
        Case(name="intermediates the wrong way round", build=_S("nginx", _misordered), verdict=Verdict.FLAWED, also=("chain-wrong-order",)),
        Case(name="root first", build=_S("tlslite", _root_first, diagnosis={"trust": RSA_ROOT.pem}), causes=("chain-wrong-order",), blame=Blame.SERVER),
        Case(name="root sent along", build=_S("nginx", lambda: pair(leaf(), chain=leaf().full_chain_pem)), verdict=Verdict.HEALTHY, also=("root-sent",)),
    )),
    Row("chain-expired-intermediate", How.SERVER, cases=(_breaks("nginx", lambda: pair(attrs.evolve(ROOT, window=days(-400, -1)).intermediate("Old CA", number=302).issue(NAME)), "certificate-expired", Blame.SERVER),)),
    Row("chain-expired-root", How.LOCAL, cases=(
        Case(name="in the store", build=_expired_root("nginx"), causes=("trusted-root-expired",), blame=Blame.CLIENT),
    )),
    Row("chain-cross-sign-expired", How.SERVER, cases=(
        Case(name="beside a good path", build=_S("nginx", _crossed), verdict=Verdict.HEALTHY),
        Case(name="the only path", build=_S("nginx", _crossed, client=lambda: client(trust=Authority.root("Old Root X3", number=350).pem)), causes=("certificate-expired", "intermediate-missing", "issuer-untrusted"), blame=Blame.SERVER),
    )),
    Row("ca-unknown-private", How.SERVER, cases=tuple(
        Case(name=kind, build=_S(kind, lambda: pair(STRANGER.issue(NAME))), causes=("issuer-untrusted",), blame=Blame.CLIENT) for kind in ("nginx", "apache", "haproxy", "gnutls", "java", "node", "caddy")
    )),
    Row("self-signed-in-chain", How.SERVER, cases=(_breaks("nginx", lambda: pair(STRANGER.issue(NAME), chain=STRANGER.issue(NAME).full_chain_pem), "private-authority", Blame.CLIENT),)),
    Row("cert-self-signed", How.SERVER, cases=(
        _breaks("a leaf", lambda: pair(self_signed(NAME)), "certificate-self-signed", Blame.SERVER),
        _breaks("an authority", lambda: pair(self_signed(NAME, authority=True)), "certificate-self-signed", Blame.SERVER),
    )),
    Row("distrusted-ca", How.SERVER, cases=(
        Case(name="the client's store is without it", build=_S("nginx", lambda: pair(leaf(), chain=leaf().chain_pem + ROOT.pem), diagnosis={"trust": STRANGER.pem, "authority_data": _distrusting(ROOT)}), causes=("authority-distrusted",), blame=Blame.SERVER),
        Case(name="the client's store still has it", build=_S("nginx", diagnosis={"authority_data": _distrusting(ROOT)}), verdict=Verdict.FLAWED, also=("authority-distrusted",)),
        Case(name="issued after the date", build=_S("nginx", diagnosis={"authority_data": _distrusting(ROOT, after="2020-01-01T00:00:00Z")}), verdict=Verdict.FLAWED, also=("authority-partially-distrusted",)),
        Case(name="issued before the date", build=_S("nginx", diagnosis={"authority_data": _distrusting(ROOT, after="2199-01-01T00:00:00Z")}), verdict=Verdict.HEALTHY, also=("authority-leaves-store",)),
        Case(name="another root", build=_S("nginx", diagnosis={"authority_data": _distrusting(STRANGER)}), verdict=Verdict.HEALTHY),
    )),
    Row("chain-issuer-not-a-ca", How.SERVER, cases=(
        _breaks("another leaf", lambda: pair(Authority(issued=ROOT.issue("ca.example", number=5), window=ROOT.window).issue(NAME)), "issuer-not-authority", Blame.AUTHORITY),
        _breaks("a certificate of version 1", lambda: _forged_authority(forge.version_1), "issuer-not-authority", Blame.AUTHORITY),
    )),
    Row("chain-issuer-no-keycertsign", How.SERVER, cases=(_breaks("cRLSign only", lambda: _forged_authority(forge.key_usage(crl_sign=True)), "issuer-not-authority", Blame.AUTHORITY),)),
    Row("chain-pathlen-exceeded", How.SERVER, cases=(_breaks("an authority below one that may have none", lambda: pair(ROOT.intermediate("Zero CA", number=321, path_length=0).intermediate("Lower CA", number=322).issue(NAME)), "issuer-not-authority", Blame.AUTHORITY),)),
    Row("chain-too-long", How.SERVER, cases=(
        Case(name="twelve authorities", build=_S("nginx", lambda: _deep(12)), verdict=Verdict.FLAWED, also=("chain-too-long",)),
        Case(name="a hundred and ten", build=_S("nginx", lambda: _deep(110)), causes=("chain-too-long",), blame=Blame.SERVER),
    )),
    Row("chain-too-large", How.SERVER, cases=(
        Case(name="60 kB", build=_S("nginx", lambda: _bulky(60_000)), verdict=Verdict.FLAWED, also=("chain-too-large",)),
        *(_breaks(f"120 kB at {kind}", None, "chain-too-large", Blame.SERVER, build=_S(kind, lambda: _bulky(120_000))) for kind in ("nginx", "gnutls", "haproxy")),
    )),
    Row("cert-bad-signature", How.SERVER, cases=(_breaks("another's signature", _imitated, "certificate-bad-signature", Blame.SERVER),)),
    Row("chain-ca-eku-excludes-tls", How.SERVER, cases=(_breaks("clientAuth only", lambda: pair(_below(extensions=((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False),)).issue(NAME)), "certificate-wrong-usage", Blame.AUTHORITY),)),
    Row("name-constraints-violated", How.SERVER, cases=(
        _breaks("not among the permitted", lambda: pair(_limits((x509.DNSName("other.example"),)).issue(NAME)), "name-constraints-violated", Blame.AUTHORITY),
        _breaks("among the excluded", lambda: pair(_limits(excluded=(x509.DNSName("server.example"),)).issue(NAME)), "name-constraints-violated", Blame.AUTHORITY),
        _breaks("an address", lambda: pair(_limits(excluded=(x509.IPAddress(ipaddress.ip_network("127.0.0.0/8")),)).issue(NAME, "127.0.0.1")), "name-constraints-violated", Blame.AUTHORITY),
        _breaks("an organisation", lambda: pair(_limits((x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Elsewhere")])),)).issue(NAME, organization="Here")), "name-constraints-violated", Blame.AUTHORITY),
        Case(name="permitted", build=_S("nginx", lambda: pair(_limits((x509.DNSName("example"),)).issue(NAME))), verdict=Verdict.HEALTHY),
    )),
    Row("cert-expired", How.SERVER, cases=tuple(
        Case(name=kind, build=_S(kind, lambda: pair(leaf(window=days(-90, -2)))), causes=("certificate-expired",), blame=Blame.SERVER) for kind in ("nginx", "apache", "haproxy", "gnutls", "java", "node", "caddy", "lighttpd", "stunnel", "openssl")
    )),
    Row("cert-not-yet-valid", How.SERVER, cases=(_breaks("tomorrow", lambda: pair(leaf(window=days(1, 90))), "certificate-not-yet-valid", Blame.SERVER),)),
    Row("cert-validity-too-long", How.SERVER, cases=(
        *(Case(name=f"{kind}, below a public root", build=_public(kind, lambda: _logged(window=days(-30, 400))), verdict=Verdict.FLAWED, also=("certificate-lifetime-too-long",)) for kind in ("nginx", "java")),
        Case(name="a life that is allowed", build=_public("nginx", _logged), verdict=Verdict.HEALTHY, also=("certificate-logged",)),
        Case(name="below a private root", build=_S("nginx", lambda: pair(leaf(window=days(-30, 400)))), verdict=Verdict.HEALTHY),
    )),
    Row("weak-key", How.SERVER, cases=(_breaks("RSA with 1024 bits", None, "weak-key", Blame.SERVER, build=weak("nginx", lambda: pair(leaf(key="rsa1024")))),)),
    Row("weak-key-ca", How.SERVER, cases=(_breaks("RSA with 1024 bits", None, "weak-key", Blame.AUTHORITY, build=weak("nginx", lambda: pair(_below(key="rsa1024").issue(NAME)))),)),
    Row("weak-digest", How.SERVER, cases=(_breaks("SHA-1", None, "weak-signature", Blame.AUTHORITY, build=weak("nginx", lambda: by_openssl("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-sha1"))),)),
    Row("weak-digest-ca", How.SERVER, cases=(_breaks("SHA-1", None, "weak-signature", Blame.AUTHORITY, build=weak("nginx", _sha1_authority)),)),
    Row("eku-no-server-auth", How.SERVER, cases=(_breaks("clientAuth only", lambda: pair(leaf(usages=("client",))), "certificate-wrong-usage", Blame.SERVER),)),
    Row("key-usage-unsuitable", How.SERVER, cases=(
        _breaks("contentCommitment only", lambda: forged_pair(leaf(), _KEY, forge.key_usage(content_commitment=True)), "certificate-wrong-usage", Blame.SERVER),
        _breaks("an authority's own certificate", lambda: pair(leaf(authority=True)), "certificate-wrong-usage", Blame.SERVER),
        Case(name="keyEncipherment only", build=_S("nginx", lambda: forged_pair(leaf(key="rsa"), _KEY, forge.key_usage(key_encipherment=True))), verdict=Verdict.FLAWED, also=("key-usage-narrow",)),
        *(
            Case(name=f"keyEncipherment only, {key} at {kind}, a client without TLS 1.3", build=_S(kind, lambda key=key: forged_pair(leaf(key=key), _KEY, forge.key_usage(key_encipherment=True)), client=at_most_12), causes=("key-usage-narrow",), blame=Blame.AUTHORITY)
            for kind, key in (("java", "ecdsa"), ("nginx", "ecdsa"), ("gnutls", "rsa"))
        ),
        _breaks("an authority's own certificate, a client without TLS 1.3", None, "certificate-wrong-usage", Blame.SERVER, build=_S("nginx", lambda: forged_pair(leaf(), _KEY, forge.key_usage(key_cert_sign=True)), client=at_most_12)),
    )),
    Row("cert-unknown-critical-extension", How.SERVER, cases=(
        _breaks("in the leaf", lambda: pair(leaf(extensions=_unknown(True))), "certificate-unknown-extension", Blame.AUTHORITY),
        _breaks("in the authority", lambda: pair(_below(extensions=_unknown(True)).issue(NAME)), "certificate-unknown-extension", Blame.AUTHORITY),
        Case(name="not critical", build=_S("nginx", lambda: pair(leaf(extensions=_unknown(False)))), verdict=Verdict.HEALTHY),
    )),
    Row("x509-strict-missing-aki", How.SERVER, cases=(_breaks("a strict client", None, "certificate-breaks-profile", Blame.AUTHORITY, build=_S("nginx", lambda: forged_pair(leaf(), _KEY, _without(b"\x55\x1d\x23")), client=_strict)),)),
    Row("x509-strict-basic-constraints-not-critical", How.SERVER, cases=(_breaks("a strict client", None, "certificate-breaks-profile", Blame.AUTHORITY, build=_S("nginx", lambda: _forged_authority(_uncritical(b"\x06\x03\x55\x1d\x13")), client=_strict)),)),
    Row("x509-strict-other", How.SERVER, cases=(
        _breaks("no keyUsage in the authority", None, "certificate-breaks-profile", Blame.AUTHORITY, build=_S("nginx", lambda: _forged_authority(_without(b"\x55\x1d\x0f")), client=_strict)),
        _breaks("explicit curve parameters", lambda: by_openssl("-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit"), "certificate-breaks-profile", Blame.AUTHORITY),
        _breaks("an empty subject, and an uncritical subjectAltName", None, "certificate-breaks-profile", Blame.AUTHORITY, build=_S("nginx", lambda: forged_pair(leaf(), _KEY, forge.empty_subject), client=_strict)),
    )),
    Row("cert-parse-error", How.SERVER, cases=(
        Case(name="a negative serial number", build=_S("nginx", lambda: _reread(forge.serial(-77))), verdict=Verdict.FLAWED, also=("certificate-malformed",)),
        _malformed("a time without seconds", forge.validity(b"2501010000Z", b"4501010000Z")),
        _malformed("a time with an offset", forge.validity(b"250101000000+0100", b"450101000000+0100")),
        _malformed("a thirteenth month", forge.validity(b"251301000000Z", b"451301000000Z")),
        _malformed("an end before the beginning", forge.validity(b"300101000000Z", b"250101000000Z")),
        _malformed("an extension twice", forge.extensions(lambda found: [*found, found[4]])),
        Case(name="two signature algorithms", build=_S("nginx", lambda: forged_pair(leaf(), _KEY, outer=bytes.fromhex("300a06082a8648ce3d040303"))), causes=("certificate-malformed",), blame=Blame.AUTHORITY),
    )),
    Row("ct-missing", How.SERVER, cases=(
        *(Case(name=f"{kind}, below a public root", build=_public(kind), verdict=Verdict.FLAWED, also=("sct-missing",)) for kind in ("nginx", "gnutls", "caddy")),
        Case(name="one log where two are wanted", build=_public("nginx", lambda: _logged(1)), verdict=Verdict.FLAWED, also=("sct-too-few",)),
        Case(name="logged", build=_public("nginx", _logged), verdict=Verdict.HEALTHY, also=("certificate-logged",)),
        Case(name="below a private root", build=_S("nginx"), verdict=Verdict.HEALTHY),
    )),
    Row("cert-revoked-crl", How.SERVER, cases=(_breaks("a client with the list", None, "certificate-revoked", Blame.SERVER, build=_S("nginx", lambda: pair(_GIVEN), client=lambda: _revoking(_CHECK, revocation_list(_GIVEN.certificate.serial_number)))),)),
    Row("cert-revoked-ocsp", How.SERVER, cases=(
        Case(name="a stapled answer", build=_stapling("nginx", lambda: _said(status="revoked", reason=x509.ReasonFlags.key_compromise)), verdict=Verdict.FLAWED, also=("certificate-revoked",)),
        Case(name="the responder", build=_asking(lambda port: {"ocsp": answer(_naming(port), ISSUING, now=NOW, status="revoked")}), verdict=Verdict.FLAWED, also=("certificate-revoked",)),
    )),
    Row("ocsp-staple-expired", How.SERVER, cases=tuple(
        Case(name=kind, build=_stapling(kind, lambda: _said(begins=timedelta(days=-9), ends=timedelta(days=-2))), verdict=Verdict.FLAWED, also=("ocsp-staple-expired",)) for kind in ("nginx", "openssl")
    )),
    Row("ocsp-staple-invalid", How.SERVER, cases=(
        Case(name="a foreign signer", build=_stapling("nginx", lambda: _said(signer=STRANGER.issued)), verdict=Verdict.FLAWED, also=("ocsp-staple-untrusted",)),
        Case(name="a wrong signature", build=_stapling("openssl", lambda: damaged(_said())), verdict=Verdict.FLAWED, also=("ocsp-staple-bad-signature",)),
        Case(name="another certificate", build=_stapling("nginx", lambda: answer(leaf(), ISSUING, now=NOW)), verdict=Verdict.FLAWED, also=("ocsp-staple-wrong-certificate",)),
    )),
    Row("ocsp-staple-missing", How.NOT_HERE, "no client here demands a stapled answer of every server"),
    Row("ocsp-must-staple-missing", How.SERVER, cases=(
        Case(name="no staple", build=_S("nginx", lambda: pair(_DEMANDING)), verdict=Verdict.FLAWED, also=("ocsp-must-staple-missing",)),
        Case(name="a staple", build=_S("nginx", lambda: pair(_DEMANDING), ocsp_response=answer(_DEMANDING, ISSUING, now=NOW)), verdict=Verdict.HEALTHY),
    )),
    Row("ocsp-unknown", How.SERVER, cases=(
        Case(name="a stapled answer", build=_stapling("nginx", lambda: _said(status="unknown")), verdict=Verdict.FLAWED, also=("ocsp-status-unknown",)),
    )),
    Row("revocation-server-unreachable", How.SERVER, cases=(
        Case(name="no such page", build=_asking(lambda port: {}), verdict=Verdict.HEALTHY, also=("revocation-source-unavailable",)),
    )),
    Row("crl-unavailable", How.LOCAL, cases=(_breaks("a client without a list", None, "revocation-list-missing", Blame.CLIENT, build=_S("nginx", client=lambda: _revoking(_CHECK))),)),
    Row("crl-expired", How.LOCAL, cases=(_breaks("a client with an old list", None, "revocation-list-outdated", Blame.CLIENT, build=_S("nginx", client=lambda: _revoking(_CHECK, revocation_list(ends=-1)))),)),
)  # fmt: skip
