"""The answers of HTTP/1: heads and bodies, whatever the pieces they come in, and hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.network.http import HEAD, AnswerReader, headers_of


def read(*pieces: bytes, limit: int = 1000, closed: bool = False) -> AnswerReader:
    reader = AnswerReader(limit)
    for piece in pieces:
        reader.receive(piece)
    if closed:
        reader.end()
    return reader


LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n3;x=1\r\nhel\r\n002\r\nlo\r\n0\r\nTrailer: 1\r\n\r\n"
CLOSED = b"HTTP/1.0 200 OK\r\n\r\nhello"


@pytest.mark.parametrize("whole", [LENGTH, CHUNKED])
def test_a_body_with_a_framing_ends_by_itself(whole: bytes) -> None:
    reader = read(whole)
    assert (reader.body, reader.done, reader.truncated, reader.problem) == (b"hello", True, False, None)
    assert reader.head is not None and reader.head.status == 200


def test_a_body_without_a_framing_ends_with_the_connection() -> None:
    assert not read(CLOSED).done
    reader = read(CLOSED, closed=True)
    assert (reader.body, reader.done, reader.truncated) == (b"hello", True, False)


@pytest.mark.parametrize("whole", [LENGTH, CHUNKED, CLOSED])
@given(cut=st.integers(0, 120), size=st.integers(1, 20))
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(whole: bytes, cut: int, size: int) -> None:
    pieces = [whole[:cut], *(whole[at : at + size] for at in range(cut, len(whole), size))]
    assert read(*(piece for piece in pieces if piece), closed=True).body == b"hello"


@pytest.mark.parametrize("whole", [LENGTH, CHUNKED])
def test_an_answer_that_ends_before_its_time_is_cut(whole: bytes) -> None:
    body = whole.index(b"\r\n\r\n") + 8
    reader = read(whole[:body], closed=True)
    assert reader.truncated and reader.done


def test_an_answer_without_a_whole_head_is_neither_done_nor_cut() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\n", closed=True)
    assert (reader.head, reader.done, reader.truncated) == (None, False, False)


def test_more_than_was_announced_is_not_read() -> None:
    reader = read(LENGTH + b" and more", b"still more")
    assert (reader.body, reader.truncated) == (b"hello", False)


@pytest.mark.parametrize("whole", [LENGTH, CHUNKED, CLOSED])
def test_a_body_beyond_the_limit_is_cut_there(whole: bytes) -> None:
    reader = read(whole, limit=4)
    assert (reader.body, reader.truncated, reader.done) == (b"hell", True, True)


def test_a_body_that_just_fits_is_whole() -> None:
    assert not read(LENGTH, limit=5).truncated
    assert not read(CLOSED, limit=5, closed=True).truncated


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_some_answers_have_no_body(status: bytes) -> None:
    assert read(b"HTTP/1.1 " + status + b"\r\n\r\n").done


@pytest.mark.parametrize("length", [b"five", b"5\r\nContent-Length: 6", b"-5", b"9" * 30, b"5\r\nTransfer-Encoding: gzip"])
def test_a_length_that_is_none_leaves_the_end_to_the_connection(length: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: " + length + b"\r\n\r\n"
    reader = read(head + b"hello, world", closed=True)
    assert (reader.body, reader.truncated) == (b"hello, world", False)


@pytest.mark.parametrize("chunks", [b"zz\r\nhello", b"\xff\r\n", b"5;" + b"x" * 5000, b"1" * 17 + b"\r\n", b"-1\r\n"])
def test_chunks_that_are_none_are_a_problem(chunks: bytes) -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks)
    assert (reader.problem, reader.done) == ("bad-chunk", True)


def test_a_hundred_thousand_chunks_of_one_byte_are_read_in_no_time() -> None:
    reader = read(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *[b"1\r\nx\r\n" * 10_000] * 10, limit=200_000)
    assert len(reader.body) == 100_000


ENDLESS = b"HTTP/1.1 200 " + b"x" * (HEAD + 9)


@pytest.mark.parametrize(("first", "problem"), [(b"SSH-2.0-x\r\n", "not-http"), (b"HTTP/1.1 OK\r\n\r\n", "not-http"), (ENDLESS, "too-long")])
def test_what_is_no_answer_is_a_problem(first: bytes, problem: str) -> None:
    reader = read(first)
    assert (reader.problem, reader.done) == (problem, True)


def test_interim_answers_are_passed_over_but_not_for_ever() -> None:
    interim = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
    assert read(interim + interim + LENGTH).body == b"hello"
    assert read(interim * 9).problem == "too-long"


def test_header_fields_are_folded_joined_and_bounded() -> None:
    found = headers_of(b"HTTP/1.1 200 OK\r\nA: 1\r\n  2\r\nno colon\r\na: 3\r\nLong: " + b"x" * 600)
    assert found == {"a": ["1 2", "3"], "long": ["x" * 512]}
    assert len(headers_of(b"x\n" + b"\n".join(b"h%d: 1" % number for number in range(200)))) == 100
