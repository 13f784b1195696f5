"""From the bytes of a file to its items: find out how it is written, undo what editors and transports did to it, and read it."""

from __future__ import annotations

import base64
import binascii
import re

import attrs

from ..certificates import DerError
from .ber import definite, is_indefinite
from .items import Bundle, Item, Remark
from .keys import opened
from .pem import MAX_ITEMS, read_pem
from .pkcs7 import read_pkcs7
from .pkcs12 import read_pkcs12
from .recognise import element_at, foreign, is_encrypted_key, kind_of

MAX_BYTES = 16 * 1024 * 1024
"""Larger than any store of authorities; what is larger is no file of certificates."""
_BASE64 = re.compile(rb"[A-Za-z0-9+/\s]{64,}={0,2}\s*")
_BASE64_OF_PEM = re.compile(rb"LS0tLS1CRUdJTi[A-Za-z0-9+/]{40,}={0,2}")
_TYPED_DASHES = re.compile("[\u2010-\u2015\u2212-]{1,5}(?=(?:BEGIN|END) )|(?<=[A-Z])[\u2010-\u2015\u2212-]{1,5}(?=\\s|$)")


def read_bundle(data: bytes, password: str | bytes | None = None) -> Bundle:
    """Read a file of certificates; `password` opens encrypted keys and PKCS#12. Never raises, whatever the bytes."""
    secret = password.encode() if isinstance(password, str) else password
    if len(data) > MAX_BYTES:
        return Bundle(problem="unknown", detail=f"it has {len(data)} bytes, more than any file of certificates")
    return _read(data, secret, nested=False)


def _read(data: bytes, password: bytes | None, *, nested: bool) -> Bundle:
    text, remarks = _plain(data)
    if b"-----BEGIN " in text:
        items, more = read_pem(text, password)
        problem, detail = _only_foreign(items)
        form = "pkcs7" if items and all(item.form == "pkcs7" for item in items) else "pem"
        return Bundle(form=form, items=items, ordered=form == "pem", remarks=(*remarks, *more), problem=problem, detail=detail)
    if data[:1] == b"\x30" and (found := _of_der(data, password)) is not None:
        return found
    if not nested and (found := _unwrapped(text, password)) is not None:
        return attrs.evolve(found, remarks=(*remarks, *found.remarks))
    known = foreign(text)
    if known is None and data[:1] == b"\x30":
        known = "damaged", "it begins as a DER structure does, and is damaged or cut short"
    problem, detail = known or ("unknown", "it is neither PEM nor DER")
    return Bundle(problem=problem, detail=detail, remarks=tuple(remarks))


def _plain(data: bytes) -> tuple[bytes, list[Remark]]:
    """The text as it was meant, with a remark for everything that had to be undone."""
    remarks = []
    if (encoding := _utf_16(data)) is not None:
        data = data.decode(encoding, "replace").lstrip("\ufeff").encode("utf-8")
        remarks.append(Remark(code="utf-16", detail="it is written in UTF-16, as PowerShell's '>' and Notepad's 'Unicode' write"))
    elif data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
        remarks.append(Remark(code="byte-order-mark", detail="it begins with a byte order mark (EF BB BF), so that the first line is not seen"))
    if b"-----BEGIN " in data and b"\\n" in data:
        data = data.replace(b"\\r", b"").replace(b"\\n", b"\n")
        remarks.append(Remark(code="escaped-lines", detail="its line breaks are written as a backslash and an n, as in JSON or in an environment variable"))
    if b"-----BEGIN " not in data and b"BEGIN " in data and (mended := _with_dashes(data)) is not None:
        data = mended
        remarks.append(Remark(code="typed-dashes", detail="its dashes are not five hyphens, as after a word processor or a chat"))
    if b"\r" in data and b"\n" not in data:
        data = data.replace(b"\r", b"\n")
        remarks.append(Remark(code="old-lines", detail="its lines end with a carriage return alone"))
    return data, remarks


