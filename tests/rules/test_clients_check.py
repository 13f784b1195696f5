"""Clients that differ: who refuses, who accepts, whether it is the cause here, and when nothing is said."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
from chains import chains
from chains.case import three
from chains.making import NAME, NOW, der, extended
from samples.views import rows, served

import tlsdiag
from tlsdiag import Finding
from tlsdiag.checks.certificate import soundness
from tlsdiag.checks.certificate.clients import ALWAYS_TOLD, CAUSES, ClientsCheck
from tlsdiag.finding import Severity
from tlsdiag.plugin import Blame, ClientsFinding
from tlsdiag.testing import run_check


def finding(name: str, **client: Any) -> ClientsFinding | None:
    """The one finding about a row of the matrix, or None."""
    found = run_check(ClientsCheck, served(name, **client))
    assert len(found) <= 1
    assert not found or isinstance(found[0], ClientsFinding)
    return found[0] if found else None  # type: ignore[return-value]


@pytest.mark.parametrize("name", [row.name for row in chains() if row.family in ("healthy", "sending") and not row.name.startswith("ed25519")])
def test_where_all_agree_nothing_is_said(name: str) -> None:
    if name not in ("intermediate-alone-in-the-store", "extra-unreadable"):
        assert finding(name) is None


@pytest.mark.parametrize("name", ["leaf-expired", "unknown-authority", "host-is-another", "bad-signature-leaf"])
def test_where_all_refuse_the_cause_is_told_elsewhere(name: str) -> None:
    assert finding(name, verify_code=10) is None


@pytest.mark.parametrize("name", ["root-without-keyusage", "root-without-identifiers", "intermediate-constraints-not-critical", "leaf-without-authority-key"])
def test_what_only_strict_clients_refuse_is_told_by_the_strict_check(name: str) -> None:
    assert finding(name) is None


def test_openssl_that_misses_the_good_path_is_the_cause() -> None:
    found = finding("untrusted-way-first", verify_code=20)
    assert found is not None and found.code == "good-path-missed"
    assert found.blocks and found.severity is Severity.CRITICAL
    assert set(found.refused_by) == {"openssl-1.1.1", "openssl-3", "openssl-3-strict", "gnutls"}
    assert {"go", "java", "chromium"} <= set(found.accepted_by)
    assert found.better == ("server.example", "Matrix Issuing CA", "Matrix Root CA") and found.path == found.better[:2]
    assert "OpenSSL and GnuTLS would go" in found.detail


def test_a_path_that_other_clients_miss_is_told_and_does_not_block_here() -> None:
    found = finding("renewed-intermediate")
    assert found is not None and (found.code, found.blocks, found.severity) == ("good-path-missed", False, Severity.LOW)
    assert found.refused_by == ("gnutls",)


def test_an_ed25519_key_is_no_more_than_a_remark() -> None:
    found = finding("ed25519")
    assert found is not None and (found.severity, set(found.refused_by)) == (Severity.INFO, {"nss", "chromium"})


def test_what_this_client_refuses_and_no_other_check_names_is_the_cause() -> None:
    found = finding("intermediate-alone-in-the-store", verify_code=2)
    assert found is not None and (found.code, found.blocks) == ("refused-by-some-clients", True)
    assert found.title.startswith("This client refuses")
    assert {note.code for note in found.reasons} == {"partial-chain"}


@pytest.mark.parametrize(("name", "code"), [("rsa-1024", 66), ("intermediate-mail-only", 26), ("leaf-any-purpose", 26), ("wildcard-top-level", 62)])
def test_what_another_check_names_is_a_remark_here(name: str, code: int) -> None:
    found = finding(name, verify_code=code)
    assert found is not None and (found.blocks, found.severity) == (False, Severity.INFO)


def test_an_extension_that_only_some_clients_refuse_to_see_critical_is_the_cause() -> None:
    found = finding("leaf-authority-key-critical", verify_code=34)
    assert found is not None and found.blocks and found.accepted_by == ("gnutls", "nss")


def test_a_name_that_clients_compare_otherwise_is_told_by_the_names() -> None:
    found = finding("trailing-dot-in-certificate", verify_code=62)
    assert found is not None and not found.blocks and found.accepted_by == ("chromium",)


def of_a_file(name: str) -> dict[str, Finding]:
    """A row of the matrix, judged as a file for no client in particular."""
    row = next(item for item in chains() if item.name == name)
    return judged([*row.sent], row.store[0], row.host)


def judged(sent: list[bytes], root: bytes, host: str) -> dict[str, Finding]:
    return {item.code: item for item in tlsdiag.diagnose_certificates(sent, host=host, trust=ssl.DER_cert_to_PEM_cert(root).encode(), now=NOW).findings}


def test_an_address_that_stands_there_as_a_name_is_told_by_the_names_alone() -> None:
    found = of_a_file("address-as-dns-name")
    assert "name-mismatch" in found and "refused-by-some-clients" not in found


def test_versions_of_one_library_are_one_in_a_sentence_too() -> None:
    assert "OpenSSL 3 refuses it" in of_a_file("rsa-1024")["refused-by-some-clients"].detail


def test_a_client_is_asked_about_an_address_as_an_address() -> None:
    found = three(leaf={"names": ("2001:db8::7",), "extended": extended("any")})
    snippets = judged([found.leaf.der, found.middle.der], found.root.der, "2001:db8::7")["refused-by-some-clients"].fix.snippets
    assert "-connect [2001:db8::7]:443 -noservername -verify_ip 2001:db8::7 " in snippets["openssl"]


def key_identifier(key_id: bytes, issuer: bytes, serial: int) -> bytes:
    return der(0x30, der(0x80, key_id) + der(0xA1, der(0xA4, issuer)) + der(0x82, serial.to_bytes(serial.bit_length() // 8 + 1, "big")))


def test_a_certificate_that_names_another_issuer_is_the_authority_s_to_mend() -> None:
    """As after an authority was certified again: OpenSSL compares the serial number, and nothing that is sent has it."""
    found = three()
    middle = found.middle
    for identifier, words in (
        (key_identifier(middle.key_id, middle.issuer, 5), "has the serial number 5, and that of Matrix Issuing CA"),
        (der(0x30, der(0x80, b"x" * 20)), f"has the key {'78' * 20}, and that of Matrix Issuing CA"),
    ):
        leaf = three(leaf={"authority_key": identifier}).leaf
        item = judged([leaf.der, middle.der], found.root.der, NAME)["good-path-missed"]
        assert (item.blame, item.title.partition(" than ")[0]) == (Blame.AUTHORITY, "A certificate names another issuer")
        assert words in item.detail and "keyid" in item.fix.snippets["openssl"]


def test_an_identifier_that_fits_names_nobody_else() -> None:
    found = three()
    middle = found.middle
    leaf = three(leaf={"authority_key": key_identifier(middle.key_id, middle.issuer, middle.serial)}).leaf
    assert "good-path-missed" not in judged([leaf.der, middle.der], found.root.der, NAME)


def test_a_store_without_the_root_is_the_client_s_to_mend() -> None:
    found = finding("intermediate-alone-in-the-store", verify_code=2)
    assert found is not None and (found.blame, found.blocks) == (Blame.CLIENT, True)
    assert "OpenSSL 1.1.1 and OpenSSL 3 refuse it" in found.detail


def test_browsers_and_go_weigh_more_than_what_is_rare() -> None:
    of_go, of_gnutls = finding("constraints-empty"), finding("policy-mapping-inhibited")
    assert of_go is not None and of_go.severity is Severity.INFO  # that it is malformed is told whoever refuses
    assert of_gnutls is not None and (of_gnutls.severity, of_gnutls.refused_by) == (Severity.LOW, ("gnutls", "nss"))
    of_java = finding("leaf-gated-crypto")
    assert of_java is not None and of_java.severity is Severity.MEDIUM and "go" in of_java.refused_by


def test_a_host_that_java_does_not_take_is_no_fault_of_the_server() -> None:
    found = finding("underscore")
    assert found is not None and (found.severity, found.refused_by) == (Severity.INFO, ("java",))


def test_what_the_client_at_hand_did_counts_more_than_what_is_predicted_of_it() -> None:
    found = finding("leaf-any-purpose")
    assert found is not None and "openssl-3" in found.accepted_by and not found.blocks
    refused = finding("common-name-only", verify_code=62)
    assert refused is not None and "openssl-3" not in (*refused.accepted_by, *refused.refused_by)


@pytest.mark.parametrize(("library", "refusing"), [("OpenSSL 1.1.1w", True), ("OpenSSL 3.0.13", True), ("LibreSSL 3.3.6", False), ("OpenSSL 1.0.2k", False)])
def test_a_client_of_an_unknown_library_stands_for_no_profile(library: str, refusing: bool) -> None:
    found = finding("leaf-authority-key-critical", verify_code=34, library=library)
    assert found is not None and found.blocks is refusing


def test_a_client_that_does_not_verify_stands_for_none() -> None:
    found = finding("leaf-any-purpose", verify_mode="CERT_NONE")
    assert found is not None and not found.blocks and "openssl-3" in found.refused_by


def test_where_many_things_are_wrong_the_rest_is_counted() -> None:
    import attrs

    from tlsdiag.plugin import ClientViews, Note

    seen = served("underscore")
    views = seen[ClientViews]
    notes = tuple(Note(code="odd", detail=f"reason {number}", depth=0) for number in range(5))
    changed = tuple(attrs.evolve(view, reasons=notes) if view.profile == "java" else view for view in views.views)
    seen.observations.put(ClientViews, seen.endpoint, attrs.evolve(views, views=changed))
    found = run_check(ClientsCheck, seen)
    assert "reason 0; reason 1; and 3 more." in found[0].detail


def test_what_a_strict_client_refuses_by_its_own_code_is_told_as_that() -> None:
    from tlsdiag.checks.certificate.clients import STRICT_CODES
    from tlsdiag.checks.client import outcome

    assert outcome._STRICT == STRICT_CODES
    found = finding("intermediate-alone-in-the-store", verify_code=88)
    assert found is not None and not found.blocks


def test_a_client_that_compares_no_names_stands_for_no_profile() -> None:
    assert finding("host-is-another", check_hostname=False) is None
    found = finding("intermediate-alone-in-the-store", verify_code=2, check_hostname=False)
    assert found is not None and not found.blocks


def test_every_violation_that_soundness_tells_is_known_here() -> None:
    assert set(soundness._OF_PATHS) <= CAUSES
    assert CAUSES | {"serial-negative", "old-version", "key-not-allowed", "host-odd"} >= ALWAYS_TOLD


def test_every_row_is_told_within_reason() -> None:
    for name in rows():
        for item in run_check(ClientsCheck, served(name)):
            assert len(item.detail) < 1500, name
            assert item.severity <= Severity.HIGH


@pytest.mark.parametrize(("name", "severity"), [("intermediate-mail-only", Severity.INFO), ("leaf-authority-key-critical", Severity.MEDIUM)])
def test_without_a_client_at_hand_what_openssl_refuses_is_told_by_the_other_checks(name: str, severity: Severity) -> None:
    """As for certificate files, of which no client has said anything."""
    from tlsdiag.plugin import ClientOutcome, Unavailable, Why

    seen = served(name)
    seen.observations.put(ClientOutcome, seen.endpoint, Unavailable(why=Why.NOT_APPLICABLE, detail="no connection"))
    found = run_check(ClientsCheck, seen)
    assert [(item.code, item.severity, item.blocks) for item in found] == [("refused-by-some-clients", severity, False)]


def test_real_sites_are_taken_by_all_clients() -> None:
    import base64
    import json
    from datetime import datetime
    from pathlib import Path

    from tlsdiag.certificates import TrustStore, client_verdicts, read_certificate

    refusing = {}
    sites = (Path(__file__).parents[1] / "corpus" / "sites" / "chains.json").read_text(encoding="utf-8")
    for row in json.loads(sites)["chains"]:
        leaf, *sent = (read_certificate(base64.b64decode(text)) for text in row["sent"])
        store = TrustStore.from_certificates([base64.b64decode(row["root"])])
        verdicts = client_verdicts(leaf, sent=sent, store=store, at=datetime.fromisoformat(row["at"]), host=row["host"])
        refusing[row["host"]] = [(item.profile, item.violations) for item in verdicts if not item.accepts]
    assert {host: found for host, found in refusing.items() if found} == {}
