"""CONNECT and SOCKS5 without a network: the words, the answers, whatever the pieces they come in, and hostile ones."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.network.http import HEAD
from tlsdiag.network.proxy import ConnectDialogue, SocksDialogue
from tlsdiag.network.proxy.connect import BODY, schemes_of, words_of
from tlsdiag.network.proxy.leg import reply_name
from tlsdiag.proxies import ProxyServer

PLAIN = ProxyServer.parse("http://proxy.example:3128")
KNOWN = ProxyServer.parse("http://alice:s3cr3t@proxy.example:3128")
SOCKS = ProxyServer.parse("socks5h://proxy.example")
SIGNED = ProxyServer.parse("socks5h://alice:s3cr3t@proxy.example")


def connect(*pieces: bytes, proxy: ProxyServer = PLAIN) -> ConnectDialogue:
    dialogue = ConnectDialogue("server.example:443", proxy)
    for piece in pieces:
        if not dialogue.done:
            dialogue.receive(piece)
    return dialogue


def socks(*pieces: bytes, proxy: ProxyServer = SOCKS, host: str = "server.example") -> tuple[SocksDialogue, bytes]:
    dialogue = SocksDialogue(host, 443, proxy)
    sent = dialogue.greeting
    for piece in pieces:
        if not dialogue.done:
            sent += dialogue.receive(piece)
    return dialogue, sent


def test_the_request_names_the_target_and_nothing_secret_without_credentials() -> None:
    lines = ConnectDialogue("server.example:443", PLAIN).request.split(b"\r\n")
    assert lines[:2] == [b"CONNECT server.example:443 HTTP/1.1", b"Host: server.example:443"]
    assert not any(line.lower().startswith(b"proxy-authorization") for line in lines)
    assert lines[-2:] == [b"", b""]


def test_credentials_go_as_basic() -> None:
    token = base64.b64encode(b"alice:s3cr3t")
    assert b"Proxy-Authorization: Basic " + token + b"\r\n" in ConnectDialogue("a:1", KNOWN).request


@pytest.mark.parametrize("status", [b"200 Connection established", b"200", b"204 x", b"299"])
def test_any_2xx_opens_and_what_follows_is_the_tunnel(status: bytes) -> None:
    dialogue = connect(b"HTTP/1.0 " + status + b"\r\nContent-Length: 5\r\n\r\n\x16\x03\x03")
    assert dialogue.opened and dialogue.done
    assert dialogue.unread == b"\x16\x03\x03"


ANSWER = b"HTTP/1.1 403 No\r\nServer: squid/5\r\nContent-Length: 9\r\n\r\n<b>no</b>"


@given(st.lists(st.integers(0, len(ANSWER)), max_size=8))
def test_an_answer_reads_the_same_in_whatever_pieces_it_comes(cuts: list[int]) -> None:
    edges = sorted({0, len(ANSWER), *cuts})
    dialogue = connect(*(ANSWER[a:b] for a, b in pairwise(edges)))
    answer = dialogue.finished()
    assert dialogue.done and answer is not None
    assert (answer.status, answer.reason, answer.software, answer.words) == (403, "No", "squid/5", "no")


@given(st.binary(max_size=400))
def test_arbitrary_bytes_raise_nothing(data: bytes) -> None:
    for dialogue in (connect(data), connect(b"HTTP/1.1 403 x\r\n" + data), connect(b"HTTP/1.1 407 x\r\n\r\n" + data)):
        dialogue.finished()
        assert len(dialogue.evidence) <= 512


@pytest.mark.parametrize("start", [b"SSH-2.0-x\r\n", b"\x15\x03\x01\x00\x02\x02\x0a", b"\x05\xff", b"HTTQ", b"HTTP/1.1 abc\r\n\r\n"])
def test_what_is_no_http_is_kept_as_evidence(start: bytes) -> None:
    dialogue = connect(start)
    assert (dialogue.problem, dialogue.evidence, dialogue.done) == ("not-http", start, True)


def test_a_head_without_end_is_cut_off() -> None:
    dialogue = connect(b"HTTP/1.1 200 OK\r\n", *[b"X: " + b"x" * 4000 + b"\r\n"] * 10)
    assert dialogue.problem == "too-long"
    assert not dialogue.opened
    assert HEAD < 40_000


def test_interim_answers_are_passed_over_and_not_for_ever() -> None:
    interim = b"HTTP/1.1 100 Continue\r\n\r\n"
    assert connect(interim * 3 + b"HTTP/1.1 200 OK\r\n\r\n").opened
    assert connect(*[interim] * 20).problem == "too-long"


def test_a_body_is_read_to_its_length_and_never_beyond_the_cap() -> None:
    dialogue = connect(b"HTTP/1.1 502 x\r\nContent-Length: 999999999999\r\n\r\n", *[b"y" * 1000] * 20)
    assert dialogue.done
    assert len(dialogue._body) == BODY


def test_the_end_of_the_connection_ends_a_body() -> None:
    dialogue = connect(b"HTTP/1.1 502 x\r\n\r\nwords")
    assert not dialogue.done
    dialogue.end()
    assert dialogue.done


def test_the_last_chunk_ends_a_body() -> None:
    assert connect(b"HTTP/1.1 502 x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n").done


def test_a_proxy_that_repeats_our_credentials_is_blotted_out() -> None:
    token = base64.b64encode(b"alice:s3cr3t")
    head = b"HTTP/1.1 407 no " + token + b"\r\nServer: echo " + token + b"\r\n\tand s3cr3t\r\n\r\n"
    dialogue = connect(head + b"you are alice, s3cr3t, " + token, proxy=KNOWN)
    dialogue.end()
    answer = dialogue.finished()
    shown = repr(answer) + repr(dialogue.evidence)
    assert "s3cr3t" not in shown and token.decode() not in shown and "alice" not in shown
    assert answer is not None and answer.software == "echo *** and ***"


def test_schemes_are_told_from_their_parameters() -> None:
    values = ['Negotiate, NTLM, Basic realm="a, Digest b", charset="UTF-8"', "Digest qop=auth, realm=x"]
    assert schemes_of(values) == ("Negotiate", "NTLM", "Basic", "Digest")


def test_the_words_of_a_page_are_what_a_person_reads() -> None:
    page = b"<html><head><title>ERROR</title><style>p {}</style><script>x()</script></head><body><h1>ERROR</h1><p>Access &amp; denied</p>"
    assert words_of(page) == "ERROR Access & denied"
    assert len(words_of(b"a" * 5000)) == 300


def test_socks_without_credentials_asks_for_a_name() -> None:
    dialogue, sent = socks(b"\x05\x00", b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x50early")
    assert sent == b"\x05\x01\x00" + b"\x05\x01\x00\x03\x0eserver.example\x01\xbb"
    assert dialogue.opened and dialogue.unread == b"early"


@pytest.mark.parametrize(("host", "address"), [("192.0.2.1", b"\x01\xc0\x00\x02\x01"), ("2001:db8::1", b"\x04 \x01\r\xb8" + bytes(11) + b"\x01")])
def test_socks_asks_for_an_address_as_such(host: str, address: bytes) -> None:
    assert socks(b"\x05\x00", host=host)[1] == b"\x05\x01\x00" + b"\x05\x01\x00" + address + b"\x01\xbb"


def test_socks_signs_in_where_it_is_asked_to() -> None:
    dialogue, sent = socks(b"\x05\x02", b"\x01\x00", b"\x05\x00\x00\x03\x01a\x00\x50", proxy=SIGNED)
    assert sent.startswith(b"\x05\x02\x00\x02" + b"\x01\x05alice\x06s3cr3t")
    assert dialogue.opened and dialogue.status == 0


def test_socks_credentials_refused_end_it() -> None:
    dialogue, _ = socks(b"\x05\x02", b"\x01\x01", proxy=SIGNED)
    assert dialogue.done and not dialogue.opened and dialogue.status == 1


@pytest.mark.parametrize("method", [0x01, 0x02, 0xFF])
def test_socks_methods_that_we_cannot_follow_end_it(method: int) -> None:
    dialogue, _ = socks(bytes([5, method]))
    assert dialogue.done and dialogue.method == method and not dialogue.opened


@pytest.mark.parametrize("reply", range(1, 10))
def test_every_socks_reply_has_a_name(reply: int) -> None:
    dialogue, _ = socks(b"\x05\x00", bytes([5, reply]))
    assert dialogue.reply == reply
    assert reply_name(reply)


@pytest.mark.parametrize("pieces", [(b"HTTP/1.1 400 x\r\n",), (b"\x05\x00", b"\x04\x00"), (b"\x05\x00", b"\x05\x00\x00\x09\x00\x00")])
def test_what_is_no_socks_is_kept_as_evidence(pieces: tuple[bytes, ...]) -> None:
    dialogue, _ = socks(*pieces)
    assert dialogue.problem == "not-socks"
    assert dialogue.evidence == b"".join(pieces)


SPOKEN = b"\x05\x02\x01\x00\x05\x00\x00\x04" + bytes(18) + b"tls"


@given(st.lists(st.integers(0, len(SPOKEN)), max_size=8))
def test_socks_reads_the_same_in_whatever_pieces_it_comes(cuts: list[int]) -> None:
    edges = sorted({0, len(SPOKEN), *cuts})
    dialogue, _ = socks(*(SPOKEN[a:b] for a, b in pairwise(edges)), proxy=SIGNED)
    assert dialogue.opened
    assert b"tls".startswith(dialogue.unread)


@given(st.lists(st.binary(max_size=40), max_size=5))
def test_arbitrary_bytes_raise_nothing_in_socks(pieces: list[bytes]) -> None:
    socks(*pieces, proxy=SIGNED)
