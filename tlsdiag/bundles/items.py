"""What a file is made of. Nothing here holds a secret: of a private key only the public half and the kind are kept."""

from __future__ import annotations

import attrs


@attrs.frozen(kw_only=True)
class Remark:
    """Something about the form of a file: a slug, and what was seen in words."""

    code: str
    detail: str


@attrs.frozen(kw_only=True)
class Item:
    """One thing in a file.

    `kind`: "certificate", "private-key", "public-key", "request", "revocation-list", "parameters", "ssh-key", "pgp", "attribute-certificate",
    "pkcs7" (one that cannot be read) or "unknown".
    `form`: how it stands there ("pem", "der", "pkcs7", "pkcs12"). `line` counts from 1 (None: the file has no lines), `offset` in bytes from its start.
    `der` is that of a certificate; `public` the SubjectPublicKeyInfo of a private key, and `key` its kind in words. `problem`: empty, or "damaged",
    "cut", "mislabelled" for anything, "password-missing", "password-wrong", "unreadable" for a key; `detail` says it in words.
    """

    kind: str
    form: str = "pem"
    label: str = ""
    line: int | None = None
    offset: int = 0
    der: bytes = attrs.field(default=b"", repr=False)
    public: bytes = attrs.field(default=b"", repr=False)
    key: str = ""
    encrypted: bool = False
    problem: str = ""
    detail: str = ""


@attrs.frozen(kw_only=True)
class Bundle:
    """A whole file. `form` is "pem", "der", "pkcs7", "pkcs12" or "unknown"; `ordered` is False where the order in it means nothing.

    `problem` says why nothing can be read of it ("empty", "html", "ssh-key", "pgp", "java-keystore", "archive", "password-missing", "password-wrong",
    "damaged", "unknown"), `detail` says it in words. `remarks` are about the form.
    """

    form: str = "unknown"
    items: tuple[Item, ...] = ()
    ordered: bool = True
    problem: str = ""
    detail: str = ""
    remarks: tuple[Remark, ...] = ()

    @property
    def certificates(self) -> tuple[Item, ...]:
        """The certificates that were read, in the order of the file."""
        return tuple(item for item in self.items if item.kind == "certificate" and item.der)
