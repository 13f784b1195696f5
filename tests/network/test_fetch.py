"""Fetching what a certificate names, on loopback: what is asked, what is followed, and where a stranger's URL may not lead."""

from __future__ import annotations

import asyncio
import itertools
import socket
import ssl
import tempfile
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ports import closed_port
from web import answer, drips, is_endless, is_silent, redirect, web

from tlsdiag.depth import Limits
from tlsdiag.errors import TargetError
from tlsdiag.failure import Failure, FailureKind, Phase
from tlsdiag.fetching import Fetched, Fetching, fetching_of
from tlsdiag.network import AddressKind, Deadline, Fetcher, Request, SocketDialer, kind_of
from tlsdiag.network.fetch import LONGEST_URL, Place, place_of
from tlsdiag.testing import Authority, Close, Expect, Refuse, Reply, ScriptedDialer

HERE = frozenset({AddressKind.LOOPBACK})
SOON = 0.3


def fetcher(policy: Fetching = "public", **options: Any) -> Fetcher:
    limits = options.pop("limits", Limits())
    return Fetcher(options.pop("dialer", None) or SocketDialer(limits), limits, policy, **options)


async def fetched(desk: Fetcher, url: str, *, within: float = 5.0, **request: Any) -> Fetched | Failure:
    return await desk.fetch(url, Request(**{"allowed": HERE, **request}), deadline=Deadline.after(within))


def fetch(url: str, *, within: float = 5.0, desk: Fetcher | None = None, **request: Any) -> Fetched | Failure:
    async def work() -> Fetched | Failure:
        return await fetched(desk or fetcher(), url, within=within, **request)

    return asyncio.run(work())


def got(found: Fetched | Failure) -> Fetched:
    assert isinstance(found, Fetched), found
    return found


def lost(found: Fetched | Failure) -> Failure:
    assert isinstance(found, Failure), found
    return found


def test_a_page_comes_with_its_status_and_headers() -> None:
    with web({"/ca.der": answer(b"bytes", content_type="application/pkix-cert")}) as server:
        found = got(fetch(server.url("/ca.der")))
        assert (found.status, found.body, found.header("content-type"), found.address) == (200, b"bytes", "application/pkix-cert", "127.0.0.1")
        assert (found.reason, found.redirects, found.truncated, found.header("none")) == ("OK", (), False, None)
        head = server.requests[0].split(b"\r\n")
    assert head[:2] == [b"GET /ca.der HTTP/1.1", b"Host: 127.0.0.1:%d" % server.port]
    assert b"Connection: close" in head and not any(line.lower().startswith(b"accept-encoding") for line in head)


def test_every_status_is_an_answer() -> None:
    with web({}) as server:
        assert got(fetch(server.url("/?a=b#part"))).status == 404
        assert server.asked == ["/?a=b"]


def test_a_post_carries_its_body_and_fields() -> None:
    with web({"/ocsp": answer(b"yes")}) as server:
        assert got(fetch(server.url("/ocsp"), method="POST", body=b"\0ask", headers=(("Content-Type", "application/ocsp-request"),))).body == b"yes"
        head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert body == b"\0ask" and b"\r\nContent-Length: 4" in head and b"\r\nContent-Type: application/ocsp-request" in head


@pytest.mark.parametrize("field", [("A", "b\r\nC: d"), ("A\n", "b"), ("A", "\0")])
def test_a_field_that_would_break_the_head_is_our_own_mistake(field: tuple[str, str]) -> None:
    place = place_of("http://ca.example/")
    assert isinstance(place, Place)
    with pytest.raises(ValueError, match="not a header field"):
        Request(headers=(field,)).encode(place)


# redirects


def test_redirects_are_followed_relative_and_absolute() -> None:
    with web({"/a": redirect("b", "301 Moved"), "/end": answer(b"end")}) as server:
        server.pages["/b"] = redirect(server.url("/end"), "308 Permanent Redirect")
        found = got(fetch(server.url("/a")))
    assert (found.body, found.url, found.redirects) == (b"end", server.url("/end"), (server.url("/b"), server.url("/end")))


def test_a_circle_of_redirects_ends() -> None:
    with web({"/a": redirect("/b"), "/b": redirect("/a")}) as server:
        assert lost(fetch(server.url("/a"))).kind is FailureKind.LIMIT_EXCEEDED
        assert server.asked == ["/a", "/b", "/a", "/b"]


