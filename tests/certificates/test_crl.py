"""Revocation lists: read without an object for each entry, and judged for one certificate by RFC 5280 section 6.3.3."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from responders import listing, naming

from tlsdiag.certificates import Extension, read_certificate
from tlsdiag.certificates.der import DerError
from tlsdiag.certificates.der_writing import encode, encode_integer
from tlsdiag.certificates.revocation import FAULTS, RevocationList, Status, StatusVerdict, judge_crl, read_crl
from tlsdiag.testing import Authority, Issued
from tlsdiag.testing.observations import NOW

ROOT = Authority.root(number=300, now=NOW)
ISSUING = ROOT.intermediate(number=301)
URL = "http://crl.example/7.crl"
LEAF = ISSUING.issue("server.example", now=NOW, extensions=naming(crl_url=URL))
SERIAL = LEAF.certificate.serial_number
DAY = timedelta(days=1)
ODD = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")


def listed(*entries: tuple[int, str | None], authority: Authority = ISSUING, **options: Any) -> bytes:
    return listing(authority, *entries, now=NOW, **options)


def judged(crl: bytes | RevocationList, *, leaf: Issued = LEAF, issuer: Authority | None = ISSUING, **options: Any) -> StatusVerdict:
    above = read_certificate(issuer.issued.der) if issuer is not None else None
    return judge_crl(crl, read_certificate(leaf.der), above, **{"at": NOW, **options})


def faults(verdict: StatusVerdict) -> list[str]:
    assert {fault.code for fault in verdict.faults} <= set(FAULTS)
    return [fault.code for fault in verdict.faults]


def test_a_list_is_read_with_all_that_it_says() -> None:
    scope = {"urls": [URL], "only_contains_user_certs": True}
    found = read_crl(listed((SERIAL, "key_compromise"), (5, None), scope=scope, freshest="http://crl.example/delta.crl"))
    assert (found.problem, found.version, found.number, found.delta_base, found.count()) == ("", 2, 5, None, 2)
    assert found.issuer.raw == read_certificate(ISSUING.issued.der).subject.raw
    assert (found.this_update, found.next_update) == (NOW - timedelta(hours=1), NOW + 7 * DAY)
    assert found.scope is not None and (found.scope.urls, found.scope.users_only, found.scope.authorities_only) == ((URL,), True, False)
    assert found.delta_urls == ("http://crl.example/delta.crl",)
    assert found.authority_key == read_certificate(ISSUING.issued.der).subject_key_id


def test_an_entry_has_its_time_and_reason() -> None:
    since = x509.InvalidityDate(NOW.replace(tzinfo=None) - 9 * DAY)
    entry = read_crl(listed((SERIAL, "ca_compromise"), entry_extensions=((since, False),))).find(SERIAL)
    assert entry is not None
    assert (entry.serial, entry.reason, entry.revoked_at, entry.invalid_since) == (SERIAL, "cACompromise", NOW - 2 * DAY, NOW - 9 * DAY)


def test_a_list_may_come_as_pem() -> None:
    body = base64.encodebytes(listed((5, None))).decode()
    assert read_crl(f"-----BEGIN X509 CRL-----\n{body}-----END X509 CRL-----\n".encode()).count() == 1
    assert read_crl(b"-----BEGIN X509 CRL-----\nA\n-----END X509 CRL-----\n").problem


def test_a_list_of_version_1_has_no_extensions() -> None:
    found = read_crl(listed((5, None)))
    tbs_parts = [encode(0x30, encode(0x06, b"\x2a\x03")), found.issuer.raw, encode(0x17, b"260101000000Z")]
    plain = encode(0x30, encode(0x30, *tbs_parts), encode(0x30, encode(0x06, b"\x2a\x03")), encode(0x03, b"\0x"))
    read = read_crl(plain)
    assert (read.problem, read.version, read.next_update, read.count(), read.find(5)) == ("", 1, None, 0, None)


WHOLE = listed((3, "key_compromise"), (SERIAL, "certificate_hold"), scope={"urls": [URL], "indirect_crl": True})


@given(st.integers(0, len(WHOLE) - 1))
def test_a_list_that_was_cut_is_unreadable(length: int) -> None:
    verdict = judged(WHOLE[:length])
    assert faults(verdict) == ["unreadable"]
    assert verdict.status is Status.NONE


@given(st.data())
def test_a_changed_list_never_raises(data: st.DataObject) -> None:
    whole = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert faults(judged(bytes(whole))) is not None


def test_whoever_is_not_on_the_list_is_good_and_whoever_is_has_been_revoked() -> None:
    good = judged(listed((5, "superseded")))
    assert (good.status, good.usable, good.signer, good.reason) == (Status.GOOD, True, "issuer", None)
    gone = judged(listed((5, None), (SERIAL, "superseded")))
    assert (gone.status, gone.usable, gone.revoked, gone.reason, gone.revoked_at) == (Status.REVOKED, True, True, "superseded", NOW - 2 * DAY)


def test_an_empty_list_is_a_good_list() -> None:
    assert judged(listed()).status is Status.GOOD


@pytest.mark.parametrize("serial", [1, 127, 128, 255, 2**64, 2**158])
def test_serial_numbers_of_every_length_are_found_and_no_others(serial: int) -> None:
    found = read_crl(listed((serial, None), (serial + 256, None)))
    assert found.find(serial) is not None
    assert found.find(serial + 1) is None


def test_a_serial_number_inside_another_is_not_found() -> None:
    assert read_crl(listed((0x0102030405060708, None))).find(0x0304) is None


def test_a_hundred_thousand_entries_are_looked_through_quickly() -> None:
    when = encode(0x17, b"260101000000Z")
    entries = b"".join(encode(0x30, encode_integer(2**120 + number), when) for number in range(100_000))
    found = attrs.evolve(read_crl(listed()), entries=entries)
    began = datetime.now(UTC)
    assert found.count() == 100_000
    assert found.find(2**120 + 99_999) is not None
    assert found.find(7) is None
    assert datetime.now(UTC) - began < timedelta(seconds=20)  # it takes a tenth of a second; a machine may be busy


def test_damaged_entries_are_said_to_be_damaged() -> None:
    found = attrs.evolve(read_crl(listed((SERIAL, None))), entries=encode(0x30, encode_integer(SERIAL)) + b"\x30\x7f")
    assert found.count() is None
    with pytest.raises(DerError):
        found.find(SERIAL)
    assert faults(judged(found)) == ["unreadable"]


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [(-9 * DAY, -DAY, ["expired"]), (-9 * DAY, timedelta(minutes=-4), []), (timedelta(hours=1), DAY, ["not-yet-valid"]), (timedelta(minutes=4), DAY, [])],
)
def test_times_are_compared_with_five_minutes_to_spare(begins: timedelta, ends: timedelta, expected: list[str]) -> None:
    assert faults(judged(listed(begins=begins, ends=ends))) == expected


def test_an_old_list_still_proves_a_revocation_unless_it_was_a_hold() -> None:
    old = {"begins": -9 * DAY, "ends": -DAY}
    assert judged(listed((SERIAL, "key_compromise"), **old)).revoked
    assert not judged(listed((SERIAL, "certificate_hold"), **old)).revoked
    assert judged(listed((SERIAL, "certificate_hold"))).revoked


def test_a_list_whose_issuer_is_written_in_another_string_type_is_the_issuers() -> None:
    """Authorities write their name as a PrintableString here and as a UTF8String there."""
    crl = read_crl(listed((SERIAL, None)))
    other = attrs.evolve(crl, issuer=attrs.evolve(crl.issuer, raw=crl.issuer.raw.replace(b"\x0c", b"\x13")))
    assert other.issuer.raw != crl.issuer.raw
    verdict = judged(other)
    assert (verdict.status, verdict.usable, verdict.signer) == (Status.REVOKED, True, "issuer")


def test_a_list_of_another_authority_says_nothing() -> None:
    verdict = judged(listed((SERIAL, None), authority=ROOT))
    assert faults(verdict) == ["other-issuer"]
    assert verdict.status is Status.NONE


def test_a_list_with_the_right_name_and_a_wrong_signature_counts_for_nothing() -> None:
    namesake = ROOT.intermediate(number=399)
    verdict = judged(listed((SERIAL, None), authority=namesake))
    assert faults(verdict) == ["signature-invalid"]
    assert not verdict.revoked


def test_without_the_issuer_the_list_cannot_be_verified() -> None:
    verdict = judged(listed((SERIAL, None)), issuer=None)
    assert faults(verdict) == ["issuer-unknown"]
    assert not verdict.revoked


def test_an_algorithm_that_is_not_known_here_leaves_it_open() -> None:
    read = read_crl(listed())
    assert faults(judged(attrs.evolve(read, signed=attrs.evolve(read.signed, algorithm="1.2.3.4")))) == ["signature-unknown"]


def test_the_signers_key_has_to_be_for_lists() -> None:
    above = attrs.evolve(read_certificate(ISSUING.issued.der), key_usage=frozenset({"keyCertSign"}), der=b"narrow")
    verdict = judge_crl(listed((SERIAL, None)), read_certificate(LEAF.der), above, at=NOW)
    assert faults(verdict) == ["signer-not-authorised"]
    anything = attrs.evolve(above, key_usage=None, der=b"wide")
    assert judge_crl(listed((SERIAL, None)), read_certificate(LEAF.der), anything, at=NOW).revoked


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ({"only_contains_user_certs": True}, []),
        ({"only_contains_ca_certs": True}, ["out-of-scope"]),
        ({"only_contains_attribute_certs": True}, ["out-of-scope"]),
        ({"urls": [URL]}, []),
        ({"urls": ["http://crl.example/8.crl"]}, ["out-of-scope"]),
        ({"urls": ["ldap://crl.example/", URL]}, []),
        ({"only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})}, ["some-reasons-only"]),
    ],
)
def test_the_scope_of_a_list_decides_whether_it_covers_a_leaf(scope: dict[str, Any], expected: list[str]) -> None:
    verdict = judged(listed(scope=scope))
    assert faults(verdict) == expected
    assert verdict.status is (Status.NONE if expected == ["out-of-scope"] else Status.GOOD)


def test_the_scope_of_a_list_decides_whether_it_covers_an_authority() -> None:
    for scope, expected in (({"only_contains_user_certs": True}, ["out-of-scope"]), ({"only_contains_ca_certs": True}, [])):
        verdict = judged(listed(authority=ROOT, scope=scope), leaf=ISSUING.issued, issuer=ROOT)
        assert faults(verdict) == expected


def test_a_list_of_some_reasons_still_proves_a_revocation() -> None:
    scope = {"only_some_reasons": frozenset({x509.ReasonFlags.key_compromise})}
    verdict = judged(listed((SERIAL, "key_compromise"), scope=scope))
    assert verdict.revoked and not verdict.usable


def test_a_critical_extension_that_nobody_knows_spoils_the_list() -> None:
    assert faults(judged(listed(extensions=((ODD, True),)))) == ["unknown-critical-extension"]
    assert faults(judged(listed(extensions=((ODD, False),)))) == []


def test_a_critical_extension_of_an_entry_spoils_that_entry() -> None:
    read = read_crl(listed((SERIAL, None)))
    entry = read.find(SERIAL)
    assert entry is not None and entry.extensions == ()
    inner = encode(0x30, encode(0x06, b"\x2a\x03\x04"), encode(0x01, b"\xff"), encode(0x04))
    odd = encode(0x30, encode_integer(SERIAL), encode(0x17, b"260101000000Z"), encode(0x30, inner))
    assert faults(judged(attrs.evolve(read, entries=odd))) == ["unknown-critical-extension"]


def test_changes_have_the_last_word() -> None:
    base, held = listed((77, None)), listed((SERIAL, "certificate_hold"))
    added = listed((SERIAL, "key_compromise"), number=6, delta=5)
    removed = listed((SERIAL, "remove_from_crl"), number=6, delta=5)
    assert judged(base, delta=added).revoked
    assert judged(held).revoked
    assert (judged(held, delta=removed).status, faults(judged(held, delta=removed))) == (Status.GOOD, [])
    assert judged(held, delta=listed(number=6, delta=5)).revoked


def test_changes_to_a_newer_list_do_not_fit() -> None:
    assert faults(judged(listed(number=5), delta=listed(number=9, delta=8))) == ["delta-mismatch"]
    assert faults(judged(listed(number=None), delta=listed(number=9, delta=8))) == ["delta-mismatch"]
    assert faults(judged(listed(), delta=listed(number=9))) == ["delta-mismatch"]


def test_changes_have_to_be_sound_themselves() -> None:
    assert faults(judged(listed(), delta=b"<html>")) == ["unreadable"]
    assert faults(judged(listed(), delta=listed(number=6, delta=5, begins=-9 * DAY, ends=-DAY))) == ["expired"]


def test_changes_alone_are_no_list() -> None:
    assert faults(judged(listed(number=6, delta=5))) == ["delta-alone"]


def indirect_leaf() -> Issued:
    """A certificate whose lists are issued by the root in its issuer's place."""
    issuer = x509.DirectoryName(ROOT.issued.certificate.subject)
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(URL)], None, None, [issuer])
    return ISSUING.issue("indirect.example", now=NOW, extensions=((x509.CRLDistributionPoints([point]), False),))


