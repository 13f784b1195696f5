"""DnsServices: the HTTPS records of the host (RFC 9460), where HTTP is spoken."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...plugin import DnsServices, Probe, Resolution, Scene, Scope, ServiceSeen, Target, Unavailable, Why
from ...wire import DecodeError
from ...wire.dns import ALPN, ECH, IPV4_HINT, IPV6_HINT, MANDATORY, NO_DEFAULT_ALPN, SERVICE_PORT, Service, read_alpn, read_hints, read_service
from .common import host_of, no_answer, no_name

_HTTP = (None, "https", "wss")
_DEFAULT_PORT = 443


class DnsServicesProbe(Probe):
    """Asks for the records of the host, or of the port where it is not 443 (section 9.1)."""

    name = "dns-services"
    provides = DnsServices
    needs = (Resolution,)
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> DnsServices | Unavailable:
        """Judge nothing; failures are in the answer."""
        target = scene.target
        host = host_of(target)
        if not _speaks_http(target):
            return Unavailable(why=Why.NOT_APPLICABLE, detail="HTTP is not spoken here", by=self.name)
        if (reason := no_name(host, self.name)) is not None:
            return reason
        name = host if target.port == _DEFAULT_PORT else f"_{target.port}._https.{host}"
        answer = await scene.lookup(name, "HTTPS")
        if isinstance(answer, Unavailable):
            return answer
        if (failed := no_answer(answer, self.name)) is not None:
            return failed
        lost = (ServiceSeen(unreadable=why) for why in answer.unreadable)
        return DnsServices(answer=answer, services=(*(_seen(record.data) for record in answer.records), *lost))


def _speaks_http(target: Target) -> bool:
    return target.starttls is None and target.scheme in _HTTP


def _seen(data: bytes) -> ServiceSeen:
    try:
        service = read_service(data)
        found = _parameters(service)
    except DecodeError as exc:
        return ServiceSeen(unreadable=exc.message)
    unknown = tuple(key for key, _ in service.parameters if key not in _READERS and key not in (NO_DEFAULT_ALPN, ECH))
    return ServiceSeen(priority=service.priority, target=service.target, unknown=unknown, **found)


def _parameters(service: Service) -> dict[str, Any]:
    found: dict[str, Any] = {"no_default_alpn": service.parameter(NO_DEFAULT_ALPN) is not None, "ech": service.parameter(ECH) is not None}
    for key, (field, read) in _READERS.items():
        if (value := service.parameter(key)) is not None:
            found[field] = read(value)
    return found


def _number(value: bytes) -> int:
    if len(value) != 2:
        raise DecodeError("a port has two bytes")
    return int.from_bytes(value, "big")


def _numbers(value: bytes) -> tuple[int, ...]:
    if len(value) % 2:
        raise DecodeError("a key has two bytes")
    return tuple(int.from_bytes(value[at : at + 2], "big") for at in range(0, len(value), 2))


_READERS: dict[int, tuple[str, Callable[[bytes], Any]]] = {
    MANDATORY: ("mandatory", _numbers),
    ALPN: ("alpn", read_alpn),
    SERVICE_PORT: ("port", _number),
    IPV4_HINT: ("ipv4_hints", lambda value: read_hints(value, 4)),
    IPV6_HINT: ("ipv6_hints", lambda value: read_hints(value, 16)),
}
