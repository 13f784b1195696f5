"""Sources of time: read from HTTP, OCSP answers, timestamps and software, however they come; and asked for only where a date matters."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.times import embedded_timestamps, ocsp_times, timestamp_of
from tlsdiag.depth import Limits
from tlsdiag.facts import Bound, HandshakeOutcome, ServerDate, TimeSource, Voucher
from tlsdiag.probes import time_sources
from tlsdiag.probes.clock import zone_at
from tlsdiag.probes.server_date import date_of
from tlsdiag.testing import Authority, Window
from tlsdiag.testing.observations import ENDPOINT, NOW, handshake_outcome

ROOT = Authority.root(number=300, now=NOW)


def timestamp(time: datetime) -> bytes:
    """A version 1 timestamp with a log's name and a signature of zeros."""
    return b"\0" + bytes(32) + int(time.timestamp() * 1000).to_bytes(8, "big") + bytes(2) + b"\4\3\0\2ab"


def answer(this_update: datetime, next_update: datetime | None) -> bytes:
    """An OCSP answer about a certificate of the test's root."""
    leaf = ROOT.issue("server.example")
    builder = ocsp.OCSPResponseBuilder().add_response(
        leaf.certificate, ROOT.issued.certificate, hashes.SHA1(), ocsp.OCSPCertStatus.GOOD, this_update, next_update, None, None
    )
    builder = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, ROOT.issued.certificate)
    from cryptography.hazmat.primitives.serialization import Encoding

    return builder.sign(ROOT.issued.private_key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        (b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jun 2026 12:00:00 GMT\r\n\r\n", NOW),
        (b"HTTP/1.0 405 No\r\nserver: x\r\ndate:Mon, 01 Jun 2026 12:00:00 GMT\r\n", NOW),
        (b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jun 2026 12:00:00 -0000\r\n\r\n", NOW),
        (b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jun 2026 11:00:00 GMT\r\nAge: 3600\r\n\r\n", NOW),
        (b"HTTP/1.1 200 OK\r\n\r\nDate: Mon, 01 Jun 2026 12:00:00 GMT\r\n", None),
        (b"HTTP/1.1 200 OK\r\nDate: yesterday\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jun 99999 12:00:00 GMT\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nDate: Fri, 31 Dec 9999 23:59:59 GMT\r\nAge: 9999999\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jan 1900 00:00:00 GMT\r\n\r\n", None),
        (b"220 mail.example ESMTP\r\nDate: Mon, 01 Jun 2026 12:00:00 GMT\r\n", None),
        (b"", None),
    ],
)
def test_the_date_is_read_out_of_the_head_of_an_answer(text: bytes, date: datetime | None) -> None:
    assert date_of(text) == date


@given(st.binary(max_size=300))
def test_any_answer_is_a_date_or_none(data: bytes) -> None:
    found = date_of(b"HTTP/1.1 200 OK\r\nDate: " + data + b"\r\nAge: " + data + b"\r\n\r\n")
    assert found is None or found.tzinfo is not None


def test_a_timestamp_has_milliseconds_since_1970() -> None:
    assert timestamp_of(timestamp(NOW)) == NOW


@pytest.mark.parametrize("data", [b"", b"\1" + bytes(60), timestamp(NOW)[:40], b"\0" + bytes(32) + b"\xff" * 8])
def test_what_is_no_timestamp_has_no_time(data: bytes) -> None:
    assert timestamp_of(data) is None


def embedded(value: bytes) -> tuple[datetime, ...]:
    oid = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
    issued = ROOT.issue("server.example", extensions=((x509.UnrecognizedExtension(oid, value), False),))
    return embedded_timestamps(read_certificate(issued.der))


def test_timestamps_inside_a_certificate_are_read() -> None:
    entries = b"".join(len(item).to_bytes(2, "big") + item for item in (timestamp(NOW), timestamp(NOW + timedelta(hours=1)), b"\1odd"))
    listed = len(entries).to_bytes(2, "big") + entries
    assert embedded(b"\x04" + bytes([0x81, len(listed)]) + listed) == (NOW, NOW + timedelta(hours=1))


def test_a_damaged_list_of_timestamps_is_empty() -> None:
    assert embedded(b"\x05\x00") == ()
    assert embedded_timestamps(read_certificate(ROOT.issue("server.example").der)) == ()


def test_the_times_of_an_ocsp_answer_are_read() -> None:
    times = ocsp_times(answer(NOW, NOW + timedelta(days=7)))
    assert times is not None
    assert (times.this_update, times.next_update) == (NOW, NOW + timedelta(days=7))
    assert abs(times.produced - datetime.now(UTC)) < timedelta(minutes=5)


def test_an_ocsp_answer_need_not_say_when_the_next_comes() -> None:
    times = ocsp_times(answer(NOW, None))
    assert times is not None and times.next_update is None


@given(st.integers(0, 400), st.binary(max_size=3))
def test_a_damaged_ocsp_answer_gives_times_or_none(at: int, noise: bytes) -> None:
    whole = answer(NOW, NOW + timedelta(days=7))
    ocsp_times(whole[:at] + noise + whole[at + len(noise) :])
    assert ocsp_times(whole[: min(at, 100)]) is None


def test_what_an_endpoint_shows_becomes_bounds() -> None:
    ours = handshake_outcome(
        certificates=(ROOT.issue("server.example").der,), scts=(timestamp(NOW), timestamp(NOW - timedelta(days=1))), ocsp_response=answer(NOW, NOW)
    )
    found = {item.name: item for item in time_sources.shown_by(ours, ENDPOINT)}
    assert set(found) == {"ocsp-this-update", "ocsp-next-update", "sct", "certificate-not-before"}
    assert (found["sct"].time, found["sct"].bound, found["sct"].voucher) == (NOW, Bound.LOWER, Voucher.LOG)
    assert found["ocsp-next-update"].bound is Bound.UPPER
    assert {item.where for item in found.values()} == {str(ENDPOINT)}


def test_nothing_shown_and_nothing_said_is_no_source() -> None:
    assert time_sources.shown_by(None, ENDPOINT) == ()
    assert time_sources.shown_by(handshake_outcome(ocsp_response=b"\x30\x03\x0a\x01\x06"), ENDPOINT) == ()
    assert time_sources.said_by(None, ENDPOINT) == time_sources.said_by(ServerDate(date=None), ENDPOINT) == ()


def test_what_an_endpoint_says_is_an_estimate() -> None:
    first, second = time_sources.said_by(ServerDate(date=NOW, error=2.0, random=NOW), ENDPOINT)
    assert (first.name, second.name, first.bound, first.error) == ("http-date", "server-random", Bound.ESTIMATE, 2.0)


def test_the_software_that_runs_here_was_released_in_the_past() -> None:
    found = time_sources.software()
    assert {item.name for item in found} >= {"tlsdiag", "certifi"}
    assert all(item.time < datetime.now(UTC) for item in found)


@pytest.mark.parametrize(
    ("version", "date"),
    [
        ("OpenSSL 3.0.17 1 Jul 2025", datetime(2025, 7, 1, tzinfo=UTC)),
        ("OpenSSL 1.1.1w  11 Sep 2023", datetime(2023, 9, 11, tzinfo=UTC)),
        ("LibreSSL 3.3.6", None),
        ("OpenSSL 3.0.0 99 Xxx 2025", None),
    ],
)
def test_openssl_names_the_day_of_its_release(version: str, date: datetime | None) -> None:
    assert time_sources._openssl(version) == date


def test_a_package_that_is_not_there_has_no_date(monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import metadata

    def gone(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", gone)
    assert time_sources._certifi() is None


@pytest.mark.parametrize(("bound", "wrong"), [(Bound.LOWER, [-200]), (Bound.UPPER, [200]), (Bound.ESTIMATE, [])])
def test_a_bound_is_contradicted_on_one_side(bound: Bound, wrong: list[int]) -> None:
    item = TimeSource(name="x", time=NOW, bound=bound, voucher=Voucher.LOG, error=10)
    slack = timedelta(seconds=60)
    assert [seconds for seconds in (-200, -60, 0, 60, 200) if time_sources.contradicts(item, NOW + timedelta(seconds=seconds), slack)] == wrong


@pytest.mark.parametrize(
    ("variable", "offset"),
    [("Europe/Berlin", 7200), (":Asia/Kolkata", 19800), ("America/St_Johns", -9000), ("UTC", 0)],
)
def test_the_zone_is_that_of_the_environment(variable: str, offset: int) -> None:
    zone = zone_at(NOW, {"TZ": variable})
    assert (zone.offset, zone.variable) == (offset, variable)


@pytest.mark.parametrize("environment", [{}, {"TZ": "CET-1CEST"}, {"TZ": "../../etc/passwd"}, {"TZ": ""}])
def test_a_zone_that_has_no_name_is_that_of_the_machine(environment: dict[str, str]) -> None:
    local = NOW.astimezone().utcoffset()
    assert local is not None
    assert zone_at(NOW, environment).offset == int(local.total_seconds())


def test_the_end_of_the_calendar_has_a_zone_too() -> None:
    assert zone_at(datetime.max.replace(tzinfo=UTC), {"TZ": "Europe/Berlin"}).offset == 0


def outcome(**changes: Any) -> HandshakeOutcome:
    return handshake_outcome(certificates=(ROOT.issue("server.example", window=Window.around(NOW)).der,), **changes)


@pytest.fixture
def old_software(monkeypatch: pytest.MonkeyPatch) -> None:
    """Software that was released before the time of the tests."""
    monkeypatch.setattr(time_sources, "software", tuple)


def asked(ours: HandshakeOutcome | None, *, now: datetime = NOW, port: int = 443, depth: str = "standard", starttls: bool = False) -> tuple[Any, list[Any]]:
    """What the probe makes of a handshake, and the requests that it sent."""
    import attrs

    from tlsdiag.depth import Depth
    from tlsdiag.observation import Observations
    from tlsdiag.probe import Exchange
    from tlsdiag.probes.server_date import ServerDateProbe
    from tlsdiag.target import Endpoint, Target

    bag = Observations()
    place = Endpoint(address="192.0.2.1", port=port)
    if ours is not None:
        bag.put(HandshakeOutcome, place, ours)
    requests: list[Any] = []

    class Scene:
        endpoint = place

        def __init__(self) -> None:
            self.target = attrs.evolve(Target.parse("server.example"), starttls="smtp" if starttls else None)
            self.now, self.depth, self.limits, self.environment = now, Depth.parse(depth), Limits(), {}

        def clock(self) -> float:
            return 0.0

        def seen(self, kind: Any, endpoint: Any = None) -> Any:
            return bag.get(kind, place)

        async def ask(self, offer: Any, request: bytes, **options: Any) -> Exchange:
            from tlsdiag.handshake.result import HandshakeResult
            from tlsdiag.network import Recording

            requests.append((offer, request))
            said = b"HTTP/1.1 200 OK\r\nDate: Mon, 01 Jun 2026 12:00:00 GMT\r\n\r\n"
            return Exchange(result=HandshakeResult(), failure=None, recording=Recording(), late_answer=said)

    return asyncio.run(ServerDateProbe().run(Scene())), requests  # type: ignore[arg-type]


@pytest.mark.usefixtures("old_software")
def test_nobody_is_asked_where_no_date_is_in_doubt() -> None:
    found, requests = asked(outcome())
    assert not isinstance(found, ServerDate) and requests == []


@pytest.mark.parametrize("days", [-40, 90])
@pytest.mark.usefixtures("old_software")
def test_the_server_is_asked_where_a_certificate_is_out_of_date(days: int) -> None:
    found, requests = asked(outcome(), now=NOW + timedelta(days=days))
    assert isinstance(found, ServerDate) and found.date == NOW
    assert requests[0][1].startswith(b"HEAD / HTTP/1.1\r\nHost: server.example\r\n")


@pytest.mark.usefixtures("old_software")
def test_the_server_is_asked_where_a_timestamp_lies_ahead() -> None:
    found, _ = asked(outcome(scts=(timestamp(NOW + timedelta(hours=1)),)))
    assert isinstance(found, ServerDate)


@pytest.mark.usefixtures("old_software")
def test_the_server_is_asked_at_full_depth() -> None:
    assert isinstance(asked(outcome(), depth="full")[0], ServerDate)


@pytest.mark.parametrize("changes", [{"late_answer": b"HTTP/1.1 400 No\r\nDate: Mon, 01 Jun 2026 12:00:00 GMT\r\n\r\n"}])
@pytest.mark.usefixtures("old_software")
def test_an_answer_that_is_there_already_is_enough(changes: dict[str, Any]) -> None:
    found, requests = asked(outcome(**changes), depth="full")
    assert isinstance(found, ServerDate) and found.date == NOW and requests == []


@pytest.mark.usefixtures("old_software")
def test_a_port_of_mail_is_not_asked_in_http() -> None:
    for options in ({"port": 993}, {"starttls": True}):
        found, requests = asked(outcome(), depth="full", **options)
        assert not isinstance(found, ServerDate) and requests == []


@pytest.mark.usefixtures("old_software")
def test_without_a_handshake_nobody_is_asked() -> None:
    assert not isinstance(asked(None)[0], ServerDate)
