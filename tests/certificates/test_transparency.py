"""Timestamps read, what logs sign, the lists of logs, and what browsers want: without a connection."""

from __future__ import annotations

import base64
import importlib.util
import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography import x509
from der import element, indefinite, long_form, octets, oid, seq
from hypothesis import given
from hypothesis import strategies as st
from transparency_log import PRECERTIFICATE_SIGNING, CtLogKey, final, log_list, logged, precertificate, sct_list

from tlsdiag.certificates import read_certificate, signed_by
from tlsdiag.certificates.times import embedded_timestamps, timestamp_of
from tlsdiag.certificates.transparency import (
    Candidate,
    CtLog,
    Delivery,
    LogListError,
    LogState,
    PolicyVerdict,
    Witness,
    apple_policy,
    chrome_policy,
    entry_of_precertificate,
    fitting,
    is_signed,
    precert_entry,
    read_log_list,
    read_sct,
    shipped_logs,
    x509_entry,
)
from tlsdiag.certificates.transparency.entries import without_extension
from tlsdiag.certificates.transparency.logs import MAX_LIST, MAX_LOGS
from tlsdiag.certificates.transparency.scts import split_list
from tlsdiag.certificates.transparency.stapled import stapled_scts
from tlsdiag.testing import Authority

CORPUS = Path(__file__).parents[1] / "corpus" / "transparency"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
FIRST, SECOND = CtLogKey(name="First"), CtLogKey(name="Second", operator="Second Operator", number=801)
RSA = CtLogKey(name="Third", operator="Third Operator", kind="rsa", number=802)
SCT_LIST = "1.3.6.1.4.1.11129.2.4.2"


def public_chains() -> list[Any]:
    """Certificates of public sites with their issuers."""
    chains = json.loads((CORPUS.parent / "sites" / "chains.json").read_text(encoding="utf-8"))["chains"]
    found = []
    for item in chains:
        leaf, *above = (read_certificate(base64.b64decode(text)) for text in (*item["sent"], item["root"]))
        found.append(pytest.param(leaf, next(issuer for issuer in above if signed_by(leaf, issuer)), id=item["host"]))
    return found


# reading


def test_an_sct_is_read_field_by_field() -> None:
    raw = attrs.evolve(FIRST, at=NOW, extensions=b"\0\0\5\0\0\0\0\1").sct(b"entry")
    sct = read_sct(raw)
    assert (sct.version, sct.log_id, sct.time, sct.extensions) == (0, FIRST.log_id, NOW, b"\0\0\5\0\0\0\0\1")
    assert (sct.hash, sct.algorithm, sct.problem) == (4, 3, "") and len(sct.signature) >= 68


def test_an_sct_that_is_cut_short_or_has_more_says_so_at_every_length() -> None:
    raw = FIRST.sct(b"entry")
    assert all(read_sct(raw[:size]).problem for size in range(len(raw)))
    size = len(read_sct(raw).signature)
    assert read_sct(raw + b"\0").problem == f"its signature should have {size} bytes, {size + 1} are there"


def test_of_an_unknown_version_only_the_version_is_known() -> None:
    sct = read_sct(b"\x07" + FIRST.sct(b"entry")[1:])
    assert (sct.version, sct.problem, sct.time, sct.log_id) == (7, "", None, b"")


def test_a_time_that_no_calendar_has_is_none() -> None:
    raw = FIRST.sct(b"entry")
    assert read_sct(raw[:33] + b"\xff" * 8 + raw[41:]).time is None


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    for raw in (data, b"\0" + data):
        read_sct(raw)
    without_extension(data, SCT_LIST)


def test_the_clock_reads_the_same_times() -> None:
    issued = logged(ISSUING, "server.example", logs=[attrs.evolve(FIRST, at=NOW), attrs.evolve(RSA, at=NOW + timedelta(hours=1))])
    certificate = read_certificate(issued.der)
    assert embedded_timestamps(certificate) == (NOW, NOW + timedelta(hours=1))
    assert timestamp_of(certificate.sct_list[0][:41]) == NOW, "the times stand whatever follows them"


# what is signed


