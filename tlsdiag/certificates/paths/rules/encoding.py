"""What the bytes of a certificate break: every problem that reading found, by whom it disturbs (`problems`)."""

from __future__ import annotations

from collections.abc import Iterator

from ... import oids
from ...certificate import Certificate, Problem
from ...der import DerError, read_header
from ...problems import OPENSSL_READS, Grade
from ..judging import Broken, Judged
from ..profiles import TABLE

_OWN = {
    "extension-duplicate": "duplicate-extension",
    "signature-algorithms-differ": "signature-algorithms-differ",
    "serial-negative": "serial-negative",
    "serial-zero": "serial-zero",
    "serial-too-long": "serial-too-long",
    "version-too-old": "old-version:extensions",
    "validity-encoding": "malformed:time",
}
"""Problems that are rules of their own."""
_ELSEWHERE = frozenset({"constraints-inconsistent", "general-name-odd", "authority-key-incomplete", "name-constraints-malformed"})
"""Problems that another rule tells better."""

_HOW = {"extension-malformed": ":unreadable", "extension-empty": ":empty"}
_BY_EXTENSION = {
    ("extension-malformed", oids.KEY_USAGE): ":usage",
    ("extension-malformed", oids.EXTENDED_KEY_USAGE): ":purposes",
    ("extension-malformed", oids.BASIC_CONSTRAINTS): ":basic",
    ("extension-malformed", oids.AUTHORITY_KEY_IDENTIFIER): ":authority-key",
    ("extension-malformed", oids.POLICIES): ":policies",
    ("usage-empty", oids.KEY_USAGE): ":empty",
    ("extension-empty", oids.EXTENDED_KEY_USAGE): ":empty-list",
    ("extension-empty", oids.POLICIES): ":empty-list",
    ("encoding-not-der", oids.BASIC_CONSTRAINTS): ":basic-not-der",
}
_OF_BYTES = {"version-malformed": "version", "signature-parameters": "parameters", "validity-without-seconds": "seconds"}


def rule(judged: Judged) -> Iterator[Broken]:
    """The problems of every certificate, and versions that are too old."""
    for depth, item in enumerate(judged.chain):
        for problem in item.problems:
            code = _code(problem, item)
            if code is not None:
                yield _of_place(code, problem, item, depth), depth, f"{item.label}: {problem.detail}"
        if item.version < 3 and not judged.is_anchor(depth):
            yield "old-version", depth, f"{item.label} is of version {item.version}"


def _code(problem: Problem, item: Certificate) -> str | None:
    if problem.code == "extension-duplicate" and problem.extension not in OPENSSL_READS:
        return "duplicate-extension:unread"
    if problem.code in _OWN:
        return _OWN[problem.code]
    if problem.grade is Grade.REMARK or problem.code in _ELSEWHERE:
        return None
    strict = "" if problem.grade is Grade.FATAL else ":strict"
    if problem.extension == oids.NAME_CONSTRAINTS:
        return f"malformed-constraints{_HOW.get(problem.code, '')}"
    if problem.extension == oids.SUBJECT_ALT_NAME:
        odd = problem.code == "general-name-malformed" and all(name.value.isascii() for name in item.general_names if name.kind != "iPAddress")
        if odd and not all(name.value for name in item.general_names):
            return "malformed-name:nothing"
        return "malformed-name:label" if odd else f"malformed-name{_HOW.get(problem.code, '')}"
    if problem.code == "extension-trailing-data":
        return "malformed-extension:trailing"
    if problem.extension:
        return f"malformed-extension{_BY_EXTENSION.get((problem.code, problem.extension), strict)}"
    if problem.code == "trailing-data" and item.der[problem.offset :] == _after(item.der):
        return "malformed:trailing"
    if problem.code in _OF_BYTES:
        return f"malformed:{_OF_BYTES[problem.code]}"
    return f"malformed-key{strict}" if problem.code.startswith("key-") else f"malformed{strict}"


def _of_place(code: str, problem: Problem, item: Certificate, depth: int) -> str:
    """The variant for an authority, and for an extension that is not critical: Java passes over such a one when it cannot read it."""
    extension = item.extension(problem.extension) if problem.extension else None
    if depth > 0 and f"{code}-above" in TABLE:
        code = f"{code}-above"
    tolerated = f"{code}-tolerated"
    return tolerated if tolerated in TABLE and extension is not None and not extension.critical else code


def _after(der: bytes) -> bytes:
    """What follows the certificate as a whole."""
    try:
        return der[read_header(der, 0, len(der)).end :]
    except DerError:
        return b""