def test_a_post_goes_on_only_where_it_may_stay_one() -> None:
    with web({"/a": redirect("/end", "307 Temporary"), "/b": redirect("/end"), "/end": answer(b"end")}) as server:
        assert got(fetch(server.url("/a"), method="POST", body=b"x")).body == b"end"
        assert got(fetch(server.url("/b"), method="POST", body=b"x")).status == 302


@pytest.mark.parametrize("onward", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://user:secret@127.0.0.1/", "http://[::1", "ftp://ca.example/"])
def test_a_redirect_is_held_to_the_same_rules(onward: str) -> None:
    with web({"/": redirect(onward)}) as server:
        assert lost(fetch(server.url("/"))).kind in (FailureKind.NOT_ALLOWED, FailureKind.NAME_INVALID)


def test_a_redirect_leads_into_no_address_that_the_url_may_not_lead_to() -> None:
    with web({"/": answer(b"secret")}, address="::1") as inner, web({"/": redirect("http://10.0.0.1/")}) as outer:
        found = lost(fetch(outer.url("/")))
        assert found.kind is FailureKind.NOT_ALLOWED and "10.0.0.1 (private)" in found.detail
        assert not inner.requests


def test_a_page_without_a_location_is_the_end_of_the_way() -> None:
    with web({"/": answer(b"", "302 Found")}) as server:
        assert got(fetch(server.url("/"))).status == 302


# where a URL may lead


def answering(*addresses: str) -> Any:
    """A resolver that gives these addresses, another list each time it is asked."""
    rounds = itertools.chain([item.split(",") for item in addresses], itertools.repeat(addresses[-1].split(",")))

    def getaddrinfo(host: str, port: int) -> Sequence[tuple[Any, ...]]:
        return [(2, 1, 6, "", (address, port)) for address in next(rounds)]

    return getaddrinfo


HOSTS = [
    "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "[fe80::1]", "0.0.0.0", "[::]", "224.0.0.1",
    "255.255.255.255", "100.64.0.1", "[fd00::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[ff02::1]", "192.0.2.1", "localhost",
]  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_a_url_does_not_lead_to_addresses_that_are_not_public(host: str) -> None:
    dialer = ScriptedDialer([[Close()]])
    found = lost(fetch(f"http://{host}/", desk=fetcher(dialer=dialer), allowed=frozenset()))
    assert (found.kind, found.phase, dialer.dialled) == (FailureKind.NOT_ALLOWED, Phase.RESOLVE, [])


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "1.2.3", "127.0.0.1.", "a.0x1"])
def test_numbers_that_hide_where_they_lead_are_refused_unasked(host: str) -> None:
    assert isinstance(place_of(f"http://{host}/"), Failure)


def test_a_name_is_judged_by_what_it_resolves_to_and_that_is_what_is_dialled() -> None:
    dialer = ScriptedDialer([[Expect(), Reply(answer(b"yes")), Close()]])
    desk = fetcher(dialer=dialer, getaddrinfo=answering("10.0.0.1,93.184.215.14", "127.0.0.1"))
    found = got(fetch("http://ca.example/", desk=desk, allowed=frozenset()))
    assert (found.body, found.address, [item.address for item in dialer.dialled]) == (b"yes", "93.184.215.14", ["93.184.215.14"])


def test_a_name_that_changes_its_address_between_redirects_is_judged_again() -> None:
    dialer = ScriptedDialer([[Expect(), Reply(redirect("http://ca.example/next")), Close()]])
    desk = fetcher(dialer=dialer, getaddrinfo=answering("93.184.215.14", "127.0.0.1"))
    found = lost(fetch("http://ca.example/", desk=desk, allowed=frozenset()))
    assert (found.kind, len(dialer.dialled)) == (FailureKind.NOT_ALLOWED, 1)


def test_the_second_address_is_tried_where_the_first_refuses() -> None:
    dialer = ScriptedDialer([[Refuse()], [Expect(), Reply(answer(b"yes")), Close()]])
    found = got(fetch("http://ca.example/", desk=fetcher(dialer=dialer, getaddrinfo=answering("1.1.1.1,1.0.0.1,9.9.9.9"))))
    assert found.address == "1.0.0.1"
    dialer = ScriptedDialer([[Refuse()]])
    assert lost(fetch("http://ca.example/", desk=fetcher(dialer=dialer, getaddrinfo=answering("1.1.1.1,1.0.0.1,9.9.9.9")))).kind is FailureKind.REFUSED
    assert len(dialer.dialled) == 2


