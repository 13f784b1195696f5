"""What a client says of a chain."""

from __future__ import annotations

import re

import attrs

_CHANGING = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ?|\w{3} \w{3} \d\d \d\d:\d\d:\d\d \w+ \d{4}|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?: ?UTC)?|/tmp/\S+?/"
)
_LONGEST = 160


@attrs.frozen(kw_only=True)
class Verdict:
    """Accepted, or refused in these words; what is another one every time, such as dates, is left out of them."""

    accepts: bool
    text: str = ""

    @classmethod
    def said(cls, text: str) -> Verdict:
        """No words are consent."""
        return cls(accepts=not text, text=_CHANGING.sub("…", " ".join(text.split()))[:_LONGEST])


@attrs.frozen(kw_only=True)
class Answers:
    """A client's version, and its verdict on each chain by name."""

    version: str
    verdicts: dict[str, Verdict]
