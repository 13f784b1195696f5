"""OCSP answers and questions: read however broken, judged for one certificate, and asked so that others understand."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st
from responders import answer, damaged, delegate, error, naming

from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.der_writing import encode, encode_integer, encode_oid
from tlsdiag.certificates.revocation import (
    FAULTS,
    CertStatus,
    OcspResponse,
    Status,
    StatusVerdict,
    issuer_among,
    judge_ocsp,
    ocsp_get_url,
    ocsp_request,
    read_ocsp_response,
    wants_staple,
)
from tlsdiag.certificates.times import ocsp_times
from tlsdiag.testing import Authority, Issued
from tlsdiag.testing.observations import NOW

ROOT = Authority.root(number=300, now=NOW)
ISSUING = ROOT.intermediate(number=301)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=310, now=NOW)
LEAF = ISSUING.issue("server.example", now=NOW)
OTHER = ISSUING.issue("other.example", now=NOW)
DAY = timedelta(days=1)


def said(**options: Any) -> bytes:
    return answer(LEAF, ISSUING, now=NOW, **options)


def judged(response: bytes | OcspResponse, *, leaf: Issued = LEAF, issuer: Authority | None = ISSUING, **options: Any) -> StatusVerdict:
    above = read_certificate(issuer.issued.der) if issuer is not None else None
    return judge_ocsp(response, read_certificate(leaf.der), above, **{"at": NOW, **options})


def faults(verdict: StatusVerdict) -> list[str]:
    assert {fault.code for fault in verdict.faults} <= set(FAULTS)
    return [fault.code for fault in verdict.faults]


def test_an_answer_is_read_with_all_that_it_says() -> None:
    nonce = x509.OCSPNonce(b"0123456789abcdef")
    found = read_ocsp_response(said(status="revoked", reason=x509.ReasonFlags.key_compromise, extensions=((nonce, False),)))
    assert (found.status, found.problem) == ("successful", "")
    assert found.produced_at is not None
    assert found.nonce is not None and found.nonce.endswith(b"0123456789abcdef")
    (single,) = found.responses
    assert single.status is CertStatus.REVOKED
    assert (single.reason, single.revoked_at) == ("keyCompromise", NOW - 2 * DAY)
    assert (single.this_update, single.next_update) == (NOW - timedelta(hours=1), NOW + 7 * DAY)
    assert single.certificate_id.serial == LEAF.certificate.serial_number
    assert single.certificate_id.hash == "sha1"
    assert found.responder_name is None and found.responder_key is not None


def test_a_responder_may_be_named_by_its_subject() -> None:
    found = read_ocsp_response(said(by_name=True))
    assert found.responder_key is None
    assert found.responder_name is not None and found.responder_name.raw == read_certificate(ISSUING.issued.der).subject.raw


@pytest.mark.parametrize("name", ["TRY_LATER", "UNAUTHORIZED", "INTERNAL_ERROR", "MALFORMED_REQUEST", "SIG_REQUIRED"])
def test_a_responder_that_does_not_answer_is_told_from_an_unreadable_one(name: str) -> None:
    verdict = judged(error(name))
    assert faults(verdict) == ["responder-error"]
    assert verdict.status is Status.NONE and not verdict.usable and not verdict.revoked


def test_a_status_that_nobody_knows_is_an_error_of_the_responder() -> None:
    verdict = judged(encode(0x30, encode(0x0A, b"\x09")))
    assert faults(verdict) == ["responder-error"]
    assert "9" in verdict.faults[0].detail


@pytest.mark.parametrize(
    "response",
    [
        b"",
        b"<html>",
        encode(0x30),
        encode(0x30, encode(0x0A, b"\x00")),
        encode(0x30, encode(0x0A, b"\x00"), encode(0xA0, encode(0x30, encode_oid("1.2.3.4"), encode(0x04)))),
    ],
    ids=["empty", "page", "nothing inside", "success without an answer", "another type"],
)
def test_what_is_no_answer_is_unreadable(response: bytes) -> None:
    assert faults(judged(response)) == ["unreadable"]


GOOD = said()


@given(st.integers(0, len(GOOD) - 1))
def test_an_answer_that_was_cut_is_unreadable(length: int) -> None:
    assert faults(judged(GOOD[:length])) == ["unreadable"]


@given(st.data())
def test_a_changed_answer_never_raises_and_says_good_with_a_right_signature_only(data: st.DataObject) -> None:
    whole = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    verdict = judged(bytes(whole))
    assert faults(verdict) is not None
    assert not verdict.usable or verdict.status in (Status.GOOD, Status.NONE)


@pytest.mark.parametrize("hash", [hashes.SHA1, hashes.SHA256, hashes.SHA384, hashes.SHA512], ids=lambda kind: kind.name)
def test_a_good_answer_is_good_whatever_hash_names_the_certificate(hash: Any) -> None:
    verdict = judged(said(hash=hash))
    assert (verdict.status, verdict.signer, faults(verdict)) == (Status.GOOD, "issuer", [])
    assert verdict.usable and not verdict.revoked


@pytest.mark.parametrize("key", ["rsa", "ecdsa-p384", "ed25519"])
def test_answers_are_verified_with_every_kind_of_key(key: str) -> None:
    authority = Authority.root("Other Kind CA", key=key, number=380, now=NOW)
    leaf = authority.issue("server.example", now=NOW)
    response = answer(leaf, authority, now=NOW)
    assert judged(response, leaf=leaf, issuer=authority).usable
    assert faults(judged(damaged(response), leaf=leaf, issuer=authority)) == ["signature-invalid"]


def test_an_authorised_responder_counts_as_the_issuer() -> None:
    verdict = judged(said(signer=delegate(ISSUING, now=NOW)))
    assert (verdict.status, verdict.signer, faults(verdict)) == (Status.GOOD, "delegate", [])
    assert not verdict.without_no_check


def test_an_authorised_responder_without_ocsp_nocheck_is_remarked() -> None:
    verdict = judged(said(signer=delegate(ISSUING, now=NOW, no_check=False)))
    assert verdict.usable and verdict.without_no_check


def test_the_issuer_may_send_its_own_certificate_along() -> None:
    assert judged(said(signer=ISSUING.issued)).signer == "issuer"


FOREIGN = {"usage": delegate(ISSUING, signing=False, now=NOW), "above": delegate(ROOT, now=NOW), "stranger": STRANGER.issued, "itself": LEAF}


@pytest.mark.parametrize("signer", FOREIGN.values(), ids=FOREIGN)
def test_a_signer_whom_the_issuer_has_not_authorised_counts_for_nothing(signer: Issued) -> None:
    verdict = judged(said(signer=signer, status="revoked"))
    assert faults(verdict) == ["signer-not-authorised"]
    assert not verdict.revoked


@pytest.mark.parametrize("shift", [-400, 400])
def test_an_authorised_responder_has_to_be_valid_itself(shift: int) -> None:
    assert faults(judged(said(signer=delegate(ISSUING, now=NOW + shift * DAY)))) == ["signer-expired"]


def test_a_responder_whose_certificate_is_not_there_cannot_be_told() -> None:
    assert faults(judged(said(signer=delegate(ISSUING, now=NOW), enclose=False))) == ["signer-unknown"]
    assert faults(judged(said(signer=delegate(ISSUING, now=NOW), enclose=False, by_name=True))) == ["signer-unknown"]


def test_without_the_issuer_nothing_is_verified() -> None:
    verdict = judged(said(status="revoked"), issuer=None)
    assert faults(verdict) == ["issuer-unknown"]
    assert verdict.status is Status.REVOKED and not verdict.revoked


def test_an_algorithm_that_is_not_known_here_leaves_it_open() -> None:
    read = read_ocsp_response(said())
    assert faults(judged(attrs.evolve(read, signed=attrs.evolve(read.signed, algorithm="1.2.3.4")))) == ["signature-unknown"]


def test_an_answer_about_another_certificate_says_nothing() -> None:
    verdict = judged(answer(OTHER, ISSUING, now=NOW, status="revoked"))
    assert faults(verdict) == ["other-certificate"]
    assert verdict.status is Status.NONE
    assert f"{OTHER.certificate.serial_number:x}" in verdict.faults[0].detail


def test_the_same_serial_number_of_another_issuer_is_another_certificate() -> None:
    verdict = judged(said(), issuer=STRANGER)
    assert faults(verdict) == ["other-certificate"]
    assert "another issuer" in verdict.faults[0].detail


def test_of_several_certificates_the_right_one_is_taken_and_the_newest_word() -> None:
    read = read_ocsp_response(said())
    (single,) = read.responses
    older = attrs.evolve(single, status=CertStatus.REVOKED, this_update=single.this_update - DAY)
    (other,) = read_ocsp_response(answer(OTHER, ISSUING, now=NOW, status="revoked")).responses
    assert judged(attrs.evolve(read, responses=(other, older, single))).status is Status.GOOD
    assert faults(judged(attrs.evolve(read, responses=()))) == ["other-certificate"]


def test_a_hash_that_is_not_known_here_leaves_the_serial_number_to_decide() -> None:
    read = read_ocsp_response(said())
    (single,) = read.responses
    odd = attrs.evolve(single, certificate_id=attrs.evolve(single.certificate_id, hash="1.2.3.4"))
    assert judged(attrs.evolve(read, responses=(odd,))).usable


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        (-2 * DAY, -DAY, ["expired"]),
        (-2 * DAY, timedelta(minutes=-4), []),
        (-2 * DAY, timedelta(minutes=-6), ["expired"]),
        (timedelta(minutes=4), DAY, []),
        (timedelta(minutes=6), DAY, ["not-yet-valid"]),
        (-400 * DAY, None, []),
    ],
)
def test_times_are_compared_with_five_minutes_to_spare(begins: timedelta, ends: timedelta | None, expected: list[str]) -> None:
    assert faults(judged(said(begins=begins, ends=ends))) == expected


def test_a_revocation_lasts_beyond_the_answer_and_a_hold_does_not() -> None:
    old = {"begins": -9 * DAY, "ends": -DAY, "status": "revoked"}
    assert judged(said(**old, reason=x509.ReasonFlags.superseded)).revoked
    assert not judged(said(**old, reason=x509.ReasonFlags.certificate_hold)).revoked
    assert judged(said(status="revoked", reason=x509.ReasonFlags.certificate_hold)).revoked


def test_unknown_is_an_answer_and_neither_good_nor_revoked() -> None:
    verdict = judged(said(status="unknown"))
    assert (verdict.status, verdict.usable, verdict.revoked) == (Status.UNKNOWN, True, False)


def test_a_critical_extension_that_nobody_knows_spoils_the_answer() -> None:
    odd = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
    read = read_ocsp_response(said())
    from tlsdiag.certificates import Extension

    for critical, expected in ((True, ["unknown-critical-extension"]), (False, [])):
        extension = Extension(oid=odd.oid.dotted_string, critical=critical, value=b"")
        assert faults(judged(attrs.evolve(read, extensions=(extension,)))) == expected


def test_timestamps_in_an_answer_are_handed_on() -> None:
    from tlsdiag.certificates.revocation.fields import timestamp_list

    scts = (b"\x00" * 47, b"\x01" * 60)
    block = b"".join(len(sct).to_bytes(2, "big") + sct for sct in scts)
    assert timestamp_list(encode(0x04, len(block).to_bytes(2, "big") + block)) == scts
    assert timestamp_list(b"\x04") == ()
    read = read_ocsp_response(said())
    assert attrs.evolve(read, responses=(attrs.evolve(read.responses[0], scts=scts),)).scts == scts


def test_the_times_of_an_answer_are_read_without_judging_it() -> None:
    times = ocsp_times(said())
    assert times is not None and times.this_update == NOW - timedelta(hours=1)
    assert ocsp_times(error("TRY_LATER")) is None
    assert ocsp_times(b"\x30") is None


@pytest.mark.parametrize("hash", [hashes.SHA1, hashes.SHA256], ids=lambda kind: kind.name)
def test_a_question_is_what_others_would_ask(hash: Any) -> None:
    request = ocsp_request(read_certificate(LEAF.der), read_certificate(ISSUING.issued.der), hash=hash.name, nonce=b"n" * 32)
    assert request is not None
    builder = ocsp.OCSPRequestBuilder().add_certificate(LEAF.certificate, ISSUING.issued.certificate, hash())
    from cryptography.hazmat.primitives.serialization import Encoding

    assert builder.add_extension(x509.OCSPNonce(b"n" * 32), False).build().public_bytes(Encoding.DER) == request
    plain = ocsp_request(read_certificate(LEAF.der), read_certificate(ISSUING.issued.der), hash=hash.name)
    assert plain == builder.build().public_bytes(Encoding.DER)


def test_a_question_needs_a_serial_number_and_the_issuers_key() -> None:
    leaf, issuer = read_certificate(LEAF.der), read_certificate(ISSUING.issued.der)
    assert ocsp_request(attrs.evolve(leaf, serial=None), issuer) is None
    assert ocsp_request(leaf, attrs.evolve(issuer, spki=b"\x30\x00")) is None


def test_a_question_by_get_is_the_same_in_base_64() -> None:
    request = ocsp_request(read_certificate(LEAF.der), read_certificate(ISSUING.issued.der))
    assert request is not None
    url = ocsp_get_url("http://ocsp.example/", request)
    assert url is not None and url.startswith("http://ocsp.example/M")
    assert base64.b64decode(unquote(url.rpartition("/")[2])) == request
    assert ocsp_get_url(f"http://{'x' * 200}.example/", request) is None


@given(st.integers(-(2**160), 2**160))
def test_integers_are_written_as_der_has_them(value: int) -> None:
    from tlsdiag.certificates.der import read_element

    assert read_element(encode_integer(value)).integer() == value


@pytest.mark.parametrize("dotted", ["1.3.14.3.2.26", "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.1"])
def test_object_identifiers_are_written_as_they_are_read(dotted: str) -> None:
    from tlsdiag.certificates.der import read_element

    assert read_element(encode_oid(dotted)).oid() == dotted


def test_a_certificate_demands_a_staple_by_its_tls_feature() -> None:
    assert wants_staple(read_certificate(ISSUING.issue("s.example", now=NOW, extensions=naming(staple=True)).der))
    assert not wants_staple(read_certificate(LEAF.der))
    other = x509.TLSFeature([x509.TLSFeatureType.status_request_v2])
    assert not wants_staple(read_certificate(ISSUING.issue("s.example", now=NOW, extensions=((other, False),)).der))


def test_the_issuer_is_the_one_that_has_signed_not_the_one_that_has_the_name() -> None:
    namesake = read_certificate(ROOT.intermediate(number=399).issued.der)
    leaf, right = read_certificate(LEAF.der), read_certificate(ISSUING.issued.der)
    assert issuer_among(leaf, (namesake, right)) == right
    assert issuer_among(leaf, (namesake,)) is None
    odd = attrs.evolve(leaf, signature_algorithm=attrs.evolve(leaf.signature_algorithm, oid="1.2.3.4"), der=b"odd")
    assert issuer_among(odd, (namesake,)) == namesake
