"""A place where authorities are kept: a PEM file, a directory, or a Java key store; what is in it, and what is wrong with it.

Files are read as OpenSSL reads them: it loads *nothing* of a bundle in which one block is damaged, and of a directory only the names
that `openssl rehash` makes (eight hexadecimal digits, a dot, a number). All reading is bounded, and remembered as long as a file does not change.
"""

from __future__ import annotations

import base64
import binascii
import functools
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime

import attrs

from ..certificates import DerError
from ..certificates.der import Element, read_element
from .files import read_file
from .keystores import KeystoreError, is_keystore, read_keystore

MAX_FILE = 32 * 1024 * 1024
"""Larger than any store; what is larger is no store."""
MAX_NAMES = 5000
"""More files than any directory of authorities holds."""
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
_CERTIFICATE_NAMES = (".pem", ".crt", ".cer")
_BEGIN = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----")
_LABELS = (b"CERTIFICATE", b"TRUSTED CERTIFICATE", b"X509 CERTIFICATE")


@attrs.frozen(kw_only=True)
class Place:
    """One file or directory. `problem` is a slug, empty when it can be used: "missing", "unreadable", "empty", "not-pem", "broken-block", "unhashed",
    "unknown-format"; `detail` says it in words. `ders` is what OpenSSL would load, `left_out` what is there and would not be loaded,
    `before_damage` what of that comes before a damaged block."""

    path: str
    kind: str
    problem: str = ""
    detail: str = ""
    ders: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    left_out: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    before_damage: tuple[bytes, ...] = attrs.field(default=(), repr=False)
    changed: datetime | None = None

    @property
    def newest(self) -> datetime | None:
        """The latest beginning of a certificate's validity: how young the newest authority is."""
        return max((start for der in self.ders if (start := not_before(der)) is not None), default=None)


def read_places(files: Iterable[str], directories: Iterable[str], *, java: bool = False) -> tuple[Place, ...]:
    """The places of a client: a directory where a file is read gives nothing."""
    return (*(_as_file(read_place(path, java=java)) for path in files), *(read_place(path, java=java) for path in directories))


def _as_file(place: Place) -> Place:
    if place.kind != "directory":
        return place
    inside = place.ders or place.left_out
    return attrs.evolve(place, problem="not-pem", detail=f"{place.path} is a directory, and a file is read there", ders=(), left_out=inside, before_damage=())


def read_place(path: str, *, java: bool = False) -> Place:
    """Look at a file or directory, as OpenSSL does or as Java does; never raises."""
    if not path:
        return Place(path=path, kind="file", problem="missing", detail="the name is empty")
    try:
        if os.path.isdir(path):
            return _directory(path)
        status = os.stat(path)
        if status.st_size > MAX_FILE:
            return Place(path=path, kind="file", problem="not-pem", detail=f"{path} has {status.st_size} bytes: that is no trust store")
        return _file(path, status.st_mtime_ns, status.st_size, java)
    except (FileNotFoundError, NotADirectoryError):
        return Place(path=path, kind="file", problem="missing", detail=f"{path} does not exist")
    except (OSError, ValueError) as exc:  # ValueError: a name with a NUL in it
        return Place(path=path, kind="file", problem="unreadable", detail=f"{path} cannot be read: {getattr(exc, 'strerror', None) or exc}")


@functools.lru_cache(maxsize=2048)
def _file(path: str, changed: int, size: int, java: bool) -> Place:
    data = read_file(path, MAX_FILE)
    base = Place(path=path, kind="file", changed=datetime.fromtimestamp(changed / 1e9, UTC))
    if is_keystore(data):
        return _keystore(base, data, java)
    if not data.strip():
        return attrs.evolve(base, problem="empty", detail=f"{path} is empty")
    ders, broken = read_bundle(data)
    if broken:
        detail = f"block {broken} of {path} is damaged, and OpenSSL loads nothing of such a file (sound certificates in it: {len(ders)})"
        return attrs.evolve(base, problem="broken-block", detail=detail, left_out=ders, before_damage=ders[: broken - 1])
    if not ders:
        return attrs.evolve(base, problem="not-pem", detail=f"{path} holds no PEM certificate")
    return attrs.evolve(base, ders=ders)


def _keystore(base: Place, data: bytes, java: bool) -> Place:
    if not java:
        return attrs.evolve(base, kind="keystore", problem="not-pem", detail=f"{base.path} is a key store (JKS or PKCS#12), which only Java reads")
    try:
        return attrs.evolve(base, kind="keystore", ders=read_keystore(data))
    except KeystoreError as exc:
        return attrs.evolve(base, kind="keystore", problem="unknown-format", detail=f"{base.path}: {exc}")


def read_bundle(data: bytes) -> tuple[tuple[bytes, ...], int]:
    """The certificates of a PEM text, and the number of the first block that a strict reader stops at (from 1; 0: none)."""
    ders: list[bytes] = []
    broken = 0
    for number, begin in enumerate(_BEGIN.finditer(data), 1):
        label = begin.group(1)
        end = data.find(b"-----END " + label + b"-----", begin.end())
        der = _decoded(data[begin.end() : end]) if end >= 0 else None
        if label in _LABELS and der is not None and _is_certificate(der):
            ders.append(der)
        elif (label in _LABELS or der is None) and not broken:
            broken = number
    return tuple(ders), broken


def _decoded(block: bytes) -> bytes | None:
    head, found, body = block.partition(b"\n\n")
    try:
        return base64.b64decode(b"".join((body if found and b":" in head else block).split()), validate=True)
    except binascii.Error:
        return None


def _is_certificate(der: bytes) -> bool:
    try:
        outer = read_element(der).expect(0x30)
        return len(outer.children()) == 3 and len(_fields(der)) >= 6
    except (DerError, IndexError):
        return False


def _directory(path: str) -> Place:
    names = sorted(os.listdir(path))[:MAX_NAMES]
    hashed = tuple(name for name in names if _HASHED.fullmatch(name))
    ders = _of_files(path, hashed)
    changed = datetime.fromtimestamp(os.stat(path).st_mtime, UTC)
    base = Place(path=path, kind="directory", ders=ders, changed=changed)
    if ders:
        return base
    if plain := _of_files(path, (name for name in names if name.endswith(_CERTIFICATE_NAMES))):
        detail = f"in {path} no file has a name of the form 'hash.number', which is all that OpenSSL looks for (certificates under other names: {len(plain)})"
        return attrs.evolve(base, problem="unhashed", detail=detail, left_out=plain)
    return attrs.evolve(base, problem="empty", detail=f"{path} holds no certificate")


def _of_files(folder: str, names: Iterable[str]) -> tuple[bytes, ...]:
    found: dict[bytes, None] = {}
    for name in names:
        place = read_place(os.path.join(folder, name))
        found.update(dict.fromkeys(place.ders))
    return tuple(found)


def _fields(der: bytes) -> list[Element]:
    """The fields of the part that is signed, without the version."""
    parts = read_element(der).children()[0].children()
    return parts[1:] if parts[0].tag == 0xA0 else parts


@functools.lru_cache(maxsize=2048)
def not_before(der: bytes) -> datetime | None:
    """When a certificate's validity begins, without reading the rest of it."""
    try:
        return _fields(der)[3].children()[0].time()
    except (DerError, IndexError):
        return None
