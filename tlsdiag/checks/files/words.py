"""The words of the rules for chains, where a file is judged and nothing was sent: `in_words` is put over the `run` of a check."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from typing import TypeVar

import attrs

from ...plugin import Check, Finding, Seen

C = TypeVar("C", bound=Check)
_PHRASES = (
    ("The server does not send its intermediate certificate", "The intermediate certificate is missing"),
    ("The server sends an intermediate that did not issue its certificate", "There is an intermediate that did not issue the certificate"),
    ("The client does not trust the issuer", "The issuer is not trusted"),
    ("The server sends one certificate; ", "There is one certificate; "),
    ("The server sends", "There are"),
    ("a root that the server sends along and that is not in", "a root that is there too and is not in"),
    ("is neither sent nor in", "is neither there nor in"),
    ("the server sent its own certificate alone", "the certificate stands alone"),
    ("the client's store", "the trust store"),
    ("A certificate is sent twice", "A certificate is there twice"),
    ("A certificate is sent that does not belong to the chain", "A certificate does not belong to the chain"),
    ("The root is sent along", "The root is in the file"),
    ("Sent again at", "Again at"),
    ("More certificates are sent than", "There are more certificates than"),
)
"""What a rule says of a server, and what it says of a file; the longer phrases first."""

_MENDED_BY_WRITING = frozenset({"chain-wrong-order", "chain-duplicate", "chain-extra", "root-sent"})


def in_words(run: Callable[[C, Seen], Iterator[Finding]]) -> Callable[[C, Seen], Iterator[Finding]]:
    """The same findings; those about files in words for files."""

    @functools.wraps(run)
    def worded(self: C, seen: Seen) -> Iterator[Finding]:
        for finding in run(self, seen):
            yield _worded(finding) if seen.target.files else finding

    return worded


def _worded(finding: Finding) -> Finding:
    title, detail, fix = _of_file(finding.title), _of_file(finding.detail), finding.fix
    if finding.code in _MENDED_BY_WRITING:
        fix = attrs.evolve(fix, snippets={"tlsdiag": "tlsdiag certificates FILE --write-chain fullchain.pem   # writes it as it should be", **fix.snippets})
    return attrs.evolve(finding, title=title, detail=detail, fix=fix)


def _of_file(text: str) -> str:
    for said, instead in _PHRASES:
        text = text.replace(said, instead)
    return text
