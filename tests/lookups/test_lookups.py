"""Asking a resolver: a name server on loopback that answers, fails and is silent as a test wants it to."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dns.exception
import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st
from name_server import NameServer, name_server
from ports import closed_port

import tlsdiag
from tlsdiag import TargetError
from tlsdiag.network.dns import QUESTIONS, Lookups, _Question, is_installed, system_resolvers
from tlsdiag.resolver import DnsAnswer, LookupStatus, ResolverAddress, resolving_of

SHORT = tlsdiag.Limits(resolve_timeout=0.3)
ZONE = 'www A 192.0.2.1\nalias CNAME www\n@ TXT "one"\nlong TXT ' + " ".join(f'"{"x" * 250}"' for _ in range(8))


@pytest.fixture
def server() -> Iterator[NameServer]:
    with name_server(server_example=ZONE) as running:
        yield running


def lookups(*servers: str, limits: tlsdiag.Limits = SHORT) -> Lookups:
    return Lookups([ResolverAddress.parse(item) for item in servers], limits, os.urandom)


def ask(server: NameServer | str, name: str = "www.server.example", kind: str = "A", **options: Any) -> DnsAnswer:
    address = server if isinstance(server, str) else server.address
    return asyncio.run(lookups(address, **options).ask(name, kind))


def test_an_answer_has_its_records_and_who_told_them(server: NameServer) -> None:
    found = ask(server)
    assert (found.status, [item.text for item in found.records], found.server) == (LookupStatus.ANSWERED, ["192.0.2.1"], server.address)
    assert found.records[0].data == bytes([192, 0, 2, 1]) and found.records[0].ttl == 300
    assert not found.authenticated and found.known


def test_an_alias_is_followed_and_kept(server: NameServer) -> None:
    found = ask(server, "alias.server.example")
    assert (found.aliases, found.canonical, len(found.records)) == (("www.server.example",), "www.server.example", 1)


def test_a_circle_of_aliases_ends(server: NameServer) -> None:
    server.zone("circle.example", "a CNAME b\nb CNAME a")
    assert ask(server, "a.circle.example").status is LookupStatus.UNREADABLE


def test_no_such_record_and_no_such_name_are_told_apart(server: NameServer) -> None:
    assert ask(server, "www.server.example", "CAA").status is LookupStatus.NO_DATA
    assert ask(server, "absent.server.example", "CAA").status is LookupStatus.NO_NAME


def test_the_resolver_says_what_is_authentic(server: NameServer) -> None:
    server.secure.add("server.example")
    assert ask(server).authenticated


def test_signatures_that_do_not_hold_are_told_from_a_failure(server: NameServer) -> None:
    server.bogus.add("server.example")
    found = ask(server)
    assert (found.status, found.known) == (LookupStatus.BOGUS, False)
    assert "signature expired" in found.explanation
    server.bogus.clear()
    server.failing.add(("www.server.example", "A"))
    assert ask(server).status is LookupStatus.SERVER_FAILED


def test_a_long_answer_comes_over_tcp(server: NameServer) -> None:
    server.truncated = True
    assert ask(server).status is LookupStatus.ANSWERED
    assert [transport for _, _, transport in server.asked] == ["udp", "tcp"]


FAULTS = {"refusing": LookupStatus.REFUSED, "silent": LookupStatus.TIMED_OUT, "garbled": LookupStatus.UNREADABLE}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_resolver_that_does_not_answer_is_a_value(fault: str, server: NameServer) -> None:
    setattr(server, fault, True)
    assert ask(server).status is FAULTS[fault]


def test_a_closed_port_is_told_at_once() -> None:
    found = ask(f"127.0.0.1:{closed_port()}", limits=tlsdiag.Limits())
    assert (found.status, found.explanation) == (LookupStatus.UNREACHABLE, "nothing listens there")


def test_a_resolver_that_is_silent_over_tcp_is_given_up() -> None:
    with name_server(server_example=ZONE) as server:
        server.truncated = server.silent_over_tcp = True
        assert ask(server).status in (LookupStatus.UNREACHABLE, LookupStatus.TIMED_OUT)


def test_another_code_of_an_answer_is_a_failure_with_its_name(server: NameServer) -> None:
    server.code = 4
    found = ask(server)
    assert (found.status, found.explanation) == (LookupStatus.SERVER_FAILED, "NOTIMP")


def test_the_second_resolver_is_asked_where_the_first_fails(server: NameServer) -> None:
    found = asyncio.run(lookups(f"127.0.0.1:{closed_port()}", server.address).ask("www.server.example", "A"))
    assert found.status is LookupStatus.ANSWERED


def test_the_same_question_is_asked_once(server: NameServer) -> None:
    async def twice() -> list[DnsAnswer]:
        asking = lookups(server.address)
        return list(await asyncio.gather(asking.ask("www.server.example", "A"), asking.ask("WWW.server.example.", "A")))

    first, second = asyncio.run(twice())
    assert first is second and len(server.asked) == 1


def test_questions_come_to_an_end(server: NameServer) -> None:
    async def many() -> list[DnsAnswer]:
        asking = lookups(server.address)
        return [await asking.ask(f"n{number}.server.example", "A") for number in range(QUESTIONS + 1)]

    *_, last = asyncio.run(many())
    assert (last.status, len(server.asked)) == (LookupStatus.BUDGET_SPENT, QUESTIONS)


@pytest.fixture(scope="module")
def message() -> bytes:
    """A whole answer, with an alias and an error of the resolver's own."""
    server = NameServer()
    server.zone("server.example", ZONE + "\nboth CNAME www\nwww CAA 0 issue ca.example")
    found = server.answer(dns.message.make_query("both.server.example", "CAA", use_edns=0).to_wire(), "udp")
    assert found is not None
    return found


