"""Open code points: numbers from the wire that know their names and keep every value.

An unknown value and a GREASE value (RFC 8701) are kept as they came. The tables of names are loaded when the first name is asked
for, so that importing this package costs next to nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, ClassVar, Self


class CodePoint(int):
    """A value of one IANA registry: any number is allowed."""

    registry: ClassVar[str] = ""
    hex_digits: ClassVar[int] = 4

    __slots__ = ()

    @property
    def row(self) -> Mapping[str, Any] | None:
        """What the registry says of this value; None when it is not there."""
        return rows(self.registry).get(int(self))

    @property
    def name(self) -> str:
        """The registered name, or "GREASE_0x1a1a", or "unknown_0x1234"."""
        found = self.row
        if found is not None:
            return str(found["name"])
        word = "GREASE" if self.is_grease else "unknown"
        return f"{word}_0x{int(self):0{self.hex_digits}x}"

    @property
    def is_known(self) -> bool:
        """True when the registry has this value."""
        return self.row is not None

    @property
    def is_grease(self) -> bool:
        """True for the values reserved by RFC 8701: 0x0A0A, 0x1A1A, ... 0xFAFA."""
        return self.hex_digits == 4 and self & 0x0F0F == 0x0A0A and self >> 8 == self & 0xFF

    @classmethod
    def by_name(cls, name: str) -> Self:
        """The value of a registered, OpenSSL or alias name; KeyError when there is none."""
        return cls(_names(cls.registry)[name.lower()])

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __str__(self) -> str:
        return self.name


@functools.cache
def rows(registry: str) -> Mapping[int, Mapping[str, Any]]:
    """Every row of a registry by value."""
    table = import_module(f"._{registry}_tables", __package__)
    fields = table.FIELDS
    return MappingProxyType({row[0]: MappingProxyType(dict(zip(fields, row, strict=True))) for row in table.ROWS})


@functools.cache
def _names(registry: str) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for code, row in rows(registry).items():
        for name in (row["name"], row.get("openssl_name"), *(row.get("aliases") or ())):
            if name:
                found.setdefault(str(name).lower(), code)
    return found
