"""From DER to `Certificate` (RFC 5280 section 4.1), part by part: a part that cannot be read becomes a `Problem` and the others stand."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import attrs

from . import oids
from .certificate import Certificate, Extension, KeyInfo, Name, Problem, SignatureInfo
from .der import BIT_STRING, BOOLEAN, OCTET_STRING, SEQUENCE, SET, DerError, Element, read_element
from .extensions import READERS
from .signature import pss_hash

T = TypeVar("T")
_MAX_PROBLEMS = 50


@functools.lru_cache(maxsize=1024)
def read_certificate(der: bytes) -> Certificate:
    """Read a certificate as far as it can be read."""
    return _Reading(bytes(der)).run()


class _Reading:
    def __init__(self, der: bytes) -> None:
        self._der = der
        self._problems: list[Problem] = []
        self._found: dict[str, Any] = {}

    def run(self) -> Certificate:
        outer = self._attempt("certificate-malformed", self._outer)
        if outer is not None:
            self._attempt("certificate-malformed", lambda: self._tbs(outer[0]))
            self._attempt("signature-malformed", lambda: self._signature(outer))
            if self._found.get("spki") and not loads(self._der):
                self._problem("certificate-rejected", "a strict reader does not accept it")
            self._values()
        return Certificate(der=self._der, problems=tuple(self._problems), **self._found)

    def _problem(self, code: str, detail: str, offset: int = 0) -> None:
        if len(self._problems) < _MAX_PROBLEMS:
            self._problems.append(Problem(code=code, detail=detail, offset=offset))

    def _attempt(self, code: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except DerError as exc:
            self._problem(code, exc.message, exc.offset)
        except (IndexError, ValueError) as exc:
            self._problem(code, f"it ends too early or has an impossible value: {exc}")
        return None

    def _keep(self, name: str, code: str, read: Callable[[], Any]) -> None:
        value = self._attempt(code, read)
        if value is not None:
            self._found[name] = value

    def _outer(self) -> list[Element]:
        outer = read_element(self._der).expect(SEQUENCE)
        if len(outer.raw) < len(self._der):
            self._problem("trailing-data", f"{len(self._der) - len(outer.raw)} bytes after the certificate", len(outer.raw))
        return outer.children()

    def _tbs(self, tbs: Element) -> None:
        self._found["tbs"] = tbs.expect(SEQUENCE).raw
        parts = tbs.children()
        if parts[0].tag == 0xA0:
            version = parts.pop(0).children()[0]
            self._keep("version", "version-malformed", lambda: version.integer() + 1)
        else:
            self._found["version"] = 1
        serial, _, issuer, validity, subject, spki, *rest = parts
        self._keep("serial", "serial-malformed", serial.integer)
        self._keep("issuer", "name-malformed", lambda: read_name(issuer))
        self._keep("subject", "name-malformed", lambda: read_name(subject))
        self._keep("not_before", "validity-malformed", lambda: validity.expect(SEQUENCE).children()[0].time())
        self._keep("not_after", "validity-malformed", lambda: validity.children()[1].time())
        self._found["spki"] = spki.expect(SEQUENCE).raw
        self._keep("key", "key-malformed", lambda: _key(spki))
        for part in rest:
            if part.tag == 0xA3:
                self._attempt("extensions-malformed", lambda part=part: self._extensions(part))  # type: ignore[misc]

    def _extensions(self, part: Element) -> None:
        found: list[Extension] = []
        for item in part.children()[0].children():
            extension = self._attempt("extension-malformed", lambda item=item: _extension(item))  # type: ignore[misc]
            if extension is None:
                continue
            if any(known.oid == extension.oid for known in found):
                self._problem("extension-duplicate", f"extension {extension.oid} comes twice", item.offset)
                continue
            found.append(extension)
            if reader := READERS.get(extension.oid):
                facts = self._attempt("extension-malformed", lambda reader=reader, value=extension.value: reader(value))  # type: ignore[misc]
                self._found.update(facts or {})
        self._found["extensions"] = tuple(found)

    def _values(self) -> None:
        """What can be read and makes no sense."""
        serial, begins, ends = (self._found.get(name) for name in ("serial", "not_before", "not_after"))
        if serial is not None and serial < 0:
            self._problem("serial-negative", f"the serial number is negative ({serial}), which Go and other strict readers refuse")
        if begins is not None and ends is not None and begins > ends:
            self._problem("validity-reversed", f"it ends ({ends:%Y-%m-%d}) before it begins ({begins:%Y-%m-%d})")

    def _signature(self, outer: list[Element]) -> None:
        algorithm = outer[1].expect(SEQUENCE)
        parts = algorithm.children()
        oid = parts[0].oid()
        known = oids.SIGNATURES.get(oid)
        hash_name = known.hash if known else None
        if oid == "1.2.840.113549.1.1.10":
            hash_name = pss_hash(algorithm.raw)
        self._found["signature_parameters"] = algorithm.raw
        self._found["signature_algorithm"] = SignatureInfo(oid=oid, name=known.name if known else oid, hash=hash_name)
        self._found["signature"] = outer[2].expect(BIT_STRING).content[1:]
        inner = Element(SEQUENCE, self._found.get("tbs", b""), b"", 0)
        if algorithm.raw not in inner.content:
            self._problem("signature-algorithms-differ", "the signed part names another signature algorithm", algorithm.offset)


def read_name(element: Element) -> Name:
    """A Name (RFC 5280 section 4.1.2.4)."""
    found = []
    for group in element.expect(SEQUENCE).children():
        for pair in group.expect(SET).children():
            kind, value, *_ = pair.expect(SEQUENCE).children()
            found.append((kind.oid(), value.text()))
    return Name(raw=element.raw, attributes=tuple(found))


def read_name_der(der: bytes) -> Name:
    """A Name from its DER, as in CertificateRequest; an unreadable one keeps its bytes and has no attributes."""
    try:
        return read_name(read_element(der))
    except (DerError, ValueError):
        return Name(raw=der)


def _extension(item: Element) -> Extension:
    oid, *rest = item.expect(SEQUENCE).children()
    critical = bool(rest) and rest[0].tag == BOOLEAN and rest.pop(0).content != b"\0"
    return Extension(oid=oid.oid(), critical=critical, value=rest[0].expect(OCTET_STRING).content)


def _key(spki: Element) -> KeyInfo:
    algorithm, bits = spki.children()
    parts = algorithm.expect(SEQUENCE).children()
    kind, size = oids.KEYS.get(parts[0].oid(), (parts[0].oid(), None))
    info = KeyInfo(kind=kind, bits=size)
    if kind == "RSA":
        modulus, exponent, *_ = read_element(bits.expect(BIT_STRING).content, 1, bits.offset).children()
        return attrs.evolve(info, bits=modulus.integer().bit_length(), exponent=exponent.integer())
    if kind == "EC":
        curve, size = oids.CURVES.get(parts[1].oid(), (parts[1].oid(), None)) if parts[1].tag == 6 else ("explicit", None)
        return attrs.evolve(info, curve=curve, bits=size)
    if kind == "DSA" and len(parts) > 1:
        return attrs.evolve(info, bits=parts[1].children()[0].integer().bit_length())
    return info


@functools.lru_cache(maxsize=1024)
def loads(der: bytes) -> bool:
    """Whether `cryptography` takes a certificate with its key and its extensions."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it only grumbles about, it takes
            certificate = x509.load_der_x509_certificate(der)
            _ = certificate.subject, certificate.issuer, certificate.extensions
            certificate.public_key()
    except UnsupportedAlgorithm:
        return True  # well formed, only unknown to the library
    except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False
    return True
