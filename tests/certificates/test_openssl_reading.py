"""The grades against OpenSSL: what is fatal here it refuses, in a handshake in memory; what is strict or a remark it takes."""

from __future__ import annotations

import ssl
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from der import (
    ECDSA_SHA256,
    KEY_USAGE,
    NULL,
    SAN,
    alternative,
    bits,
    boolean,
    certificate,
    common_name,
    dns,
    element,
    extension,
    generalized,
    indefinite,
    integer,
    long_form,
    octets,
    oid,
    seq,
    set_of,
    text,
    utc,
)
from test_extensions import DAMAGED, NAMES

from tlsdiag.certificates import Grade, read_certificate
from tlsdiag.certificates.der import read_element
from tlsdiag.iana import CipherSuite, ContentType, HandshakeType, ProtocolVersion
from tlsdiag.testing import Authority
from tlsdiag.wire import Certificate12, HandshakeMessage, ServerHello, encode_records

ROOT = Authority.root(number=300)
GOOD = alternative(dns("server.example"))
LEGACY = 0x4  # OP_LEGACY_SERVER_CONNECT: the hello below has no extensions


def leaf(**pieces: bytes | list[bytes]) -> bytes:
    issuer = ROOT.issued.certificate.subject.public_bytes()
    return certificate(**({"issuer": issuer, "extensions": [GOOD]} | pieces), signer=ROOT.issued.private_key)  # type: ignore[arg-type]


def wrapped(outer: Callable[[bytes], bytes]) -> bytes:
    """A certificate whose signed part is framed in another way, and signed like that."""
    tbs = outer(read_element(read_certificate(leaf()).tbs).content)
    return seq(tbs, ECDSA_SHA256, bits(ROOT.issued.private_key.sign(tbs, ec.ECDSA(hashes.SHA256()))))


