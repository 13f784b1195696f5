"""Authorities that stores have distrusted: which clients refuse, since when, whether this one does, and how sure that is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest
from samples.authorities import (
    AFTER,
    BEFORE,
    GIVEN,
    JUNE_1,
    MAY_2,
    compared,
    constraint,
    crossed,
    embedding,
    hashes,
    incident,
    leaked,
    of,
    other_root,
    removed_from_store,
    seen_by,
    table,
)
from samples.certificate import root, sound

from tlsdiag import Blame, Confidence, Severity
from tlsdiag.certificates import read_certificate
from tlsdiag.check import Seen
from tlsdiag.checks.certificate.authorities import AuthoritiesCheck
from tlsdiag.checks.local.stores import StoresComparedCheck
from tlsdiag.facts import ChainPaths, ServedChain
from tlsdiag.plugin import AuthorityFinding, IssuingAuthority, TrustFinding, Unavailable, Why
from tlsdiag.probes.authorities import AuthoritiesProbe, logged_at
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import handshake_outcome


def earliest(der: bytes, **handshake: Any) -> datetime | None:
    return logged_at(read_certificate(der), handshake_outcome(**handshake) if handshake else None)


def told(view: Seen) -> list[str]:
    return [item.code for item in run_check(AuthoritiesCheck, view)]


def the(view: Seen) -> AuthorityFinding:
    (found,) = run_check(AuthoritiesCheck, view)
    assert isinstance(found, AuthorityFinding)
    return found


def test_a_root_that_this_client_removed_is_the_cause_and_the_client_is_right() -> None:
    found = the(removed_from_store())
    assert (found.code, found.blocks, found.severity, found.blame) == ("authority-distrusted", True, Severity.CRITICAL, Blame.SERVER)
    assert {"issuer-untrusted", "private-authority", "client-handshake-failed"} <= set(found.rule.explains)
    assert "therefore it refuses" in found.detail


def test_a_root_that_this_client_still_has_does_not_block() -> None:
    found = the(seen_by(sound(), incident(root())))
    assert (found.code, found.blocks, found.severity) == ("authority-distrusted", False, Severity.HIGH)
    assert "This client does not refuse it for that." in found.detail


def test_a_row_without_a_published_source_is_likely_at_the_most() -> None:
    found = the(seen_by(sound(), incident(root(), references=[])))
    assert (found.confidence, found.severity, found.documented) == (Confidence.LIKELY, Severity.MEDIUM, False)
    assert "not confirmed by a published source" in found.detail


def test_a_key_is_as_good_as_a_fingerprint() -> None:
    keys = [{"spki": hashes(root())["spki_sha256"], "subjects": []}]
    assert told(seen_by(sound(), incident(spki_sha256=keys))) == ["authority-distrusted"]


def test_an_exception_in_the_path_is_one() -> None:
    found = hashes(root())["spki_sha256"]
    assert told(seen_by(sound(), incident(root(), spki_exceptions_sha256=[{"spki": found}]))) == []


def test_a_distrusted_root_that_has_signed_a_trusted_one_hurts_nobody() -> None:
    assert told(crossed()) == []


def test_a_late_timestamp_is_what_chrome_goes_by() -> None:
    found = the(seen_by(sound(), constraint(root(), BEFORE, min_chrome_version=139), logged=MAY_2))
    assert (found.code, found.stores, found.confidence, found.blocks) == ("authority-partially-distrusted", ("chrome",), Confidence.PROVEN, False)
    assert found.since == datetime(2026, 5, 1, 23, 59, 59, tzinfo=UTC)
    assert "from Chrome 139 on" in found.detail and "its earliest SCT is of 2026-05-02" in found.detail


def test_a_timestamp_from_before_the_date_counts_and_not_the_day_of_issue() -> None:
    assert told(seen_by(sound(), constraint(root(), BEFORE), logged=datetime(2026, 5, 1, tzinfo=UTC))) == ["authority-leaves-store"]


def test_without_a_timestamp_the_day_of_issue_stands_in_with_doubt() -> None:
    found = the(seen_by(sound(), constraint(root(), BEFORE)))
    assert (found.code, found.confidence) == ("authority-partially-distrusted", Confidence.LIKELY)


def test_mozilla_goes_by_the_day_of_issue() -> None:
    found = the(seen_by(sound(), constraint(root(), BEFORE, store="mozilla"), logged=MAY_2))
    assert (found.code, found.confidence) == ("authority-partially-distrusted", Confidence.PROVEN)
    assert "its notBefore is 2026-05-02" in found.detail
    assert told(seen_by(sound(), constraint(root(), AFTER, store="mozilla"), logged=JUNE_1)) == ["authority-leaves-store"]


def test_a_row_with_a_remark_is_likely() -> None:
    assert the(seen_by(sound(), constraint(root(), BEFORE, note="odd"), logged=MAY_2)).confidence is Confidence.LIKELY


def test_a_planned_end_has_its_date_and_is_information() -> None:
    found = the(seen_by(sound(), constraint(root(), AFTER, kind="phase-out"), logged=MAY_2))
    assert (found.severity, found.blame, found.blocks) == (Severity.INFO, Blame.NOBODY, False)
    assert "2026-05-03" in found.detail


def test_an_authority_whose_key_is_public_is_critical_where_the_client_trusts_it() -> None:
    found = the(seen_by(sound(), leaked(root())))
    assert (found.code, found.severity, found.blame, found.blocks) == ("authority-key-leaked", Severity.CRITICAL, Blame.CLIENT, False)


@pytest.mark.parametrize(
    ("name", "organization"),
    [("TeliaSonera Root CA v1", "TeliaSonera"), ("DigiNotar Root CA", "DigiNotar"), ("Anything", "thawte, Inc.")],
)
def test_a_name_alone_is_information(name: str, organization: str) -> None:
    found = the(seen_by(of(name, organization)))
    assert (found.code, found.severity, found.confidence, found.blocks) == ("authority-named-like-distrusted", Severity.INFO, Confidence.LIKELY, False)
    assert found.detail.startswith(f"The authority CN={name}, O={organization.replace(',', chr(92) + ',')} has a name ")


@pytest.mark.parametrize(("name", "organization"), [("TeliaSonera Root CA", "Us"), ("NIC Root", "NIC"), ("Root CA", "Root"), ("My DigiNotar", "Mine")])
def test_a_similar_name_is_another(name: str, organization: str) -> None:
    assert told(seen_by(of(name, organization))) == []


def test_another_root_of_the_same_owner_is_not_meant() -> None:
    assert told(seen_by(sound(), constraint(other_root(), BEFORE), logged=MAY_2)) == []


def test_the_age_of_the_table_is_said() -> None:
    assert "By the given table of 2026-05-30." in the(removed_from_store()).detail
    assert "days old" not in the(removed_from_store()).detail
    view = removed_from_store()
    view.observations.put(IssuingAuthority, view.endpoint, attrs.evolve(view[IssuingAuthority], distrusts_date="2025-01-01"))
    assert "516 days old: more may have happened since" in the(view).detail


def test_several_stores_are_told_together() -> None:
    both: dict[str, Any] = {"condition": "notBefore after", "after": BEFORE, "subject": "X", **hashes(root())}
    rows = [{**both, "store": "mozilla", "kind": "distrust-after"}]
    view = seen_by(sound(), table(mozilla_distrust_after=rows, chrome_root_store_constraints=[{**both, "store": "chrome", "condition": "earliest SCT after"}]))
    assert the(view).stores == ("chrome", "mozilla")


def test_embedded_timestamps_are_read() -> None:
    assert earliest(embedding(MAY_2)[ServedChain].certificates[0]) == MAY_2
    assert earliest(sound()[ServedChain].certificates[0]) is None


def test_timestamps_of_the_handshake_count_for_the_same_certificate() -> None:
    der = embedding(JUNE_1)[ServedChain].certificates[0]
    (sct,) = read_certificate(embedding(MAY_2)[ServedChain].certificates[0]).sct_list
    assert earliest(der, scts=(sct, b"x"), certificates=(der,)) == MAY_2
    assert earliest(der, scts=(sct,), certificates=(b"another",)) == JUNE_1


def test_without_a_chain_to_judge_the_probe_does_not_apply() -> None:
    class Empty:
        def seen(self, kind: type[Any]) -> None:
            return None

    found = asyncio.run(AuthoritiesProbe().run(Empty()))  # type: ignore[arg-type]
    assert isinstance(found, Unavailable) and found.why is Why.NOT_APPLICABLE


def test_without_paths_nothing_is_said_of_this_client() -> None:
    view = seen_by(sound(), incident(root()))
    view.observations.put(ChainPaths, view.endpoint, Unavailable(why=Why.CRASHED, detail="sample"))
    assert "This client" not in the(view).detail and not the(view).blocks


def test_stores_are_put_side_by_side() -> None:
    (found,) = run_check(StoresComparedCheck, compared(GIVEN))
    assert isinstance(found, TrustFinding) and found.severity is Severity.INFO
    assert (found.trusted_by, found.clients) == (("/etc/ssl/cert.pem",), ("mine.pem",))
    assert "mine.pem (1 authority): does not trust it (it does not hold CN=Test Root CA)." in found.detail
    assert "used by this client and Python): trusts it." in found.detail