def test_any_address_is_gone_to_where_the_caller_allows_it() -> None:
    with web({"/": answer(b"yes")}) as server:
        assert got(fetch(server.url("/"), desk=fetcher("any"), allowed=frozenset())).body == b"yes"


def test_nothing_is_fetched_or_recorded_where_the_caller_forbids_it() -> None:
    with web({"/": answer(b"yes")}) as server:
        desk = fetcher(False)
        assert lost(fetch(server.url("/"), desk=desk)).kind is FailureKind.NOT_ALLOWED
        assert (server.requests, desk.seen) == ([], [])


@pytest.mark.parametrize("value", [True, None, "private", 0.5, ""])
def test_a_policy_that_is_none_is_refused(value: object) -> None:
    with pytest.raises(TargetError, match="public"):
        fetching_of(value)


KINDS = [
    ("8.8.8.8", "public"), ("2606:4700::1111", "public"), ("2001:4860::8", "public"), ("172.32.0.1", "public"), ("172.31.0.1", "private"),
    ("fe80::1%eth0", "link-local"), ("::ffff:8.8.8.8", "public"), ("64:ff9b::808:808", "public"), ("64:ff9b::a00:1", "private"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "reserved"), ("nonsense", "reserved"), ("239.1.1.1", "multicast"),
]  # fmt: skip


@pytest.mark.parametrize(("address", "kind"), KINDS)
def test_an_address_has_its_kind(address: str, kind: str) -> None:
    assert kind_of(address) == kind


# URLs


HOSTILE = [
    "http://a.example/\r\nX: 1", "http://a.example/ HTTP/1.1\r\nHost: b", "http://a.example/\t", "http://ä.example/", "http://a.example/\u2028", "http://a b/",
    "http://u:p@a.example/", "http://@a.example/", "http://a.example\\@127.0.0.1/", "http://a_.example\x00/", "http://" + "a" * 100_000, "http://-a.example/",
    "ldap://a.example/cn=x", "ftp://a.example/", "file:///etc/passwd", "javascript:alert(1)", "//a.example/", "a.example", "", "http://", "http:///x",
    "http://a.example:0/", "http://a.example:65536/", "http://a.example:x/", "http://[::1", "http://[fe80::1%25eth0]/", "http://[v1.x]/",
]  # fmt: skip


@pytest.mark.parametrize("url", HOSTILE)
def test_a_url_that_is_hostile_or_of_another_kind_is_refused_before_anything_is_asked(url: str) -> None:
    found = place_of(url)
    assert isinstance(found, Failure) and found.phase is Phase.RESOLVE and len(found.detail) < LONGEST_URL


PLACES = [
    ("HTTP://CA.Example", "ca.example", 80, "/", "ca.example"),
    ("https://ca.example/a;b?c=%0d%0a", "ca.example", 443, "/a;b?c=%0d%0a", "ca.example"),
    ("http://ca.example:443/", "ca.example", 443, "/", "ca.example:443"),
    ("http://[2606:4700::1]:80/x", "2606:4700::1", 80, "/x", "[2606:4700::1]"),
    ("http://ca.example?x", "ca.example", 80, "/?x", "ca.example"),
]


@pytest.mark.parametrize(("url", "host", "port", "path", "authority"), PLACES)
def test_a_url_leads_to_its_place(url: str, host: str, port: int, path: str, authority: str) -> None:
    place = place_of(url)
    assert isinstance(place, Place)
    assert (place.host, place.port, place.path, place.authority) == (host, port, path, authority)


@given(st.one_of(st.text(), st.builds(lambda text: "http://" + text, st.text()), st.builds(lambda text: "http://ca.example/" + text, st.text())))
def test_no_url_raises_or_breaks_the_head_of_a_request(url: str) -> None:
    place = place_of(url)
    if isinstance(place, Place):
        head = Request().encode(place)
        assert head.count(b"\r\n") == 6 and head.count(b"\n") == 6 and head.endswith(b"\r\n\r\n")


# caps


