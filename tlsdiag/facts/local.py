"""The machine that runs the client: its trust stores and who reads them, its TLS library, and the client certificate that it would send."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

import attrs

from ..observation import Observation


@attrs.frozen(kw_only=True)
class StorePlace:
    """A file or directory of authorities. `kind`: "file", "directory", "keystore"; `problem`: empty, or "missing", "unreadable", "empty", "not-pem",
    "broken-block", "unhashed", "unknown-format". `certificates` is how many a client loads from it, `left_out` how many are there in vain.
    `changed` is the date of the file, `newest` the latest beginning of an authority's validity."""

    path: str
    kind: str
    problem: str = ""
    detail: str = ""
    certificates: int = 0
    left_out: int = 0
    changed: datetime | None = None
    newest: datetime | None = None


@attrs.frozen(kw_only=True)
class TrustUser:
    """A client and where it takes its authorities from: `places` are paths, `bundled` Mozilla's list that it brings along, `variables` the environment
    variables that chose. `here`: whether the program is installed (None: not looked for)."""

    client: str
    places: tuple[str, ...] = ()
    bundled: bool = False
    variables: tuple[str, ...] = ()
    here: bool | None = None
    note: str = ""


@attrs.frozen(kw_only=True)
class TrustVariable:
    """An environment variable that names a place of authorities, and who reads it. `problem` and `detail` as in `StorePlace`."""

    name: str
    value: str
    read_by: tuple[str, ...]
    problem: str = ""
    detail: str = ""


@attrs.frozen(kw_only=True)
class TrustSources(Observation):
    """Which trust store each client would read on this machine, with these environment variables. `python_is_used`: the client under diagnosis
    is this interpreter's, with its default places (the target names no store, and no context of the caller's holds one)."""

    name: ClassVar[str] = "trust-sources"

    users: tuple[TrustUser, ...]
    places: tuple[StorePlace, ...]
    variables: tuple[TrustVariable, ...] = ()
    given: StorePlace | None = None
    python_is_used: bool = True

    def place(self, path: str) -> StorePlace | None:
        """What was seen of a path."""
        return next((item for item in self.places if item.path == path), None)

    def user(self, client: str) -> TrustUser | None:
        """What is known of a client."""
        return next((item for item in self.users if item.client == client), None)


@attrs.frozen(kw_only=True)
class StoreVerdict:
    """What one store makes of the served chain: `anchored` when a path leads to one of its authorities. `clients` are those that use it ("this client" is the
    one under diagnosis, "mozilla" Mozilla's list by itself); `authorities` their number, `newest` the latest beginning of an authority's validity.
    `in_vain`: nobody loads these, since the place that holds them is damaged or has no hashed names. `given`: the caller named it to be compared.
    `trusted`: the path breaks no rule either (names aside); `reason` says why it is not."""

    clients: tuple[str, ...]
    store: str
    anchored: bool
    authorities: int = 0
    newest: datetime | None = None
    in_vain: bool = False
    given: bool = False
    trusted: bool = False
    reason: str = ""


@attrs.frozen(kw_only=True)
class StoreVerdicts(Observation):
    """The same served chain judged by the store of every client on this machine; derived, opens nothing."""

    name: ClassVar[str] = "store-verdicts"

    verdicts: tuple[StoreVerdict, ...]

    def of(self, client: str) -> StoreVerdict | None:
        """The verdict of a client's store."""
        return next((item for item in self.verdicts if client in item.clients), None)


@attrs.frozen(kw_only=True)
class PolicySetting:
    """A setting of OpenSSL's configuration that every program gets ("MinProtocol", "CipherString", ...)."""

    name: str
    value: str


@attrs.frozen(kw_only=True)
class LocalLibrary(Observation):
    """The TLS library of this interpreter and what it was told by the machine.

    `configuration` is OpenSSL's configuration file, `chosen_by` the variable that names it (empty: built in), `settings` its system-wide ones.
    `security_level` and `minimum_version` are those of `ssl.create_default_context()`. `fips`: whether OpenSSL is told to use validated
    implementations only (None: cannot be known). `policy` is the name of a system-wide crypto policy. `limits` says in words what this library refuses.
    """

    name: ClassVar[str] = "local-library"

    library: str
    python: str
    configuration: str = ""
    chosen_by: str = ""
    problem: str = ""
    settings: tuple[PolicySetting, ...] = ()
    security_level: int | None = None
    minimum_version: str = ""
    maximum_version: str = ""
    strict: bool = False
    fips: bool | None = None
    policy: str = ""
    limits: tuple[str, ...] = ()

    def setting(self, *names: str) -> str | None:
        """The value of the first of these settings that is there."""
        found = {item.name.lower(): item.value for item in self.settings}
        return next((found[name.lower()] for name in names if name.lower() in found), None)


@attrs.frozen(kw_only=True)
class ClientCredentials(Observation):
    """The client certificate that the target names, as it was read. `problem`: empty, or "certificate-unreadable", "key-unreadable",
    "password-missing", "password-wrong", "key-mismatch"; `key_position` is the certificate of the file that the key belongs to (None: none of them)."""

    name: ClassVar[str] = "client-credentials"

    certificates: tuple[bytes, ...] = ()
    key_kind: str = ""
    key_position: int | None = None
    problem: str = ""
    detail: str = ""
