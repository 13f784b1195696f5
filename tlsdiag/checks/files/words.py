"""The words of the rules for chains, where a file is judged and nothing was sent: `in_words` is put over the `run` of a check."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from typing import TypeVar

import attrs

from ...plugin import CertificateFiles, ChainFinding, Check, Finding, Seen
from .common import certificate_at

C = TypeVar("C", bound=Check)
_PHRASES = (
    ("The server does not send its intermediate certificate", "The intermediate certificate is missing"),
    ("The server sends an intermediate that did not issue its certificate", "There is an intermediate that did not issue the certificate"),
    ("The client does not trust the issuer", "The issuer is not trusted"),
    ("The server sends one certificate", "There is one certificate"),
    ("which has nothing to do with its certificate", "which has nothing to do with the server's certificate"),
    ("The server sends", "There is"),
    ("a root that the server sends along and that is not in", "a root that is there too and is not in"),
    ("is neither sent nor in", "is neither there nor in"),
    ("is neither among the certificates sent nor in", "is neither there nor in"),
    ("the server sent its own certificate alone", "the certificate stands alone"),
    ("the client's store", "the trust store"),
    ("A certificate is sent twice", "A certificate is there twice"),
    ("A certificate is sent that does not belong to the chain", "A certificate does not belong to the chain"),
    ("The root is sent along", "The root is in the file"),
    ("More certificates are sent than", "There are more certificates than"),
)
"""What a rule says of a server, and what it says of a file; the longer phrases first."""

_SEVERAL = re.compile(r"The server sends (?=\d)")
_LISTS = {"chain-duplicate": "There again", "chain-extra": "Not part of the chain", "root-sent": "The root"}
"""Findings whose detail is a list of certificates, and the words before it; all of them are mended by writing the file again."""

_SHOWN = 6


def in_words(run: Callable[[C, Seen], Iterator[Finding]]) -> Callable[[C, Seen], Iterator[Finding]]:
    """The same findings; those about files in words for files."""

    @functools.wraps(run)
    def worded(self: C, seen: Seen) -> Iterator[Finding]:
        for finding in run(self, seen):
            yield _worded(finding, seen) if seen.target.files else finding

    return worded


def _worded(finding: Finding, seen: Seen) -> Finding:
    title, detail, fix = of_file(finding.title), _placed(finding, seen) or of_file(finding.detail), finding.fix
    if finding.code in _LISTS:
        fix = attrs.evolve(fix, snippets={"tlsdiag": "tlsdiag certificates FILE --write-chain fullchain.pem   # writes it as it should be", **fix.snippets})
    return attrs.evolve(finding, title=title, detail=detail, fix=fix)


def _placed(finding: Finding, seen: Seen) -> str:
    """A detail that is a list of certificates, with the lines where they are; empty for any other."""
    files = seen.get(CertificateFiles)
    if files is None or not isinstance(finding, ChainFinding) or finding.code not in _LISTS:
        return ""

    known = [files.chain[at] for at in finding.positions if at < len(files.chain)]
    listed = ", ".join(f"{certificate_at(files, at).label} ({files.place(at)})" for at in known[:_SHOWN])
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return f"{_LISTS[finding.code]}: {listed}{more}."


def of_file(text: str) -> str:
    """What is said of a server, said of a file."""
    text = _SEVERAL.sub("There are ", text)
    for said, instead in _PHRASES:
        text = text.replace(said, instead)
    return text
