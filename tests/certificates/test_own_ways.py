"""Clients that do not backtrack: the same chain passes where every way is tried, and fails where the first one is taken."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hostile import NOW

from tlsdiag.certificates import CLIENTS, PROFILES, Certificate, ClientVerdict, TrustStore, client_verdicts, read_certificate
from tlsdiag.certificates.paths import own_ways
from tlsdiag.testing import Authority, Issued, Window, self_signed

ROOT = Authority.root("Ways Root CA", number=1500, now=NOW)
OLD = Authority.root("Ways Old Root CA", number=1501, now=NOW)
ISSUING = ROOT.intermediate("Ways Issuing CA", number=1502)
LEAF = ISSUING.issue("server.example", window=Window.around(NOW))
GONE = Window(not_before=NOW - timedelta(days=900), not_after=NOW - timedelta(days=1))


def read(item: Authority | Issued) -> Certificate:
    return read_certificate(item.issued.der if isinstance(item, Authority) else item.der)


def again(number: int, upper: Authority, name: str, window: Window) -> Authority:
    return Authority(issued=upper.issued, window=window).intermediate(name, number=number)


def verdicts(leaf: Issued, *sent: Authority, trusted: tuple[Authority | Issued, ...] = (ROOT,), **options: object) -> dict[str, ClientVerdict]:
    store = TrustStore.from_certificates([read(item).der for item in trusted])
    found = client_verdicts(read(leaf), sent=[read(item) for item in sent], store=store, at=NOW, **options)  # type: ignore[arg-type]
    return {item.profile: item for item in found}


def accepting(found: dict[str, ClientVerdict]) -> set[str]:
    return {name for name, item in found.items() if item.accepts}


def test_a_sound_chain_is_accepted_by_every_client() -> None:
    found = verdicts(LEAF, ISSUING, host="server.example")
    assert set(found) == CLIENTS
    assert accepting(found) >= CLIENTS - {"openssl-3-strict"}
    assert found["go"].software == PROFILES["go"].software


def test_a_name_that_does_not_match_is_a_refusal_of_all() -> None:
    found = verdicts(LEAF, ISSUING, host="other.example")
    assert accepting(found) == set()
    assert {item.violations[0].code for item in found.values()} == {"name-mismatch"}


def test_openssl_takes_the_intermediate_that_is_valid_and_gnutls_the_first() -> None:
    expired = again(1502, ROOT, "Ways Issuing CA", GONE)
    found = verdicts(LEAF, expired, ISSUING)
    assert {"openssl-3", "go"} <= accepting(found)
    assert [item.code for item in found["gnutls"].violations] == ["expired"]
    assert verdicts(LEAF, ISSUING, expired)["gnutls"].accepts


def test_a_way_to_an_unknown_root_that_is_sent_first_stops_who_does_not_look_back() -> None:
    astray = again(1502, OLD, "Ways Issuing CA", OLD.window)
    found = verdicts(LEAF, astray, OLD, ISSUING)
    assert found["go"].accepts
    assert not found["openssl-3"].accepts
    assert [item.label for item in found["openssl-3"].path.certificates] == ["server.example", "Ways Issuing CA", "Ways Old Root CA"]


def test_of_certificates_that_have_all_expired_openssl_takes_the_one_that_ends_last() -> None:
    older = Window(not_before=GONE.not_before, not_after=GONE.not_after - timedelta(days=5))
    found = verdicts(LEAF, again(1502, ROOT, "Ways Issuing CA", older), again(1502, ROOT, "Ways Issuing CA", GONE))
    assert found["openssl-3"].path.certificates[1].not_after == GONE.not_after.replace(microsecond=0)


def test_gnutls_stops_at_a_name_and_key_of_the_store_whoever_certifies_them() -> None:
    crossed = again(1500, OLD, "Ways Root CA", GONE)
    found = verdicts(LEAF, ISSUING, crossed)
    assert found["gnutls"].accepts
    assert [item.label for item in found["gnutls"].path.certificates] == ["server.example", "Ways Issuing CA", "Ways Root CA"]


def test_an_intermediate_in_the_store_is_the_end_of_a_path_for_some() -> None:
    found = verdicts(LEAF, trusted=(ISSUING,))
    assert {"go", "java", "gnutls"} <= accepting(found)
    assert not {"openssl-3", "openssl-1.1.1"} & accepting(found)
    assert {item.code for item in found["openssl-3"].violations} == {"partial-chain"}


def test_a_namesake_without_a_better_one_is_taken_and_its_signature_found_wrong() -> None:
    found = verdicts(LEAF, trusted=(Authority.root("Stranger", number=1505, now=NOW),))
    assert {item.code for item in found["openssl-3"].violations} == {"unknown-issuer"}
    damaged = read(LEAF).der
    broken = read_certificate(damaged[:-1] + bytes([damaged[-1] ^ 1]))
    store = TrustStore.from_pem(ROOT.pem)
    said = {item.profile: item for item in client_verdicts(broken, sent=[read(ISSUING)], store=store, at=NOW)}
    assert "bad-signature" in {item.code for item in said["openssl-3"].violations}
    assert "bad-signature" in {item.code for item in said["gnutls"].violations}


def test_a_certificate_that_has_signed_itself_is_nobodys() -> None:
    found = verdicts(self_signed("server.example", number=1506, now=NOW))
    assert {item.violations[0].code for item in found.values()} == {"self-signed"}
    sent_root = verdicts(LEAF, ISSUING, ROOT, trusted=(OLD,))
    assert {item.violations[0].code for item in sent_root.values()} == {"root-untrusted"}


def test_who_fetches_issuers_finds_what_was_not_sent() -> None:
    found = verdicts(LEAF, extra=[read(ISSUING)])
    assert "chromium" in accepting(found)
    assert "go" not in accepting(found)


def test_a_budget_that_is_spent_makes_no_wrong_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_ways, "_BUDGET", 1)
    assert {item.code for item in verdicts(LEAF, ISSUING)["openssl-3"].violations} == {"search-incomplete"}