def test_a_body_without_end_is_cut_at_the_limit() -> None:
    with web({"/": is_endless}) as server:
        found = got(fetch(server.url("/"), limit=100_000))
    assert (len(found.body), found.truncated) == (100_000, True)


@pytest.mark.parametrize("page", [drips(0.02), is_silent])
def test_a_slow_peer_costs_no_more_than_the_deadline(page: Any) -> None:
    with web({"/": page}) as server:
        found = lost(fetch(server.url("/"), within=SOON))
    assert (found.kind, found.phase) == (FailureKind.TIMED_OUT, Phase.DATA)


def test_an_answer_that_ends_early_is_cut() -> None:
    with web({"/": b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"}) as server:
        assert got(fetch(server.url("/"))).truncated


BROKEN = [
    (b"SSH-2.0-x\r\n", FailureKind.PROTOCOL), (b"", FailureKind.CLOSED), (b"HTTP/1.1 200", FailureKind.CLOSED),
    (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", FailureKind.PROTOCOL),
]  # fmt: skip


@pytest.mark.parametrize(("page", "kind"), BROKEN)
def test_a_peer_that_speaks_no_http_is_a_failure(page: bytes, kind: FailureKind) -> None:
    with web({"/": page}) as server:
        found = lost(fetch(server.url("/")))
    assert (found.kind, found.phase) == (kind, Phase.DATA)


def test_a_port_that_is_closed_is_a_failure() -> None:
    found = lost(fetch(f"http://127.0.0.1:{closed_port()}/"))
    assert (found.kind, found.phase) == (FailureKind.REFUSED, Phase.CONNECT)


def test_a_name_that_does_not_exist_is_a_failure() -> None:
    def nothing(host: str, port: int) -> Sequence[tuple[Any, ...]]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    assert lost(fetch("http://ca.example/", desk=fetcher(getaddrinfo=nothing))).kind is FailureKind.NAME_NOT_FOUND


def test_the_same_is_fetched_once_and_everything_is_recorded() -> None:
    with web({"/a": redirect("/b"), "/b": answer(b"yes")}) as server:

        async def work() -> Fetcher:
            desk = fetcher()
            await asyncio.gather(*(fetched(desk, server.url("/a")) for _ in range(3)))
            await fetched(desk, "ldap://ca.example/")
            return desk

        desk = asyncio.run(work())
        assert server.asked == ["/a", "/b"]
    first, second = desk.seen
    assert (first.url, first.status, first.size, first.redirects, first.address) == (server.url("/a"), 200, 3, (server.url("/b"),), "127.0.0.1")
    assert second.failure is not None and second.status is None


def test_a_diagnosis_fetches_so_much_and_no_more() -> None:
    with web({}) as server:

        async def work() -> list[Fetched | Failure]:
            desk = fetcher(limits=Limits(fetches=2))
            return [await fetched(desk, server.url(f"/{number}")) for number in range(3)]

        *_, last = asyncio.run(work())
        assert lost(last).kind is FailureKind.BUDGET_SPENT and len(server.requests) == 2


def test_what_is_under_way_ends_with_the_diagnosis_and_is_recorded() -> None:
    with web({"/": is_silent}) as server:

        async def work() -> Fetcher:
            desk = fetcher()
            task = asyncio.ensure_future(fetched(desk, server.url("/")))
            while not server.requests:
                await asyncio.sleep(0.01)
            await desk.close()
            await asyncio.gather(task, return_exceptions=True)
            return desk

        (seen,) = asyncio.run(work()).seen
    assert seen.failure is not None and seen.address == "127.0.0.1"


# https


def contexts(name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    root = Authority.root(number=310)
    issued = root.issue(name)
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cadata=root.pem.decode())
    with tempfile.NamedTemporaryFile() as file:
        file.write(issued.chain_pem + issued.key_pem)
        file.flush()
        server.load_cert_chain(file.name)
    return server, client


def test_https_is_verified_with_the_default_authorities() -> None:
    server_context, client_context = contexts("127.0.0.1")
    with web({"/": answer(b"yes")}, tls=server_context) as server:
        assert got(fetch(server.url("/"), desk=fetcher(context=lambda: client_context))).body == b"yes"
        found = lost(fetch(server.url("/")))
    assert (found.kind, found.phase) == (FailureKind.PROTOCOL, Phase.HANDSHAKE)
