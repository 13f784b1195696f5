"""HTTP CONNECT, sans-IO: the request for a tunnel, and the answer to it (RFC 9110 section 9.3.6, RFC 9112).

    CONNECT host:port HTTP/1.1            method, authority form (RFC 9112 section 3.2.3)
    Host: host:port
    Proxy-Authorization: Basic ...        RFC 7617, where there are credentials

    HTTP/1.1 200 anything                 a 2xx answer has no body: what follows its head comes through the tunnel
    HTTP/1.1 407 ...                      any other one has, and its words say why

The peer is hostile, or no proxy at all: head and body are bounded, and what is not HTTP is kept as evidence.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterable

import attrs

from ...proxies import ProxyServer
from ..http import HeadReader, headers_of, text_of

BODY = 8 * 1024
"""Bytes of a refusal's body that are read for its words."""
EVIDENCE = 512
"""Bytes of an answer that are kept to be shown."""
_WORDS = 300
_HIDDEN = ("script", "style", "title")
_KEPT = (
    "server", "via", "proxy-agent", "proxy-authenticate", "www-authenticate", "x-squid-error", "location", "content-type", "proxy-connection", "retry-after",
)  # fmt: skip


@attrs.frozen(kw_only=True)
class HttpAnswer:
    """An answer to CONNECT: status, reason, the headers that tell something (lower-case names), and the words of a short body."""

    status: int
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    words: str = ""

    def header(self, name: str) -> str | None:
        """The first header of this name."""
        return next((value for key, value in self.headers if key == name), None)

    @property
    def software(self) -> str | None:
        """What the proxy calls itself."""
        named = self.header("server") or self.header("proxy-agent") or self.header("via")
        return named or ("squid" if self.header("x-squid-error") else None)

    @property
    def is_page(self) -> bool:
        """Whether a 2xx answer is a page, as a web server gives to whatever it is asked, and no tunnel (which has no content)."""
        return 200 <= self.status <= 299 and (self.status != 200 or (self.header("content-type") or "").startswith("text/"))

    @property
    def schemes(self) -> tuple[str, ...]:
        """The authentication schemes that are asked for, in order."""
        return schemes_of(value for key, value in self.headers if key == "proxy-authenticate")


class ConnectDialogue:
    """One CONNECT: `request` goes out, `receive` takes what comes, until `done`. `answered` is True from the end of the final head on.

    `problem` is "not-http" or "too-long" where the answer is none; `unread` is what came through the tunnel already. What the proxy repeats of the
    credentials is blotted out.
    """

    def __init__(self, authority: str, proxy: ProxyServer) -> None:
        self.request = _request(authority, proxy)
        self._proxy = proxy
        self.answer: HttpAnswer | None = None
        self._heads = HeadReader()
        self.unread = b""
        self._first = b""
        self._body_left = BODY
        self._body = b""
        self._ended = False

    @property
    def problem(self) -> str | None:
        """Why the answer is none."""
        return self._heads.problem

    @property
    def evidence(self) -> bytes:
        """The first bytes that came, without our credentials."""
        return self._proxy.blotted(self._first)[:EVIDENCE]

    @property
    def answered(self) -> bool:
        """Whether the status is known."""
        return self.answer is not None

    @property
    def opened(self) -> bool:
        """Whether the tunnel is there: any 2xx."""
        return self.answer is not None and 200 <= self.answer.status <= 299

    @property
    def done(self) -> bool:
        """Whether there is nothing more to read."""
        return self.problem is not None or self.opened or (self.answered and (self._ended or self._body_left <= 0))

    def receive(self, data: bytes) -> None:
        """Take bytes of the proxy."""
        if self.answered:
            self._take_body(data)
            return
        self._first = (self._first + data)[: 4 * EVIDENCE]
        self._heads.receive(data)
        if (head := self._heads.head) is not None:
            blotted = self._proxy.blotted
            self._conclude(head.status, text_of(blotted(head.reason)), headers_of(blotted(head.raw)), head.rest)

    def end(self) -> None:
        """The proxy has said all that it will say."""
        self._ended = True

    def finished(self) -> HttpAnswer | None:
        """The answer with the words of its body."""
        return None if self.answer is None else attrs.evolve(self.answer, words=words_of(self._proxy.blotted(self._body)))

    def _conclude(self, status: int, reason: str, headers: dict[str, list[str]], rest: bytes) -> None:
        kept = tuple((name, value) for name in _KEPT for value in headers.get(name, ())[:8])
        self.answer = HttpAnswer(status=status, reason=reason[:120], headers=kept)
        if self.opened:
            self.unread = rest
            return
        length = headers.get("content-length", [""])[0]
        if length.isascii() and length.isdigit() and len(length) < 10:
            self._body_left = min(BODY, int(length))
        self._take_body(rest)

    def _take_body(self, data: bytes) -> None:
        self._body += data[: max(0, self._body_left)]
        self._body_left -= len(data)
        if self._body.endswith(b"0\r\n\r\n"):
            self._body_left = 0  # the last chunk (RFC 9112 section 7.1)


def _request(authority: str, proxy: ProxyServer) -> bytes:
    lines = [f"CONNECT {authority} HTTP/1.1", f"Host: {authority}", "User-Agent: tlsdiag"]
    if proxy.has_credentials:
        token = base64.b64encode(f"{proxy.username}:{proxy.password or ''}".encode()).decode("ascii")
        lines.append(f"Proxy-Authorization: Basic {token}")
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii", "replace")


def schemes_of(values: Iterable[str]) -> tuple[str, ...]:
    """The schemes in values of Proxy-Authenticate: the words that are no parameter (RFC 9110 section 11.6.1)."""
    found: list[str] = []
    for value in values:
        for part in re.sub(r'"[^"]*"?', '""', value).split(","):
            word = part.strip().split(" ", 1)[0]
            if word and "=" not in word and re.fullmatch(r"[A-Za-z0-9-]{1,40}", word):
                found.append(word)
    return tuple(dict.fromkeys(found))[:8]


def words_of(body: bytes) -> str:
    """What a person would read in a page: its text without tags, scripts, styles and the title, which the heading repeats, on one line."""
    text = body.decode("utf-8", "replace")
    first, *pieces = text.split("<")
    visible, hidden = [first], ""
    for piece in pieces:
        tag, _, after = piece.partition(">")
        name = tag.strip().lower()
        if hidden:
            hidden = "" if name.startswith(f"/{hidden}") else hidden
        else:
            hidden = next((kind for kind in _HIDDEN if name.startswith(kind)), "")
        if not hidden:
            visible.append(after)
    joined = " ".join(html.unescape(" ".join(visible)).split())
    return joined if len(joined) <= _WORDS else joined[: _WORDS - 3] + "..."