@pytest.mark.parametrize(("leaf", "issuer"), public_chains())
def test_every_timestamp_of_a_real_certificate_is_verified_with_the_shipped_list(leaf: Any, issuer: Any) -> None:
    scts = [read_sct(raw) for raw in leaf.sct_list]
    logs = [shipped_logs().find(sct.log_id) for sct in scts]
    entries = Candidate(certificate=leaf, issuers=(issuer,)).entries(Delivery.CERTIFICATE)
    assert len(scts) >= 2 and None not in logs
    assert all(is_signed(sct, log.key, entries) for sct, log in zip(scts, logs, strict=True) if log)


def test_the_real_certificates_hold_28_timestamps_of_16_logs_and_three_are_of_the_static_api() -> None:
    found = [shipped_logs().find(read_sct(raw).log_id) for parameters in public_chains() for raw in parameters.values[0].sct_list]
    names = Counter(log.description for log in found if log is not None)
    assert (len(found), len(names), sum(log.is_static for log in found if log is not None)) == (28, 16, 3), names


@pytest.mark.parametrize(("leaf", "issuer"), public_chains())
def test_real_certificates_meet_both_policies(leaf: Any, issuer: Any) -> None:
    at, lifetime = datetime(2026, 3, 15, tzinfo=UTC), leaf.not_after - leaf.not_before
    scts = [read_sct(raw) for raw in leaf.sct_list]
    witnesses = [
        Witness(delivery=Delivery.CERTIFICATE, log_id=sct.log_id, time=sct.time, log=shipped_logs().find(sct.log_id)) for sct in scts if sct.time is not None
    ]
    assert chrome_policy(witnesses, lifetime, at).satisfied and apple_policy(witnesses, lifetime, at).satisfied


@pytest.mark.parametrize(("leaf", "issuer"), public_chains())
def test_a_changed_bit_or_another_issuer_is_no_signature(leaf: Any, issuer: Any) -> None:
    sct = read_sct(leaf.sct_list[0])
    log = shipped_logs().find(sct.log_id)
    assert log is not None
    changed = read_sct(sct.raw[:40] + bytes([sct.raw[40] ^ 1]) + sct.raw[41:])
    entries = Candidate(certificate=leaf, issuers=(issuer,)).entries(Delivery.CERTIFICATE)
    assert is_signed(changed, log.key, entries) is False
    assert is_signed(sct, log.key, Candidate(certificate=leaf, issuers=(leaf,)).entries(Delivery.CERTIFICATE)) is False


@pytest.mark.parametrize(("leaf", "issuer"), public_chains())
def test_the_bytes_without_the_list_are_those_that_another_library_finds(leaf: Any, issuer: Any) -> None:
    assert without_extension(leaf.tbs, SCT_LIST) == x509.load_der_x509_certificate(leaf.der).tbs_precertificate_bytes


@pytest.mark.parametrize("log", [FIRST, RSA], ids=["ECDSA", "RSA"])
def test_what_is_logged_before_issue_is_verified_after_it(log: CtLogKey) -> None:
    issued = logged(ISSUING, "server.example", logs=[log])
    leaf, issuer = read_certificate(issued.der), read_certificate(ISSUING.issued.der)
    (sct,) = map(read_sct, leaf.sct_list)
    assert is_signed(sct, log.key, Candidate(certificate=leaf, issuers=(issuer,)).entries(Delivery.CERTIFICATE))


def test_a_precertificate_of_a_special_signer_comes_to_the_same_entry() -> None:
    usage = x509.ExtendedKeyUsage([x509.ObjectIdentifier(PRECERTIFICATE_SIGNING)])
    signer = ISSUING.intermediate("Test Precertificate Signer", number=350, extensions=((usage, False),))
    pre = precertificate(signer, "server.example")
    certificate, issuer = final(ISSUING, pre, FIRST.add_pre_chain((pre.der, signer.issued.der, ISSUING.issued.der))), read_certificate(ISSUING.issued.der)
    leaf = read_certificate(certificate.der)
    assert signed_by(leaf, issuer)
    assert entry_of_precertificate(read_certificate(pre.der), read_certificate(signer.issued.der), issuer) == precert_entry(leaf, issuer)
    assert is_signed(read_sct(leaf.sct_list[0]), FIRST.key, Candidate(certificate=leaf, issuers=(issuer,)).entries(Delivery.CERTIFICATE))


