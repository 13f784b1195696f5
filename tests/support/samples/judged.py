"""Samples of what is judged about one certificate, and about several of one server: lifetimes, names, keys, usages, serial numbers."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from failures.forge import forged, key_usage, serial
from primes import after

from tlsdiag.check import Seen
from tlsdiag.facts import Attempt, ServedChain, StoreVerdict, StoreVerdicts
from tlsdiag.iana import CipherSuite
from tlsdiag.testing import Authority, Issued, Window, self_signed
from tlsdiag.testing.certificates import new_key
from tlsdiag.testing.observations import NOW, handshake_outcome

from .certificate import chain, issued, issuing, leaf, root, stranger, window
from .common import NAME, Samples

SECOND = timedelta(seconds=1)
ISSUED = datetime(2026, 5, 1, tzinfo=UTC)


def public(view: Seen) -> Seen:
    """The same with an authority of Mozilla's list."""
    verdict = StoreVerdict(clients=("mozilla",), store="certifi", anchored=True)
    view.observations.put(StoreVerdicts, view.endpoint, StoreVerdicts(verdicts=(verdict,)))
    return view


def accepted(*names: str, **faults: Any) -> Seen:
    """A chain that the client takes."""
    return issued(leaf(*names, **faults), verify_code=None)


def lasting(length: timedelta, begins: datetime = ISSUED) -> Issued:
    """Valid for so long: the last second is part of the validity, so that the whole days end a second before."""
    return leaf(window=Window(not_before=begins, not_after=begins + length - SECOND))


def valid_for(length: timedelta, **options: Any) -> Seen:
    return issued(lasting(length), verify_code=None, **options)


def key_of(modulus: int, exponent: int = 65537) -> Any:
    return rsa.RSAPublicNumbers(exponent, modulus).public_key()


def with_key(key: Any, name: str = NAME) -> bytes:
    """A certificate for a public key whose private half nobody here has."""
    above = issuing().issued
    names = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(above.certificate.subject, names, key, x509.random_serial_number(), *_dates())
    builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), False)
    builder = builder.add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), False)
    return builder.sign(above.private_key, SHA256()).public_bytes(Encoding.DER)


def _dates() -> tuple[datetime, datetime]:
    dates = window(-30, 60)
    return dates.not_before, dates.not_after


def keyed(key: Any) -> Seen:
    return chain(with_key(key), *leaf().chain[1:], verify_code=None)


@functools.cache
def close_primes() -> int:
    """A modulus of two primes that are neighbours, of 1024 bits each."""
    start = 3 << 1022 | 1
    first = after(start)
    return first * after(first + 2)


def published() -> Any:
    """The test key on P-256 of RFC 9500 section 2.3, its public half."""
    point = "04422548f88fb782ffb5eca3744452c72a1e558fbd6f73be5e48e93232cc45c5b16c4cd10c4cb8d5b8a17139e94882c8992572993425f41419ab7e90a42a494272"
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), bytes.fromhex(point))


def explicit(named: bool = False) -> Seen:
    """A key on P-256 whose identifier of the curve is exchanged for a SEQUENCE, as explicit parameters are one."""
    from tlsdiag.certificates.der import read_element

    certificate = leaf().der
    if named:
        return chain(certificate, *leaf().chain[1:], verify_code=None)
    curve = bytes.fromhex("06082a8648ce3d030107")
    assert certificate.count(curve) == 1
    changed = certificate.replace(curve, b"\x30\x08" + curve[2:])
    assert read_element(changed).tag == 0x30
    return chain(changed, *leaf().chain[1:], verify_code=None)


def policy(*numbers: str) -> tuple[tuple[x509.ExtensionType, bool], ...]:
    items = [x509.PolicyInformation(x509.ObjectIdentifier(number), None) for number in numbers]
    return ((x509.CertificatePolicies(items), False),)


def numbered(number: int) -> Seen:
    return chain(forged(leaf().certificate, new_key("ecdsa", 301), serial(number)), *leaf().chain[1:], verify_code=None)


def exchanged(suite: int) -> Seen:
    """An RSA certificate for signatures alone, at a server that chose a suite of TLS 1.2."""
    made = leaf(key="rsa")
    changed = forged(made.certificate, new_key("ecdsa", 301), key_usage(digital_signature=True))
    view = chain(changed, *made.chain[1:], verify_code=None)
    ours = handshake_outcome(cipher_suite=CipherSuite(suite))
    view.observations.put(type(ours), view.endpoint, ours)
    return view


