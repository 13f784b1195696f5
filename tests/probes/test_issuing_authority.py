"""Whose root a served chain leads to, and the tables and stores that a caller gives: with a TLS server on loopback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import certifi
import pytest
from samples.authorities import incident, table

import tlsdiag
from tlsdiag import Report, TargetError
from tlsdiag.authority_data import authority_data_of
from tlsdiag.certificates import StoreError, TrustStore, read_certificate
from tlsdiag.certificates.authorities import owner_of
from tlsdiag.cli import main
from tlsdiag.demo.servers import listening, tls
from tlsdiag.plugin import IssuingAuthority, StoreVerdict, StoreVerdicts
from tlsdiag.probes import authorities
from tlsdiag.testing import Authority

NAME = "server.example"
ROOT = Authority.root(number=300)
OLD = Authority.root("Old Root X3", number=350)
ISSUED = ROOT.intermediate(number=301).issue(NAME)
CHECKS = ["certificate/authorities", "certificate/trust", "local/stores-compared"]


def diagnose(*, chain: bytes = ISSUED.chain_pem, trust: bytes = ROOT.pem, **options: Any) -> Report:
    limits = tlsdiag.Limits(handshake_timeout=3)
    with listening(tls(chain, ISSUED.key_pem)) as server:
        return tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], trust=trust, checks=CHECKS, limits=limits, **options)


def authority(report: Report) -> IssuingAuthority:
    (found,) = report.observations.all(IssuingAuthority).values()
    return found


def codes(report: Report) -> list[str]:
    return [item.code for item in report.findings]


def compared(*stores: Any) -> dict[str, StoreVerdict]:
    (found,) = diagnose(stores=stores).observations.all(StoreVerdicts).values()
    return {item.store: item for item in found.verdicts if item.given}


def test_a_private_authority_has_no_owner_and_costs_nothing() -> None:
    found = authority(diagnose())
    assert (found.owner, found.public, found.distrusts) == (None, False, ())
    assert found.issuer == "CN=Test Issuing CA, O=Test Trust"


def test_the_owner_comes_from_the_table_of_the_caller() -> None:
    certificate = read_certificate(ROOT.issued.der)
    row = {"owner": "Us", "roots": [{"sha256": certificate.sha256, "spki_sha256": "0" * 64}], "problem_reporting": {"emails": ["us@example.org"]}}
    found = authority(diagnose(authority_data=table("ca_contacts", owners=[row])))
    assert found.owner is not None and (found.owner.owner, found.owner.emails) == ("Us", ("us@example.org",))
    assert found.owners_date == "2026-05-30"


def test_a_chain_to_the_public_list_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(TrustStore, "certifi", classmethod(lambda cls: cls.from_pem(ROOT.pem)))
    assert authority(diagnose()).public


def test_without_the_public_list_the_clients_own_ways_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(cls: type[TrustStore]) -> TrustStore:
        raise StoreError("no list")

    monkeypatch.setattr(authorities.TrustStore, "certifi", classmethod(unreadable))
    assert codes(diagnose(authority_data=incident(ROOT))) == ["authority-distrusted"]


def test_a_distrusted_root_is_found_where_the_chain_leads_nowhere() -> None:
    report = diagnose(chain=ISSUED.chain_pem + ROOT.pem, trust=OLD.pem, authority_data=incident(ROOT))
    assert [item.code for item in report.causes] == ["authority-distrusted"]
    assert {"private-authority"} <= set(codes(report))


def test_a_way_that_avoids_the_distrusted_root_is_enough() -> None:
    cross = OLD.intermediate("Test Root CA", number=300)
    chain = ISSUED.chain_pem + cross.pem
    assert codes(diagnose(chain=chain, trust=ROOT.pem + OLD.pem, authority_data=incident(OLD))) == []
    assert codes(diagnose(chain=chain, trust=OLD.pem, authority_data=incident(OLD))) == ["authority-distrusted"]


def test_given_stores_are_judged_side_by_side_with_their_reasons(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    found = compared(str(tmp_path / "root.pem"), OLD.pem, tmp_path / "missing.pem", 7, "certifi")
    assert {item.trusted for item in found.values()} == {True, False}
    assert found["the given certificates"].trusted  # that of the client holds the same as the first
    assert not found["the given store 2"].trusted
    assert "cannot be read" in found[str(tmp_path / "missing.pem")].reason
    assert "cannot be read" in found["the given store 4"].reason
    assert found[certifi.where()].reason == "it does not hold CN=Test Root CA, O=Test Trust"


def test_the_default_places_can_be_compared_too() -> None:
    (found,) = diagnose(stores=[None]).observations.all(StoreVerdicts).values()
    assert [item.trusted for item in found.verdicts if item.given] == [False]


def test_an_expired_path_says_so_of_its_store() -> None:
    from datetime import UTC, datetime

    (found,) = diagnose(stores=["certifi"], now=datetime(2999, 1, 1, tzinfo=UTC)).observations.all(StoreVerdicts).values()
    own = found.of("this client")
    assert own is not None and own.anchored and not own.trusted and own.reason


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (b"{}", "neither of the schemas"),
        ("/nonexistent/table.json", "is no file"),
        ("/tmp", "is no file"),
        ("\0", "authority_data"),
        (7, "takes files or bytes, not int"),
        ([7], "takes files or bytes, not int"),
    ],
)
def test_what_is_no_table_is_an_error_of_the_call(source: Any, says: str) -> None:
    with pytest.raises(TargetError, match=says):
        tlsdiag.Diagnosis(authority_data=source)


def test_a_table_that_may_not_be_read_is_an_error_of_the_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "table.json").write_bytes(table())

    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(TargetError, match="Permission denied"):
        authority_data_of(tmp_path / "table.json")


@pytest.mark.parametrize("stores", ["certifi", b"pem"])
def test_one_store_is_no_list_of_stores(stores: Any) -> None:
    with pytest.raises(TargetError, match="takes a list of trust stores"):
        tlsdiag.Target.parse(NAME, stores=stores)


def test_the_command_takes_tables_and_stores(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, content in {"root.pem": ROOT.pem, "old.pem": OLD.pem, "table.json": incident(ROOT)}.items():
        (tmp_path / name).write_bytes(content)
    with listening(tls(ISSUED.chain_pem, ISSUED.key_pem)) as server:
        words = [NAME, "-p", str(server.port), "--address", "127.0.0.1", "--trust", str(tmp_path / "root.pem"), "--store", str(tmp_path / "old.pem")]
        status = main([*words, "--authority-data", str(tmp_path / "table.json"), *(f"--check={name}" for name in CHECKS)])
    out = capsys.readouterr().out
    assert status == 1 and "The authority was distrusted" in out and "What each trust store makes of this chain" in out


def test_a_known_root_at_the_end_of_a_chain_has_its_owner() -> None:
    root = next(item for item in TrustStore.certifi().anchors if item.label == "ISRG Root X1")
    found = authorities.described([read_certificate(ISSUED.der)], [(read_certificate(ISSUED.der), root)], None, public=True, logged=None)
    known = owner_of(root)
    assert known is not None and found.owner is not None and found.owner.emails == known.emails


def test_files_are_judged_by_the_tables_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tlsdiag.diagnose_certificates(ISSUED.chain_pem, trust=ROOT.pem, checks=CHECKS, authority_data=incident(ROOT))
    assert codes(report) == ["authority-distrusted"] and not report.findings[0].blocks
    (tmp_path / "chain.pem").write_bytes(ISSUED.chain_pem)
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    (tmp_path / "table.json").write_bytes(incident(ROOT))
    words = ["certificates", str(tmp_path / "chain.pem"), "--trust", str(tmp_path / "root.pem"), "--authority-data", str(tmp_path / "table.json")]
    assert main([*words, "--letter", "authority-distrusted"]) == 1
    assert capsys.readouterr().out.startswith("To: (a private authority")
