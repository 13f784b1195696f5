"""PEM (RFC 7468), lenient: blocks in any order with anything between them, each with its line; what a strict reader stumbles over is noted.

    -----BEGIN label-----
    [headers, and an empty line]        only in the old encrypted keys (RFC 1421)
    base64
    -----END label-----
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

import attrs

from ..certificates import DerError
from .items import Item, Remark
from .keys import opened
from .pkcs7 import read_pkcs7
from .recognise import element_at, kind_of

_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9][A-Z0-9 .]{0,60})-----")
_END = re.compile(rb"-----END ([A-Z0-9][A-Z0-9 .]{0,60})-----")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/=\s]")
MAX_ITEMS = 5000
"""More blocks than any store has."""
_CERTIFICATES = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
_LABELS = {
    "CERTIFICATE REQUEST": "request", "NEW CERTIFICATE REQUEST": "request", "X509 CRL": "revocation-list", "PUBLIC KEY": "public-key",
    "RSA PUBLIC KEY": "public-key", "DH PARAMETERS": "parameters", "X9.42 DH PARAMETERS": "parameters", "EC PARAMETERS": "parameters",
    "DSA PARAMETERS": "parameters", "PRIVATE KEY": "private-key", "ENCRYPTED PRIVATE KEY": "private-key", "RSA PRIVATE KEY": "private-key",
    "EC PRIVATE KEY": "private-key", "DSA PRIVATE KEY": "private-key", "OPENSSH PRIVATE KEY": "ssh-key", "ATTRIBUTE CERTIFICATE": "attribute-certificate",
}  # fmt: skip


@attrs.frozen(kw_only=True)
class _Block:
    """One block: its label, what stands between its lines, and how it begins and ends."""

    label: str
    start: int
    body: bytes = attrs.field(repr=False)
    whole: bytes = attrs.field(repr=False)
    line: int
    problem: str = ""
    detail: str = ""


def read_pem(text: bytes, password: bytes | None) -> tuple[tuple[Item, ...], tuple[Remark, ...]]:
    """Every item of a PEM text in order, and remarks about its form; never raises."""
    items: list[Item] = []
    remarks: dict[str, Remark] = {}
    for block in _blocks(text):
        if len(items) >= MAX_ITEMS:
            remarks["too-many"] = Remark(code="too-many", detail=f"only the first {MAX_ITEMS} blocks were read")
            break
        for remark in _form(text, block):
            remarks.setdefault(remark.code, remark)
        items += _items(block, password)
    return tuple(items), tuple(remarks.values())


def _blocks(text: bytes) -> Iterator[_Block]:
    begins = list(_BEGIN.finditer(text))
    line, counted = 1, 0
    for number, begin in enumerate(begins):
        line += text.count(b"\n", counted, begin.start())
        counted = begin.start()
        limit = begins[number + 1].start() if number + 1 < len(begins) else len(text)
        label = begin[1].decode("ascii")
        end = _END.search(text, begin.end(), limit)
        stop = end.start() if end is not None else limit
        problem, detail = "", ""
        if end is None:
            problem, detail = "cut", f"the block has no line '-----END {label}-----'"
        elif end[1] != begin[1]:
            problem, detail = "damaged", f"the block begins as {label!r} and ends as {end[1].decode('ascii')!r}"
        whole = b"-----BEGIN %s-----\n%s\n-----END %s-----\n" % (begin[1], text[begin.end() : stop].strip(), begin[1])
        yield _Block(
            label=label, start=begin.start(), body=text[begin.end() : stop], whole=whole, line=line, problem=problem, detail=detail
        )


def _form(text: bytes, block: _Block) -> Iterator[Remark]:
    """What OpenSSL's reader, which goes by lines, stumbles over."""
    before = text[text.rfind(b"\n", 0, block.start) + 1 : block.start]
    where = f"line {block.line}"
    if before.rstrip().endswith(b"-----"):
        yield Remark(code="glued", detail=f"in {where} a block begins where the one before it ends, without a line break between them")
    elif before and not before.strip():
        yield Remark(code="indented", detail=f"{where} has white space before '-----BEGIN'")
    elif before:
        yield Remark(code="embedded", detail=f"{where} has other text before '-----BEGIN'")
    body = block.body.replace(b"\r", b"").lstrip(b" \t")
    if not body.startswith(b"\n") or not body.rstrip(b" \t").endswith(b"\n"):
        yield Remark(code="one-line", detail=f"the base64 of the block in {where} does not stand in lines of its own")
    elif b"\n\n" in body and b":" not in body:
        yield Remark(code="blank-lines", detail=f"the block in {where} has empty lines")