def beside(other: Issued | bytes, *more: bytes, **observed: Any) -> Seen:
    """A server that has an RSA certificate besides."""
    ders = (other, *more) if isinstance(other, bytes) else other.chain
    view = accepted(**observed)
    served = ServedChain(certificates=view[ServedChain].certificates, rsa=Attempt(accepted=True, certificates=ders))
    view.observations.put(ServedChain, view.endpoint, served)
    return view


def same_number(authority: Authority) -> Seen:
    """Two certificates with the number 77, one of the test's own authority."""
    one = forged(leaf().certificate, new_key("ecdsa", 301), serial(77))
    other = authority.issue(NAME, key="rsa", window=window(-30, 60))
    view = chain(one, *leaf().chain[1:], verify_code=None)
    twin = forged(other.certificate, authority.issued.private_key, serial(77))
    served = ServedChain(certificates=view[ServedChain].certificates, rsa=Attempt(accepted=True, certificates=(twin,)))
    view.observations.put(ServedChain, view.endpoint, served)
    return view


def own_authority_key() -> Seen:
    """Issued by an intermediate for its own key."""
    return issued(issuing().issue(NAME, number=301, window=window(-30, 60)), verify_code=None)


def staging(*, trusted: bool) -> Seen:
    above = Authority.root("(STAGING) Pretend Pear X1", organization="(STAGING) Let's Encrypt", number=370, now=NOW)
    made = above.intermediate("(STAGING) Counterfeit Cashew R10", organization="(STAGING) Let's Encrypt", number=371).issue(NAME, window=window(-30, 60))
    return issued(made, trust=above.pem, verify_code=None) if trusted else issued(made)


def traefik() -> Seen:
    return issued(self_signed("TRAEFIK DEFAULT CERT", window=window(-30, 300)), verify_code=18)


SAMPLES: Samples = {
    "certificate-lifetime-too-long": (
        lambda: public(valid_for(timedelta(days=201))),
        lambda: public(valid_for(timedelta(days=200))),
    ),
    "apple-clients-refuse": (lambda: valid_for(timedelta(days=826)), lambda: valid_for(timedelta(days=825))),
    "default-certificate": (traefik, lambda: accepted("localhost", NAME)),
    "name-unusable": (lambda: public(accepted(NAME, "w*.server.example")), lambda: public(accepted(NAME, "*.server.example", "192.0.2.7"))),
    "name-forbidden": (lambda: public(accepted(NAME, "intranet.local")), lambda: accepted(NAME, "intranet.local")),
    "issuer-not-for-everybody": (lambda: staging(trusted=False), lambda: staging(trusted=True)),
    "key-broken": (lambda: keyed(key_of(close_primes())), lambda: accepted(key="rsa")),
    "key-published": (lambda: keyed(published()), lambda: accepted()),
    "key-explicit-parameters": (explicit, lambda: explicit(named=True)),
    "key-little-supported": (lambda: accepted(key="ed25519"), lambda: accepted(key="ecdsa-p384")),
    "key-unusual": (lambda: keyed(key_of(new_key("rsa").public_key().public_numbers().n, 3)), lambda: accepted(key="rsa")),
    "key-usage-no-encipherment": (lambda: exchanged(0x002F), lambda: exchanged(0xC02F)),
    "extended-key-usage-loose": (lambda: public(accepted(usages=None)), lambda: accepted(usages=None)),
    "client-usage-ends": (lambda: public(accepted(usages=("server", "client"))), lambda: accepted(usages=("server", "client"))),
    "certificate-kind": (
        lambda: public(accepted(extensions=policy("2.5.29.32.0", "2.23.140.1.2.1"))),
        lambda: public(accepted(extensions=policy("1.3.6.1.4.1.55555.3"))),
    ),
    "serial-too-short": (lambda: public(numbered(4711)), lambda: numbered(4711)),
    "serial-repeated": (lambda: same_number(issuing()), lambda: same_number(stranger())),
    "other-certificate-bad": (lambda: beside(leaf(key="rsa", window=window(-90, -1))), lambda: beside(leaf(key="rsa"))),
    "certificate-types-differ": (lambda: beside(leaf(NAME, "www.server.example", key="rsa")), lambda: beside(leaf(key="rsa", window=window(-29, 61)))),
    "key-reused": (own_authority_key, lambda: issued(leaf(), verify_code=None, trust=root().pem)),
}
