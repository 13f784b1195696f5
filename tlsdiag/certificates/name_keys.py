"""When two distinguished names are the same (RFC 5280 section 7.1): letter case, folded white space and the type of the string make no difference.

    Name ::= SEQUENCE OF RelativeDistinguishedName (a SET OF AttributeTypeAndValue)

Clients differ: OpenSSL, Java and Chromium compare much as here, Go, NSS and GnuTLS compare the bytes. A name that cannot be read is the same as itself alone.
"""

from __future__ import annotations

import unicodedata
from typing import TypeAlias

from .der import SEQUENCE, SET, DerError, Element, read_element
from .remembering import remembered

NameKey: TypeAlias = tuple[object, ...]
_STRINGS = frozenset({0x0C, 0x12, 0x13, 0x14, 0x16, 0x19, 0x1A, 0x1B, 0x1C, 0x1E})
_MOST_RDNS = 200
"""More than any name has; a longer one is compared byte by byte."""


@remembered(4096)
def name_key(raw: bytes) -> NameKey:
    """What two names have in common when they are the same name; `raw` is the DER of a Name."""
    try:
        groups = read_element(raw).expect(SEQUENCE).children()
        if len(groups) > _MOST_RDNS:
            return (raw,)
        return tuple(_group(group) for group in groups)
    except (DerError, IndexError, ValueError):
        return (raw,)


def _group(group: Element) -> object:
    pairs = [pair.expect(SEQUENCE).children() for pair in group.expect(SET).children()]
    if len(pairs) == 1:
        return pairs[0][0].content, _value(pairs[0][1])
    return frozenset((kind.content, _value(value)) for kind, value, *_ in pairs)


def _value(value: Element) -> object:
    if value.tag not in _STRINGS:
        return value.raw
    text = unicodedata.normalize("NFKC", value.text()).casefold()
    return " ".join(text.split())
