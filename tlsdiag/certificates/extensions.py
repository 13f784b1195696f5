"""The extensions that a diagnosis reads (RFC 5280 section 4.2): from the value's DER to the facts of a `Certificate`."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from . import oids
from .der import BIT_STRING, BOOLEAN, SEQUENCE, DerError, Element, read_element

_KEY_USAGES = (
    "digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
    "encipherOnly", "decipherOnly",
)  # fmt: skip
_URI, _DNS, _IP = 0x86, 0x82, 0x87


def _subject_alt_name(value: bytes) -> dict[str, Any]:
    dns, addresses, others = [], [], []
    for name in read_element(value).expect(SEQUENCE).children():
        if name.tag == _DNS:
            dns.append(name.content.decode("ascii", "backslashreplace"))
        elif name.tag == _IP:
            addresses.append(_address(name))
        else:
            others.append(name.content.decode("utf-8", "backslashreplace") if name.tag in (0x81, _URI) else f"tag 0x{name.tag:02x}")
    return {"dns_names": tuple(dns), "ip_addresses": tuple(addresses), "other_names": tuple(others)}


def _address(name: Element) -> str:
    try:
        return str(ipaddress.ip_address(name.content))
    except ValueError:
        raise DerError(f"an iPAddress of {len(name.content)} bytes", name.offset) from None


def _basic_constraints(value: bytes) -> dict[str, Any]:
    parts = read_element(value).expect(SEQUENCE).children()
    is_ca = bool(parts) and parts[0].tag == BOOLEAN and parts.pop(0).content != b"\0"
    return {"is_ca": is_ca, "path_length": parts[0].integer() if parts else None}


def _key_usage(value: bytes) -> dict[str, Any]:
    content = read_element(value).expect(BIT_STRING).content[1:]
    bits = int.from_bytes(content, "big")
    width = 8 * len(content)
    found = (name for number, name in enumerate(_KEY_USAGES) if number < width and bits >> (width - 1 - number) & 1)
    return {"key_usage": frozenset(found)}


def _extended_key_usage(value: bytes) -> dict[str, Any]:
    return {"extended_key_usage": tuple(item.oid() for item in read_element(value).expect(SEQUENCE).children())}


def _subject_key_id(value: bytes) -> dict[str, Any]:
    return {"subject_key_id": read_element(value).content}


def _authority_key_id(value: bytes) -> dict[str, Any]:
    parts = read_element(value).expect(SEQUENCE).children()
    return {"authority_key_id": next((part.content for part in parts if part.tag == 0x80), None)}


def _authority_information(value: bytes) -> dict[str, Any]:
    found: dict[str, list[str]] = {oids.OCSP: [], oids.CA_ISSUERS: []}
    for item in read_element(value).expect(SEQUENCE).children():
        method, location = item.children()
        if location.tag == _URI and method.oid() in found:
            found[method.oid()].append(_url(location))
    return {"ocsp_urls": tuple(found[oids.OCSP]), "ca_issuers": tuple(found[oids.CA_ISSUERS])}


def _crl_points(value: bytes) -> dict[str, Any]:
    urls: list[str] = []
    for point in read_element(value).expect(SEQUENCE).children():
        for part in point.children():
            if part.tag == 0xA0:
                urls += [_url(name) for full in part.children() if full.tag == 0xA0 for name in full.children() if name.tag == _URI]
    return {"crl_urls": tuple(urls)}


def _url(name: Element) -> str:
    return name.content.decode("ascii", "backslashreplace")


READERS: dict[str, Callable[[bytes], dict[str, Any]]] = {
    oids.SUBJECT_ALT_NAME: _subject_alt_name,
    oids.BASIC_CONSTRAINTS: _basic_constraints,
    oids.KEY_USAGE: _key_usage,
    oids.EXTENDED_KEY_USAGE: _extended_key_usage,
    oids.SUBJECT_KEY_IDENTIFIER: _subject_key_id,
    oids.AUTHORITY_KEY_IDENTIFIER: _authority_key_id,
    oids.AUTHORITY_INFORMATION: _authority_information,
    oids.CRL_POINTS: _crl_points,
}
