"""What bytes carry as certificates, and what of it belongs to a chain."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.certificates import TrustStore, read_certificate
from tlsdiag.certificates.carried import MAX_CARRIED, Carried, certificates_in
from tlsdiag.certificates.completion import complete_chain, lineage, open_ends
from tlsdiag.testing import Authority, Window

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROOT = Authority.root(number=300, now=NOW)
ISSUING = ROOT.intermediate(number=301)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=310, now=NOW)
LEAF = read_certificate(ISSUING.issue("server.example", window=Window.around(NOW)).der)
ABOVE, TOP, OTHER = (read_certificate(item.issued.der) for item in (ISSUING, ROOT, STRANGER))
BUNDLE = pkcs7.serialize_certificates([ISSUING.issued.certificate, ROOT.issued.certificate], Encoding.DER)


def test_each_form_gives_its_certificates_in_order() -> None:
    assert certificates_in(ABOVE.der) == Carried(form="der", certificates=(ABOVE.der,))
    assert certificates_in(ISSUING.pem + b"text\n" + ROOT.pem) == Carried(form="pem", certificates=(ABOVE.der, TOP.der))
    found = certificates_in(BUNDLE)
    assert (found.form, set(found.certificates)) == ("pkcs7", {ABOVE.der, TOP.der})


def test_so_many_are_taken_and_no_more() -> None:
    assert len(certificates_in(ROOT.pem * (MAX_CARRIED + 9)).certificates) == MAX_CARRIED


NOTHING = [
    b"", b"<html>", b"\x30\x00", b"\x30\x03\x06\x01\x2a", b"\x30\x80\x06\x00\x00",
    b"-----BEGIN PKCS7-----\nA\n-----END PKCS7-----",
]  # fmt: skip


@pytest.mark.parametrize("data", NOTHING)
def test_bytes_that_carry_none_give_none(data: bytes) -> None:
    assert certificates_in(data) == Carried()


@given(st.one_of(st.binary(max_size=200), st.tuples(st.integers(0, len(BUNDLE) - 1), st.integers(0, 255))))
def test_no_bytes_raise(data: bytes | tuple[int, int]) -> None:
    if isinstance(data, tuple):
        data = BUNDLE[: data[0]] + bytes([data[1]]) + BUNDLE[data[0] + 1 :]
    for der in certificates_in(data).certificates:
        read_certificate(der)


def test_of_a_bundle_only_the_line_of_issuers_counts() -> None:
    assert lineage(LEAF, [OTHER, TOP, ABOVE, LEAF]) == (ABOVE, TOP)
    assert lineage(OTHER, [TOP]) == ()


def test_the_open_ends_are_those_that_could_go_on() -> None:
    assert open_ends([(LEAF,), (LEAF, ABOVE), (LEAF, ABOVE), (LEAF, ABOVE, TOP), ()]) == (LEAF, ABOVE)


def test_a_chain_is_completed_to_the_anchor_or_as_far_as_it_goes() -> None:
    store, others = TrustStore.from_pem(ROOT.pem), [TrustStore.from_pem(STRANGER.pem, "other")]
    whole = complete_chain(LEAF, sent=(), found=(ABOVE,), store=store, others=others, at=NOW)
    assert (whole.path.anchored, whole.top) == (True, TOP)
    short = complete_chain(LEAF, sent=(), found=(ABOVE,), store=TrustStore.from_pem(STRANGER.pem), others=[TrustStore.from_pem(ROOT.pem, "other")], at=NOW)
    assert (short.path.anchored, short.top, short.elsewhere) == (False, ABOVE, "other")
