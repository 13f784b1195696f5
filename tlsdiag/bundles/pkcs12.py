"""PKCS#12 (RFC 7292): opened by `cryptography`; its algorithms are read from the outside by ourselves, which needs no password.

    PFX ::= SEQUENCE { version INTEGER (3), authSafe ContentInfo, macData MacData OPTIONAL }
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

from ..certificates import DerError
from ..certificates.der import OCTET_STRING, OID, Element, read_element
from .ber import definite, is_indefinite
from .items import Bundle, Item, Remark
from .keys import with_public

_RC2_AND_RC4 = {
    "1.2.840.113549.1.12.1.1": "128-bit RC4",
    "1.2.840.113549.1.12.1.2": "40-bit RC4",
    "1.2.840.113549.1.12.1.5": "128-bit RC2",
    "1.2.840.113549.1.12.1.6": "40-bit RC2",
}
"""OpenSSL 3 has these in its legacy provider only, which is not loaded by default."""
_TRIPLE_DES = {"1.2.840.113549.1.12.1.3": "triple DES with three keys", "1.2.840.113549.1.12.1.4": "triple DES with two keys"}
_MAX_ELEMENTS = 20_000


def read_pkcs12(data: bytes, password: bytes | None) -> Bundle:
    """The certificates, that of the key first, and the key; never raises."""
    remarks = tuple(_remarks(data))
    for secret in _secrets(password):
        try:
            return _bundle(_load(data, secret), remarks)
        except Exception:  # noqa: BLE001 - told below by what the structure says; the loader's errors have no common base
            continue
    problem, detail = _why(data, password)
    return Bundle(form="pkcs12", ordered=False, remarks=remarks, problem=problem, detail=detail)


def _secrets(password: bytes | None) -> tuple[bytes | None, ...]:
    """What to try: the password that was given (it may be that of another file), none, and the empty one, which is not the same to this format."""
    return (None, b"") if password is None else (password, None, b"")


def _load(data: bytes, password: bytes | None) -> Any:
    from cryptography.hazmat.primitives.serialization import pkcs12

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what it only grumbles about, it takes
        return pkcs12.load_pkcs12(data, password)


def _bundle(found: Any, remarks: tuple[Remark, ...]) -> Bundle:
    from cryptography.hazmat.primitives.serialization import Encoding

    held = ([found.cert] if found.cert is not None else []) + list(found.additional_certs)
    items = [Item(kind="certificate", form="pkcs12", der=entry.certificate.public_bytes(Encoding.DER)) for entry in held]
    if found.key is not None:
        items.append(with_public(Item(kind="private-key", form="pkcs12", encrypted=True), found.key))
    return Bundle(form="pkcs12", items=tuple(items), ordered=False, remarks=remarks)


def _why(data: bytes, password: bytes | None) -> tuple[str, str]:
    """Why it could not be opened: a structure that can be walked to its end was locked, another one is damaged."""
    try:
        whole = read_element(definite(data) if is_indefinite(data) else data)
        parts = whole.children()
        parts[1].children()[1].children()[0].expect(OCTET_STRING)
    except (DerError, IndexError):
        return "damaged", "it is a PKCS#12 file that is damaged or cut short"
    if password is None:
        return "password-missing", "it is a PKCS#12 file with a password, and none was given"
    return "password-wrong", "it is a PKCS#12 file, and the password does not open it"


def _remarks(data: bytes) -> Iterator[Remark]:
    found = _algorithms(data)
    if names := sorted({_RC2_AND_RC4[oid] for oid in found if oid in _RC2_AND_RC4}):
        yield Remark(code="pkcs12-legacy", detail=f"it is encrypted with {' and '.join(names)}, which OpenSSL 3 opens with its legacy provider only")
    elif names := sorted({_TRIPLE_DES[oid] for oid in found if oid in _TRIPLE_DES}):
        yield Remark(code="pkcs12-old", detail=f"it is encrypted with {' and '.join(names)}, as Windows does by default")


def _algorithms(data: bytes) -> set[str]:
    """Every object identifier that stands outside of what is encrypted."""
    found: set[str] = set()
    try:
        waiting = [read_element(definite(data) if is_indefinite(data) else data)]
    except DerError:
        return found
    for _ in range(_MAX_ELEMENTS):
        if not waiting:
            break
        element = waiting.pop()
        try:
            if element.tag == OID:
                found.add(element.oid())
            else:
                waiting += _inside(element)
        except DerError:
            continue
    return found


def _inside(element: Element) -> list[Element]:
    if element.tag & 0x20:
        return element.children()
    if element.tag == OCTET_STRING and element.content[:1] == b"\x30":  # safes stand inside octet strings
        inner = read_element(element.content)
        return [inner] if len(inner.raw) == len(element.content) else []
    return []
