"""The extensions that are read (RFC 5280 section 4.2, RFC 6960, RFC 6962, RFC 7633): from a value's DER to the facts of a `Certificate`.

A reader gets the outermost element of the value and a `Note` for what is wrong; it gives back what it could read. One bad item does not cost the
others; `DerError` ends an extension whose frame is lost. Facts only: what they mean for a path or a name is judged elsewhere.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from typing import Any

from . import oids
from .certificate import AuthorityKeyIdentifier, GeneralName
from .der import BIT_STRING, BOOLEAN, GENERALIZED_TIME, NULL, OCTET_STRING, SEQUENCE, SET, DerError, Element
from .general_names import KINDS, fault, general_name, is_mailbox

Note = Callable[[str, str, int], None]
"""Takes a code, the words and the offset of a problem."""
Facts = dict[str, Any]
Reader = Callable[[Element, Note], Facts]

_KEY_USAGES = (
    "digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
    "encipherOnly", "decipherOnly",
)  # fmt: skip
_URI = 0x86
_NO_DOMAIN = re.compile(rb"[ *]|\.\.|\.$")


def _general_names(items: Iterable[Element], note: Note) -> list[GeneralName]:
    found = []
    for item in items:
        try:
            name = general_name(item)
        except DerError as exc:
            note("extension-malformed", exc.message, exc.offset)
            continue
        if wrong := fault(name):
            note(*wrong, item.offset)
        found.append(name)
    return found


def _subject_alt_name(value: Element, note: Note) -> Facts:
    names = _general_names(_some(value, note), note)
    others = (name.text for name in names if name.kind not in ("dNSName", "iPAddress"))
    return {
        "general_names": tuple(names),
        "dns_names": tuple(name.text for name in names if name.kind == "dNSName"),
        "ip_addresses": tuple(name.text for name in names if name.kind == "iPAddress" and len(name.value) in (4, 16)),
        "other_names": tuple(others),
    }


def _issuer_alt_name(value: Element, note: Note) -> Facts:
    _general_names(_some(value, note), note)
    return {}


def _some(value: Element, note: Note) -> list[Element]:
    """The items of a SEQUENCE OF that must not be empty."""
    items = value.expect(SEQUENCE).children(partial=True)
    if not items:
        note("extension-empty", "it is empty", value.offset)
    elif sum(len(item.raw) for item in items) < len(value.content):
        note("too-many-elements", f"the first {len(items)} are looked at", value.offset)
    return items


def _basic_constraints(value: Element, note: Note) -> Facts:
    parts = value.expect(SEQUENCE).children()
    is_ca, length = False, None
    if parts and parts[0].tag == BOOLEAN:
        is_ca = parts[0].content != b"\0"
        if not is_ca:
            note("default-encoded", "cA FALSE is written out", parts[0].offset)
        parts.pop(0)
    if parts:
        length = parts[0].integer()
        if length < 0:
            note("extension-malformed", f"a path length of {length}", parts[0].offset)
            length = None
        elif not is_ca:
            note("constraints-inconsistent", f"a path length ({length}) without cA TRUE", parts[0].offset)
    if len(parts) > 1:
        note("extension-malformed", "more than cA and a path length", parts[1].offset)
    return {"is_ca": is_ca, "path_length": length}


def _key_usage(value: Element, note: Note) -> Facts:
    content = value.expect(BIT_STRING).content[1:3]
    bits, width = int.from_bytes(content, "big"), 8 * len(content)
    if not bits:
        note("usage-empty", "no bit is set", value.offset)
    found = (name for number, name in enumerate(_KEY_USAGES) if number < width and bits >> (width - 1 - number) & 1)
    return {"key_usage": frozenset(found)}


def _extended_key_usage(value: Element, note: Note) -> Facts:
    return {"extended_key_usage": tuple(item.oid() for item in _some(value, note))}


def _subject_key_id(value: Element, note: Note) -> Facts:
    if not value.expect(OCTET_STRING).content:
        note("extension-empty", "an empty identifier", value.offset)
    return {"subject_key_id": value.content}


def _authority_key_id(value: Element, note: Note) -> Facts:
    parts = {part.tag: part for part in value.expect(SEQUENCE).children()}
    key, issuer, serial = parts.get(0x80), parts.get(0xA1), parts.get(0x82)
    if (issuer is None) is not (serial is None):
        detail = "the issuer's serial number is missing" if serial is None else "the serial number is there without the issuer's name"
        note("authority-key-incomplete", detail, value.offset)
    if odd := set(parts) - {0x80, 0xA1, 0x82}:
        note("extension-malformed", f"an element with tag 0x{min(odd):02x}", parts[min(odd)].offset)
    found = AuthorityKeyIdentifier(
        key_id=key.content if key else None,
        issuer=tuple(_general_names(issuer.children(), note)) if issuer else (),
        serial=int.from_bytes(serial.content, "big", signed=True) if serial else None,
    )
    return {"authority_key_id": found.key_id, "authority_key": found}


def _accesses(value: Element, note: Note) -> list[tuple[str, Element]]:
    """AccessDescription ::= SEQUENCE { accessMethod OBJECT IDENTIFIER, accessLocation GeneralName }"""
    found = []
    for item in _some(value, note):
        parts = item.expect(SEQUENCE).children()
        if len(parts) != 2 or parts[1].tag not in KINDS:
            note("extension-malformed", "an access description that is no pair of a method and a GeneralName", item.offset)
            continue
        found.append((parts[0].oid(), parts[1]))
    return found


def _authority_information(value: Element, note: Note) -> Facts:
    found = _accesses(value, note)
    urls = {method: tuple(_url(place) for kind, place in found if kind == method and place.tag == _URI) for method in (oids.OCSP, oids.CA_ISSUERS)}
    return {"ocsp_urls": urls[oids.OCSP], "ca_issuers": urls[oids.CA_ISSUERS]}


def _subject_information(value: Element, note: Note) -> Facts:
    _accesses(value, note)
    return {}


def _crl_points(value: Element, note: Note) -> Facts:
    """DistributionPoint ::= SEQUENCE { distributionPoint [0] CHOICE { fullName [0], relative [1] } OPTIONAL, reasons [1], cRLIssuer [2] }"""
    urls: list[str] = []
    for point in _some(value, note):
        parts = {part.tag: part for part in point.expect(SEQUENCE).children()}
        if set(parts) - {0xA0, 0x81, 0xA2} or not set(parts) & {0xA0, 0xA2}:
            note("extension-malformed", "a distribution point with neither a name nor an issuer, or with something else", point.offset)
        for full in parts[0xA0].children() if 0xA0 in parts else ():
            if full.tag == 0xA0:
                urls += [_url(name) for name in full.children() if name.tag == _URI]
    return {"crl_urls": tuple(urls)}


def _freshest(value: Element, note: Note) -> Facts:
    _crl_points(value, note)
    return {}


def _url(name: Element) -> str:
    return name.content.decode("ascii", "backslashreplace")


def _policies(value: Element, note: Note) -> Facts:
    """PolicyInformation ::= SEQUENCE { policyIdentifier OBJECT IDENTIFIER, policyQualifiers SEQUENCE OF ... OPTIONAL }"""
    found: dict[str, None] = {}
    for item in _some(value, note):
        parts = item.expect(SEQUENCE).children()
        if not parts or len(parts) > 2:
            note("extension-malformed", "a policy without its identifier, or with more than its qualifiers", item.offset)
            continue
        oid = parts[0].oid()
        if oid in found:
            note("policy-duplicate", f"the policy {oid} comes twice", item.offset)
        if len(parts) == 2:
            _qualifiers(parts[1], note)
        found[oid] = None
    return {"policies": tuple(found)}


def _qualifiers(value: Element, note: Note) -> None:
    for item in _some(value, note):
        parts = item.expect(SEQUENCE).children()
        if len(parts) != 2:
            note("extension-malformed", "a policy qualifier that is no pair", item.offset)
            continue
        parts[0].oid()


def _policy_mappings(value: Element, note: Note) -> Facts:
    for item in _some(value, note):
        parts = item.expect(SEQUENCE).children()
        if len(parts) != 2:
            note("extension-malformed", "a policy mapping that is no pair", item.offset)
            continue
        if oids.ANY_POLICY in (parts[0].oid(), parts[1].oid()):
            note("policy-mapping-any", "anyPolicy is mapped, which RFC 5280 section 4.2.1.5 forbids", item.offset)
    return {}


def _policy_constraints(value: Element, note: Note) -> Facts:
    for part in _some(value, note):
        if part.tag not in (0x80, 0x81) or not part.content or part.content[0] & 0x80:
            note("extension-malformed", "a limit that is neither [0] nor [1], or no number from zero up", part.offset)
    return {}


def _inhibit_any_policy(value: Element, note: Note) -> Facts:
    if value.integer() < 0:
        note("extension-malformed", "a negative number of certificates", value.offset)
    return {}


def _name_constraints(value: Element, note: Note) -> Facts:
    for part in _some(value, note):
        if part.tag not in (0xA0, 0xA1):
            note("extension-malformed", f"an element with tag 0x{part.tag:02x}", part.offset)
            continue
        trees = part.children()
        if not trees:
            note("extension-empty", f"{'permitted' if part.tag == 0xA0 else 'excluded'}Subtrees are there and empty", part.offset)
        for tree in trees:
            _subtree(tree, note)
    return {}


def _subtree(tree: Element, note: Note) -> None:
    """GeneralSubtree ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }"""
    parts = tree.expect(SEQUENCE).children()
    if not parts or parts[0].tag not in KINDS:
        note("extension-malformed", "a subtree without a GeneralName", tree.offset)
        return
    if reason := _bad_base(parts[0]):
        note("name-constraints-malformed", reason, parts[0].offset)
    for part in parts[1:]:
        if part.tag == 0x80 and not part.content.strip(b"\0"):
            note("default-encoded", "a minimum of 0 is written out", part.offset)
        else:
            note("name-constraints-malformed", "a subtree with a minimum or a maximum", part.offset)


def _bad_base(base: Element) -> str:
    """Why the base of a subtree makes no sense; "" for a good one."""
    kind, content = KINDS[base.tag], base.content
    if kind == "iPAddress":
        if len(content) not in (8, 32):
            return f"an iPAddress of {len(content)} bytes, where address and mask take 8 or 32"
        half = len(content) // 2
        mask = int.from_bytes(content[half:], "big")
        gaps = ~mask & (1 << 8 * half) - 1
        return f"the mask {ipaddress.ip_address(content[half:])} has gaps" if gaps & (gaps + 1) else ""
    if kind in ("dNSName", "rfc822Name", "uniformResourceIdentifier"):
        mailbox = kind == "rfc822Name" and b"@" in content
        if not content.isascii() or (not mailbox and _NO_DOMAIN.search(content)):
            return f"the {kind} {_shown(content)} is no domain"
        if mailbox and not is_mailbox(content):
            return f"the rfc822Name {_shown(content)} is no mailbox"
    return ""


def _shown(content: bytes) -> str:
    return content[:60].decode("ascii", "backslashreplace")


def _private_key_period(value: Element, note: Note) -> Facts:
    for part in _some(value, note):
        if part.tag not in (0x80, 0x81):
            raise DerError(f"an element with tag 0x{part.tag:02x}", part.offset)
        Element(GENERALIZED_TIME, part.content, part.raw, part.offset).time()
    return {}


def _directory_attributes(value: Element, note: Note) -> Facts:
    for item in _some(value, note):
        kind, values = [*item.expect(SEQUENCE).children(), *[None] * 2][:2]
        if kind is None or values is None:
            raise DerError("an attribute without its values", item.offset)
        kind.oid(), values.expect(SET)
    return {}


def _tls_features(value: Element, note: Note) -> Facts:
    return {"tls_features": tuple(item.integer() for item in _some(value, note))}


def _sct_list(value: Element, note: Note) -> Facts:
    """SignedCertificateTimestampList: 16-bit lengths, of the list and of each SCT (RFC 6962 section 3.3)."""
    data = value.expect(OCTET_STRING).content
    found: list[bytes] = []
    at = 2
    if data == b"\0\0":
        note("extension-empty", "no SCT", value.offset)
    elif len(data) < 2 or int.from_bytes(data[:2], "big") != len(data) - 2:
        note("extension-malformed", "a list of SCTs whose length is not that of its bytes", value.offset)
    while at < len(data):
        size = int.from_bytes(data[at : at + 2], "big")
        item = data[at + 2 : at + 2 + size]
        if not size or len(item) != size:
            note("extension-malformed", "an SCT that is cut short", value.offset + at)
            break
        found.append(item)
        at += 2 + size
    return {"sct_list": tuple(found)}


def _poison(value: Element, note: Note) -> Facts:
    _no_value(value, note)
    return {"is_precertificate": True}


def _no_value(value: Element, note: Note) -> Facts:
    if value.tag != NULL:
        note("extension-malformed", "a value where NULL should be", value.offset)
    return {}


def _bits(value: Element, note: Note) -> Facts:
    value.expect(BIT_STRING)
    return {}


def _ia5(value: Element, note: Note) -> Facts:
    value.expect(0x16)
    return {}


READERS: dict[str, Reader] = {
    oids.SUBJECT_ALT_NAME: _subject_alt_name,
    oids.BASIC_CONSTRAINTS: _basic_constraints,
    oids.KEY_USAGE: _key_usage,
    oids.EXTENDED_KEY_USAGE: _extended_key_usage,
    oids.SUBJECT_KEY_IDENTIFIER: _subject_key_id,
    oids.AUTHORITY_KEY_IDENTIFIER: _authority_key_id,
    oids.AUTHORITY_INFORMATION: _authority_information,
    oids.CRL_POINTS: _crl_points,
    oids.POLICIES: _policies,
    oids.POLICY_MAPPINGS: _policy_mappings,
    oids.POLICY_CONSTRAINTS: _policy_constraints,
    oids.INHIBIT_ANY_POLICY: _inhibit_any_policy,
    oids.NAME_CONSTRAINTS: _name_constraints,
    oids.TLS_FEATURE: _tls_features,
    oids.SCT_LIST: _sct_list,
    oids.CT_POISON: _poison,
    oids.OCSP_NO_CHECK: _no_value,
    oids.ISSUER_ALT_NAME: _issuer_alt_name,
    oids.SUBJECT_INFORMATION: _subject_information,
    oids.FRESHEST_CRL: _freshest,
    oids.PRIVATE_KEY_USAGE_PERIOD: _private_key_period,
    oids.SUBJECT_DIRECTORY_ATTRIBUTES: _directory_attributes,
    oids.NETSCAPE_CERT_TYPE: _bits,
    **dict.fromkeys(oids.NETSCAPE_TEXTS, _ia5),
}
MINOR = frozenset({
    oids.ISSUER_ALT_NAME, oids.SUBJECT_INFORMATION, oids.FRESHEST_CRL, oids.PRIVATE_KEY_USAGE_PERIOD, oids.SUBJECT_DIRECTORY_ATTRIBUTES,
    oids.OCSP_NO_CHECK, *oids.NETSCAPE_TEXTS,
})  # fmt: skip
"""Extensions that no client's decision about a server hangs on: what is wrong in them is a remark."""
