"""What is predicted of each client against what the real ones said, chain by chain, as it was recorded; the few differences have their reasons."""

from __future__ import annotations

import functools

import pytest
from chains import chains
from verifiers import CLIENTS
from verifiers.differences import Difference, differences, predictions
from verifiers.reasons import REASONS
from verifiers.recorded import read_record

from tlsdiag.certificates import PROFILES, client_verdicts, read_certificate

ROWS = {row.name: row for row in chains()}
LEAST = 0.96


@functools.cache
def found() -> tuple[Difference, ...]:
    return tuple(differences(chains(), read_record()))


def refusing(name: str) -> set[str]:
    """The profiles that refuse a chain."""
    return {profile for profile, verdict in predictions(ROWS[name]).items() if not verdict.accepts}


def test_the_table_has_names_of_its_own_and_every_chain_was_shown_to_every_client() -> None:
    record = read_record()
    assert len(ROWS) == len(chains()) >= 200
    assert set(record.verdicts) == set(ROWS)
    assert {client.name for client in CLIENTS} == set(record.versions)
    assert all(set(said) == set(record.versions) for said in record.verdicts.values())


def test_every_profile_of_a_client_has_a_client_that_it_is_held_against() -> None:
    assert {client.profile for client in CLIENTS} == {name for name in PROFILES if name not in ("rfc5280", "web-pki")}


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_profile_says_what_its_client_says_but_for_what_has_a_reason(client: object) -> None:
    mine = {(item.client.name, item.chain.name): (item.said, item.predicted.violations) for item in found() if item.client is client}
    assert {key: mine[key] for key in mine if key not in REASONS} == {}
    assert len(mine) <= (1 - LEAST) * len(ROWS) + 1


def test_no_reason_is_given_for_what_agrees() -> None:
    assert set(REASONS) == {(item.client.name, item.chain.name) for item in found()}


@pytest.mark.parametrize("row", [row for row in chains() if row.family == "healthy"], ids=lambda row: row.name)
def test_a_healthy_chain_is_taken_by_all(row: object) -> None:
    name = row.name  # type: ignore[attr-defined]
    assert refusing(name) - ({"nss", "chromium"} if name.startswith("ed25519") else set()) == set()


def test_openssl_does_not_go_back_and_go_does() -> None:
    verdicts = predictions(ROWS["untrusted-way-first"])
    assert not verdicts["openssl-3"].accepts and verdicts["go"].accepts
    assert [item.label for item in verdicts["openssl-3"].path.certificates] == ["server.example", "Matrix Issuing CA"]
    assert [item.label for item in verdicts["go"].path.certificates] == ["server.example", "Matrix Issuing CA", "Matrix Root CA"]


def test_names_are_compared_as_each_client_does() -> None:
    assert refusing("common-name-only") == {"go", "chromium"}
    assert "java" not in refusing("wildcard-in-the-middle") and "openssl-3" in refusing("wildcard-in-the-middle")
    assert {"go", "java"}.isdisjoint(refusing("wildcard-top-level")) and "gnutls" in refusing("wildcard-top-level")
    assert refusing("underscore") == {"java"}
    assert "chromium" not in refusing("trailing-dot-in-certificate")


def test_without_a_host_no_name_is_compared() -> None:
    row = ROWS["host-is-another"]
    assert all(verdict.accepts for verdict in predictions(row, host=False).values())
    assert not any(verdict.accepts for verdict in predictions(row).values())


@pytest.mark.parametrize("pattern", ["w*w.server.example", "*w.server.example", "w*.server.example", "*.server.example", "www.*.example", "www.s*r.example"])
def test_java_takes_a_wildcard_anywhere_in_a_label(pattern: str) -> None:
    from chains.making import made

    from tlsdiag.certificates.paths.client_names import why_not_named

    leaf = read_certificate(made("leaf", names=(pattern,)).der)
    assert why_not_named(leaf, "www.server.example", "java") is None


@pytest.mark.parametrize("pattern", ["x*w.server.example", "w*x*w.server.example", "ww*ww.server.example", "*.*", "w*", "www.server.*.example"])
def test_java_takes_no_wildcard_that_does_not_fit(pattern: str) -> None:
    from chains.making import made

    from tlsdiag.certificates.paths.client_names import why_not_named

    leaf = read_certificate(made("leaf", names=(pattern,)).der)
    assert why_not_named(leaf, "www.server.example", "java") is not None


def test_a_server_s_own_certificate_in_java_s_store_is_taken_whatever_its_dates() -> None:
    assert "java" not in refusing("self-signed-expired-trusted")
    assert "openssl-3" in refusing("self-signed-expired-trusted")


def test_every_refusal_has_a_reason_in_words() -> None:
    for row in chains():
        for verdict in predictions(row).values():
            assert verdict.accepts is not bool(verdict.violations), (row.name, verdict.profile)
            assert all(item.detail for item in verdict.violations)


def test_the_verdicts_are_in_the_order_of_the_profiles() -> None:
    leaf, *sent = (read_certificate(der) for der in ROWS["plain"].sent)
    from tlsdiag.certificates import TrustStore

    store = TrustStore.from_certificates(ROWS["plain"].store)
    names = [item.profile for item in client_verdicts(leaf, sent=sent, store=store, at=ROWS["plain"].at)]
    assert names == [name for name in PROFILES if name in names]
