"""How far to look: the three depths of a diagnosis and the limits that keep it a good guest."""

from __future__ import annotations

from enum import IntEnum

import attrs


class Depth(IntEnum):
    """`QUICK`: is it broken, and why. `STANDARD`: plus what breaks soon or for some. `FULL`: everything."""

    QUICK = 1
    STANDARD = 2
    FULL = 3

    @classmethod
    def parse(cls, value: Depth | str | int) -> Depth:
        """Read a depth from its name ("quick"), number or itself; ValueError when it is none."""
        if isinstance(value, str):
            try:
                return cls[value.upper()]
            except KeyError:
                raise ValueError(f"no such depth: {value!r} (quick, standard or full)") from None
        return cls(value)


@attrs.frozen(kw_only=True)
class Limits:
    """Caps of one diagnosis; times in seconds, sizes in bytes.

    Each has its reason: `connect_timeout` bounds a filtered port, `handshake_timeout` a silent peer, `total_timeout` the
    whole diagnosis, `connections` and `parallel` what one endpoint must bear, `received_bytes` an endless sender,
    `endpoints` a name with hundreds of addresses, `fetches` and `fetch_timeout` what URLs in certificates may
    cost (each fetch, and each search for an issuer as a whole).
    """

    resolve_timeout: float = 5.0
    connect_timeout: float = 5.0
    handshake_timeout: float = 8.0
    total_timeout: float = 60.0
    connections: int = 64
    parallel: int = 4
    received_bytes: int = 4 * 1024 * 1024
    endpoints: int = 8
    fetches: int = 12
    fetch_timeout: float = 4.0

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(type(self)):
            value = getattr(self, field.name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
                raise ValueError(f"limit {field.name} must be a number above zero, not {value!r}")
