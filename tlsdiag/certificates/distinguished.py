"""Distinguished names (RFC 5280 section 4.1.2.4): from DER to `Name`.

    Name                      ::= SEQUENCE OF RelativeDistinguishedName
    RelativeDistinguishedName ::= SET OF AttributeTypeAndValue
"""

from __future__ import annotations

from .certificate import Name
from .der import SEQUENCE, SET, DerError, Element, read_element
from .remembering import remembered

_USUAL = 512
"""Bytes of a name that is remembered: the same authorities are named again and again."""


def read_name(element: Element) -> Name:
    """A Name; DerError when it cannot be followed."""
    remembered = _usual(element.raw) if len(element.raw) <= _USUAL else None
    return remembered or _walked(element)


@remembered(1024)
def _usual(raw: bytes) -> Name | None:
    try:
        return _walked(read_element(raw))
    except DerError:
        return None  # walked again, in its place, for the offset of what is wrong


def _walked(element: Element) -> Name:
    found = []
    for group in element.expect(SEQUENCE).children():
        for pair in group.expect(SET).children():
            parts = pair.expect(SEQUENCE).children()
            if len(parts) < 2:
                raise DerError("an attribute of a name without its value", pair.offset)
            found.append((parts[0].oid(), parts[1].text()))
    return Name(raw=element.raw, attributes=tuple(found))


def read_name_der(der: bytes) -> Name:
    """A Name from its DER, as in CertificateRequest; an unreadable one keeps its bytes and has no attributes."""
    try:
        return read_name(read_element(der))
    except (DerError, ValueError):
        return Name(raw=der)
