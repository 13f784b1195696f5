"""Read what a client said: from text to situations, and from situations to causes by rank.

What is looked for are phrases (at the edges of words), numbers (OpenSSL's packed codes, verification codes, alerts, Chromium's and Windows' numbers) and
the status of a proxy. A match that lies within a longer one does not count; of the rest only the strongest do, and where several are as
strong the causes that they share come first. Everything is linear in the text, whose length is bounded.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import NamedTuple

from ..iana import AlertDescription, rows
from .cleaning import bounded, plain, visible, without_program_text
from .phrases import CONTEXT, LIBRARIES, MARKS, REFINED, SAID
from .situations import SITUATIONS, Situation, Strength, of_alert

_LOOKS = 64
"""Occurrences of a phrase that are looked at for one at the edges of words."""
_LINES = 200
"""Lines that are read one by one."""


class Pattern(NamedTuple):
    """What a situation is recognised by: phrases that all have to be there, and words of which one has to stand beside short ones."""

    situation: str
    phrases: tuple[str, ...]
    context: tuple[str, ...] = ()
    library: str = ""


class Reading(NamedTuple):
    """What was read: the situations that count, the causes by rank (slugs), whether the first stands out, and which library spoke."""

    situations: tuple[Situation, ...]
    causes: tuple[str, ...]
    clear: bool
    library: str

    @property
    def understood(self) -> bool:
        """Whether anything was recognised."""
        return bool(self.situations)

    @property
    def exact(self) -> bool:
        """Whether more was recognised than a frame such as "handshake failed"."""
        return any(item.strength > Strength.FRAME for item in self.situations)


def read(text: str | Iterable[str]) -> Reading:
    """Read an error text, or the lines of a log that belong to one failure."""
    words = f" {plain(without_program_text(bounded(text if isinstance(text, str) else chr(10).join(text))))} "
    names = _heard(set(_refined(_situations(words), words)), words)
    found = [SITUATIONS[name] for name in SITUATIONS if name in names]
    strongest = max((item.strength for item in found), default=Strength.FRAME)
    chosen = [item for item in found if item.strength == strongest]
    ranked = _ranked(chosen, found)
    return Reading(tuple(chosen), ranked, _is_clear(chosen, ranked), _library(words))


def telling_line(text: str, reading: Reading) -> str:
    """The first line that says by itself what the whole text says, else one that points there; the text where there is none, or where it is one line."""
    lines = [line.strip() for line in visible(text).split("\n") if line.strip()]
    single = [(line, read(line)) for line in lines[:_LINES]] if len(lines) > 1 else []
    same = (line for line, alone in single if set(alone.situations) & set(reading.situations))
    near = (line for line, alone in single if alone.exact and set(alone.causes) & set(reading.causes))
    return next(same, None) or next(near, text)


def _situations(words: str) -> set[str]:
    matched = [pattern for pattern in patterns() if _matches(words, pattern)]
    kept = [pattern for pattern in matched if not any(_within(pattern, other) for other in matched)]
    return {pattern.situation for pattern in kept} | set(_numbers(words)) | set(_proxy_answers(words)) | set(_proxy_log(words))


def _matches(words: str, pattern: Pattern) -> bool:
    return all(said(words, phrase) for phrase in pattern.phrases) and (
        not pattern.context or any(word in words for word in pattern.context)
    )


def said(words: str, phrase: str) -> bool:
    """Whether a phrase stands in the text at the edges of words."""
    begins, ends = phrase[0].isalnum(), phrase[-1].isalnum()
    place = -1
    for _ in range(_LOOKS):
        place = words.find(phrase, place + 1)
        if place < 0:
            return False
        before, after = words[place - 1 : place], words[place + len(phrase) : place + len(phrase) + 1]
        if not (begins and before.isalnum()) and not (ends and after.isalnum()):
            return True
    return False


def _within(pattern: Pattern, other: Pattern) -> bool:
    """Whether every phrase of one pattern is part of a longer phrase of the other, or one of its phrases among more."""
    if pattern.situation == other.situation or pattern.phrases == other.phrases:
        return False
    inside = all(any(part in whole for whole in other.phrases) for part in pattern.phrases)
    return inside and sum(map(len, pattern.phrases)) < sum(map(len, other.phrases))


_ADDRESS_WANTED = re.compile(r"(?:host name|hostname|valid for|match|wanted to match|not) ['\"]?\d{1,3}(?:\.\d{1,3}){3}['\"]?(?![\w:])")


def _refined(names: set[str], words: str) -> Iterator[str]:
    marks = {mark for mark, phrases in MARKS.items() if any(said(words, phrase) for phrase in phrases)}
    if _ADDRESS_WANTED.search(words):
        marks.add("address")
    for name in names:
        yield next((exact for vague, mark, exact in REFINED if vague == name and mark in marks), name)


def _heard(names: set[str], words: str) -> set[str]:
    """Without what another one takes back: the words of an alert are the peer's, and the reason behind a general sentence is the better one."""
    alerts = {name for name in names if name.startswith("alert-") and name != "alert-any"}
    if alerts:
        names = {name for name in names if name in alerts or SITUATIONS[name].strength is not Strength.SPECIFIC}
    if "refused-certificate" in names:
        names = names - {"handshake-failed", "tls-failed"}  # the frame around it names suites and versions, which were agreed upon by then
    if said(words, "possibly because of"):
        better = {name for name in names if name != "issuer-unknown" and SITUATIONS[name].strength >= Strength.SPECIFIC}
        names = better or names
    return names


