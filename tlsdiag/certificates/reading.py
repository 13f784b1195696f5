"""From DER to `Certificate` (RFC 5280 section 4.1), part by part: a part that cannot be read becomes a `Problem` and the others stand.

    Certificate    ::= SEQUENCE { tbsCertificate, signatureAlgorithm AlgorithmIdentifier, signature BIT STRING }
    TBSCertificate ::= SEQUENCE { version [0] DEFAULT v1, serialNumber, signature AlgorithmIdentifier, issuer Name, validity, subject Name,
                                  subjectPublicKeyInfo, issuerUniqueID [1], subjectUniqueID [2], extensions [3] }

First the frame, then every field and every extension by itself, then what is not DER anywhere. All of it is bounded: a certificate of a megabyte
costs no more than a few milliseconds beyond an honest one.
"""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from . import oids
from .algorithms import algorithm_faults, signature_info
from .certificate import Certificate, Extension, Name, Problem
from .departures import Walk
from .der import BIT_STRING, BOOLEAN, GENERALIZED_TIME, INTEGER, OCTET_STRING, OID, SEQUENCE, TOO_MANY, DerError, Element, Purse, read_element
from .distinguished import read_name, read_name_der
from .extensions import MINOR, READERS
from .key_info import key_faults, key_info
from .remembering import remembered

__all__ = ["loads", "read_certificate", "read_name", "read_name_der"]

T = TypeVar("T")
_MAX_PROBLEMS = 50
_MAX_EXTENSIONS = 100
"""More than four times as many as any honest certificate has."""
_FOR_FIELDS, _FOR_SUBJECTS, _FOR_ALL_EXTENSIONS, _FOR_NAMES, _FOR_ONE_EXTENSION, _AT_LEAST = 2_000, 9_000, 12_000, 10_050, 3_000, 50
"""Elements that are read of the fields, of issuer and subject, of the extensions together, of one with names, of another, of one when nothing is left."""
_WITH_NAMES = frozenset({oids.SUBJECT_ALT_NAME, oids.NAME_CONSTRAINTS})
_MAX_SERIAL = 20


@remembered(1024)
def read_certificate(der: bytes) -> Certificate:
    """Read a certificate as far as it can be read. Never raises; problems are in the order of their offsets."""
    return _Reading(bytes(der)).run()


