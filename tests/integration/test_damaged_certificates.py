"""Certificates with damaged bytes on a real server: what stopped the client is named, although OpenSSL says something else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from der import CONSTRAINTS, KEY_USAGE, NULL, SKI, alternative, boolean, certificate, common_name, dns, element, extension, octets, seq
from failures.forge import pem
from patience import PATIENT
from servers import RunningServer

import tlsdiag
from tlsdiag import Severity, Verdict
from tlsdiag.testing import Authority, Issued
from tlsdiag.testing.certificates import new_key

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=300)
GOOD = alternative(dns(NAME))
BLOCKING = {
    "a keyUsage that is none": [GOOD, extension(KEY_USAGE, NULL)],
    "an unknown kind of name": [alternative(dns(NAME), element(0x8A, b"x"))],
    "negative path length": [GOOD, extension(CONSTRAINTS, seq(boolean(True), b"\x02\x01\xff"))],
}
UNTIDY = {
    "critical FALSE": [GOOD, extension(SKI, octets(b"key"), critical=boolean(False))],
    "cA FALSE": [GOOD, extension(CONSTRAINTS, seq(boolean(False)))],
}


def diagnosed(serve: Serve, der: bytes) -> tlsdiag.Report:
    key = new_key("ecdsa", 700)
    server = serve("nginx", chain_pem=pem(der), key_pem=Issued(certificate=ROOT.issued.certificate, private_key=key).key_pem)
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, limits=PATIENT)


def made(extensions: list[bytes], **pieces: bytes) -> bytes:
    return certificate(issuer=ROOT.issued.certificate.subject.public_bytes(), signer=ROOT.issued.private_key, extensions=extensions, **pieces)


@pytest.mark.parametrize("case", BLOCKING)
def test_a_damaged_extension_is_the_cause_where_openssl_speaks_of_the_issuer(case: str, serve: Serve) -> None:
    report = diagnosed(serve, made(BLOCKING[case]))
    assert report.root_cause is not None
    assert report.root_cause.code == "certificate-malformed"
    assert "issued by CN=Test Root CA" in report.root_cause.detail


@pytest.mark.parametrize("case", UNTIDY)
def test_an_encoded_default_is_nothing_but_a_remark(case: str, serve: Serve) -> None:
    report = diagnosed(serve, made(UNTIDY[case]))
    assert report.verdict is not Verdict.BROKEN
    assert [item.severity for item in report.findings if item.code == "certificate-untidy"] == [Severity.INFO]
    assert not [item for item in report.findings if item.code == "certificate-malformed"]


def test_what_cryptography_refuses_does_not_stop_the_diagnosis(serve: Serve) -> None:
    report = diagnosed(serve, made([GOOD], subject=common_name("a@b", 0x13)))
    found = next(item for item in report.findings if item.code == "certificate-malformed")
    assert found.severity is Severity.MEDIUM
    assert not found.blocks
    assert "PrintableString" in found.detail
    assert report.verdict is Verdict.FLAWED
