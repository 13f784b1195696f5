"""`diagnose_certificates`: what a caller gives, what comes back, and what must never be in it."""

from __future__ import annotations

import base64
import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12

import tlsdiag
from tlsdiag import Report, TargetError, Verdict, diagnose_certificates
from tlsdiag.bundles.reading import MAX_BYTES
from tlsdiag.plugin import Blame, CertificateFiles, Check, Finding, Fix, Layer, Rule, Seen, ServedChain, Severity
from tlsdiag.testing import Authority, Window, self_signed
from tlsdiag.testing.observations import NOW

ROOT = Authority.root(number=930, now=NOW)
MIDDLE = ROOT.intermediate(number=931)
LEAF = MIDDLE.issue("server.example", number=932, now=NOW)
OTHER = MIDDLE.issue("other.example", number=933, now=NOW)
LATE = Window(not_before=NOW - timedelta(days=90), not_after=NOW - timedelta(days=1))
OLD = MIDDLE.issue("server.example", number=934, window=LATE)
STRANGER = Authority.root("Stranger CA", organization="Strangers", number=935, now=NOW)
PASSWORD = "open sesame"


def judged(certificates: Any, **options: Any) -> Report:
    return diagnose_certificates(certificates, **{"trust": ROOT.pem, "now": NOW, "host": "server.example", **options})


def codes(report: Report) -> list[str]:
    return [item.code for item in report.findings]


def test_a_sound_chain_with_its_key_is_healthy() -> None:
    report = judged(LEAF.chain_pem, key=LEAF.key_pem)
    assert report.verdict is Verdict.HEALTHY
    assert codes(report) == []
    assert report.could_not_look == ()
    assert report.connections == 0
    assert report.endpoints == ()


@pytest.mark.parametrize("source", [LEAF.chain_pem, LEAF.chain_pem.decode(), [LEAF.pem, MIDDLE.pem], [LEAF.der, MIDDLE.issued.der], [MIDDLE.pem, LEAF.pem]])
def test_text_bytes_and_lists_of_them_are_one_chain(source: Any) -> None:
    report = judged(source)
    assert {item.code for item in report.findings} <= {"file-not-pem"}
    served = report.observations.get(ServedChain)
    assert served is not None and served.certificates == LEAF.chain


def test_paths_are_read(tmp_path: Path) -> None:
    (tmp_path / "fullchain.pem").write_bytes(LEAF.chain_pem)
    key = tmp_path / "key.pem"
    key.write_bytes(LEAF.key_pem)
    key.chmod(0o600)
    report = judged(tmp_path / "fullchain.pem", key=str(key))
    assert report.verdict is Verdict.HEALTHY
    assert str(report.target) == str(tmp_path / "fullchain.pem")


