"""The tables as JSON: `tlsdiag-refdata/ca_contacts/1` and `tlsdiag-refdata/distrust/1`, which the shipped ones are generated from and a caller may have newer.

A file from elsewhere is bounded in every direction, and what it holds is text to be shown, escaped by whoever shows it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from .model import Authority, Distrust, Measure

T = TypeVar("T")
MAX_FILE = 8 * 1024 * 1024
"""Bytes of a file: twenty times as many as the longest that is shipped."""
_MAX_ROWS, _MAX_LIST, _MAX_TEXT = 5000, 2000, 500
_HASH = re.compile(r"[0-9a-f]{64}")
OWNERS, DISTRUSTS = "tlsdiag-refdata/ca_contacts/", "tlsdiag-refdata/distrust/"
_CHANGE = re.compile(
    r"(?:(?:remove|turn off|disable)\s+(?:expired\s+)?(?:(?:websites|server)\s+trust\s+bit\s+(?:from|for)\s+(?:the\s+|root\s+)?)?)"
    r"[\"“]?(?:(?:CN|OU)=)?(?P<name>[^\"“”]{6,80}?)[\"”]?(?:\s+(?-i:root)(?:\s+cert(?:ificate)?)?)?(?:\s+(?:from|in)\s+(?:NSS|FF\s+\d+))?\.?",
    re.IGNORECASE,
)
"""How NSS words the removal of one root; what names several, or an end of trust for e-mail alone, gives no name of a root."""
_CHROME = "https://chromium.googlesource.com/chromium/src/+/main/net/data/ssl/chrome_root_store/root_store.md"
_NSS = "https://firefox-source-docs.mozilla.org/security/nss/releases/index.html"


class AuthorityDataError(ValueError):
    """A table of authorities that cannot be read."""


def read_tables(data: bytes) -> tuple[str, str, tuple[Authority, ...] | tuple[Distrust, ...]]:
    """Schema (`OWNERS` or `DISTRUSTS`), date and rows. Raises `AuthorityDataError` for what is no table."""
    if len(data) > MAX_FILE:
        raise AuthorityDataError(f"more than {MAX_FILE} bytes: that is no table of authorities")
    try:
        plain = json.loads(data)
    except (ValueError, RecursionError) as exc:
        raise AuthorityDataError(f"not JSON: {exc}") from None
    schema = plain.get("schema") if isinstance(plain, dict) else None
    if not isinstance(schema, str) or schema not in (f"{OWNERS}1", f"{DISTRUSTS}1"):
        raise AuthorityDataError(f"neither of the schemas {OWNERS}1 and {DISTRUSTS}1")
    date = _date(plain)
    if schema.startswith(OWNERS):
        return OWNERS, date, owners_of(plain)
    return DISTRUSTS, date, distrusts_of(plain)


def owners_of(plain: Mapping[str, Any]) -> tuple[Authority, ...]:
    """The owners of a table."""
    return tuple(_rows(plain, "owners", _owner))


def distrusts_of(plain: Mapping[str, Any]) -> tuple[Distrust, ...]:
    """The rows of a table of distrust, all of one shape."""
    return (
        *_rows(plain, "leaked_key_roots", _leaked),
        *_rows(plain, "incidents", _incident),
        *_rows(plain, "chrome_root_store_constraints", _constraint),
        *_rows(plain, "mozilla_distrust_after", _constraint),
        *_rows(plain, "nss_root_changes", _removal),
    )


def _owner(row: Mapping[str, Any]) -> Authority:
    reporting = row.get("problem_reporting") or {}
    roots = _list(row, "roots", dict)
    return Authority(
        owner=_text(row, "owner", needed=True),
        website=_text(row, "website"),
        emails=_texts(reporting, "emails"),
        urls=_texts(reporting, "urls"),
        phone=_text(reporting, "phone"),
        source=_text(reporting, "source"),
        source_date=_text(reporting, "source_date"),
        confidence=_text(reporting, "confidence"),
        caa_identifiers=tuple(item.lower() for item in _texts(row, "caa_identifiers")),
        caa_source=_text(row, "caa_source"),
        repositories=tuple(_text(item, "url") for item in _list(row, "repository_urls", dict)),
        status_hosts=_texts(row, "status_hosts"),
        help=_text(row, "revocation_help"),
        roots=tuple(_hash(item.get("sha256")) for item in roots),
        keys=tuple(_hash(item.get("spki_sha256")) for item in roots),
    )


def _incident(row: Mapping[str, Any]) -> Distrust:
    references = _texts(row, "references")
    return Distrust(
        measure=Measure.BLOCKED,
        name=_text(row, "ca", needed=True),
        stores=tuple((store, str(words)[:_MAX_TEXT]) for store, words in _mapping(row, "stores").items()),
        reason=_text(row, "reason"),
        references=references,
        documented=bool(references) and row.get("confidence") in (None, "high"),
        roots=_hashes(row, "cert_sha256"),
        keys=_hashes(row, "spki_sha256"),
        exceptions=_hashes(row, "spki_exceptions_sha256"),
        names=_texts(row, "names"),
    )


def _leaked(row: Mapping[str, Any]) -> Distrust:
    source = _text(row, "source")
    return Distrust(
        measure=Measure.LEAKED,
        name=_text(row, "product", needed=True),
        stores=(("chrome", f"refused ({source})"),) if source else (),
        references=(source,) if source else (),
        documented=bool(source),
        roots=_hashes(row, "cert_sha256"),
        keys=_hashes(row, "spki_sha256"),
    )


def _constraint(row: Mapping[str, Any]) -> Distrust:
    store, kind, condition = _text(row, "store", needed=True), _text(row, "kind"), _text(row, "condition", needed=True)
    after = _time(_text(row, "after", needed=True))
    by = "sct" if "SCT" in condition else "not-before"
    version = row.get("min_chrome_version")
    since = f", from Chrome {version} on" if isinstance(version, int) else ""
    seen = "with an earliest SCT after" if by == "sct" else "with a notBefore after"
    return Distrust(
        measure=Measure.ENDING if kind == "phase-out" else Measure.AFTER,
        name=_text(row, "subject", needed=True),
        stores=((store, f"refuses certificates {seen} {after:%Y-%m-%d}{since}"),),
        condition=by,
        after=after,
        references=(_CHROME,) if store == "chrome" else (_NSS,),
        documented="note" not in row,
        roots=(_hash(row.get("sha256")),),
        keys=(_hash(row.get("spki_sha256")),),
    )


def _removal(row: Mapping[str, Any]) -> Distrust:
    change, bug = _text(row, "change", needed=True), row.get("bug")
    named = _CHANGE.fullmatch(change)
    return Distrust(
        measure=Measure.REMOVED,
        name=change,
        stores=(("mozilla", change),),
        after=_time(_text(row, "date", needed=True)),
        references=(f"https://bugzilla.mozilla.org/show_bug.cgi?id={bug}",) if isinstance(bug, int) else (),
        names=(named["name"].replace("–", "-"),) if named is not None else (),
    )


def _rows(plain: Mapping[str, Any], name: str, read: Callable[[Mapping[str, Any]], T]) -> Iterator[T]:
    rows = plain.get(name, [])
    if not isinstance(rows, list) or len(rows) > _MAX_ROWS:
        raise AuthorityDataError(f"{name}: expected an array of at most {_MAX_ROWS} rows")
    for number, row in enumerate(rows):
        try:
            yield read(_object(row))
        except ValueError as exc:
            raise AuthorityDataError(f"{name}[{number}]: {exc}") from None


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("expected an object")
    return value


def _mapping(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return _object(row.get(name) or {})


def _list(row: Mapping[str, Any], name: str, kind: type | tuple[type, ...]) -> list[Any]:
    found = _object(row).get(name) or []
    if not isinstance(found, list) or len(found) > _MAX_LIST or not all(isinstance(item, kind) for item in found):
        raise ValueError(f"{name}: expected an array")
    return found


def _texts(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(item[:_MAX_TEXT] for item in _list(row, name, str))


def _text(row: Mapping[str, Any], name: str, *, needed: bool = False) -> str:
    found = _object(row).get(name) or ""
    if not isinstance(found, str) or (needed and not found):
        raise ValueError(f"{name}: expected text")
    return found[:_MAX_TEXT]


def _hashes(row: Mapping[str, Any], name: str) -> tuple[str, ...]:
    return tuple(_hash(item.get("spki") if isinstance(item, dict) else item) for item in _list(row, name, (str, dict)))


def _hash(value: Any) -> str:
    if not isinstance(value, str) or not _HASH.fullmatch(value.lower()):
        raise ValueError("expected a SHA-256 in hexadecimal")
    return value.lower()


def _date(plain: Mapping[str, Any]) -> str:
    try:
        return f"{_time(_text(plain, 'date', needed=True)):%Y-%m-%d}"
    except ValueError as exc:
        raise AuthorityDataError(f"date: {exc}") from None


def _time(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)