def test_lengths_are_written_again_as_short_as_they_can_be_and_the_rest_is_kept() -> None:
    kept = seq(oid("1.2.3.4"), long_form(0x04, b"x", 2))
    gone = seq(oid(SCT_LIST), octets(b"y" * 200))
    fields = [element(0xA0, b"\2\1\2"), *[seq()] * 6]
    tbs = indefinite(0x30, *fields, long_form(0xA3, seq(gone, kept), 3))
    assert without_extension(tbs, SCT_LIST) == seq(*fields, element(0xA3, seq(kept)))
    assert without_extension(seq(*fields, element(0xA3, seq(gone))), SCT_LIST) == seq(*fields), "no empty list of extensions is left"


def test_an_issuer_that_is_not_known_leaves_the_signature_open() -> None:
    leaf = read_certificate(logged(ISSUING, "server.example", logs=[FIRST]).der)
    assert is_signed(read_sct(leaf.sct_list[0]), FIRST.key, Candidate(certificate=leaf).entries(Delivery.CERTIFICATE)) is None


@pytest.mark.parametrize("delivery", Delivery)
def test_a_certificate_that_no_log_could_take_has_no_entry(delivery: Delivery) -> None:
    huge = attrs.evolve(read_certificate(ISSUING.issued.der), der=bytes(2**24))
    assert Candidate(certificate=huge, issuers=(huge,)).entries(delivery) == ()


@pytest.mark.parametrize("key", [b"", b"no key", CtLogKey(name="x", kind="ed25519", number=803).key])
def test_a_key_of_another_kind_leaves_the_signature_open(key: bytes) -> None:
    assert is_signed(read_sct(FIRST.sct(b"entry")), key, [b"entry"]) is None


@pytest.mark.parametrize("log", [FIRST, RSA], ids=["ECDSA", "RSA"])
def test_an_algorithm_that_is_not_the_keys_is_wrong(log: CtLogKey) -> None:
    sct = read_sct(log.sct(b"entry"))
    assert is_signed(sct, log.key, [b"entry"]) is True
    assert is_signed(attrs.evolve(sct, hash=2), log.key, [b"entry"]) is False


def test_the_certificate_that_a_timestamp_is_for_is_found_among_others_whatever_was_signed() -> None:
    first, second = ISSUING.issue("server.example", number=1), logged(ISSUING, "server.example", number=2, logs=[FIRST])
    issuer = read_certificate(ISSUING.issued.der)
    candidates = [Candidate(certificate=read_certificate(item.der), issuers=(issuer,)) for item in (first, second)]
    whole = read_sct(FIRST.add_chain((first.der,)))
    embedded = read_sct(candidates[1].certificate.sct_list[0])
    assert fitting(whole, FIRST.key, Delivery.TLS, candidates) is candidates[0]
    assert fitting(embedded, FIRST.key, Delivery.TLS, candidates) is candidates[1]
    assert fitting(read_sct(FIRST.sct(b"other")), FIRST.key, Delivery.TLS, candidates) is None
    assert x509_entry(candidates[0].certificate)[:2] == b"\0\0"


# lists of logs