def test_a_key_that_others_can_read_is_noted(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(LEAF.key_pem)
    key.chmod(0o644)
    assert codes(judged(LEAF.chain_pem, key=key)) == ["file-key-exposed"]


@pytest.mark.parametrize(
    ("pem", "code"),
    [
        (OLD.chain_pem, "certificate-expired"),
        (OTHER.chain_pem, "name-mismatch"),
        (LEAF.pem, "intermediate-missing"),
        (MIDDLE.pem + LEAF.pem, "file-wrong-order"),
        (STRANGER.issue("server.example", number=936, now=NOW).pem, "issuer-untrusted"),
        (self_signed("server.example", number=937, now=NOW).pem, "certificate-self-signed"),
        (self_signed("server.example", number=937, now=NOW, authority=True).pem, "certificate-self-signed"),
        (MIDDLE.issue("server.example", number=938, now=NOW, usages=("client",)).chain_pem, "certificate-wrong-usage"),
    ],
)
def test_the_rules_for_chains_judge_files(pem: bytes, code: str) -> None:
    report = judged(pem)
    assert report.root_cause is not None and report.root_cause.code == code
    assert report.verdict is Verdict.BROKEN


@pytest.mark.parametrize(
    ("pem", "code"),
    [
        (LEAF.full_chain_pem, "root-sent"),
        (LEAF.pem + LEAF.chain_pem, "chain-duplicate"),
        (LEAF.chain_pem + STRANGER.intermediate("Stranger Issuing", number=939).pem, "chain-extra"),
        (LEAF.chain_pem + OTHER.pem, "file-several-leaves"),
        (LEAF.chain_pem + LEAF.key_pem, "file-holds-key"),
        (LEAF.chain_pem + self_signed("Old CA", number=940, authority=True, window=LATE).pem, "file-certificate-expired"),
    ],
)
def test_what_is_too_much_breaks_nothing(pem: bytes, code: str) -> None:
    report = judged(pem)
    assert code in codes(report)
    assert report.root_cause is None


def test_without_a_host_names_are_not_judged() -> None:
    assert codes(judged(OTHER.chain_pem, host=None)) == []


def test_no_text_of_a_file_report_speaks_of_connections() -> None:
    strange = STRANGER.issue("x.example", number=941, now=NOW).pem
    for pem in (LEAF.pem, MIDDLE.pem + LEAF.pem, LEAF.full_chain_pem, LEAF.pem + LEAF.chain_pem, strange, strange + STRANGER.pem, OLD.chain_pem):
        text = str(judged(pem, key=LEAF.key_pem)).lower()
        assert not [word for word in ("endpoint", "connections", "handshake", "no address", " sent", "sends", "this client") if word in text]


def test_the_key_is_held_against_every_certificate() -> None:
    report = judged(LEAF.chain_pem + OTHER.pem, key=OTHER.key_pem)
    assert report.root_cause is not None and report.root_cause.code == "file-key-mismatch"
    assert "it belongs to other.example (the given certificates, line " in report.root_cause.detail
    report = judged(LEAF.chain_pem, key=MIDDLE.issued.key_pem)
    assert report.root_cause is not None and "it belongs to Test Issuing CA" in report.root_cause.detail
    report = judged(LEAF.chain_pem, key=OTHER.key_pem)
    assert report.root_cause is not None and "nor to any other certificate" in report.root_cause.detail


def test_a_key_among_the_files_is_found() -> None:
    assert codes(judged([LEAF.chain_pem, LEAF.key_pem], key=True)) == []
    assert "file-key-mismatch" in codes(judged([LEAF.chain_pem, OTHER.key_pem]))
    assert "file-key-missing" in codes(judged(LEAF.chain_pem, key=True))
    assert "file-key-missing" in codes(judged(LEAF.chain_pem, key=OTHER.pem))


def locked(der: bool = False) -> bytes:
    found: bytes = LEAF.private_key.private_bytes(Encoding.DER if der else Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD.encode()))
    return found


def container(password: str = PASSWORD) -> bytes:
    issuers = [MIDDLE.issued.certificate, ROOT.issued.certificate, OTHER.certificate]
    return pkcs12.serialize_key_and_certificates(b"x", LEAF.private_key, LEAF.certificate, issuers, BestAvailableEncryption(password.encode()))


def test_a_password_opens_keys_and_containers() -> None:
    assert codes(judged(LEAF.chain_pem, key=locked(), password=PASSWORD)) == []
    assert "file-locked" in codes(judged(LEAF.chain_pem, key=locked()))
    report = judged(LEAF.chain_pem, key=locked(), password=b"wrong")
    assert report.root_cause is not None and report.root_cause.evidence["reason"] == "password-wrong"
    assert codes(judged(container())) == ["file-locked"]


def test_a_container_has_no_order_and_its_key_says_which_certificate_is_meant() -> None:
    report = judged(container(), password=PASSWORD, key=True)
    assert report.root_cause is None
    assert "file-wrong-order" not in codes(report)
    files = report.observations.get(CertificateFiles)
    assert files is not None and files.leaf is not None
    assert files.items[files.leaf].certificate == LEAF.der


def test_authorities_alone_are_a_store_or_a_chain_file() -> None:
    report = judged(ROOT.pem + STRANGER.pem)
    assert codes(report) == ["trust-store-file"]
    assert report.verdict is Verdict.HEALTHY
    report = judged(MIDDLE.pem, key=LEAF.key_pem)
    assert report.root_cause is not None and report.root_cause.code == "file-without-leaf"
    assert report.repaired_chain() is None


