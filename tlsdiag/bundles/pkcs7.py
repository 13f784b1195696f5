"""PKCS#7 with certificates only (RFC 5652 section 5.1, "degenerate" SignedData): what .p7b and .p7c files hold. Read over our own lenient DER.

    ContentInfo ::= SEQUENCE { contentType OBJECT IDENTIFIER, content [0] EXPLICIT SignedData }
    SignedData  ::= SEQUENCE { version, digestAlgorithms SET, encapContentInfo, certificates [0] IMPLICIT SET OPTIONAL, crls [1] ..., signerInfos SET }
"""

from __future__ import annotations

from ..certificates import DerError
from ..certificates.der import SEQUENCE, Element, read_element
from .ber import definite, is_indefinite
from .items import Item
from .recognise import SIGNED_DATA

_MAX_ITEMS = 5000


def read_pkcs7(data: bytes, *, line: int | None = None, offset: int = 0, label: str = "") -> tuple[Item, ...]:
    """Every certificate and revocation list; `DerError` when the structure cannot be read, or is no SignedData."""
    outer = read_element(definite(data) if is_indefinite(data) else data).expect(SEQUENCE)
    content_type, *rest = outer.children()
    if content_type.oid() != SIGNED_DATA or not rest:
        raise DerError("a PKCS#7 that is no SignedData, so that it holds no certificates", offset)
    signed = rest[0].children()[0].expect(SEQUENCE)
    items: list[Item] = []
    for part in signed.children():
        if part.tag in (0xA0, 0xA1):
            items += [_item(child, part.tag, line, offset, label) for child in part.children()[:_MAX_ITEMS]]
    return tuple(items)


def _item(child: Element, place: int, line: int | None, offset: int, label: str) -> Item:
    kind = "revocation-list" if place == 0xA1 else "certificate" if child.tag == SEQUENCE else "attribute-certificate"
    der = child.raw if kind == "certificate" else b""
    return Item(kind=kind, form="pkcs7", label=label, line=line, offset=offset + child.offset, der=der)