def _ranked(chosen: list[Situation], found: list[Situation]) -> tuple[str, ...]:
    """Causes by how many of the situations name them and how early; weaker situations only tip the balance."""
    scores: dict[str, float] = {}
    for item in chosen:
        for rank, cause in enumerate(item.causes):
            scores[cause] = scores.get(cause, 0.0) + 1.0 / (1 + rank)
    for item in found:
        for rank, cause in enumerate(item.causes):
            if item not in chosen and cause in scores:
                scores[cause] += 0.1 / (1 + rank)
    return tuple(sorted(scores, key=lambda cause: -scores[cause]))


def _is_clear(chosen: list[Situation], ranked: tuple[str, ...]) -> bool:
    return bool(chosen) and all(item.clear and item.causes[0] == ranked[0] for item in chosen)


def _library(words: str) -> str:
    return next((name for name, hints in LIBRARIES if any(hint in words for hint in hints)), "")


@functools.cache
def patterns() -> tuple[Pattern, ...]:
    """Every pattern: our own, the alerts by their names, and the generated ones."""
    from ._library_tables import PHRASES

    found = [
        Pattern(situation, (phrase,) if isinstance(phrase, str) else phrase) for situation, group in SAID for phrase in group
    ]
    found += _alert_patterns()
    ours = {pattern.phrases for pattern in found}
    for (situation, library), group in PHRASES.items():
        for phrase in group:
            if (phrase,) not in ours and phrase not in _EVERYDAY:
                short = phrase.count(" ") < 2 and not phrase.startswith(("err", "ssl error", "sec e", "cert e", "crypt e", "nsurl"))
                found.append(Pattern(situation, (phrase,), CONTEXT.get(library, ()) if short else (), library))
    return tuple(found)


_EVERYDAY = ("http request", "https proxy request")
"""Reasons of OpenSSL that others say of what is in order: `phrases` has them with what stands around them."""


def _alert_patterns() -> list[Pattern]:
    found = []
    for code, row in rows("alerts").items():
        name = plain(str(row["name"])).removesuffix(" reserved")
        if code and len(name) > 3:
            spellings = {name, name.replace(" ", "")}  # rustls writes "HandshakeFailure"
            found += [Pattern(of_alert(code), (f"alert{mark} {spelling}",)) for mark in ("", ":") for spelling in sorted(spellings)]
    return found


_OF_TLS = ("ssl", "tls", "handshake", "fatal", "alert number", "received alert")  # others count alerts too
_ALERT_NUMBER = re.compile(r"\balert(?: number|:)? \[?(\d{1,3})\b|\balert\((\d{1,3})\)")
_OPENSSL = re.compile(r"\berror:([0-9a-f]{8}):")
_BORINGSSL = re.compile(r"\b(26[89]\d{6}):")
_VERIFY = re.compile(r"\b(?:error:num=|verify error:? \(|verification error:? \(|verify return code: |verify error |verify code )(\d{1,2})\b")
_CHROMIUM = re.compile(r"\bnet error (-\d{3})\b")
_WINDOWS = re.compile(r"\b0x(80[0-9a-f]{6})\b")
_APPLE = re.compile(r"(?:osstatus|code=|error code:?|domain, ) ?(-9[89]\d\d|-1[02]\d\d)\b")