def test_the_generated_table_is_what_the_generator_gives() -> None:
    spec = importlib.util.spec_from_file_location("generate_logs", CORPUS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.OUT.read_text(encoding="utf-8") == module.output(), "run tests/corpus/transparency/generate.py"


def test_every_shipped_log_is_sound_and_its_id_is_the_one_that_was_published() -> None:
    logs = shipped_logs()
    published = json.loads((CORPUS / "ct_logs.json").read_text(encoding="utf-8"))
    found = [logs.find(base64.b64decode(item["log_id"])) for item in published["logs"]]
    assert len(logs) == len(found) and None not in found
    assert logs.date == datetime(2026, 7, 31, tzinfo=UTC)
    assert logs.age(NOW + timedelta(days=100)).days == 40


CHROME = {
    "version": "1", "log_list_timestamp": "2026-11-20T12:00:00Z",
    "operators": [{
        "name": "First Operator",
        "logs": [{
            "description": "First", "key": base64.b64encode(FIRST.key).decode(), "url": "https://log.example/", "mmd": 86400,
            "state": {"retired": {"timestamp": "2026-05-01T00:00:00Z"}}, "log_type": "prod",
            "temporal_interval": {"start_inclusive": "2026-01-01T00:00:00Z", "end_exclusive": "2026-07-01T00:00:00Z"},
        }],
        "tiled_logs": [{"description": "Tiled", "key": base64.b64encode(SECOND.key).decode(), "submission_url": "x", "monitoring_url": "y"}],
    }],
}  # fmt: skip


def test_chromes_own_list_is_read() -> None:
    logs = read_log_list(json.dumps(CHROME).encode())
    first, tiled = logs.find(FIRST.log_id), logs.find(SECOND.log_id)
    assert first is not None and tiled is not None
    assert (logs.date.day, logs.programs, len(logs)) == (20, ("chrome",), 2)
    assert (first.operator, first.is_static, tiled.is_static, tiled.chrome) == ("First Operator", False, True, None)
    assert first.chrome == LogState(name="retired", since=datetime(2026, 5, 1, tzinfo=UTC))
    assert (first.takes(NOW), first.takes(NOW + timedelta(days=60)), tiled.takes(NOW)) == (True, False, True)


def test_our_own_shape_is_read() -> None:
    logs = read_log_list(log_list(attrs.evolve(FIRST, interval=(NOW, NOW + timedelta(days=1))), SECOND, date=NOW), "mine.json")
    first = logs.find(FIRST.log_id)
    assert first is not None and first.begins == NOW and first.apple is not None and logs.programs == ("chrome", "apple")
    assert (logs.origin, logs.date, logs.find(b"")) == ("mine.json", NOW, None)


def without(name: str, **changes: Any) -> bytes:
    """Our own shape with one log, changed."""
    plain = json.loads(log_list(FIRST, date=NOW))
    plain["logs"][0] |= changes
    return json.dumps({key: value for key, value in plain.items() if key != name}).encode()


@pytest.mark.parametrize(("data", "says"), [
    (b"", "no JSON"), (b"[" * 100_000, "no JSON"), (b"\xff\xfe{", "no JSON"), (b"[]", "no JSON object"), (b" " * (MAX_LIST + 1), "no list"),
    (b"{}", "it has no date"),
    (without("list_date"), "no date"), (without("logs"), "no log is in it"), (b'{"list_date": "2026-01-01", "logs": 5}', "array of objects"),
    (b'{"list_date": 5}', "expected text"), (b'{"list_date": "soon"}', "'soon' is no time"), (without("", key="!"), "no key in base64"),
    (without("", key=None), "no key"), (without("", description="x" * 501), "501 characters"), (without("", chrome_state=[1]), "expected an object"),
    (without("", chrome_state={"state": "great", "since": "2026-01-01"}), "no state of a log"),
    (without("", apple_state={"state": "usable", "since": "9999-12-31T23:59:59-23:00"}), "no time"),
    (json.dumps({"list_date": "2026-01-01", "logs": [{}] * (MAX_LOGS + 1)}).encode(), "more than"),
])  # fmt: skip
def test_what_is_no_list_says_what_is_wrong(data: bytes, says: str) -> None:
    with pytest.raises(LogListError, match=says):
        read_log_list(data, "mine.json")


KEYS = ["operators", "logs", "tiled_logs", "key", "state", "usable", "timestamp", "list_date", "log_list_timestamp", "temporal_interval"]
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4), max_leaves=15))
def test_no_json_raises_anything_else(plain: Any) -> None:
    try:
        read_log_list(json.dumps(plain).encode())
    except LogListError:
        pass


def test_a_log_is_of_the_static_api_only_where_the_list_says_so() -> None:
    silent = json.loads(without(""))
    del silent["logs"][0]["url"]
    found = [read_log_list(data).find(FIRST.log_id) for data in (json.dumps(silent).encode(), without("", url=None))]
    assert [log is not None and log.is_static for log in found] == [False, True]


def test_a_state_before_its_beginning_was_another() -> None:
    since = LogState(name="rejected", since=NOW)
    assert (since.at(NOW), since.at(NOW - timedelta(days=1))) == ("rejected", "usable")
    assert LogState(name="usable", since=NOW).at(NOW - timedelta(days=1)) == "pending"


# policies


