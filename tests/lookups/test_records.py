"""Data of records, whether an authority may issue, which certificates a TLSA record stands for: pure, from bytes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples.certificate import issuing, root
from samples.dns import ours, record

from tlsdiag.certificates import Certificate, read_certificate
from tlsdiag.certificates.caa import CaaOutcome, issuer_of, judge_caa
from tlsdiag.certificates.dane import Unusable, matches, why_unusable
from tlsdiag.facts import CaaLevel, CaaProperty, DnsCaa, TlsaRecord
from tlsdiag.fetching import Fetched
from tlsdiag.probes.dns.mail import LARGEST, read_policy
from tlsdiag.resolver import DnsAnswer, DnsRecord, LookupStatus
from tlsdiag.wire import DecodeError, Reader
from tlsdiag.wire.dns import read_alpn, read_caa, read_exchange, read_hints, read_name, read_service, read_strings, read_tlsa

READERS = (read_caa, read_tlsa, read_service, read_exchange, read_strings, read_alpn, lambda data: read_hints(data, 4), lambda data: read_name(Reader(data)))


@given(st.binary(max_size=80))
def test_arbitrary_bytes_raise_nothing_but_a_decode_error(data: bytes) -> None:
    for read in READERS:
        try:
            read(data)
        except DecodeError:
            pass


WHOLE = {
    read_caa: b"\x80\x05Issueca.example",
    read_tlsa: b"\x03\x01\x01" + bytes(32),
    read_service: b"\x00\x01\x03www\x07Example\x00\x00\x01\x00\x03\x02h2\x00\x03\x00\x02\x01\xbb",
    read_exchange: b"\x00\x0a\x02mx\x07example\x00",
    read_strings: b"\x03one\x03two",
}


def test_what_is_whole_is_read() -> None:
    caa = read_caa(WHOLE[read_caa])
    assert (caa.flags, caa.tag, caa.value) == (128, "issue", "ca.example")
    assert read_tlsa(WHOLE[read_tlsa]).data == bytes(32)
    service = read_service(WHOLE[read_service])
    assert (service.priority, service.target, service.parameter(3), service.parameter(4)) == (1, "www.example", b"\x01\xbb", None)
    assert read_alpn(service.parameter(1) or b"") == ("h2",)
    assert read_exchange(WHOLE[read_exchange]) == (10, "mx.example")
    assert read_strings(WHOLE[read_strings]) == "onetwo"
    assert read_hints(bytes([192, 0, 2, 1]), 4) == ("192.0.2.1",)


@pytest.mark.parametrize("read", [read_service, read_exchange])
def test_what_is_cut_is_refused_at_every_byte(read: Any) -> None:
    whole = WHOLE[read]
    for length in range(len(whole)):
        try:
            found = read(whole[:length])
        except DecodeError:
            continue
        assert found.parameters == read(whole).parameters[: len(found.parameters)] and whole[length - 1 : length + 1] in (b"\x00\x00", b"2\x00")


def test_keys_of_a_service_must_rise() -> None:
    with pytest.raises(DecodeError, match="rise"):
        read_service(b"\x00\x01\x00" + b"\x00\x03\x00\x00" * 2)


def test_a_name_without_end_is_refused() -> None:
    with pytest.raises(DecodeError):
        read_name(Reader(b"\x01a" * 200))


# CAA


VALUES = {
    "ca.example": "ca.example",
    " CA.example ; accounturi=https://ca.example/1; validationmethods=dns-01": "ca.example",
    "ca.example;": "ca.example",
    ";": "",
    "": "",
    "; policy=x": "",
    "ca example": None,
    "%%%": None,
    "ca.example; a": None,
    "ca.example.": None,
    "-ca.example": None,
    "ca.example; " + "a=1;" * 400: None,
}


@pytest.mark.parametrize("value", VALUES)
def test_the_issuer_of_a_value_is_read_by_the_grammar(value: str) -> None:
    assert issuer_of(value) == VALUES[value]


@given(st.text(max_size=60))
def test_any_value_has_an_issuer_or_none(value: str) -> None:
    assert issuer_of(value) is None or isinstance(issuer_of(value), str)


def caa(*items: str, flags: int = 0) -> list[CaaProperty]:
    return [CaaProperty(flags=flags, tag=tag, value=value) for tag, _, value in (item.partition(" ") for item in items)]


OUR = ("ca.example", "brand.example")
RULINGS: dict[str, tuple[list[CaaProperty], tuple[str, ...] | None, bool, CaaOutcome]] = {
    "nothing": ([], OUR, False, CaaOutcome.UNRESTRICTED),
    "reports alone": (caa("iodef mailto:a@b.example"), OUR, False, CaaOutcome.UNRESTRICTED),
    "ours among others": (caa("issue other.example", "issue Brand.example"), OUR, False, CaaOutcome.PERMITTED),
    "another": (caa("issue other.example"), OUR, False, CaaOutcome.FORBIDDEN),
    "nobody": (caa("issue ;"), OUR, False, CaaOutcome.FORBIDDEN),
    "nobody and ours": (caa("issue ;", "issue ca.example"), OUR, False, CaaOutcome.PERMITTED),
    "not known who we are": (caa("issue other.example"), None, False, CaaOutcome.UNKNOWN),
    "nobody, not known who we are": (caa("issue ;"), None, False, CaaOutcome.FORBIDDEN),
    "wildcards are for another": (caa("issue ca.example", "issuewild other.example"), OUR, True, CaaOutcome.FORBIDDEN),
    "wildcards are for another, and this is none": (caa("issue ca.example", "issuewild other.example"), OUR, False, CaaOutcome.PERMITTED),
    "only wildcards are restricted": (caa("issuewild ;"), OUR, False, CaaOutcome.UNRESTRICTED),
    "without a rule for wildcards the other counts": (caa("issue ca.example"), OUR, True, CaaOutcome.PERMITTED),
    "a critical property": (caa("issue ca.example") + caa("tbs x", flags=128), OUR, False, CaaOutcome.FORBIDDEN),
    "an unknown property": (caa("issue ca.example", "tbs x"), OUR, False, CaaOutcome.PERMITTED),
    "a known one that is critical": (caa("issue ca.example", flags=128), OUR, False, CaaOutcome.PERMITTED),
    "a value that cannot be read": (caa("issue %%%"), OUR, False, CaaOutcome.FORBIDDEN),
}


@pytest.mark.parametrize("name", RULINGS)
def test_whether_an_authority_may_issue(name: str) -> None:
    properties, identifiers, wildcard, outcome = RULINGS[name]
    assert judge_caa(properties, identifiers, wildcard=wildcard).outcome is outcome


def level(name: str, *, records: bool = False, status: LookupStatus = LookupStatus.NO_DATA) -> CaaLevel:
    told = (DnsRecord(data=b"", text="0 issue ca.example"),) if records else ()
    return CaaLevel(name=name, answer=DnsAnswer(name=name, kind="CAA", status=LookupStatus.ANSWERED if records else status, records=told))


def test_the_first_level_with_records_counts() -> None:
    tree = DnsCaa(host="www.a.example", levels=(level("www.a.example"), level("a.example", records=True), level("example", records=True)))
    counting = tree.for_name("www.a.example")
    assert counting is not None and counting.name == "a.example"


def test_a_level_below_the_name_does_not_count() -> None:
    tree = DnsCaa(host="www.a.example", levels=(level("www.a.example", records=True), level("a.example"), level("example")))
    assert tree.for_name("a.example") is None


def test_a_level_that_is_not_known_counts_before_those_above() -> None:
    tree = DnsCaa(host="a.example", levels=(level("a.example", status=LookupStatus.SERVER_FAILED), level("example", records=True)))
    counting = tree.for_name("a.example")
    assert counting is not None and not counting.answer.known


# TLSA


def chain(*ders: bytes) -> list[Certificate]:
    return [read_certificate(der) for der in ders or (*ours().chain, root().issued.der)]


@pytest.mark.parametrize("usage", range(4))
@pytest.mark.parametrize("selector", range(2))
@pytest.mark.parametrize("matching", range(3))
def test_each_kind_of_record_stands_for_its_certificate(usage: int, selector: int, matching: int) -> None:
    of, place = (ours().der, 0) if usage in (1, 3) else (issuing().issued.der, 1)
    assert why_unusable(record(usage, selector, matching, of=of)) is None
    assert matches(record(usage, selector, matching, of=of), chain()) == place
    assert matches(record(usage, selector, matching, of=root().issued.der if usage in (1, 3) else ours().der), chain()) is None


def test_a_certificate_that_has_signed_itself_may_be_its_own_authority() -> None:
    assert matches(record(2, of=root().issued.der), chain(root().issued.der)) == 0
    assert matches(record(3), []) is None


UNUSABLE = {
    Unusable.USAGE: TlsaRecord(usage=4, selector=1, matching=1, data=bytes(32)),
    Unusable.SELECTOR: TlsaRecord(usage=3, selector=2, matching=1, data=bytes(32)),
    Unusable.MATCHING: TlsaRecord(usage=3, selector=1, matching=3, data=bytes(32)),
    Unusable.LENGTH: TlsaRecord(usage=3, selector=1, matching=2, data=bytes(32)),
    Unusable.NOT_FOR_MAIL: TlsaRecord(usage=1, selector=1, matching=1, data=bytes(32)),
}


@pytest.mark.parametrize("reason", UNUSABLE)
def test_why_a_record_cannot_be_used(reason: Unusable) -> None:
    assert why_unusable(UNUSABLE[reason], mail=True) is reason


def test_a_whole_certificate_must_look_like_one() -> None:
    assert why_unusable(TlsaRecord(usage=3, selector=0, matching=0, data=b"abcdef")) is Unusable.LENGTH
    assert why_unusable(UNUSABLE[Unusable.NOT_FOR_MAIL]) is None


# MTA-STS


GOOD = b"version: STSv1\r\nmode: enforce\r\nmx: MX.example\r\nmx: *.example.net\r\nmax_age: 604800\r\n"


def fetched(body: bytes = GOOD, **options: Any) -> Fetched:
    base: dict[str, Any] = {"url": "https://mta-sts.example/", "status": 200, "headers": (("content-type", "text/plain; charset=utf-8"),)}
    return Fetched(**{**base, "body": body, **options})


def test_a_policy_is_read() -> None:
    policy = read_policy(fetched())
    assert not isinstance(policy, str) and (policy.mode, policy.hosts, policy.max_age) == ("enforce", ("mx.example", "*.example.net"), 604800)


FAULTY = {
    "404": fetched(status=404),
    "redirects": fetched(redirects=("https://mta-sts.example/",)),
    "text/html": fetched(headers=(("content-type", "text/html"),)),
    "not said": fetched(headers=()),
    str(LARGEST): fetched(truncated=True),
    "version": fetched(b"mode: none\nmax_age: 1\n"),
    "mode: x": fetched(GOOD.replace(b"enforce", b"x")),
    "max_age": fetched(GOOD.replace(b"604800", b"-1")),
    "no mx": fetched(b"version: STSv1\nmode: testing\nmax_age: 1\n"),
}


@pytest.mark.parametrize("word", FAULTY)
def test_what_is_no_policy_is_told(word: str) -> None:
    problem = read_policy(FAULTY[word])
    assert isinstance(problem, str) and word in problem


@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_no_policy(body: bytes) -> None:
    assert read_policy(fetched(body)) is not None