def test_what_is_damaged_is_the_cause_of_what_is_missing() -> None:
    pem = LEAF.pem + MIDDLE.pem.replace(b"\nMII", b"\nM*I", 1)
    report = judged(pem)
    assert [item.code for item in report.causes] == ["file-damaged"]
    assert "intermediate-missing" in codes(report)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("no-such-file.pem", "does not exist"),
        (Path("/"), "is a directory: name the files in it"),
        (3, "not int"),
        ([], "no certificate files"),
        (["x\0y"], "cannot be read"),
        (Path("/dev/zero"), "not a regular file"),
        ([b""] * 201, "judge each chain by itself"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(source: Any, said: str) -> None:
    with pytest.raises(TargetError, match=said):
        judged(source)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "large.pem").open("wb") as file:
        file.truncate(MAX_BYTES * 6)
    with pytest.raises(TargetError, match="that is no file of certificates"):
        judged(tmp_path / "large.pem")


@contextlib.contextmanager
def nobody() -> Iterator[None]:
    """As a user who may not read everything: root becomes another for a while."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_that_may_not_be_read_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.touch(mode=0o000)
    with nobody(), pytest.raises(TargetError, match="cannot be read by this user"):
        judged(path)


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(TargetError, match="time zone"):
        judged(LEAF.chain_pem, now=datetime(2026, 1, 1))
    assert judged(LEAF.chain_pem, now=datetime(2040, 1, 1, tzinfo=UTC)).root_cause is not None


def test_a_saved_report_reads_back_and_judges_the_same() -> None:
    report = judged(LEAF.chain_pem + LEAF.key_pem + OLD.pem, key=OTHER.key_pem)
    again = Report.from_json(report.to_json())
    assert again.to_dict() == report.to_dict()
    assert isinstance(again.observations.get(CertificateFiles), CertificateFiles)
    assert again.recheck().to_dict()["findings"] == report.to_dict()["findings"]
    assert again.recheck().verdict is report.verdict
    assert str(again) == str(report)
    assert again.repaired_chain() == report.repaired_chain() == LEAF.chain_pem


class LengthCheck(Check):
    """A stranger's check, which reads the chain and knows nothing of files."""

    name = "acme/length"
    rules = (Rule(code="acme/any-chain", title="x", layer=Layer.CERTIFICATE, severity=Severity.LOW, blame=Blame.SERVER, why="x", fix=Fix(summary="x")),)
    needs = (ServedChain,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        yield Finding.of(self.rules[0], f"{len(seen[ServedChain].certificates)} certificates")


def test_checks_of_others_judge_files_and_those_of_connections_say_what_they_lack() -> None:
    assert codes(judged(OLD.chain_pem, checks=["certificate-expired"])) == ["certificate-expired"]
    report = judged(LEAF.chain_pem, checks=["connection-refused"])
    assert report.verdict is Verdict.UNKNOWN
    assert codes(judged(LEAF.chain_pem, checks=[LengthCheck])) == ["acme/any-chain"]


def test_a_live_diagnosis_says_nothing_of_files() -> None:
    report = tlsdiag.diagnose("no-such-host.invalid", depth="quick", now=NOW)
    assert not [item for item in report.skipped if item.check.startswith("files/")]


def secrets() -> Iterator[bytes]:
    """Every form that a private key, or the password, could leak in."""
    number = LEAF.private_key.private_numbers().private_value
    raw = number.to_bytes(32, "big")
    yield from (raw, raw.hex().encode(), raw.hex().upper().encode(), str(number).encode(), PASSWORD.encode())
    for form in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        der = LEAF.private_key.private_bytes(Encoding.DER, form, NoEncryption())
        at = der.index(raw)
        yield from (base64.b64encode(der[start : start + 24]) for start in range(at, at + 3))
        yield from (base64.b64encode(der)[4 * (at // 3) + 4 :][:24],)
    yield from (base64.b64encode(raw[start:])[:24] for start in range(3))


def texts_of(report: Report) -> str:
    parts = [report.to_json(), repr(report), repr(report.target), str(report), repr(report.observations)]
    parts += [repr(value) for _, value in report.observations]
    parts += [repr(attrs.asdict(value)) for _, value in report.observations]
    return "\n".join(parts)


@pytest.mark.parametrize(
    "options",
    [
        {"certificates": LEAF.chain_pem + LEAF.key_pem},
        {"certificates": LEAF.chain_pem, "key": LEAF.key_pem},
        {"certificates": LEAF.chain_pem, "key": LEAF.key_pem.replace(b"PRIVATE KEY", b"CERTIFICATE")},
        {"certificates": LEAF.key_pem.replace(b"PRIVATE KEY", b"CERTIFICATE")},
        {"certificates": LEAF.key_pem.replace(b"PRIVATE KEY", b"SECRET THING")},
        {"certificates": LEAF.chain_pem, "key": LEAF.key_pem[:-40]},
        {"certificates": LEAF.chain_pem, "key": LEAF.key_pem.replace(b"\n", b"")},
        {"certificates": LEAF.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())},
        {"certificates": base64.b64encode(LEAF.key_pem)},
        {"certificates": LEAF.chain_pem, "key": locked(), "password": PASSWORD},
        {"certificates": LEAF.chain_pem, "key": locked(der=True), "password": PASSWORD},
        {"certificates": container(), "password": PASSWORD},
    ],
)
def test_no_byte_of_a_private_key_is_in_a_report(options: dict[str, Any]) -> None:
    report = judged(options.pop("certificates"), **options)
    text = texts_of(report).encode() + b"\n" + (report.repaired_chain() or b"")
    assert not [secret for secret in secrets() if secret in text]


def test_a_key_that_is_given_as_bare_text_is_no_path() -> None:
    der = LEAF.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    text = base64.b64encode(der).decode()
    report = judged([LEAF.chain_pem, text], key=text)
    assert "file-key-mismatch" not in codes(report)
    assert not [secret for secret in secrets() if secret in texts_of(report).encode()]


@pytest.mark.parametrize("head", [b"\x30\x24\x02\x02\x01\x01\x04\x1e", b"\x30\x23\x02\x01\x07\x0c\x1e", b"\x30\x20\x04\x1e"])
def test_what_hides_in_a_certificate_block_is_not_shown(head: bytes) -> None:
    der = head + b"secret" * 5
    pem = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"
    report = judged(pem)
    assert "file-damaged" in codes(report)
    assert base64.b64encode(der)[8:24].decode() not in report.to_json()


def test_a_wrong_order_hides_nothing_of_what_is_wrong_with_the_leaf() -> None:
    report = judged(MIDDLE.pem + LEAF.pem, host="elsewhere.example")
    found = {item.code: item for item in report.findings}
    assert {"file-wrong-order", "name-mismatch"} <= set(found)
    assert found["name-mismatch"].explained_by == ()
    assert "certificate-wrong-usage" not in found


def test_an_order_that_is_wrong_behind_the_leaf_is_no_obstacle() -> None:
    lower = MIDDLE.intermediate("Test Lower CA", number=77)
    issued = lower.issue("server.example", number=78)
    report = judged(issued.pem + MIDDLE.pem + lower.pem)
    assert "file-wrong-order" in codes(report) and "file-wrong-order" not in {item.code for item in report.causes}


def test_a_chain_is_judged_by_further_stores_side_by_side() -> None:
    report = judged(LEAF.chain_pem, stores=[STRANGER.pem])
    found = report.filter(code="trust-stores-compared")
    assert [item.severity for item in found] == [Severity.INFO], report


def test_a_certificate_of_localhost_is_no_default_where_localhost_is_wanted() -> None:
    issued = self_signed("localhost", subject_alt_name=False, window=Window.around(NOW))
    report = judged(issued.pem, host="localhost")
    assert "default-certificate" not in codes(report)
    assert report.root_cause is not None and report.root_cause.code == "certificate-self-signed"
    assert "default-certificate" in codes(judged(issued.pem))
