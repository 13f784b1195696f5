r"""Text as it is matched: bounded, without what a terminal would act upon, in one spelling.

Client libraries write the same words in several ways: `SSLV3_ALERT_HANDSHAKE_FAILURE`, "sslv3 alert handshake failure", "self signed" and "self-signed".
`plain` brings them to one, so that the tables need each phrase once. Everything here is linear in the length of the text.
"""

from __future__ import annotations

import re

MAX_CHARACTERS = 200_000
"""Of a longer text the beginning and the end are read: errors stand there."""
_LONGEST_LINE = 4_000

_ESCAPES = re.compile(r"\x1b\[[0-9;:?]{0,40}[A-Za-z]|\x1b[@-_]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_SPACE = re.compile(r"[ \t\n]+")
_SPELLINGS = (
    ("\u2019", "'"), ("\u2018", "'"), ("`", "'"), ("\\'", "'"), ("self signed", "self-signed"), ("cancelled", "canceled"), ("recognised", "recognized"),
    ("ssl/tls alert", "tls alert"),
)  # fmt: skip


def bounded(text: str) -> str:
    """At most `MAX_CHARACTERS`: the beginning and the end of a text that is longer."""
    return _both_ends(text, MAX_CHARACTERS, "\n")


def _both_ends(text: str, most: int, between: str = " ") -> str:
    return text if len(text) <= most else f"{text[: most // 2]}{between}{text[-most // 2 :]}"


_FRAME = re.compile(r"""([ |+]*)File "[^"\n]{1,1000}", line \d{1,9}""")
"""A frame of a Python traceback; what follows with more indentation is program text."""


def without_program_text(text: str) -> str:
    """Without the lines of a program that a Python traceback quotes: `connection_timeout=10` there is an argument, and no answer."""
    kept: list[str] = []
    inside: int | None = None
    for line in text.split("\n"):
        frame = _FRAME.match(line)
        if frame is not None:
            inside = len(frame[1])
        elif inside is not None and not line[: inside + 2].strip(" |+") and line.strip(" |+"):
            continue
        else:
            inside = None
        kept.append(line)
    return "\n".join(kept)


def visible(text: str) -> str:
    """Bounded, without escape sequences and control characters; lines stay lines."""
    text = _ESCAPES.sub("", bounded(text).replace("\r\n", "\n"))
    text = _CONTROLS.sub(" ", text)
    return "\n".join(_both_ends(line, _LONGEST_LINE) for line in text.split("\n"))


def plain(text: str) -> str:
    """The spelling that phrases are written in: lower case, one space between words, no underscores."""
    text = visible(text).lower().replace("_", " ")
    text = _SPACE.sub(" ", text)
    for old, new in _SPELLINGS:
        text = text.replace(old, new)
    return text
