"""Certificate revocation lists as facts (RFC 5280 section 5). `read_crl` never raises, and makes no object of an entry: a list may have a hundred thousand.

    CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signature BIT STRING }
    TBSCertList ::= SEQUENCE { version OPTIONAL, signature, issuer, thisUpdate, nextUpdate OPTIONAL,
        revokedCertificates SEQUENCE OF SEQUENCE { userCertificate INTEGER, revocationDate, crlEntryExtensions OPTIONAL } OPTIONAL,
        crlExtensions [0] OPTIONAL }
"""

from __future__ import annotations

import base64
import binascii
import re
from datetime import datetime
from typing import Any

import attrs

from ..certificate import Extension, Name
from ..der import GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME, DerError, Element, read_element, read_header
from ..reading import read_name_der
from .fields import Signed, extension_value, read_extensions, read_signed, reason_of

NUMBER, DELTA, SCOPE, AUTHORITY_KEY = "2.5.29.20", "2.5.29.27", "2.5.29.28", "2.5.29.35"
FRESHEST = "2.5.29.46"
REASON, INVALIDITY, ENTRY_ISSUER = "2.5.29.21", "2.5.29.24", "2.5.29.29"
_ENTRY_ISSUER = bytes.fromhex("0603551d1d")
_PEM = re.compile(rb"-----BEGIN X509 CRL-----(.*?)-----END X509 CRL-----", re.DOTALL)


@attrs.frozen(kw_only=True)
class ListScope:
    """IssuingDistributionPoint (RFC 5280 section 5.2.5): what a list covers. `urls` are where it is published."""

    urls: tuple[str, ...] = ()
    users_only: bool = False
    authorities_only: bool = False
    attributes_only: bool = False
    some_reasons: bool = False
    indirect: bool = False


@attrs.frozen(kw_only=True)
class RevokedEntry:
    """One entry. `invalid_since` is the invalidityDate; `issuer` is named in indirect lists only."""

    serial: int
    revoked_at: datetime | None = None
    reason: str | None = None
    invalid_since: datetime | None = None
    extensions: tuple[Extension, ...] = ()


