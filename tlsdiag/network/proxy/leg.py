"""The leg through a proxy: TLS to the proxy where its URL says https, then CONNECT or SOCKS5, until the tunnel is open.

`ProxyLeg.walk` is what every connection of a diagnosis goes; `ProxyLeg.open` is the same with all that was said on the way, for the probe
that tells it. Credentials are sent, and are in nothing that comes back from here.
"""

from __future__ import annotations

import asyncio
import time

import attrs

from ...failure import Blame, Failure, FailureKind, Phase
from ...proxies import HIDDEN, ProxyServer
from ...target import Target
from ..connection import Connection
from ..deadline import Deadline
from ..resolve import Resolved, resolve
from ..secure import Insecure, proxy_context, secured, unverified_context
from .connect import ConnectDialogue, HttpAnswer
from .socks import METHODS, REPLIES, SocksDialogue

_BODY_PATIENCE = 0.5
"""Seconds for the rest of a refusal whose status is known: its words help, and are not worth waiting for."""


@attrs.frozen(kw_only=True)
class Step:
    """One exchange on the way: `name` is "resolve", "tls", "connect", "greeting", "authentication" or "request"."""

    name: str
    said: str = ""
    answer: str = ""
    elapsed: float = 0.0


@attrs.define(kw_only=True)
class Tunnel:
    """What came of asking for a tunnel: the connection that goes on, or the failure; all answers on the way, without secrets."""

    connection: Connection
    destination: str = ""
    failure: Failure | None = None
    unread: bytes = b""
    steps: list[Step] = attrs.field(factory=list)
    http: HttpAnswer | None = None
    method: int | None = None
    reply: int | None = None
    problem: str = ""
    verify_message: str = ""
    evidence: bytes = b""

    def tell(self, name: str, began: float, said: str, answer: str) -> None:
        """Remember a step; `began` is monotonic."""
        self.steps.append(Step(name=name, said=said, answer=answer, elapsed=round(time.monotonic() - began, 4)))

    def fail(self, kind: FailureKind, detail: str, *, blame: Blame = Blame.NETWORK, phase: Phase = Phase.PROXY, elapsed: float = 0.0) -> Tunnel:
        """End it here."""
        self.failure = Failure(kind=kind, phase=phase, blame=blame, detail=detail, elapsed=round(elapsed, 4))
        return self


def proxy_leg(target: Target) -> ProxyLeg | None:
    """The leg through the target's proxy; None where there is none to go through."""
    proxy = target.proxy
    return ProxyLeg(proxy=proxy, target=target) if isinstance(proxy, ProxyServer) else None


@attrs.define(kw_only=True, eq=False)
class ProxyLeg:
    """A `tlsdiag.network.Leg`. One for each diagnosis: a name that is resolved here (socks5) is asked for once.

    `verifies` is False only for a look at what a port speaks, on which nothing secret is sent.
    """

    proxy: ProxyServer
    target: Target
    verifies: bool = True
    _resolving: asyncio.Future[Resolved | Failure] | None = None

    @property
    def phase(self) -> Phase:
        """The phase of its failures."""
        return Phase.PROXY

    async def walk(self, connection: Connection, *, deadline: Deadline) -> bytes | Connection | Failure:
        """Go through: what was read beyond the tunnel's beginning, or the connection inside TLS to the proxy, or why not."""
        tunnel = await self.open(connection, deadline=deadline)
        if tunnel.failure is not None:
            return tunnel.failure
        if tunnel.connection is connection:
            return tunnel.unread
        from ..way import Onward

        return Onward(tunnel.connection, tunnel.unread)

    async def open(self, connection: Connection, *, deadline: Deadline) -> Tunnel:
        """Go through, and keep what was said."""
        tunnel = Tunnel(connection=connection)
        host = await self._destination(tunnel, deadline)
        if host is None:
            return tunnel
        tunnel.destination = f"[{host}]:{self.target.port}" if ":" in host else f"{host}:{self.target.port}"
        if self.proxy.scheme == "https" and not await self._secure(tunnel, deadline):
            return tunnel
        if self.proxy.is_socks:
            await self._socks(tunnel, host, deadline)
        else:
            await self._connect(tunnel, deadline)
        return tunnel

    async def _destination(self, tunnel: Tunnel, deadline: Deadline) -> str | None:
        """What the proxy is asked for: the name, or the address where the caller gave one or the scheme has names resolved here."""
        if self.target.addresses:
            return self.target.addresses[0]
        if self.proxy.scheme != "socks5":
            return self.target.host
        began = time.monotonic()
        if self._resolving is None:
            self._resolving = asyncio.ensure_future(resolve(self.target.host, self.target.port, deadline=deadline))
        found = await asyncio.shield(self._resolving)
        if isinstance(found, Failure):
            tunnel.failure = found
            tunnel.tell("resolve", began, self.target.host, found.detail)
            return None
        address = min(found.addresses, key=lambda endpoint: endpoint.family).address  # IPv4 first, as PySocks does
        tunnel.tell("resolve", began, self.target.host, address)
        return address

    async def _secure(self, tunnel: Tunnel, deadline: Deadline) -> bool:
        began = time.monotonic()
        try:
            context = proxy_context(self.target) if self.verifies else unverified_context()
            found = await secured(tunnel.connection, context, self.proxy.host, deadline=deadline)
        except (OSError, ValueError) as exc:
            found = Insecure(failure=Failure(kind=FailureKind.LOCAL, phase=Phase.PROXY, blame=Blame.CLIENT, detail=str(exc)))
        if not isinstance(found, Insecure):
            tunnel.connection = found
            tunnel.tell("tls", began, f"TLS to {self.proxy.host}", "done")
            return True
        tunnel.verify_message, tunnel.evidence = found.verify_message, found.evidence
        tunnel.problem = "certificate" if found.verify_message else "tls"
        tunnel.tell("tls", began, f"TLS to {self.proxy.host}", found.failure.detail)
        tunnel.fail(found.failure.kind, f"TLS to the proxy failed: {found.failure.detail}", elapsed=time.monotonic() - began)
        return False

    async def _connect(self, tunnel: Tunnel, deadline: Deadline) -> None:
        began = time.monotonic()
        dialogue = ConnectDialogue(tunnel.destination, self.proxy)
        said = f"CONNECT {tunnel.destination}" + (f" with Proxy-Authorization: Basic {HIDDEN}" if self.proxy.has_credentials else "")
        lost = await tunnel.connection.send(dialogue.request, deadline=deadline)
        while not dialogue.done:
            received = await tunnel.connection.receive(deadline=deadline.sooner(_BODY_PATIENCE) if dialogue.answered else deadline)
            if isinstance(received, bytes):
                dialogue.receive(received)
            elif dialogue.answered:
                dialogue.end()
            else:
                lost = received
                break
        elapsed = time.monotonic() - began
        answer = tunnel.http = dialogue.finished()
        tunnel.evidence, tunnel.unread = dialogue.evidence, dialogue.unread
        if answer is None:
            tunnel.tell("connect", began, said, _lost(tunnel, dialogue.problem, lost, elapsed))
            return
        status = f"{answer.status} {answer.reason}".strip()
        tunnel.tell("connect", began, said, status)
        if not dialogue.opened:
            blame = Blame.CLIENT if answer.status == 407 else Blame.NETWORK
            tunnel.fail(FailureKind.PROTOCOL, f"Tunnel connection failed: {status}", blame=blame, elapsed=elapsed)

    async def _socks(self, tunnel: Tunnel, host: str, deadline: Deadline) -> None:
        dialogue = SocksDialogue(host, self.target.port, self.proxy)
        to_send, lost, start = dialogue.greeting, None, time.monotonic()
        while not dialogue.done and lost is None:
            step, began = dialogue.step, time.monotonic()
            lost = await tunnel.connection.send(to_send, deadline=deadline) if to_send else None
            received = await tunnel.connection.receive(deadline=deadline)
            if isinstance(received, Failure):
                lost = received
                break
            to_send = dialogue.receive(received)
            if dialogue.done or dialogue.step != step:
                tunnel.tell(step, began, _said(step, tunnel.destination, self.proxy), _answered(step, dialogue))
        elapsed = time.monotonic() - start
        tunnel.evidence, tunnel.unread = dialogue.evidence, dialogue.unread
        tunnel.method, tunnel.reply = dialogue.method, dialogue.reply
        if not dialogue.opened:
            _refused(tunnel, dialogue, lost, elapsed)