def test_an_indirect_list_counts_where_the_certificate_names_its_issuer() -> None:
    leaf = indirect_leaf()
    serial, owner = leaf.certificate.serial_number, ISSUING.issued.certificate.subject
    signers = [read_certificate(ROOT.issued.der)]
    entries: list[tuple[int, str | None]] = [(serial, None), (4, None), (serial, "superseded")]
    crl = listed(*entries, authority=ROOT, scope={"indirect_crl": True}, owners=[None, owner, None])
    verdict = judged(crl, leaf=leaf, signers=signers)
    assert (verdict.revoked, verdict.signer, verdict.reason, faults(verdict)) == (True, "delegate", "superseded", [])
    assert faults(judged(crl, leaf=leaf)) == ["issuer-unknown"]
    assert faults(judged(crl, signers=signers)) == ["other-issuer"]


def test_an_entry_of_an_indirect_list_is_the_issuers_that_was_named_last() -> None:
    leaf = indirect_leaf()
    crl = listed((leaf.certificate.serial_number, None), authority=ROOT, scope={"indirect_crl": True})
    verdict = judged(crl, leaf=leaf, signers=[read_certificate(ROOT.issued.der)])
    assert verdict.status is Status.GOOD


def test_an_entry_of_another_authority_does_not_count_on_a_plain_list() -> None:
    read = read_crl(listed((SERIAL, None)))
    assert read.find(SERIAL, read_certificate(ROOT.issued.der).subject.raw) is None


def test_a_certificate_without_a_serial_number_cannot_be_looked_up() -> None:
    odd = attrs.evolve(read_certificate(LEAF.der), serial=None)
    assert judge_crl(listed(), odd, read_certificate(ISSUING.issued.der), at=NOW).status is Status.NONE


def test_damaged_distribution_points_name_nobody() -> None:
    from tlsdiag.certificates.oids import CRL_POINTS
    from tlsdiag.certificates.revocation.listed import list_issuers

    odd = attrs.evolve(read_certificate(LEAF.der), extensions=(Extension(oid=CRL_POINTS, critical=False, value=b"\x30\x05"),))
    assert list_issuers(odd) == frozenset()
    assert list_issuers(attrs.evolve(odd, extensions=())) == frozenset()


def test_reasons_that_nobody_knows_keep_their_number() -> None:
    from tlsdiag.certificates.revocation.fields import reason_of

    assert (reason_of(7), reason_of(6)) == ("reason 7", "certificateHold")


