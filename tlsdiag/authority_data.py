"""The tables of authorities that a caller gives in place of the shipped ones: read at once, so that a bad one is an error of the call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import TargetError

if TYPE_CHECKING:
    from .certificates.authorities import AuthorityData

AuthoritySource = str | Path | bytes | Sequence[str | Path | bytes] | None
"""A file, or the bytes of one, or one for each table: owners with their addresses, or distrust. None: the tables that are shipped."""


def authority_data_of(source: AuthoritySource) -> AuthorityData | None:
    """Read tables; None for the shipped ones. Raises `TargetError` for what is no table."""
    if source is None:
        return None
    from .certificates.authorities import AuthorityDataError, with_tables

    given = source if isinstance(source, Sequence) and not isinstance(source, (str, bytes)) else [source]
    try:
        return with_tables(_read(given))
    except AuthorityDataError as exc:
        raise TargetError(f"authority_data: {exc}") from None


def _read(sources: Iterable[object]) -> Iterable[tuple[str, bytes]]:
    for source in sources:
        if isinstance(source, bytes):
            yield "the given table", source
        elif isinstance(source, (str, Path)):
            yield str(source), _content(Path(source))
        else:
            raise TargetError(f"authority_data takes files or bytes, not {type(source).__name__}")


def _content(path: Path) -> bytes:
    from .certificates.authorities.reading import MAX_FILE

    try:
        if not path.is_file():
            raise TargetError(f"authority_data: {path} is no file")
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except (OSError, ValueError) as exc:
        raise TargetError(f"authority_data: {path}: {getattr(exc, 'strerror', None) or exc}") from None
