"""The addresses of one name compared: what works, which certificate, which versions and protocols."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ...iana import version_label
from ...plugin import (
    AcceptedVersions,
    BackendFinding,
    Blame,
    Check,
    ClientOutcome,
    Endpoint,
    Finding,
    Fix,
    HandshakeOutcome,
    Layer,
    Note,
    Reachability,
    Repeats,
    Rule,
    Scope,
    Seen,
    Severity,
)
from .shares import named

ADDRESSES_DISAGREE = Rule(
    code="addresses-disagree",
    title="The addresses of the name do not behave alike",
    layer=Layer.PROTOCOL,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="Which address a client takes is left to the resolver and to chance; what works for one client fails for the next.",
    fix=Fix(summary="Bring the machines behind the addresses to the same configuration, or take the odd one out of DNS.", snippets={"openssl": "openssl s_client -connect ADDRESS:PORT -servername NAME"}),
    references=("RFC 8305",),
    failing="two addresses, one of them without TLS 1.3",
    passing="two addresses with the same settings",
)
_SHOWN = 4


class AddressesCheck(Check):
    """Lists in what the addresses differ."""

    name = "balance/addresses"
    rules = (ADDRESSES_DISAGREE,)
    needs = (Reachability, HandshakeOutcome)
    wants = (ClientOutcome, AcceptedVersions, Repeats)
    scope = Scope.TARGET

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield one finding with every difference; what fails before TLS is told of each address by itself."""
        ours = {place: item for place, item in seen.all(HandshakeOutcome).items() if _reached(seen, place)}
        if len(ours) < 2:
            return
        places = sorted(ours, key=str)
        grave = _differ(places, lambda place: _ending(seen, place), "the client's handshake") + _differ(places, lambda place: _accepted(seen, place), "versions")
        works = [place for place in places if ours[place].completed]
        mild = _differ(works, lambda place: ours[place].alpn or "none", "application protocol")
        mild += _differ(works, lambda place: _name(ours[place].cipher_suite), "cipher suite")
        mild += _certificates(seen, works, ours)
        if grave or mild:
            parts = [*grave, *mild]
            yield BackendFinding.of(
                ADDRESSES_DISAGREE,
                ". ".join(f"{part.code[:1].upper()}{part.code[1:]}: {part.detail}" for part in parts) + ".",
                severity=Severity.LOW if grave else Severity.INFO,
                attempts=len(places),
                outcomes=tuple(parts),
            )


def _reached(seen: Seen, place: Endpoint) -> bool:
    reachable = seen.observations.get(Reachability, place)
    return reachable is None or reachable.connected


def _differ(places: list[Endpoint], value_of: Callable[[Endpoint], str | None], what: str) -> list[Note]:
    groups: dict[str, list[Endpoint]] = {}
    for place in places:
        if (value := value_of(place)) is not None:
            groups.setdefault(value, []).append(place)
    if len(groups) < 2:
        return []
    return [Note(code=what, detail="; ".join(f"{value} at {_several(where)}" for value, where in sorted(groups.items())))]


def _several(places: list[Endpoint]) -> str:
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return ", ".join(map(str, places[:_SHOWN])) + more


def _ending(seen: Seen, place: Endpoint) -> str | None:
    client = seen.observations.get(ClientOutcome, place)
    if client is None or client.settings.problem:
        return None
    if client.completed:
        return "works"
    return client.verify_message or client.reason or (str(client.failure.kind) if client.failure is not None else "fails")


def _accepted(seen: Seen, place: Endpoint) -> str | None:
    versions = seen.observations.get(AcceptedVersions, place)
    if versions is None or not versions.complete or _is_mixed(seen, place):
        return None
    return ", ".join(version_label(version) for version in versions.accepted) or "none"


def _is_mixed(seen: Seen, place: Endpoint) -> bool:
    """Machines that differ behind one address make any comparison of that address by chance."""
    repeats = seen.observations.get(Repeats, place)
    return repeats is not None and len({item.version for item in repeats.attempts if item.version is not None and not item.by_client}) > 1


def _name(value: object) -> str | None:
    return None if value is None else str(getattr(value, "name", value))


def _certificates(seen: Seen, places: list[Endpoint], ours: Mapping[Endpoint, HandshakeOutcome]) -> list[Note]:
    """Different leaves; addresses of which each serves the others' too are one pool."""
    served = {place: _leaves(seen, place) | set(ours[place].certificates[:1]) for place in places if ours[place].certificates}
    if len(served) < 2 or set.intersection(*served.values()):
        return []
    return _differ(list(served), lambda place: named(min(served[place])), "certificate")


def _leaves(seen: Seen, place: Endpoint) -> set[bytes]:
    repeats = seen.observations.get(Repeats, place)
    return {item.leaf for item in repeats.attempts if item.leaf} if repeats is not None else set()
