"""TrustSources: which trust store each client would read here. It reads files through `local`, and opens no connection."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from ..local import Place, StoreUser, read_place, read_places, store_users
from ..plugin import Probe, Scene, Scope, StorePlace, Target, TrustSources, TrustUser, TrustVariable


class TrustSourcesProbe(Probe):
    """Looks at every place that a client of this machine takes its authorities from."""

    name = "trust-sources"
    provides = TrustSources
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> TrustSources:
        """List clients, places and variables."""
        users = users_here(scene.environment)
        places = {place.path: place for user in users for place in read_places(user.files, user.directories, java=user.client == "java")}
        return TrustSources(
            users=tuple(_user(item) for item in users),
            places=tuple(_seen(place) for place in places.values()),
            variables=tuple(_variables(users, places, scene.environment)),
            given=_given(scene.target),
            python_is_used=uses_default_places(scene.target),
        )


def users_here(environment: Mapping[str, str]) -> tuple[StoreUser, ...]:
    """The clients and their places, with the certifi of this interpreter."""
    import certifi

    return store_users(environment, certifi.where())


def uses_default_places(target: Target) -> bool:
    """Whether the client under diagnosis is this interpreter's, with its default trust."""
    return target.client is None and (target.trust is None or target.trust == "system")


def _given(target: Target) -> StorePlace | None:
    trust = target.trust
    if not isinstance(trust, (str, Path)) or trust in ("system", "certifi"):
        return None
    return _seen(read_place(os.fspath(trust)))


def _user(user: StoreUser) -> TrustUser:
    return TrustUser(
        client=user.client,
        places=(*user.files, *user.directories),
        bundled=user.bundled,
        variables=user.variables,
        here=user.here,
        note=user.note,
    )


def _seen(place: Place) -> StorePlace:
    return StorePlace(
        path=place.path,
        kind=place.kind,
        problem=place.problem,
        detail=place.detail,
        certificates=len(place.ders),
        left_out=len(place.left_out),
        changed=place.changed,
        newest=place.newest,
    )


def _variables(users: Iterable[StoreUser], places: Mapping[str, Place], environment: Mapping[str, str]) -> Iterable[TrustVariable]:
    readers: dict[str, list[str]] = {}
    for user in users:
        for name in user.variables:
            readers.setdefault(name, []).append(user.client)
    for name, clients in readers.items():
        value = environment[name]
        user = next(item for item in users if item.client == clients[0])
        own = {place.path: place for place in read_places(user.files, user.directories, java=user.client == "java")}
        found = [own.get(path) or places.get(path) or read_place(path) for path in _named(value, (*user.files, *user.directories))]
        bad = found[0] if all(place.problem not in ("", "unknown-format") for place in found) else None
        yield TrustVariable(
            name=name, value=value, read_by=tuple(clients), problem=bad.problem if bad else "", detail=bad.detail if bad else ""
        )


def _named(value: str, paths: tuple[str, ...]) -> list[str]:
    """The paths that a variable holds: one, several with a separator, or one within an option (JAVA_TOOL_OPTIONS)."""
    parts = value.split(os.pathsep)
    exact = [path for path in paths if path and path in parts]
    return exact or [path for path in paths if path and "=" in value and path in value] or [value]
