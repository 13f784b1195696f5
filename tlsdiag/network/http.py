"""The answers of HTTP/1, sans-IO: the head, and a body in each of its framings (RFC 9112). One reader for proxies and for what is fetched.

    HTTP/1.1 200 anything                 status-line (section 4); 1xx answers come before the final one (RFC 9110 section 15.2)
    Name: value                           field-line (section 5)
                                          an empty line ends the head
    Transfer-Encoding: chunked            chunk-size [;ext] CRLF data CRLF ... 0 CRLF (section 7.1)
    Content-Length: 123                   so many bytes (section 6.2)
    neither                               all that comes until the connection ends (section 6.3)

The peer is hostile, or speaks no HTTP at all: the head, the lines of chunks and the body are bounded.
"""

from __future__ import annotations

import re

import attrs

HEAD = 32 * 1024
"""Bytes of an answer's head: the longest that common servers send or accept."""
_INTERIM = 8
"""Interim answers (1xx) before the final one: there is no honest use for more."""
_CHUNK_LINE = 4096
"""Bytes of a line that begins a chunk."""
_STATUS = re.compile(rb"HTTP/\d\.\d +(\d{3})(?: +([^\r\n]*))?\r?(?:\n|$)")
_END = re.compile(rb"\r?\n\r?\n")
_SIZE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?")
_EMPTY = (204, 304)


@attrs.frozen(kw_only=True)
class Head:
    """The head of a final answer: its bytes, and `rest`, what came after it."""

    status: int
    reason: bytes
    raw: bytes
    rest: bytes


class HeadReader:
    """Reads up to the end of the final head. `problem` is "not-http" or "too-long" where there is none."""

    def __init__(self) -> None:
        self.head: Head | None = None
        self.problem: str | None = None
        self._buffer = b""
        self._interim = 0

    def receive(self, data: bytes) -> None:
        """Take bytes of the peer."""
        self._buffer += data
        while self.head is None and self.problem is None and self._take():
            pass

    def _take(self) -> bool:
        """Read one head; False when it is not all there."""
        if not (b"HTTP/".startswith(self._buffer[:5]) and self._buffer):
            self.problem = "not-http"
            return False
        found = _END.search(self._buffer[: HEAD + 4])
        if found is None:
            self.problem = "too-long" if len(self._buffer) > HEAD else None
            return False
        status = _STATUS.match(self._buffer)
        if status is None:
            self.problem = "not-http"
            return False
        raw, rest = self._buffer[: found.start()], self._buffer[found.end() :]
        self._buffer = rest
        if status[1].startswith(b"1"):
            self._interim += 1
            self.problem = "too-long" if self._interim > _INTERIM else None
            return bool(rest) and self.problem is None
        self.head = Head(status=int(status[1]), reason=status[2] or b"", raw=raw, rest=rest)
        return False


def headers_of(head: bytes, longest: int = 512) -> dict[str, list[str]]:
    """Header fields by lower-case name, at most 100, values cut at `longest`; folded lines are joined (RFC 9112 section 5.2)."""
    found: dict[str, list[str]] = {}
    last: list[str] | None = None
    for line in head.split(b"\n")[1:101]:
        if line[:1] in (b" ", b"\t") and last is not None:
            last[-1] = f"{last[-1]} {text_of(line.strip())}"[:longest]
            continue
        name, colon, value = line.partition(b":")
        if colon:
            last = found.setdefault(text_of(name.strip()).lower(), [])
            last.append(text_of(value.strip())[:longest])
    return found


def text_of(data: bytes) -> str:
    """Bytes of a head as text: every byte is a character (RFC 9110 section 5.5)."""
    return data.decode("latin-1").strip()


class AnswerReader:
    """Reads a whole answer; the body up to `limit` bytes. `problem` is that of the head, or "bad-chunk".

    `done` is True when there is no more to read, `truncated` when the body is not all there.
    """

    def __init__(self, limit: int) -> None:
        self._heads = HeadReader()
        self._limit = limit
        self._body = bytearray()
        self._left: int | None = None
        self._chunks: _Chunks | None = None
        self._whole = False
        self.headers: dict[str, list[str]] = {}
        self.truncated = False

    @property
    def head(self) -> Head | None:
        """The head, once it is there."""
        return self._heads.head

    @property
    def problem(self) -> str | None:
        """Why this cannot be read."""
        return self._heads.problem or ("bad-chunk" if self._chunks is not None and self._chunks.bad else None)

    @property
    def body(self) -> bytes:
        """The body so far."""
        return bytes(self._body)

    @property
    def done(self) -> bool:
        """Whether there is nothing more to read."""
        return self._whole or self.truncated or self.problem is not None

    def receive(self, data: bytes) -> None:
        """Take bytes of the peer."""
        if self.done:
            return
        if self.head is not None:
            self._take_body(data)
        else:
            self._take_head(data)

    def _take_head(self, data: bytes) -> None:
        self._heads.receive(data)
        if (head := self.head) is not None:
            self.headers = headers_of(head.raw, longest=4096)
            self._choose_framing(head)
            self._take_body(head.rest)

    def end(self) -> None:
        """The peer has closed: that is how a body without a framing ends, and any other is cut."""
        framed = self._left is not None or self._chunks is not None
        self.truncated = self.truncated or (self.head is not None and not self._whole and framed)
        self._whole = self._whole or (self.head is not None and not framed)

    def _choose_framing(self, head: Head) -> None:
        coding = ",".join(self.headers.get("transfer-encoding", ())).lower()
        lengths = set(self.headers.get("content-length", ()))
        length = lengths.pop() if len(lengths) == 1 else ""
        if head.status in _EMPTY:
            self._left = 0
        elif coding.rpartition(",")[2].strip() == "chunked":
            self._chunks = _Chunks()
        elif not coding and length.isascii() and length.isdigit() and len(length) < 19:
            self._left = int(length)

    def _take_body(self, data: bytes) -> None:
        if self._chunks is not None:
            data = self._chunks.receive(data)
        elif self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        room = self._limit - len(self._body)
        self._body += data[:room]
        self.truncated = len(data) > room
        ended = self._chunks.ended if self._chunks is not None else self._left == 0
        self._whole = ended and not self.truncated


class _Chunks:
    """The chunked transfer coding. What follows the last chunk (trailers) is not read."""

    def __init__(self) -> None:
        self.ended = False
        self.bad = False
        self._buffer = b""
        self._left = 0

    def receive(self, data: bytes) -> bytes:
        """Take bytes of the peer; the bytes of the content that were in them."""
        data, at, found = self._buffer + data, 0, []
        self._buffer = b""
        while at < len(data) and not self.ended and not self.bad:
            if self._left:
                piece = data[at : at + self._left]
                found.append(piece)
                self._left -= len(piece)
                at += len(piece)
                continue
            end = data.find(b"\n", at, at + _CHUNK_LINE)
            if end < 0:
                self.bad = len(data) - at >= _CHUNK_LINE
                self._buffer = data[at:]
                break
            self._begin(data[at:end])
            at = end + 1
        return b"".join(found)

    def _begin(self, line: bytes) -> None:
        """A line between chunks: the empty end of the one before, or the size of the next."""
        if line in (b"", b"\r"):
            return
        size = _SIZE.fullmatch(line)
        self.bad = size is None
        self._left = int(size[1], 16) if size is not None else 0
        self.ended = size is not None and self._left == 0