def _utf_16(data: bytes) -> str | None:
    """Which kind of UTF-16 a text is in, by its byte order mark, or as every second byte of ASCII is zero then."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16-le" if data[:2] == b"\xff\xfe" else "utf-16-be"
    for encoding, zeros, letters in (("utf-16-le", data[1:24:2], data[:24:2]), ("utf-16-be", data[:24:2], data[1:24:2])):
        if len(letters) == 12 and not any(zeros) and all(0x09 <= letter < 0x7F for letter in letters):
            return encoding
    return None


def _with_dashes(data: bytes) -> bytes | None:
    mended = _TYPED_DASHES.sub("-----", data.decode("utf-8", "replace")).encode("utf-8")
    return mended if b"-----BEGIN " in mended and b"-----BEGIN SSH2" not in mended else None


def _only_foreign(items: tuple[Item, ...]) -> tuple[str, str]:
    """The problem of a PEM text that holds keys of another world and nothing else."""
    kinds = {item.kind for item in items}
    if kinds == {"pgp"}:
        return "pgp", "it is a PGP block, which is no X.509 certificate"
    if kinds == {"ssh-key"}:
        return "ssh-key", "it is an SSH key, which is no certificate"
    return "", ""


def _unwrapped(text: bytes, password: bytes | None) -> Bundle | None:
    """What is base64 and says so nowhere: of a whole PEM text (a Kubernetes secret), or of DER."""
    if blocks := _BASE64_OF_PEM.findall(text):
        inner = b"\n".join(part for block in blocks[:MAX_ITEMS] if (part := _decoded(block)) is not None)
        found = _read(inner, password, nested=True)
        words = "it holds the PEM text in base64 once more, as the data of a Kubernetes secret do"
        return attrs.evolve(found, remarks=(Remark(code="base64-of-pem", detail=words), *found.remarks))
    if _BASE64.fullmatch(text.strip()) and (der := _decoded(text)) is not None and der[:1] == b"\x30":
        found_der = _of_der(der, password)
        if found_der is not None:
            words = "it is base64 without the lines '-----BEGIN ...-----' and '-----END ...-----'"
            return attrs.evolve(found_der, remarks=(Remark(code="no-armour", detail=words), *found_der.remarks))
    return None


def _decoded(text: bytes) -> bytes | None:
    packed = b"".join(text.split())
    try:
        return base64.b64decode(packed[: len(packed) // 4 * 4], validate=True)
    except binascii.Error:
        return None


def _of_der(data: bytes, password: bytes | None) -> Bundle | None:
    """DER structures, one after another; None where not even the first one can be read."""
    try:
        first = element_at(definite(data) if is_indefinite(data) else data)
    except DerError:
        return None
    if first is None:
        return None
    kind = kind_of(first)
    if kind == "pkcs12":
        return read_pkcs12(data, password)
    if kind == "pkcs7":
        return _of_pkcs7(data)
    return _concatenated(data, password)


def _of_pkcs7(data: bytes) -> Bundle:
    try:
        return Bundle(form="pkcs7", items=read_pkcs7(data), ordered=False)
    except (DerError, IndexError) as exc:
        words = exc.message if isinstance(exc, DerError) else "a PKCS#7 structure that is cut short"
        return Bundle(form="pkcs7", problem="damaged", detail=f"it is {words}", ordered=False)


def _concatenated(data: bytes, password: bytes | None) -> Bundle:
    items: list[Item] = []
    remarks: list[Remark] = []
    at = 0
    while at < len(data) and len(items) < MAX_ITEMS:
        element = element_at(data, at)
        if element is None:
            left = len(data) - at
            if data[at:].strip(b"\r\n\0 "):
                remarks.append(Remark(code="trailing-data", detail=f"{left} bytes after the last structure (from byte {at} on) cannot be read"))
            break
        items.append(_item(element.raw, kind_of(element), at, password))
        at += len(element.raw)
    return Bundle(form="der", items=tuple(items), remarks=tuple(remarks))


def _item(der: bytes, kind: str, at: int, password: bytes | None) -> Item:
    base = Item(kind=kind if kind not in ("pkcs7", "pkcs12") else "unknown", form="der", offset=at)
    if kind == "certificate":
        return attrs.evolve(base, der=der)
    if kind == "private-key":
        element = element_at(der)
        locked = element is not None and is_encrypted_key(element)
        return opened(attrs.evolve(base, encrypted=locked), der, password)
    return base