@given(st.lists(st.tuples(st.integers(0, 119), st.integers(0, 255)), max_size=6), st.integers(0, 150))
def test_a_message_that_was_tampered_with_is_an_answer_or_unreadable(message: bytes, edits: list[tuple[int, int]], length: int) -> None:
    data = bytearray(message)
    for place, value in edits:
        data[place % len(data)] = value
    try:
        found = _Question(name="both.server.example", kind="CAA", unchecked=False).read(bytes(data[: max(1, len(data) - length // 3)]))
    except (dns.exception.DNSException, ValueError):
        return
    assert isinstance(found, DnsAnswer)


def test_a_name_that_cannot_be_asked_for_is_a_value(server: NameServer) -> None:
    assert ask(server, "a" * 64 + ".example").status is LookupStatus.UNREADABLE
    assert ask(server, "a..example").status is LookupStatus.UNREADABLE


def test_what_is_under_way_is_ended(server: NameServer) -> None:
    server.silent = True

    async def begun() -> None:
        asking = lookups(server.address, limits=tlsdiag.Limits())
        waiting = asyncio.ensure_future(asking.ask("www.server.example", "A"))
        await asyncio.sleep(0.05)
        await asking.close()
        await asyncio.gather(waiting, return_exceptions=True)
        assert waiting.done()

    asyncio.run(begun())


def test_without_a_resolver_nothing_is_known() -> None:
    assert asyncio.run(lookups().ask("www.server.example", "A")).status is LookupStatus.UNREACHABLE


# which resolver


def test_the_system_names_its_resolvers(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    named = ("192.0.2.53", "fe80::1%eth0", "2001:db8::53", "", "x", "1.1.1.1", "8.8.8.8")
    path.write_text("# comment\nsearch example\n" + "".join(f"nameserver {item}\n" for item in named))
    assert [item.address for item in system_resolvers(path)] == ["192.0.2.53", "2001:db8::53", "1.1.1.1"]
    path.write_text("search example\n")
    assert system_resolvers(path) == (ResolverAddress(address="127.0.0.1"),)
    path.write_text("nameserver fe80::1%eth0\n")
    assert system_resolvers(path) == ()
    assert system_resolvers(tmp_path / "absent") == ()


ADDRESSES = {
    "192.0.2.53": "192.0.2.53:53",
    "192.0.2.53:5353": "192.0.2.53:5353",
    "2001:db8::53": "[2001:db8::53]:53",
    "[2001:db8::53]": "[2001:db8::53]:53",
    "[2001:DB8::53]:5353": "[2001:db8::53]:5353",
}


@pytest.mark.parametrize("text", ADDRESSES)
def test_the_address_of_a_resolver_is_read(text: str) -> None:
    assert str(resolving_of(text)) == ADDRESSES[text]


@pytest.mark.parametrize("value", ["", "dns.example", "192.0.2.53:0", "192.0.2.53:65536", "192.0.2", "[::1", 53, b"192.0.2.53"])
def test_what_is_no_address_of_a_resolver_is_refused(value: Any) -> None:
    with pytest.raises(TargetError, match="resolver"):
        resolving_of(value)


def test_yes_no_and_nothing_are_kept() -> None:
    assert [resolving_of(value) for value in (True, False, None)] == [True, False, None]


def test_without_dnspython_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_installed()
    for name in [name for name in sys.modules if name.partition(".")[0] == "dns"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dns", None)
    assert not is_installed()
