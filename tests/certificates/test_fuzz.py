"""Damaged certificates by the thousand: nothing raises, whatever is judged of them (`tests/benchmarks/fuzz_certificates.py` runs as many as one likes)."""

from __future__ import annotations

import itertools

import pytest
from der import certificate, element, extension
from hypothesis import given, settings
from hypothesis import strategies as st
from mutations import corpus, hostile, mutants

from tlsdiag.certificates import Certificate, Grade, match_host, read_certificate, signed_by, strict_faults, weak_key, weak_signature
from tlsdiag.certificates.constraints import broken_names
from tlsdiag.certificates.departures import Walk
from tlsdiag.certificates.der import read_element
from tlsdiag.certificates.problems import PROBLEMS

CORPUS = corpus()
ISSUER = read_certificate(CORPUS[0])
HOSTILE = hostile()
EXTENSIONS = (9, 14, 15, 16, 17, 18, 19, 30, 31, 32, 33, 35, 36, 37, 46, 54)
"""The last numbers of those of RFC 5280 section 4.2."""


def judged(der: bytes) -> Certificate:
    """Everything that is judged of a certificate by itself; what is said of it makes sense."""
    found = read_certificate(der)
    strict_faults((found, ISSUER))
    match_host(found, "www.example.com")
    weak_key(found)
    weak_signature(found)
    broken_names(found, found)
    assert signed_by(found, found) in (True, False, None)
    assert signed_by(found, ISSUER) in (True, False, None)
    assert found.label
    assert len(found.problems) <= 50
    assert all(problem.code in PROBLEMS and 0 <= problem.offset <= len(der) for problem in found.problems)
    return found


@pytest.mark.parametrize("seed", range(6))
def test_no_mutant_raises(seed: int) -> None:
    for der in itertools.islice(mutants(CORPUS, seed=seed), 500):
        judged(der)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_certificate_that_is_large_on_purpose_is_read_within_bounds(name: str) -> None:
    found = judged(HOSTILE[name])
    assert len(found.general_names) <= 10_000
    assert len(found.extensions) <= 100
    assert "names" not in name or all(problem.grade is not Grade.FATAL for problem in found.problems) or "without a kind" in name


def test_of_twenty_thousand_names_the_first_half_is_there_and_that_is_said() -> None:
    found = read_certificate(HOSTILE["20,000 names"])
    assert found.dns_names[-1] == "host-9999.example.com"
    assert "too-many-elements" in {problem.code for problem in found.problems}
    assert len(read_certificate(HOSTILE["10,000 names"]).dns_names) == 10_000
    assert read_certificate(HOSTILE["10,000 names"]).problems == ()


elements = st.recursive(
    st.builds(element, st.sampled_from((1, 2, 3, 4, 5, 6, 12, 19, 22, 23, 24, 30, 0x82)), st.binary(max_size=20)),
    lambda inner: st.builds(
        lambda tag, parts: bytes([tag, 0x82]) + sum(map(len, parts)).to_bytes(2, "big") + b"".join(parts),
        st.sampled_from((0x30, 0x31, 0xA0, 0xA1, 0xA3)),
        st.lists(inner, max_size=5),
    ),
    max_leaves=20,
)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_well_framed_element_in_any_place_never_raises(data: st.DataObject) -> None:
    piece = data.draw(st.sampled_from(("version", "serial", "inner", "issuer", "validity", "subject", "key", "unique", "rest", "outer", "signature", "behind")))
    judged(certificate(**{piece: data.draw(elements)}))  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(last=st.sampled_from(EXTENSIONS), value=elements | st.binary(max_size=40), critical=elements | st.just(b""))
def test_any_value_of_any_extension_never_raises(last: int, value: bytes, critical: bytes) -> None:
    judged(certificate(extensions=[extension(f"2.5.29.{last}", value, critical=critical)]))


@settings(max_examples=150, deadline=None)
@given(elements)
def test_the_elements_of_an_element_are_its_content(der: bytes) -> None:
    outer = read_element(der)
    assert outer.raw == der
    if outer.tag & 0x20:
        assert b"".join(child.raw for child in outer.children()) == outer.content
        assert all(der[child.offset : child.offset + len(child.content)] == child.content for child in outer.children())


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=60))
def test_a_walk_over_anything_ends_and_stays_inside(data: bytes) -> None:
    assert all(0 <= item.offset < len(data) for item in Walk(data).over(0, len(data)))


def test_a_walk_goes_no_deeper_and_no_further_than_its_bounds() -> None:
    nested = b"\x02\x02\x00\x01"
    for _ in range(100):
        nested = element(0x30, nested)
    assert list(Walk(nested).over(0, len(nested))) == []
    assert [item.code for item in Walk(b"\x02\x02\x00\x01" * 3, left=2).over(0, 12)] == ["integer-padded"]