def witness(name: str, delivery: Delivery = Delivery.CERTIFICATE, state: str | None = "usable", **log: Any) -> Witness:
    """A timestamp of a month ago, of a log of its own; `state` None is a log that nobody knows."""
    since = log.pop("since", NOW - timedelta(days=500))
    age = log.pop("age", 30)
    listed = None if state is None else LogState(name=state, since=since)
    known = None if state is None else CtLog(**{"operator": name, "chrome": listed, "apple": listed, **log})
    return Witness(delivery=delivery, log_id=name.encode(), time=NOW - timedelta(days=age), log=known)


def both(*witnesses: Witness, days: float = 90) -> tuple[bool | None, bool | None]:
    """Chrome's and Apple's verdict on a life of so many days."""
    return tuple(policy(witnesses, timedelta(days=days), NOW).satisfied for policy in (chrome_policy, apple_policy))  # type: ignore[return-value]


A, B, C = witness("a"), witness("b"), witness("c")
TLS, OCSP = Delivery.TLS, Delivery.OCSP
GONE = {"state": "retired", "since": NOW - timedelta(days=10)}


@pytest.mark.parametrize(("witnesses", "days", "verdict"), [
    ([], 90, (False, False)), ([A], 90, (False, False)), ([A, B], 90, (True, True)), ([A, B], 180, (True, True)), ([A, B], 180.1, (False, False)),
    ([A, B, C], 398, (True, True)), ([A, A], 90, (False, False)),
    ([A, witness("b", operator="a")], 90, (False, False)), ([A, B, witness("c", operator="a")], 398, (True, True)),
    ([A, witness("b", operator="a"), witness("c", operator="a")], 398, (False, False)),
    ([A, witness("b", state="readonly")], 90, (True, True)), ([A, witness("b", state="qualified")], 90, (True, True)),
    ([A, witness("b", state="pending")], 90, (False, False)), ([A, witness("b", state="rejected")], 90, (False, False)),
    ([A, witness("b", **GONE)], 90, (True, True)), ([A, witness("b", age=5, **GONE)], 90, (False, False)),
    ([witness("a", **GONE), witness("b", **GONE)], 90, (False, False)),
    ([witness("a", TLS), witness("b", OCSP)], 398, (True, True)), ([witness("a", TLS)], 90, (False, False)),
    ([witness("a", TLS), witness("b", TLS, **GONE)], 90, (False, False)), ([A, witness("b", TLS)], 90, (False, True)),
    ([witness("a", is_static=True), witness("b", is_static=True)], 90, (True, False)), ([A, witness("b", is_static=True)], 90, (True, True)),
    ([A, witness("b", state=None)], 90, (None, None)), ([A, witness("b", state=None)], 398, (False, False)), ([A, witness("b", apple=None)], 90, (True, None)),
])  # fmt: skip
def test_what_the_policies_make_of(witnesses: list[Witness], days: float, verdict: tuple[bool | None, bool | None]) -> None:
    assert both(*witnesses, days=days) == verdict


def test_what_would_not_do_with_the_best_of_logs_is_hopeless() -> None:
    def chrome(*witnesses: Witness) -> PolicyVerdict:
        return chrome_policy(witnesses, timedelta(days=90), NOW)

    assert chrome(A).hopeless and not chrome(A, witness("b", state="rejected")).hopeless
    assert chrome(A).reasons == ("1 of them counts and 2 are wanted",)
    assert chrome(A, witness("b", operator="a")).reasons == ("all are of one operator (a)",)


def test_a_list_of_scts_in_an_ocsp_answer_is_split_and_told_where_damaged() -> None:
    assert split_list(sct_list(b"one", b"two")) == ((b"one", b"two"), "")
    assert split_list(b"\0\5\0\3one")[1] == "" and split_list(b"\0\6\0\3one\0")[0] == (b"one",)
    assert split_list(b"\0\x09\0\3one") == ((b"one",), "the length of the list is not that of its bytes")
    assert split_list(b"\0\7\0\3one\0\5")[1] == "an SCT that is cut short" and split_list(b"\0\0")[1] == "no SCT"
    assert split_list(sct_list(*[b"x"] * 65)) == ((b"x",) * 64, "more than 64 SCTs")
    assert stapled_scts(b"") == ((), "") and stapled_scts(seq()) == ((), "")
