"""A file of certificates or a key, read as bytes; what a caller may get wrong about it becomes `MaterialError` with words that help."""

from __future__ import annotations

import errno
import os
import stat
import sys

import attrs

from .files import read_file


class MaterialError(ValueError):
    """The file cannot be read, or is none."""


@attrs.frozen(kw_only=True)
class Material:
    """One file: its name for people, its bytes, and whether every user of this machine may read it (None: that is not known)."""

    name: str
    data: bytes = attrs.field(repr=False)
    open_to_all: bool | None = None


def read_material(path: str, limit: int) -> Material:
    """Read a regular file of at most `limit` bytes."""
    try:
        status = os.stat(path)
        if stat.S_ISDIR(status.st_mode):
            raise MaterialError(f"{path} is a directory: name the files in it, such as {os.path.join(path, 'fullchain.pem')}")
        if status.st_size > limit:
            raise MaterialError(f"{path} has {status.st_size} bytes: that is no file of certificates (at most {limit} are read)")
        data = read_file(path, limit)
    except (OSError, ValueError) as exc:
        if isinstance(exc, MaterialError):
            raise
        raise MaterialError(_words(path, exc)) from None
    return Material(name=path, data=data, open_to_all=_open_to_all(status))


def _words(path: str, exc: OSError | ValueError) -> str:
    number = getattr(exc, "errno", None)
    if number == errno.ENOENT:
        return f"{path} does not exist"
    if number == errno.EACCES:
        return f"{path} cannot be read by this user; keys mostly belong to root"
    return f"{path} cannot be read: {getattr(exc, 'strerror', None) or exc}"


def _open_to_all(status: os.stat_result) -> bool | None:
    """Whether the mode lets others read it; Windows keeps that elsewhere."""
    return None if sys.platform == "win32" else bool(status.st_mode & stat.S_IROTH)
