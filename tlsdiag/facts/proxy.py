"""The way through a proxy: which one, who named it, what was said, and what the other way gives where that was tried."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..failure import Failure
from ..observation import Observation


@attrs.frozen(kw_only=True)
class ProxyStep:
    """One exchange with the proxy, in words and without secrets: `name` is "resolve", "tls", "connect", "greeting", "authentication" or "request"."""

    name: str
    said: str = ""
    answer: str = ""
    elapsed: float = 0.0


@attrs.frozen(kw_only=True)
class ProxyWay(Observation):
    """What became of asking the proxy for a tunnel; or, with `url` None, why there is none to ask.

    `url` carries no secrets. `origin` is "argument" or the environment variable that names the proxy; `exempted_by` the entry of `exempting` (NO_PROXY)
    that keeps the host from it; `unreadable` what is wrong with the variable's value; `difference` what curl makes of the environment otherwise than
    requests, in words.
    `status`, `reason`, `headers`, `words` are an HTTP proxy's answer, `page` that it opens the tunnel with a page; `method` and `reply` a SOCKS5
    proxy's (RFC 1928), with `reason` as the reply's name. `problem` is a slug for an answer that is none ("not-http", "not-socks", "no-answer",
    "too-long"), or for what failed before or after it ("tls", "certificate", "method", "credentials", "reply"); `evidence` the first bytes of a refusal.
    `other_scheme` is the scheme in which the same port answers as a proxy, where another was tried.
    """

    name: ClassVar[str] = "proxy-way"

    url: str | None = None
    scheme: str = ""
    origin: str = ""
    exempted_by: str = ""
    exempting: str = ""
    unreadable: str = ""
    difference: str = ""
    destination: str = ""
    has_credentials: bool = False
    opened: bool = False
    steps: tuple[ProxyStep, ...] = ()
    status: int | None = None
    page: bool = False
    reason: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    words: str = ""
    software: str | None = None
    schemes: tuple[str, ...] = ()
    method: int | None = None
    reply: int | None = None
    problem: str = ""
    verify_message: str = ""
    evidence: bytes = b""
    other_scheme: str | None = None
    failure: Failure | None = None


@attrs.frozen(kw_only=True)
class OtherWay(Observation):
    """The target gone another way, when this one failed: past the proxy ("direct"), or through the one that the environment names ("proxy").

    `opened`: TCP, and the tunnel, came to be. `completed`: the client's handshake succeeded there. `certificates` is what is served there.
    """

    name: ClassVar[str] = "other-way"

    way: str
    address: str = ""
    url: str | None = None
    origin: str = ""
    opened: bool = False
    completed: bool = False
    failure: Failure | None = None
    error_text: str = ""
    certificates: tuple[bytes, ...] = ()