def _items(block: _Block, password: bytes | None) -> list[Item]:
    base = Item(kind=_kind(block.label), label=block.label, line=block.line, offset=block.start, problem=block.problem, detail=block.detail)
    if base.kind == "private-key":
        return [_key(base, block, password)]
    if base.kind in ("ssh-key", "pgp", "unknown"):
        return [attrs.evolve(base, problem="", detail="")]
    der, detail = _decoded(block)
    if der is None:
        return [attrs.evolve(base, problem=base.problem or "damaged", detail=base.detail or detail)]
    return _of_der(base, block, der)


def _kind(label: str) -> str:
    if label in _CERTIFICATES:
        return "certificate"
    if label.startswith("PGP "):
        return "pgp"
    return "pkcs7" if label in ("PKCS7", "CMS", "PKCS #7 SIGNED DATA", "CERTIFICATE CHAIN") else _LABELS.get(label, "unknown")


def _key(base: Item, block: _Block, password: bytes | None) -> Item:
    locked = block.label == "ENCRYPTED PRIVATE KEY" or b"4,ENCRYPTED" in block.body[:200]
    item = attrs.evolve(base, encrypted=locked, problem="", detail="")
    if block.problem:
        return attrs.evolve(item, problem="unreadable", detail=block.detail)
    return opened(item, block.whole, password)


def _decoded(block: _Block) -> tuple[bytes | None, str]:
    """The bytes of a block; else None, and where its base64 is damaged."""
    body = block.body
    head, found, rest = body.replace(b"\r", b"").partition(b"\n\n")
    if found and b":" in head:
        body = rest
    if (bad := _NOT_BASE64.search(body)) is not None:
        line = block.line + body.count(b"\n", 0, bad.start())
        shown = bad[0].decode("ascii", "replace")
        return None, f"line {line} has {shown!r}, which is no character of base64"
    packed = b"".join(body.split())
    if not packed:
        return None, "the block is empty"
    if len(packed) % 4 or b"=" in packed[:-2]:
        return None, "its base64 is damaged: characters were lost or added"
    try:
        return base64.b64decode(packed, validate=True), ""
    except binascii.Error:
        return None, "its base64 is damaged"


def _of_der(base: Item, block: _Block, der: bytes) -> list[Item]:
    """Items by what the bytes are, whatever the label says."""
    element = element_at(der)
    if element is None:
        short = der[:1] == b"\x30" and len(der) > 4
        words = "it is cut short: its own length says that there is more" if short else "what it holds is no DER structure"
        return [attrs.evolve(base, problem=base.problem or "damaged", detail=base.detail or words)]
    if block.label == "TRUSTED CERTIFICATE":
        der = element.raw  # OpenSSL's own remarks on trust stand after it
    kind = kind_of(element)
    if kind == "pkcs7":
        return _of_pkcs7(base, block, der)
    if base.kind == "pkcs7" and kind == "unknown":
        return [attrs.evolve(base, problem="damaged", detail="what it holds is no PKCS#7 structure")]
    if base.kind == "certificate" and kind == "unknown" and element.content[:1] != b"\x30":
        return [attrs.evolve(base, problem="damaged", detail="what it holds is no certificate")]  # and may be a secret
    if kind == base.kind or kind == "unknown" or base.kind not in ("certificate", "pkcs7"):
        return [attrs.evolve(base, der=der if base.kind == "certificate" else b"")]
    words = f"the block is called {block.label!r} and holds a {kind.replace('-', ' ')}"
    return [attrs.evolve(base, kind=kind, der=der if kind == "certificate" else b"", problem="mislabelled", detail=words)]


def _of_pkcs7(base: Item, block: _Block, der: bytes) -> list[Item]:
    try:
        found = list(read_pkcs7(der, line=block.line, offset=block.start, label=block.label))
    except (DerError, IndexError) as exc:
        words = exc.message if isinstance(exc, DerError) else "a PKCS#7 structure that is cut short"
        return [attrs.evolve(base, problem="damaged", detail=words)]
    return found or [attrs.evolve(base, problem="damaged", detail="a PKCS#7 structure without certificates")]