@attrs.frozen(kw_only=True)
class RevocationList:
    """A CRL. `delta_base` is the number of the list that it changes, where it is a delta; `entries` is the raw content of revokedCertificates.

    `delta_urls` are where its changes are published (freshestCRL).
    """

    problem: str = ""
    version: int = 1
    issuer: Name = attrs.field(factory=Name)
    this_update: datetime | None = None
    next_update: datetime | None = None
    number: int | None = None
    delta_base: int | None = None
    scope: ListScope | None = None
    authority_key: bytes | None = None
    delta_urls: tuple[str, ...] = ()
    extensions: tuple[Extension, ...] = attrs.field(default=(), repr=False)
    signed: Signed = attrs.field(factory=Signed)
    entries: bytes = attrs.field(default=b"", repr=False)
    size: int = 0

    @property
    def is_indirect(self) -> bool:
        """Whether it may have entries of other authorities."""
        return self.scope is not None and self.scope.indirect

    def count(self) -> int | None:
        """How many entries there are; None where they are damaged."""
        at, count, end = 0, 0, len(self.entries)
        try:
            while at < end:
                at = read_header(self.entries, at, end).end
                count += 1
        except DerError:
            return None
        return count

    def find(self, serial: int, issuer: bytes | None = None) -> RevokedEntry | None:
        """The last entry for a serial number of `issuer` (the DER of its name; None: the list's own); DerError where the entries are damaged."""
        wanted = serial.to_bytes(serial.bit_length() // 8 + 1, "big", signed=True)
        if wanted.lstrip(b"\0") not in self.entries:
            return None
        own = issuer is None or issuer == self.issuer.raw
        if self.is_indirect:
            found = _find_of_issuer(self.entries, wanted, issuer or self.issuer.raw, self.issuer.raw)
        else:
            found = _find(self.entries, wanted) if own else None
        return _entry(read_element(found)) if found is not None else None


def _find(data: bytes, wanted: bytes) -> bytes | None:
    """The raw entry whose userCertificate has this content."""
    at, end, found = 0, len(data), None
    head = bytes((INTEGER, len(wanted))) + wanted
    while at < end:
        _, start, _, following, _ = read_header(data, at, end)
        if data.startswith(head, start):
            found = data[at:following]
        at = following
    return found


def _find_of_issuer(data: bytes, wanted: bytes, issuer: bytes, own: bytes) -> bytes | None:
    """The same in an indirect list: an entry is of the issuer that it or one before it names (RFC 5280 section 5.3.3)."""
    at, end, found, current = 0, len(data), None, own
    head = bytes((INTEGER, len(wanted))) + wanted
    while at < end:
        _, start, _, following, _ = read_header(data, at, end)
        if data.find(_ENTRY_ISSUER, start, following) >= 0:
            current = _entry_issuer(read_element(data[at:following])) or current
        if current == issuer and data.startswith(head, start):
            found = data[at:following]
        at = following
    return found


def _entry_issuer(entry: Element) -> bytes | None:
    """The directoryName in certificateIssuer, DER."""
    parts = entry.children()
    value = extension_value(read_extensions(parts[2]), ENTRY_ISSUER) if len(parts) > 2 else None
    names = read_element(value).expect(SEQUENCE).children() if value is not None else []
    return next((name.content for name in names if name.tag == 0xA4), None)


def _entry(element: Element) -> RevokedEntry:
    serial, revoked_at, *rest = element.expect(SEQUENCE).children()
    extensions = read_extensions(rest[0]) if rest else ()
    reason, invalidity = extension_value(extensions, REASON), extension_value(extensions, INVALIDITY)
    return RevokedEntry(
        serial=serial.integer(),
        revoked_at=revoked_at.time(),
        reason=reason_of(int.from_bytes(read_element(reason).expect(0x0A).content[:4], "big")) if reason is not None else None,
        invalid_since=read_element(invalidity).time() if invalidity is not None else None,
        extensions=extensions,
    )


def read_crl(data: bytes) -> RevocationList:
    """Read a list, DER or PEM, as far as it can be read."""
    found: dict[str, Any] = {"size": len(data)}
    try:
        _outer(read_element(_from_pem(bytes(data))), found)
    except DerError as exc:
        found["problem"] = str(exc)
    except (IndexError, ValueError) as exc:
        found["problem"] = f"it ends too early or has an impossible value: {exc}"
    return RevocationList(**found)


def _from_pem(data: bytes) -> bytes:
    block = _PEM.search(data) if data[:1] != b"\x30" else None
    if block is None:
        return data
    try:
        return base64.b64decode(block[1])
    except binascii.Error as exc:
        raise DerError(f"damaged PEM: {exc}", 0) from None


def _outer(element: Element, found: dict[str, Any]) -> None:
    tbs, algorithm, signature, *_ = element.expect(SEQUENCE).children()
    found["signed"] = read_signed(tbs, algorithm, signature)
    parts = tbs.children()
    if parts[0].tag == INTEGER:
        found["version"] = parts.pop(0).integer() + 1
    _, issuer, this_update, *rest = parts
    found["issuer"] = read_name_der(issuer.expect(SEQUENCE).raw)
    found["this_update"] = this_update.time()
    if rest and rest[0].tag in (UTC_TIME, GENERALIZED_TIME):
        found["next_update"] = rest.pop(0).time()
    if rest and rest[0].tag == SEQUENCE:
        found["entries"] = rest.pop(0).content
    if rest and rest[0].tag == 0xA0:
        found["extensions"] = read_extensions(rest[0].children()[0])
        _extensions(found["extensions"], found)


def _extensions(extensions: tuple[Extension, ...], found: dict[str, Any]) -> None:
    for oid, name in ((NUMBER, "number"), (DELTA, "delta_base")):
        if (value := extension_value(extensions, oid)) is not None:
            found[name] = read_element(value).integer()
    if (value := extension_value(extensions, SCOPE)) is not None:
        found["scope"] = _scope(read_element(value).expect(SEQUENCE).children())
    if (value := extension_value(extensions, AUTHORITY_KEY)) is not None:
        parts = read_element(value).expect(SEQUENCE).children()
        found["authority_key"] = next((part.content for part in parts if part.tag == 0x80), None)
    if (value := extension_value(extensions, FRESHEST)) is not None:
        points = read_element(value).expect(SEQUENCE).children()
        found["delta_urls"] = tuple(url for point in points for part in point.children() if part.tag == 0xA0 for url in point_urls(part))


def _scope(parts: list[Element]) -> ListScope:
    flags = {part.tag: part.content not in (b"", b"\0") for part in parts if part.tag in (0x81, 0x82, 0x84, 0x85)}
    return ListScope(
        urls=tuple(url for part in parts if part.tag == 0xA0 for url in point_urls(part)),
        users_only=flags.get(0x81, False),
        authorities_only=flags.get(0x82, False),
        some_reasons=any(part.tag == 0x83 for part in parts),
        indirect=flags.get(0x84, False),
        attributes_only=flags.get(0x85, False),
    )


def point_urls(point: Element) -> list[str]:
    """The URLs of a DistributionPointName in its explicit tag (RFC 5280 section 4.2.1.13)."""
    full = (name for name in point.children() if name.tag == 0xA0)
    return [name.content.decode("ascii", "backslashreplace") for names in full for name in names.children() if name.tag == 0x86]
