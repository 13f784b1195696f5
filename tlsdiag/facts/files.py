"""Certificate files: what is in them and how it fits together. Of a private key only its kind and its public half are known here."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..observation import Observation
from .chain import PathSeen
from .common import Note


@attrs.frozen(kw_only=True)
class FileSeen:
    """One file that was given. `role`: "certificates" or "key". `form`, `problem`, `detail` and `remarks` as in `tlsdiag.bundles.Bundle`; `size` in bytes.

    `open_to_all`: every user of this machine may read it (None: it was given as bytes, or the system does not tell).
    """

    name: str
    role: str = "certificates"
    form: str = "unknown"
    size: int = 0
    ordered: bool = True
    open_to_all: bool | None = None
    problem: str = ""
    detail: str = ""
    remarks: tuple[Note, ...] = ()


@attrs.frozen(kw_only=True)
class FileItem:
    """One thing in a file (its number, from 0). `kind`, `form`, `label`, `line` and `problem` as in `tlsdiag.bundles.Item`; `certificate` is DER."""

    file: int
    kind: str
    form: str = "pem"
    label: str = ""
    line: int | None = None
    offset: int = 0
    certificate: bytes = b""
    problem: str = ""
    detail: str = ""


@attrs.frozen(kw_only=True)
class KeySeen:
    """A private key: where it is, its kind in words ("EC secp256r1") and its public half (SubjectPublicKeyInfo, DER), empty where it could not be opened.

    `given`: the caller named it as the key. `belongs_to`: positions in `CertificateFiles.items` of the certificates with this key.
    """

    file: int
    line: int | None = None
    kind: str = ""
    public: bytes = b""
    encrypted: bool = False
    given: bool = False
    belongs_to: tuple[int, ...] = ()
    problem: str = ""
    detail: str = ""


@attrs.frozen(kw_only=True)
class CertificateFiles(Observation):
    """Everything in the files. Positions count in `items`: `leaf` is the certificate that is judged (None: there are authorities only, or nothing), and
    `chosen` why, where there are several (see `tlsdiag.bundles.Arrangement`); `leaves` are all end entities, `chain` is what belongs with the leaf, as it
    should be sent, and `written` the same in the order of the files. `is_store`: a list of roots, as clients trust them. `key_wanted`: the caller asked for
    a key. A key in PKCS#12 is not an item."""

    name: ClassVar[str] = "certificate-files"

    files: tuple[FileSeen, ...]
    items: tuple[FileItem, ...] = ()
    keys: tuple[KeySeen, ...] = ()
    leaf: int | None = None
    chosen: str = ""
    leaves: tuple[int, ...] = ()
    chain: tuple[int, ...] = ()
    written: tuple[int, ...] = ()
    is_store: bool = False
    key_wanted: bool = False

    @property
    def certificates(self) -> tuple[int, ...]:
        """The positions of the certificates that could be read."""
        return tuple(at for at, item in enumerate(self.items) if item.kind == "certificate" and item.certificate)

    def place(self, at: int) -> str:
        """Where an item is, in words: "fullchain.pem, line 34"."""
        item = self.items[at]
        name = self.files[item.file].name
        return f"{name}, line {item.line}" if item.line is not None else f"{name}, byte {item.offset}" if item.form == "der" else name


@attrs.frozen(kw_only=True)
class LeafSeen:
    """A server certificate beside the one that is judged: its position in `CertificateFiles.items`, and the best path from it, by all that is in the files.

    `complete` is False where the search ended before every issuer was looked for."""

    at: int
    path: PathSeen
    complete: bool = True


@attrs.frozen(kw_only=True)
class OtherLeaves(Observation):
    """The server certificates of the files that are not judged, as far as a path tells; `omitted` were too many to be looked at."""

    name: ClassVar[str] = "other-leaves"

    leaves: tuple[LeafSeen, ...] = ()
    omitted: int = 0