def _lost(tunnel: Tunnel, problem: str | None, lost: Failure | None, elapsed: float) -> str:
    """No answer to judge by: what came instead, as the failure and in words."""
    tunnel.problem = problem or "no-answer"
    if problem is not None:
        detail = "the answer is not HTTP" if problem == "not-http" else "the answer does not come to an end"
        tunnel.fail(FailureKind.PROTOCOL, detail, elapsed=elapsed)
    elif lost is not None:
        tunnel.failure = attrs.evolve(lost, phase=Phase.PROXY, blame=Blame.NETWORK, detail=f"the proxy: {lost.detail}")
    return tunnel.failure.detail if tunnel.failure is not None else ""


def _said(step: str, destination: str, proxy: ProxyServer) -> str:
    if step == "greeting":
        return "methods: no authentication" + (", user name and password" if proxy.has_credentials else "")
    return f"user name and password {HIDDEN}" if step == "authentication" else f"CONNECT {destination}"


def _answered(step: str, dialogue: SocksDialogue) -> str:
    if dialogue.problem is not None:
        return "not SOCKS5"
    if step == "greeting":
        return METHODS.get(dialogue.method or 0, f"method {dialogue.method}")
    if step == "authentication":
        return "accepted" if dialogue.status == 0 else f"refused (status {dialogue.status})"
    return reply_name(dialogue.reply)


def reply_name(reply: int | None) -> str:
    """A reply code of RFC 1928 in words."""
    return "" if reply is None else REPLIES.get(reply, f"unassigned reply {reply:#04x}")


def _refused(tunnel: Tunnel, dialogue: SocksDialogue, lost: Failure | None, elapsed: float) -> None:
    if dialogue.problem is not None:
        tunnel.problem = dialogue.problem
        tunnel.fail(FailureKind.PROTOCOL, "the answer is not SOCKS5", elapsed=elapsed)
    elif dialogue.reply is not None:
        tunnel.problem = "reply"
        tunnel.fail(FailureKind.PROTOCOL, f"SOCKS5 reply {dialogue.reply:#04x}: {reply_name(dialogue.reply)}", elapsed=elapsed)
    elif dialogue.status:
        tunnel.problem = "credentials"
        tunnel.fail(FailureKind.PROTOCOL, "SOCKS5 user name and password refused", blame=Blame.CLIENT, elapsed=elapsed)
    elif dialogue.done:
        tunnel.problem = "method"
        name = METHODS.get(dialogue.method or 0, f"method {dialogue.method}")
        tunnel.fail(FailureKind.PROTOCOL, f"SOCKS5: {name}", blame=Blame.CLIENT, elapsed=elapsed)
    else:
        _lost(tunnel, None, lost, elapsed)
