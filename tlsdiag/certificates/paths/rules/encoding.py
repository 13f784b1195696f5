"""What the bytes of a certificate break: every problem that reading found, by whom it disturbs (`problems`)."""

from __future__ import annotations

from collections.abc import Iterator

from ... import oids
from ...certificate import Problem
from ...problems import Grade
from ..judging import Broken, Judged

_OWN = {
    "extension-duplicate": "duplicate-extension",
    "signature-algorithms-differ": "signature-algorithms-differ",
    "serial-negative": "serial-negative",
    "serial-zero": "serial-zero",
    "serial-too-long": "serial-too-long",
    "version-too-old": "old-version:extensions",
}
"""Problems that are rules of their own."""
_ELSEWHERE = frozenset({"constraints-inconsistent", "general-name-odd", "authority-key-incomplete", "name-constraints-malformed"})
"""Problems that another rule tells better."""


def rule(judged: Judged) -> Iterator[Broken]:
    """The problems of every certificate, and versions that are too old."""
    for depth, item in enumerate(judged.chain):
        for problem in item.problems:
            code = _code(problem)
            if code is not None:
                yield code, depth, f"{item.label}: {problem.detail}"
        if item.version < 3 and not judged.is_anchor(depth):
            yield "old-version", depth, f"{item.label} is of version {item.version}"


def _code(problem: Problem) -> str | None:
    if problem.code in _OWN:
        return _OWN[problem.code]
    if problem.grade is Grade.REMARK or problem.code in _ELSEWHERE:
        return None
    strict = "" if problem.grade is Grade.FATAL else ":strict"
    if problem.extension == oids.NAME_CONSTRAINTS:
        return "malformed-constraints"
    if problem.extension == oids.SUBJECT_ALT_NAME:
        return "malformed-name"
    if problem.extension:
        return f"malformed-extension{strict}"
    return f"malformed-key{strict}" if problem.code.startswith("key-") else f"malformed{strict}"


