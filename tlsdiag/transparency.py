"""The list of transparency logs that a caller gives in place of the shipped one: read at once, so that a bad one is an error of the call."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from .errors import TargetError

if TYPE_CHECKING:
    from .certificates.transparency import LogList

LogSource = str | Path | bytes | None
"""A file, or the bytes of one: Chrome's log_list.json (v3), or our own shape. None: the list that is shipped."""


def log_list_of(source: LogSource) -> LogList | None:
    """Read a list; None for the shipped one. Raises `TargetError` for what is no list."""
    if source is None:
        return None
    from .certificates.transparency import LogListError, read_log_list

    try:
        if isinstance(source, bytes):
            return read_log_list(source)
        if isinstance(source, (str, Path)):
            return read_log_list(_content(Path(source)), str(source))
    except LogListError as exc:
        raise TargetError(f"ct_logs: {exc}") from None
    raise TargetError(f"ct_logs takes a file or bytes, not {type(source).__name__}")


def _content(path: Path) -> bytes:
    from .certificates.transparency.logs import MAX_LIST

    try:
        if path.is_file():
            with path.open("rb") as file:
                return file.read(MAX_LIST + 1)
    except (OSError, ValueError) as exc:
        raise TargetError(f"ct_logs: {path}: {getattr(exc, 'strerror', None) or exc}") from None
    raise TargetError(f"ct_logs: {path} is no file")
