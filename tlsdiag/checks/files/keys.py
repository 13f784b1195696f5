"""The private key: is it there, can it be read, does it belong to the certificate, and who else can read it? Its bytes are not known here."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import CertificateFiles, Check, FileFinding, Finding, Fix, KeySeen, Seen
from .common import certificate_at
from .key_rules import EXPOSED, HOLDS_KEY, LOCKED, MISMATCH, MISSING, UNREADABLE

_LOCKED = ("password-missing", "password-wrong")

_OF_ANOTHER = Fix(
    summary="Put the certificate that the key belongs to first in the file, or into a file of its own with this key; an authority's own key does not belong on a server.",
    snippets=MISMATCH.fix.snippets,
)


class FileKeysCheck(Check):
    """Looks at the keys in the files, and at the one that was given."""

    name = "files/keys"
    rules = (MISMATCH, LOCKED, MISSING, UNREADABLE, HOLDS_KEY, EXPOSED)
    needs = (CertificateFiles,)
    about = "files"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is wrong with the keys, then remarks on where they are."""
        files = seen[CertificateFiles]
        for number, file in enumerate(files.files):
            if file.problem in _LOCKED:
                within = ("file-holds-no-certificate",)  # who knows what is in a container that is locked; in a locked key there is none
                yield FileFinding.of(LOCKED, f"{file.name}: {file.detail}.", subject=file.name, file=file.name, reason=file.problem, also_explains=within)
            yield from _of_file(files, number)
        wanted = [key for key in files.keys if key.given or not _is_given(files)]
        if files.key_wanted and not wanted:
            yield _missing(files)
        yield from _mismatch(files, [key for key in wanted if key.public])


def _of_file(files: CertificateFiles, number: int) -> Iterator[Finding]:
    file = files.files[number]
    keys = [key for key in files.keys if key.file == number]
    for key in keys:
        common = {"subject": _place(files, key), "file": file.name, "line": key.line, "reason": key.problem}
        if key.problem in _LOCKED:
            counts = bool(files.certificates) or files.key_wanted  # a key alone is no certificate, and a password makes none of it
            yield FileFinding.of(LOCKED, f"The key in {_place(files, key)}: {key.detail}.", blocks=counts, **common)
        elif key.problem:
            yield FileFinding.of(UNREADABLE, f"The key in {_place(files, key)}: {key.detail}.", **common)
    if not keys:
        return
    held = [at for at in files.certificates if files.items[at].file == number]
    if held and file.role == "certificates" and file.form != "pkcs12":
        yield FileFinding.of(HOLDS_KEY, f"{_place(files, keys[0])}, beside {len(held)} of the certificates.", subject=file.name, file=file.name, line=keys[0].line)
    if file.open_to_all and any(not key.encrypted for key in keys):
        yield FileFinding.of(EXPOSED, f"{file.name} is open to all users, and its key is not encrypted.", subject=file.name, file=file.name, line=keys[0].line)


def _is_given(files: CertificateFiles) -> bool:
    return any(file.role == "key" for file in files.files)


def _missing(files: CertificateFiles) -> Finding:
    given = next((file for file in files.files if file.role == "key"), None)
    if given is None:
        return FileFinding.of(MISSING, f"{files.files[0].name} holds no private key.", subject=files.files[0].name, file=files.files[0].name)
    words = f": {given.detail}" if given.problem else ""
    return FileFinding.of(MISSING, f"{given.name} holds no private key{words}.", subject=given.name, file=given.name, reason=given.problem)


def _mismatch(files: CertificateFiles, keys: list[KeySeen]) -> Iterator[Finding]:
    """Where there are keys and none of them is that of the leaf."""
    if files.leaf is None or not keys or any(files.leaf in _same(files, key) for key in keys):
        return
    leaf, key = certificate_at(files, files.leaf), keys[0]
    others = [at for at in key.belongs_to if files.items[at].certificate != leaf.der]
    if others:
        where = f"it belongs to {certificate_at(files, others[0]).label} ({files.place(others[0])})"
    else:
        where = "nor to any other certificate that is there" if len(files.certificates) > 1 else f"whose key is {leaf.key}"
    detail = f"The key in {_place(files, key)} ({key.kind}) does not belong to {leaf.label} ({files.place(files.leaf)}){'; ' if others else ', '}{where}."
    fix = _OF_ANOTHER if others else MISMATCH.fix
    yield FileFinding.of(MISMATCH, detail, subject=leaf.label, fix=fix, file=files.files[key.file].name, line=key.line, certificate=leaf.der)


def _same(files: CertificateFiles, key: KeySeen) -> set[int]:
    """The items with this key, and those that hold the same certificates once more."""
    ders = {files.items[at].certificate for at in key.belongs_to}
    return {at for at, item in enumerate(files.items) if item.certificate and item.certificate in ders}


def _place(files: CertificateFiles, key: KeySeen) -> str:
    name = files.files[key.file].name
    return f"{name}, line {key.line}" if key.line is not None else name