def _numbers(words: str) -> Iterator[str]:
    """The situations of numbers, for texts without the words."""
    from ._library_tables import NUMBERS

    for found in _ALERT_NUMBER.finditer(words) if any(word in words for word in _OF_TLS) else ():
        number = int(found[1] or found[2])
        yield of_alert(number) if AlertDescription(number).is_known or number == 0 else "alert-unknown"
    for pattern, table, base in ((_VERIFY, "openssl_x509_verify", 10), (_CHROMIUM, "chrome_net_errors", 10), (_WINDOWS, "schannel", 16), (_APPLE, "apple", 10)):
        for found in pattern.finditer(words):
            yield from _listed(NUMBERS[table], int(found[1], base))
    for found in _OPENSSL.finditer(words):
        yield from _packed(int(found[1], 16), NUMBERS["openssl_ssl_reasons"])
    for found in _BORINGSSL.finditer(words):
        yield from _listed(NUMBERS["boringssl_ssl_reasons"], int(found[1]) & 0xFFF)


def _listed(table: Mapping[int, str], number: int) -> Iterator[str]:
    situation = table.get(number)
    if situation is not None:
        yield situation


def _packed(code: int, reasons: Mapping[int, str]) -> Iterator[str]:
    """OpenSSL 3 packs a library and a reason (lib << 23), OpenSSL 1 a function between them (lib << 24): 20 is the TLS library."""
    if code >> 23 == 20:
        reason = code & 0x7FFFFF
    elif code >> 24 == 20:
        reason = code & 0xFFF
    else:
        return
    if 1000 < reason < 1256:
        yield of_alert(reason - 1000)  # SSL_AD_REASON_OFFSET
    elif reason == 1000:
        yield "alert-0"
    else:
        yield from _listed(reasons, reason)


_PROXY_STATUS = re.compile(r"\b(?:tunnel failed|tunnel connection failed|connect failed|proxyerror|clienthttpproxyerror|proxy returns|proxy replied|proxy responded|from proxy)\b[^0-9]{0,40}(?:http/1\.[01] )?([345]\d\d)\b|\bhttp code ([345]\d\d) from proxy\b")
_PROXY_PHRASE = re.compile(r'\b(?:get|head|post|put) "https://[^" ]{1,300}": ([a-z][a-z -]{3,40}?)(?: $| \d| \n|$)|\btunneling failed: ([a-z][a-z ]{3,30})')
_PHRASES = {status.phrase.lower(): int(status) for status in HTTPStatus}
_LOG_LINE = re.compile(r"\S~? \S{1,80}/\S{1,80} [-+0-9]{1,9}(?:/[-+0-9]{1,9}){4} (\d{3}) \d{1,12} - - ([a-z-]{4}) ")


def _proxy_answers(words: str) -> Iterator[str]:
    for found in _PROXY_STATUS.finditer(words):
        yield _proxy_situation(int(found[1] or found[2]))
    for found in _PROXY_PHRASE.finditer(words):
        phrase = (found[1] or found[2]).strip()
        status = next((code for name, code in _PHRASES.items() if phrase.startswith(name)), None)
        if status is not None and status >= 300:
            yield _proxy_situation(status)


def _proxy_situation(status: int) -> str:
    if status in (407, 403):
        return f"proxy-{status}"
    return "proxy-5xx" if status >= 500 else "proxy-40x" if status >= 400 else "proxy-3xx"


def _proxy_log(words: str) -> Iterator[str]:
    """HAProxy's line for a request: the status, and how the session ended (S: at the server)."""
    for found in _LOG_LINE.finditer(words):
        if found[2].startswith("s"):
            yield "backend-failed"
        elif found[1] == "400":
            yield "plain-to-tls-backend"