class _Reading:
    def __init__(self, der: bytes) -> None:
        self._der = der
        self._problems: list[Problem] = []
        self._found: dict[str, Any] = {}
        self._left = _FOR_ALL_EXTENSIONS

    def run(self) -> Certificate:
        outer = self._attempt("certificate-malformed", self._outer)
        if outer:
            self._attempt("certificate-malformed", self._tbs, outer[0])
            self._attempt("signature-malformed", self._signature, outer)
            self._departures(outer)
        problems = sorted(dict.fromkeys(self._problems), key=lambda problem: problem.offset)
        return Certificate(der=self._der, problems=tuple(problems), **self._found)

    def _problem(self, code: str, detail: str, offset: int = 0, extension: str = "") -> None:
        if len(self._problems) < _MAX_PROBLEMS:
            self._problems.append(Problem(code=code, detail=detail, offset=offset, extension=extension))

    def _attempt(self, code: str, read: Callable[..., T], *arguments: Any) -> T | None:
        """What a part reads as; None, and a problem of this code, when it cannot be read."""
        try:
            return read(*arguments)
        except DerError as exc:
            self._problem("too-many-elements" if exc.message == TOO_MANY else code, exc.message, exc.offset)
        except (IndexError, ValueError) as exc:
            offset = next((item.offset for item in arguments if isinstance(item, Element)), 0)
            self._problem(code, f"it ends too early or has an impossible value: {exc}", offset)
        return None

    def _keep(self, name: str, code: str, element: Element, read: Callable[[Element], Any]) -> None:
        value = self._attempt(code, read, element)
        if value is not None:
            self._found[name] = value

    def _outer(self) -> list[Element]:
        outer = read_element(self._der, purse=Purse(_FOR_FIELDS)).expect(SEQUENCE)
        if len(outer.raw) < len(self._der):
            self._problem("trailing-data", f"{len(self._der) - len(outer.raw)} bytes after the certificate", len(outer.raw))
        parts = outer.children()
        if not parts:
            raise DerError("an empty certificate", outer.offset)
        if len(parts) > 3:
            self._problem("trailing-data", "more than the signed part, the algorithm and the signature", parts[3].offset)
        return parts

    def _tbs(self, tbs: Element) -> None:
        self._found["tbs"] = tbs.expect(SEQUENCE).raw
        parts = tbs.children()
        self._found["version"] = 1
        if parts and parts[0].tag == 0xA0:
            self._attempt("version-malformed", self._version, parts.pop(0))
        if len(parts) < 6:
            raise DerError(f"the signed part has {len(parts)} of its 6 fields", tbs.offset)
        serial, inner, issuer, validity, subject, spki, *rest = parts
        self._keep("serial", "serial-malformed", serial, self._serial)
        self._keep("inner_signature_algorithm", "signature-malformed", inner, signature_info)
        self._found["issuer"], self._found["subject"] = Name(raw=issuer.raw), Name(raw=subject.raw)
        purse = Purse(_FOR_SUBJECTS)
        self._keep("issuer", "name-malformed", issuer._replace(purse=purse), read_name)
        self._keep("subject", "name-malformed", subject._replace(purse=purse), read_name)
        self._attempt("validity-malformed", self._validity, validity)
        self._found["spki"] = spki.raw
        self._keep("key", "key-malformed", spki, key_info)
        self._tell("key-parameters", key_faults(spki))
        self._rest(rest)

    def _version(self, element: Element) -> None:
        number = element.children()[0].integer()
        self._found["version"] = number + 1
        if number == 0:
            self._problem("default-encoded", "version 1 is written out", element.offset)
        elif number == 1:
            self._problem("version-2", "the certificate is of version 2", element.offset)
        elif number != 2:
            self._problem("version-malformed", f"the version is {number + 1}; there are 1, 2 and 3", element.offset)

    def _serial(self, element: Element) -> int:
        number = element.expect(INTEGER).integer()
        if number < 0:
            self._problem("serial-negative", f"the serial number is negative ({_short(number)}), which Go and other strict readers refuse", element.offset)
        elif number == 0:
            self._problem("serial-zero", "the serial number is zero", element.offset)
        if len(element.content) > _MAX_SERIAL + (element.content[0] == 0):
            self._problem("serial-too-long", f"the serial number has {len(element.content)} bytes; {_MAX_SERIAL} is the most", element.offset)
        return number

    def _validity(self, element: Element) -> None:
        parts = element.expect(SEQUENCE).children()
        for name, part in zip(("not_before", "not_after"), parts, strict=False):
            self._keep(name, "validity-malformed", part, Element.time)
            moment = self._found.get(name)
            if part.tag != GENERALIZED_TIME and len(part.content) == 11:
                self._problem("validity-without-seconds", "a date has no seconds; OpenSSL does not read it", part.offset)
            if moment is not None and (part.tag == GENERALIZED_TIME) is not (moment.year >= 2050):
                self._problem("validity-encoding", f"{moment:%Y-%m-%d} is written as GeneralizedTime; up to 2049 it has to be UTCTime", part.offset)
        if len(parts) != 2:
            raise DerError(f"a validity of {len(parts)} dates", element.offset)
        begins, ends = self._found.get("not_before"), self._found.get("not_after")
        if begins is not None and ends is not None and begins > ends:
            self._problem("validity-reversed", f"it ends ({ends:%Y-%m-%d}) before it begins ({begins:%Y-%m-%d})", element.offset)

    def _rest(self, parts: list[Element]) -> None:
        """What may follow the key, in its order: unique identifiers, extensions."""
        version, latest = self._found["version"], 0
        for part in parts:
            if part.tag not in (0x81, 0xA1, 0x82, 0xA2, 0xA3) or (part.tag & 0x1F) <= latest:
                self._problem("trailing-data", f"an element with tag 0x{part.tag:02x} at the end of the signed part", part.offset)
                continue
            latest = part.tag & 0x1F
            if version < (3 if part.tag == 0xA3 else 2):
                what = "extensions" if part.tag == 0xA3 else "a unique identifier"
                self._problem("version-too-old", f"it has {what}, and its version is {version}", part.offset)
            if part.tag == 0xA3:
                self._attempt("extensions-malformed", self._extensions, part)
            else:
                self._problem("unique-identifier", f"it has a {'issuer' if latest == 1 else 'subject'}UniqueID", part.offset)

    def _extensions(self, part: Element) -> None:
        found: dict[str, Extension] = {}
        lists = part.children()
        items = lists[0].expect(SEQUENCE)._replace(purse=None).children()
        if len(lists) > 1:
            self._problem("trailing-data", "something follows the list of extensions", lists[1].offset)
        if not items:
            self._problem("extensions-empty", "the list of extensions is empty", part.offset)
        if len(items) > _MAX_EXTENSIONS:
            self._problem("too-many-elements", f"{len(items)} extensions; {_MAX_EXTENSIONS} are looked at", items[_MAX_EXTENSIONS].offset)
        for item in items[:_MAX_EXTENSIONS]:
            extension = self._attempt("extension-malformed", self._extension, item._replace(purse=None))
            if extension is None:
                continue
            if extension.oid in found:
                self._problem("extension-duplicate", f"extension {_named(extension.oid)} comes twice", item.offset, extension.oid)
                continue
            found[extension.oid] = extension
            self._read(extension)
        self._found["extensions"] = tuple(found.values())

    def _extension(self, item: Element) -> Extension:
        parts = item.expect(SEQUENCE).children()
        oid = parts.pop(0).expect(OID).oid()
        critical = False
        if parts and parts[0].tag == BOOLEAN:
            critical = parts[0].content != b"\0"
            if not critical:
                self._problem("default-encoded", f"{_named(oid)}: critical FALSE is written out", parts[0].offset, oid)
            parts.pop(0)
        if not parts or parts[0].tag != OCTET_STRING:
            raise DerError(f"{_named(oid)} has no value", item.offset)
        if len(parts) > 1:
            self._problem("extension-malformed", f"{_named(oid)} has more than its value", parts[1].offset, oid)
        return Extension(oid=oid, critical=critical, value=parts[0].content, offset=parts[0].offset)

    def _read(self, extension: Extension) -> None:
        """Read the value of an extension that is known here."""
        oid = extension.oid
        reader = READERS.get(oid)
        if reader is None:
            return

        def note(code: str, detail: str, offset: int) -> None:
            harmless = oid in MINOR and code != "default-encoded"
            self._problem("extension-minor" if harmless else code, f"{_named(oid)}: {detail}", offset, oid)

        most = max(_AT_LEAST, min(_FOR_NAMES if oid in _WITH_NAMES else _FOR_ONE_EXTENSION, self._left))
        purse = Purse(most)
        try:
            value = read_element(extension.value, 0, extension.offset, purse)
            if len(value.raw) < len(extension.value):
                rest = len(extension.value) - len(value.raw)
                note("extension-trailing-data", f"{rest} bytes after its value", extension.offset + len(value.raw))
            self._found.update(reader(value, note))
        except DerError as exc:
            note("too-many-elements" if exc.message == TOO_MANY else "extension-malformed", exc.message, exc.offset)
        except (IndexError, ValueError) as exc:
            note("extension-malformed", f"it ends too early or has an impossible value: {exc}", extension.offset)
        self._left -= most - purse.left

    def _signature(self, outer: list[Element]) -> None:
        if len(outer) < 3:
            raise DerError("the signature is missing", outer[-1].offset if outer else 0)
        algorithm, signature = outer[1].expect(SEQUENCE), outer[2].expect(BIT_STRING)
        self._found["signature_parameters"] = algorithm.raw
        self._found["signature_algorithm"] = signature_info(algorithm)
        self._found["signature"] = signature.content[1:]
        if signature.content[:1] != b"\0":
            self._problem("signature-malformed", "the signature does not end with a whole byte", signature.offset)
        self._tell("signature-parameters", algorithm_faults(algorithm))
        if algorithm.raw != self._inner(outer[0]):
            self._problem("signature-algorithms-differ", "the signed part names another signature algorithm", algorithm.offset)

    @staticmethod
    def _inner(tbs: Element) -> bytes:
        """The algorithm that the signed part names, as it is encoded."""
        parts = [part for part in tbs.children()[:3] if part.tag != 0xA0]
        return parts[1].raw if len(parts) > 1 else b""

    def _tell(self, code: str, faults: Iterable[tuple[str, str, int]]) -> None:
        """Report what a generator of (code, words, offset) says; it may stop at an element that cannot be followed."""
        told: list[tuple[str, str, int]] = self._attempt(code, list, faults) or []
        for found in told:
            self._problem(*found)

    def _departures(self, outer: list[Element]) -> None:
        """What is not DER, in the frame and then in each extension that is known."""
        walk = Walk(self._der)
        found = itertools.islice(walk.over(0, len(self._der)), _MAX_PROBLEMS)
        for item in found:
            self._problem(item.code, item.detail, item.offset)
        for extension in self._found.get("extensions", ()):
            if extension.oid not in READERS:
                continue
            for item in itertools.islice(walk.over(extension.offset, extension.offset + len(extension.value)), _MAX_PROBLEMS):
                code = "extension-minor" if extension.oid in MINOR else item.code
                self._problem(code, f"{_named(extension.oid)}: {item.detail}", item.offset, extension.oid)
        if walk.left <= 0:
            self._problem("too-many-elements", "not every element was looked at")


def _named(oid: str) -> str:
    return oids.EXTENSIONS.get(oid, oid)


def _short(number: int) -> str:
    """A number that a hostile certificate may have made very long."""
    return str(number) if number.bit_length() <= 64 else f"{number.bit_length()} bits"


@remembered(1024)
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