def reading(der: bytes) -> str:
    """What OpenSSL says when a server presents this certificate: "" where it takes it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=ROOT.pem.decode())
    context.check_hostname = False
    context.options |= LEGACY
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="server.example")
    for given in (b"", _said(der)):
        incoming.write(given)
        try:
            client.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLError as exc:
            return str(exc)
    return ""


def _said(der: bytes) -> bytes:
    hello = ServerHello(legacy_version=ProtocolVersion(0x303), random=b"r" * 32, cipher_suite=CipherSuite(0xC02B), extensions=())
    bodies = ((2, hello.encode()), (11, Certificate12(certificates=(der,)).encode()))
    return b"".join(
        encode_records(ContentType.HANDSHAKE, ProtocolVersion.TLS1_2, HandshakeMessage(type=HandshakeType(kind), body=body).encode()) for kind, body in bodies
    )


FIELDS: dict[str, tuple[bytes, str]] = {
    "nothing wrong": (leaf(), ""),
    "version 4": (leaf(version=element(0xA0, integer(3))), "version-malformed"),
    "version 2": (leaf(version=element(0xA0, integer(1))), "version-2"),
    "version 1 written out": (leaf(version=element(0xA0, integer(0))), "default-encoded"),
    "version 1 with extensions": (leaf(version=b""), "version-too-old"),
    "a unique identifier": (leaf(unique=element(0x81, b"\0x")), "unique-identifier"),
    "version 2 with an identifier": (leaf(version=element(0xA0, integer(1)), unique=element(0x82, b"\0x"), extensions=[]), "unique-identifier"),
    "a negative serial": (leaf(serial=integer(-5)), "serial-negative"),
    "a serial of zero": (leaf(serial=integer(0)), "serial-zero"),
    "a long serial": (leaf(serial=integer(1 << 200)), "serial-too-long"),
    "a padded serial": (leaf(serial=element(2, b"\0\0\1")), "integer-padded"),
    "a serial of octets": (leaf(serial=octets(b"a")), "serial-malformed"),
    "no extension": (leaf(extensions=[]), "extensions-empty"),
    "an odd PrintableString": (leaf(subject=common_name("a@b", 0x13)), "string-characters"),
    "a tolerated PrintableString": (leaf(subject=common_name("*.a", 0x13)), "string-tolerated"),
    "a BMPString": (leaf(subject=common_name("ab".encode("utf-16-be"), 0x1E)), "string-type-old"),
    "half a BMPString": (leaf(subject=common_name(b"abc", 0x1E)), "string-malformed"),
    "a TeletexString": (leaf(subject=common_name("x", 0x14)), "string-type-old"),
    "an IA5String beyond ASCII": (leaf(subject=common_name(b"\xff", 0x16)), "string-characters"),
    "a NumericString of letters": (leaf(subject=common_name(b"a", 0x12)), "string-characters"),
    "no UTF-8": (leaf(subject=common_name(b"\xff\xfe")), "string-malformed"),
    "a name that is none": (leaf(subject=NULL), "name-malformed"),
    "a set in disorder": (leaf(subject=seq(set_of(seq(oid("2.5.4.10"), text("b")), seq(oid("2.5.4.3"), text("a"))))), "set-unsorted"),
    "an empty set": (leaf(subject=seq(set_of())), "set-empty"),
    "a GeneralizedTime too early": (leaf(validity=seq(generalized("20250101000000Z"), utc("450101000000Z"))), "validity-encoding"),
    "no seconds": (leaf(validity=seq(utc("2501010000Z"), utc("450101000000Z"))), "validity-without-seconds"),
    "a fraction of a second": (leaf(validity=seq(generalized("20250101000000.5Z"), utc("450101000000Z"))), "validity-malformed"),
    "an offset": (leaf(validity=seq(utc("250101000000+0100"), utc("450101000000Z"))), "validity-malformed"),
    "one date": (leaf(validity=seq(utc("250101000000Z"))), "validity-malformed"),
    "an end before the beginning": (leaf(validity=seq(utc("450101000000Z"), utc("250101000000Z"))), "validity-reversed"),
    "NULL parameters of ECDSA": (leaf(inner=seq(ECDSA_SHA256[2:], NULL), outer=seq(ECDSA_SHA256[2:], NULL)), "signature-parameters"),
    "two algorithms": (leaf(outer=seq(ECDSA_SHA256[2:], NULL)), "signature-algorithms-differ"),
    "bytes behind": (leaf() + b"\0\0", "trailing-data"),
    "something behind the signature": (leaf(behind=NULL), "trailing-data"),
    "something behind the extensions": (leaf(rest=NULL), "trailing-data"),
    "critical as 1": (leaf(extensions=[GOOD, extension(KEY_USAGE, bits(b"\x80", 7), critical=boolean(1))]), "encoding-not-der"),
    "an extension twice": (leaf(extensions=[GOOD, GOOD]), "extension-duplicate"),
    "an unknown extension twice": (leaf(extensions=[GOOD, *[extension("1.2.3.4", b"a")] * 2]), "extension-duplicate"),
    "an extension without a value": (leaf(extensions=[GOOD, seq(oid("1.2.3.4"))]), "extension-malformed"),
    "an extension with two values": (leaf(extensions=[GOOD, seq(oid(KEY_USAGE), octets(bits(b"\x80", 7)), NULL)]), "extension-malformed"),
    "a signature of half a byte": (seq(read_certificate(leaf()).tbs, ECDSA_SHA256, bits(read_certificate(leaf()).signature, 3)), "signature-malformed"),
    "a key without its curve": (leaf(key=seq(seq(oid("1.2.840.10045.2.1")), bits(b"\4" + bytes(64)))), "key-malformed"),
    "a key that is none": (leaf(key=seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(NULL))), "key-malformed"),
    "a padded modulus": (leaf(key=seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(seq(element(2, bytes(2) + b"\xff" * 256), integer(3))))), "key-malformed"),
    "a negative modulus": (leaf(key=seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(seq(element(2, b"\xff" * 256), integer(3))))), "key-malformed"),
    "a point of another size": (leaf(key=seq(seq(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bits(b"\4" + bytes(60)))), "key-malformed"),
    "a point of another form": (leaf(key=seq(seq(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")), bits(b"\7" + bytes(64)))), "key-malformed"),
    "a long length": (wrapped(lambda content: long_form(0x30, content)), "encoding-not-der"),
    "an indefinite length": (wrapped(lambda content: indefinite(0x30, content)), "encoding-not-der"),
    "a long length in a value": (leaf(extensions=[extension(SAN, long_form(0x30, dns("server.example")))]), "encoding-not-der"),
    "no validity": (leaf(validity=NULL), "validity-malformed"),
}
CASES: dict[str, tuple[bytes, str]] = (
    FIELDS
    | {f"extension: {name}": (leaf(extensions=[GOOD, damaged]), code) for name, (damaged, code) in DAMAGED.items()}
    | {f"name: {name}": (leaf(extensions=[alternative(dns("server.example"), bad)]), code) for name, (bad, code) in NAMES.items()}
)
BY_ANOTHER_RULE = {"extension: no extended usage"}
"""Refused by OpenSSL for what it means: it is for no purpose at all."""


@pytest.mark.skipif(ssl.OPENSSL_VERSION_INFO[0] != 3, reason="the grades are those of OpenSSL 3")
@pytest.mark.parametrize("case", CASES)
def test_what_is_fatal_openssl_refuses_and_nothing_else(case: str) -> None:
    der, code = CASES[case]
    found = read_certificate(der)
    assert code in {problem.code for problem in found.problems} or not code
    fatal = any(problem.grade is Grade.FATAL for problem in found.problems)
    said = reading(der)
    assert bool(said) is (fatal or case in BY_ANOTHER_RULE), said


@pytest.mark.parametrize("case", FIELDS)
def test_whatever_is_wrong_the_rest_is_read(case: str) -> None:
    found = read_certificate(FIELDS[case][0])
    assert found.label
    assert found.tbs
    assert found.signature or "signature" in case
    assert found.issuer.common_name == "Test Root CA"
    assert all(0 <= problem.offset <= len(found.der) for problem in found.problems)
