"""Files with several server certificates: which is judged and why, what is told of the others, and how to have them judged; and files with none."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from responders import listing

from tlsdiag import Finding, Report, Severity, TargetError, Verdict, diagnose_certificates
from tlsdiag.cli import main
from tlsdiag.local import Material
from tlsdiag.observation import Why
from tlsdiag.offline import survey
from tlsdiag.plugin import CertificateFiles, OtherLeaves, ServedChain
from tlsdiag.probes.other_leaves import MOST
from tlsdiag.testing import Authority, Issued, Window, self_signed
from tlsdiag.testing.observations import NOW

NAME = "server.example"
ROOT = Authority.root(number=600, now=NOW)
MIDDLE = ROOT.intermediate(number=601)
SECOND = ROOT.intermediate("Second Issuing CA", number=602)
ECDSA = MIDDLE.issue(NAME, number=603, now=NOW)
RSA = MIDDLE.issue(NAME, number=604, now=NOW, key="rsa")
OTHER = SECOND.issue("other.example", number=605, now=NOW)
LATE = Window(not_before=NOW - timedelta(days=90), not_after=NOW - timedelta(days=1))
OLD = MIDDLE.issue(NAME, number=606, window=LATE)
STRAYS = [Authority.root(f"Stray Root {n}", number=610 + n, now=NOW).intermediate(f"Stray CA {n}", number=620 + n).pem for n in range(3)]
LOCKED = ECDSA.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
REQUEST = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(ECDSA.private_key, hashes.SHA256()).public_bytes(Encoding.PEM)
LIST = x509.load_der_x509_crl(listing(MIDDLE, now=NOW)).public_bytes(Encoding.PEM)
PARAMETERS = b"-----BEGIN DH PARAMETERS-----\nMAYCAQsCAQI=\n-----END DH PARAMETERS-----\n"


def judged(certificates: Any, **options: Any) -> Report:
    return diagnose_certificates(certificates, **{"trust": ROOT.pem, "now": NOW, "host": NAME, **options})


def codes(report: Report) -> list[str]:
    return [item.code for item in report.findings]


def after(issued: Issued) -> int:
    """The line that follows the chain of a certificate: how many it has depends on the length of its signatures."""
    return issued.chain_pem.count(b"\n") + 1


def several(report: Report) -> Finding:
    (found,) = report.filter(code="file-several-leaves")
    return found


@pytest.mark.parametrize("pem", [RSA.pem + ECDSA.pem + MIDDLE.pem, RSA.chain_pem + ECDSA.chain_pem], ids=["one issuer", "two chains"])
def test_rsa_and_ecdsa_in_one_file_are_several_and_nothing_else(pem: bytes) -> None:
    report = judged(pem)
    assert (codes(report), report.verdict) == (["file-several-leaves"], Verdict.FLAWED)
    found = several(report)
    assert "with keys of the kinds RSA 2048, EC secp256r1" in found.detail
    assert f"Judged here: number 1, {NAME} (the given certificates, line 1), the first, which a server takes for its own." in found.detail
    assert "number 2" in found.detail and "its chain leads to Test Root CA, and nothing speaks against it" in found.detail
    assert "--leaf" in found.fix.summary


@pytest.mark.parametrize(("number", "chosen"), [(None, RSA), (1, RSA), (2, ECDSA)])
def test_the_one_that_is_asked_for_is_judged_with_its_own_chain(number: int | None, chosen: Any) -> None:
    report = judged(RSA.chain_pem + ECDSA.chain_pem, leaf=number, key=chosen.key_pem)
    assert codes(report) == ["file-several-leaves"]
    served = report.observations.get(ServedChain)
    assert served is not None and served.certificates == chosen.chain
    assert report.repaired_chain() == chosen.chain_pem
    assert ("which was asked for" in several(report).detail) is (number is not None)


@pytest.mark.parametrize(
    ("first", "second", "cause", "told"),
    [
        (ECDSA, OTHER, None, f"number 2, other.example (the given certificates, line {after(ECDSA)}): it is not for server.example"),
        (OTHER, ECDSA, "name-mismatch", f"number 2, {NAME} (the given certificates, line {after(OTHER)}): its chain leads to Test Root CA"),
        (ECDSA, OLD, None, f"{NAME} expired on 2026-"),
        (OLD, ECDSA, "certificate-expired", "and nothing speaks against it"),
    ],
    ids=["another site", "another site first", "an old one", "an old one first"],
)
def test_the_first_is_judged_and_the_other_is_told_in_short(first: Any, second: Any, cause: str | None, told: str) -> None:
    report = judged(first.chain_pem + second.chain_pem)
    assert [item.code for item in report.causes] == ([cause] if cause else [])
    assert told in several(report).detail
    assert not report.filter(code=("chain-extra", "chain-duplicate", "file-wrong-order"))


def test_one_whose_issuer_is_nowhere_is_told_in_words_for_files() -> None:
    strange = Authority.root("Strange CA", organization="Strangers", number=630, now=NOW).issue(NAME, number=631, now=NOW)
    detail = several(judged(ECDSA.chain_pem + strange.pem)).detail
    assert "is neither there nor in the store" in detail


def test_a_key_tells_which_of_a_container_is_judged() -> None:
    issuers = [OTHER.certificate, MIDDLE.issued.certificate, SECOND.issued.certificate]
    made = pkcs12.serialize_key_and_certificates(b"x", ECDSA.private_key, ECDSA.certificate, issuers, NoEncryption())
    assert "to which the key belongs" in several(judged(made)).detail
    assert "which was asked for" in several(judged(made, leaf=2)).detail


def bag(*issued: Any) -> bytes:
    return bytes(pkcs12.serialize_key_and_certificates(None, None, None, [item.certificate for item in issued], NoEncryption()))


def test_in_a_container_without_a_key_the_name_decides_or_nothing() -> None:
    assert "which has the name" in several(judged(bag(OTHER, ECDSA, MIDDLE.issued))).detail
    assert "the container keeps no order" in several(judged(bag(OTHER, ECDSA, MIDDLE.issued), host=None)).detail


def test_what_is_in_order_is_told_before_what_is_not_and_many_are_counted() -> None:
    many = [SECOND.issue(f"h{number}.example", number=650 + number, now=NOW) for number in range(MOST + 3)]
    report = judged(b"".join(item.pem for item in many) + ECDSA.chain_pem)
    assert f"and {MOST - 1} more" in several(report).detail
    seen = report.observations.get(OtherLeaves)
    assert seen is not None and (len(seen.leaves), seen.omitted) == (MOST, 3)
    detail = several(judged(b"".join(item.pem for item in many[:9]) + ECDSA.chain_pem)).detail
    assert f"Only looked at in passing: number 10, {NAME}" in detail


@pytest.mark.parametrize(("leaf", "pem", "words"), [
    (3, ECDSA.chain_pem + OTHER.pem, "there are 2 server certificates, with the numbers 1 to 2"),
    (0, ECDSA.chain_pem, "there is one server certificate"),
    (1, ROOT.pem + SECOND.pem, "there is no server certificate"),
    (1, b"", "there is no server certificate"),
])  # fmt: skip
def test_a_number_that_nothing_has_is_refused_in_words(leaf: int, pem: bytes, words: str) -> None:
    with pytest.raises(TargetError, match=words):
        judged(pem, leaf=leaf)


def test_the_command_line_judges_another_and_writes_its_chain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "both.pem").write_bytes(RSA.chain_pem + ECDSA.chain_pem)
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    words = ["certificates", str(tmp_path / "both.pem"), "--trust", str(tmp_path / "root.pem"), "--now", NOW.isoformat(), "--leaf"]
    assert main([*words, "2", "--write-chain", str(tmp_path / "second.pem")]) == 1
    assert (tmp_path / "second.pem").read_bytes() == ECDSA.chain_pem
    assert main([*words, "3"]) == 2
    assert "numbers 1 to 2" in capsys.readouterr().err


def test_one_leaf_twice_is_one_leaf() -> None:
    report = judged(ECDSA.pem + ECDSA.pem + MIDDLE.pem)
    assert codes(report) == ["chain-duplicate"]
    assert judged(ECDSA.pem + ECDSA.pem + MIDDLE.pem, leaf=1).repaired_chain() == ECDSA.chain_pem


def test_strangers_beside_a_chain_are_extras() -> None:
    report = judged(ECDSA.chain_pem + b"".join(STRAYS))
    assert codes(report) == ["chain-extra"]
    assert all(f"Stray CA {number}" in report.findings[0].detail for number in range(3))


def test_roots_alone_are_a_store() -> None:
    report = judged(ROOT.pem + Authority.root("Other Root", number=640, now=NOW).pem)
    assert (codes(report), report.verdict) == (["trust-store-file"], Verdict.HEALTHY)


@pytest.mark.parametrize(
    ("pem", "words"),
    [
        (REQUEST, "holds one certificate request, and no certificate"),
        (ECDSA.key_pem, "holds one private key, and no certificate"),
        (LOCKED, "holds one private key, and no certificate"),
        (REQUEST + LOCKED, "holds one certificate request, one private key, and no certificate"),
        (LIST, "holds one revocation list, and no certificate"),
        (b"", "it is empty"),
        (b"\n\n", "and no certificate"),
    ],
    ids=["request", "key", "locked key", "request and locked key", "list", "empty", "blank"],
)
def test_a_file_without_a_certificate_is_the_one_cause(pem: bytes, words: str) -> None:
    report = judged(pem)
    assert [item.code for item in report.causes] == ["file-holds-no-certificate"], report
    assert report.causes[0].detail.find(words) >= 0 or words == "and no certificate"
    assert ("file-locked" in codes(report)) is (LOCKED in pem)


def test_a_locked_key_blocks_where_there_is_a_certificate_that_it_may_go_with() -> None:
    report = judged(ECDSA.chain_pem + LOCKED)
    assert [item.code for item in report.causes] == ["file-locked"]
    assert [item.code for item in judged(ECDSA.chain_pem, key=LOCKED).causes] == ["file-locked"]


@pytest.mark.parametrize(("more", "words"), [
    (LIST, f"one revocation list too (line {after(ECDSA)})"),
    (REQUEST + LIST, f"one certificate request, one revocation list too (lines {after(ECDSA)}, "),
    (LIST * 6, f"6 revocation lists too (lines {after(ECDSA)}, "),
])  # fmt: skip
def test_what_is_there_beside_the_certificates_is_remarked_upon(more: bytes, words: str) -> None:
    report = judged(ECDSA.chain_pem + more)
    assert (codes(report), report.verdict) == (["file-holds-more"], Verdict.HEALTHY)
    assert words in report.findings[0].detail and report.findings[0].severity is Severity.INFO


def test_parameters_are_what_haproxy_takes_from_the_file() -> None:
    assert codes(judged(ECDSA.chain_pem + PARAMETERS)) == []


PIECES = {
    "root": ROOT.pem, "middle": MIDDLE.pem, "second": SECOND.pem, "ecdsa": ECDSA.pem, "rsa": RSA.pem, "other": OTHER.pem, "old": OLD.pem, "stray": STRAYS[0],
    "self": self_signed(NAME, number=641, now=NOW).pem, "key": ECDSA.key_pem, "locked": LOCKED, "request": REQUEST, "list": LIST, "parameters": PARAMETERS,
    "cut": ECDSA.pem[:200] + b"\n", "page": b"<html>404</html>\n", "nothing": b"", "bytes": bytes(range(256)),
}  # fmt: skip


def survey_of(contents: bytes | list[bytes], host: str | None) -> CertificateFiles:
    parts = contents if isinstance(contents, list) else [contents]
    return survey([Material(name=f"{number}", data=data) for number, data in enumerate(parts)], None, None, host=host or "")


@given(
    names=st.lists(st.sampled_from(sorted(PIECES)), max_size=7),
    number=st.integers(1, 3) | st.none(),
    host=st.sampled_from([None, NAME, "other.example"]),
    apart=st.booleans(),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_put_together_is_told_without_a_crash(names: list[str], number: int | None, host: str | None, apart: bool) -> None:
    pieces = [PIECES[name] for name in names]
    given_files = pieces if apart and pieces else b"".join(pieces)
    leaves = len(survey_of(given_files, host).leaves)
    if number is not None and number > leaves:
        with pytest.raises(TargetError, match="server certificate"):
            judged(given_files, leaf=number, host=host)
        return
    report = judged(given_files, leaf=number, host=host)
    assert [item for item in report.skipped if item.why is Why.CRASHED] == []
    assert [item for _, _, item in report.observations.unavailable if item.why is Why.CRASHED] == []
    files = report.observations.get(CertificateFiles)
    assert files is not None and len(files.leaves) == leaves
    assert (leaves > 1) is bool(report.filter(code="file-several-leaves"))
    assert files.certificates or report.root_cause is not None
    assert str(report) and Report.from_json(report.to_json()).recheck().to_dict()["findings"] == report.to_dict()["findings"]


def test_without_a_store_the_others_lead_nowhere_and_the_store_is_the_cause(tmp_path: Path) -> None:
    report = judged(ECDSA.chain_pem + OTHER.chain_pem, trust=str(tmp_path / "none.pem"), host=None)
    assert [item.code for item in report.causes] == ["trust-store-unreadable"], report
    assert "is neither there nor in the store" in several(report).detail
