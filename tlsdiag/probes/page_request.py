"""PageRequest: what the server wants for the page of the target's URL. It asks only where the URL names one."""

from __future__ import annotations

from ..handshake import Offer
from ..iana import ExtensionType
from ..plugin import ClientOutcome, Cost, Exchange, HandshakeOutcome, PageRequest, Probe, Scene, Unavailable, Why
from ..wire import Extension
from .common import alert_seen

_PATIENCE = 3.0
"""Seconds for a page: what is wanted comes before the page itself."""
_REQUEST = "GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAccept: */*\r\n\r\n"


class PageRequestProbe(Probe):
    """Asks for the page, as a client that would take a request for a certificate after the handshake."""

    name = "page-request"
    provides = PageRequest
    needs = (HandshakeOutcome,)
    wants = (ClientOutcome,)
    cost = Cost(connections=1)

    async def run(self, scene: Scene) -> PageRequest | Unavailable:
        """Get it, over a connection of its own."""
        target, ours = scene.target, scene.seen(HandshakeOutcome)
        if target.path is None or target.starttls:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="the target is no URL with a path", by=self.name)
        if ours is None or not ours.completed or ours.certificate_requested:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="there is no handshake without a certificate to ask over", by=self.name)
        offer = Offer.broad(target.server_name, ("http/1.1",) if target.alpn else ())
        offer = offer.with_(extra_extensions=(Extension(type=ExtensionType(ExtensionType.POST_HANDSHAKE_AUTH), body=b""),))
        request = _REQUEST.format(target.path, target.server_name or target.host).encode("ascii", "replace")
        exchange = await scene.ask(offer, request, until=b"\n", timeout=min(_PATIENCE, scene.limits.handshake_timeout))
        return _seen(target.path, exchange)


def _seen(path: str, exchange: Exchange) -> PageRequest:
    result = exchange.result
    late = result.late_certificate_request
    asked_by = "post-handshake" if late is not None else "renegotiation" if result.renegotiation_asked else None
    status = exchange.late_answer.partition(b"\n")[0] if exchange.late_answer.startswith(b"HTTP/") else b""
    return PageRequest(
        path=path,
        version=result.version,
        asked_by=asked_by,
        authorities=late.authorities if late is not None else (),
        status=status.strip()[:120].decode("ascii", "backslashreplace"),
        late_alert=alert_seen(result.late_alert),
        failure=exchange.failure or (exchange.late_failure if asked_by is None else None),
    )
