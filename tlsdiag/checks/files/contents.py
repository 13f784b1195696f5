"""What is in the files: certificates or something else, whole or damaged, in a form that servers read or not."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import CertificateFiles, Check, FileFinding, FileItem, FileSeen, Finding, Fix, Seen, Severity
from .common import counted
from .contents_rules import DAMAGED, FORM, MORE, NO_CERTIFICATE, NOT_PEM, OLD_KEYSTORE

_UNREAD = frozenset({"utf-16", "glued", "indented", "embedded", "one-line", "blank-lines", "escaped-lines", "typed-dashes", "old-lines", "base64-of-pem", "no-armour"})
"""Remarks on a form that OpenSSL reads nothing of."""
_HALF_READ = {"byte-order-mark": " OpenSSL passes over it; Go and Java do not see the first block.", "trailing-data": "", "too-many": ""}
_LOCKED = frozenset({"password-missing", "password-wrong"})
_WANTED = frozenset({"certificate", "private-key", "parameters", "pkcs7"})
"""What servers take from a file of certificates."""
_SHOWN = 4
_NAMES = {
    "private-key": "private key", "public-key": "public key", "request": "certificate request", "revocation-list": "revocation list", "parameters": "set of parameters",
    "ssh-key": "SSH key", "pgp": "PGP block", "attribute-certificate": "attribute certificate", "pkcs7": "PKCS#7 container", "unknown": "block of another kind", "certificate": "certificate",
}  # fmt: skip
_FIXES: dict[str, Fix] = {
    "java-keystore": Fix(
        summary="Export the certificate, or the whole store as PKCS#12, with Java's keytool; tlsdiag reads PKCS#12.",
        snippets={
            "java": "keytool -exportcert -rfc -alias NAME -keystore keystore.jks -file cert.pem\nkeytool -importkeystore -srckeystore keystore.jks -destkeystore all.p12 -deststoretype PKCS12"
        },
    ),
    "html": Fix(summary="Look at the page: mostly a login or an error stands between the program that fetched it and the file. Fetch it again.", snippets={"shell": "head -c 300 FILE; curl -fL -o cert.pem URL"}),
    "ssh-key": Fix(summary="TLS wants an X.509 certificate of an authority; SSH keys have another use. The private key of SSH may serve to make a request.", snippets={"openssl": "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out request.pem -subj /CN=NAME"}),
    "archive": Fix(summary="Unpack it first; the authority's package holds the certificate and its intermediates as single files.", snippets={"shell": "unzip -l FILE"}),
    "request": Fix(summary="A request is what the authority makes the certificate of: send it there, and install what comes back.", snippets={"openssl": "openssl req -in request.pem -noout -subject"}),
    "private-key": Fix(summary="This is the key. Give the certificate beside it: in most servers they are two settings.", snippets={"nginx": "ssl_certificate fullchain.pem;\nssl_certificate_key key.pem;", "tlsdiag": "tlsdiag certificates fullchain.pem --key key.pem"}),
}


class FileContentsCheck(Check):
    """Looks at every file, and at what could not be read of it."""

    name = "files/contents"
    rules = (NO_CERTIFICATE, DAMAGED, MORE, FORM, NOT_PEM, OLD_KEYSTORE)
    needs = (CertificateFiles,)
    about = "files"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield file by file."""
        files = seen[CertificateFiles]
        for number, file in enumerate(files.files):
            items = [item for item in files.items if item.file == number]
            yield from _damage(file, items)
            yield from _nothing(files, file, items)
            yield from _more(files, file, items)
            yield from _form(file)


def _finding_of(file: FileSeen) -> dict[str, str]:
    return {"subject": file.name, "file": file.name}


def _damage(file: FileSeen, items: list[FileItem]) -> Iterator[Finding]:
    if file.problem == "damaged":
        yield FileFinding.of(DAMAGED, f"{file.name} cannot be read: {file.detail}.", reason="damaged", **_finding_of(file))
        return
    bad = [item for item in items if item.problem in ("damaged", "cut", "mislabelled")]
    if not bad:
        return
    first, more = bad[0], f"; and {len(bad) - 1} more" if len(bad) > 1 else ""
    where = f"line {first.line} ({first.label})" if first.line is not None else f"byte {first.offset}"
    detail = f"In {file.name}, {where}: {first.detail}{more}."
    yield FileFinding.of(DAMAGED, detail, reason=first.problem, line=first.line, **_finding_of(file))


def _nothing(files: CertificateFiles, file: FileSeen, items: list[FileItem]) -> Iterator[Finding]:
    """A file that is something else altogether, or, where no file has a certificate, what this one has."""
    if file.role != "certificates" or file.problem in _LOCKED or file.problem == "damaged":
        return
    if file.problem:
        yield FileFinding.of(
            NO_CERTIFICATE, f"{file.name} holds no certificate: {file.detail}.", reason=file.problem, fix=_FIXES.get(file.problem, NO_CERTIFICATE.fix), **_finding_of(file)
        )
    elif not files.certificates and not any(item.problem in ("damaged", "cut") for item in items):
        kinds = list(dict.fromkeys(item.kind for item in items))
        reason = kinds[0] if len(kinds) == 1 else ""
        detail = f"{file.name} holds {_counted(items) or 'nothing'}, and no certificate."
        yield FileFinding.of(NO_CERTIFICATE, detail, reason=reason, fix=_FIXES.get(reason, NO_CERTIFICATE.fix), **_finding_of(file))


def _counted(items: list[FileItem]) -> str:
    kinds = dict.fromkeys(item.kind for item in items)
    return ", ".join(counted(sum(item.kind == kind for item in items), _NAMES[kind]) for kind in kinds)


def _more(files: CertificateFiles, file: FileSeen, items: list[FileItem]) -> Iterator[Finding]:
    more = [item for item in items if item.kind not in _WANTED and not item.problem]
    if files.certificates and file.role == "certificates" and more:
        lines = ", ".join(str(item.line) for item in more[:_SHOWN] if item.line is not None)
        where = f" ({'line' if len(more) == 1 else 'lines'} {lines}{' and further on' if len(more) > _SHOWN else ''})" if lines else ""
        yield FileFinding.of(MORE, f"{file.name} holds {_counted(more)} too{where}.", reason=more[0].kind, line=more[0].line, **_finding_of(file))


def _form(file: FileSeen) -> Iterator[Finding]:
    unread = [note for note in file.remarks if note.code in _UNREAD]
    half = [note for note in file.remarks if note.code in _HALF_READ]
    if not file.problem and unread:
        detail = f"{file.name}: {'; '.join(note.detail for note in unread)}."
        yield FileFinding.of(FORM, detail, reason=unread[0].code, **_finding_of(file))
    elif not file.problem and half:
        detail = f"{file.name}: {half[0].detail}.{_HALF_READ[half[0].code]}"
        yield FileFinding.of(FORM, detail, reason=half[0].code, severity=Severity.MEDIUM, blocks=False, title="Some programs do not read the whole file", **_finding_of(file))
    if file.form in ("der", "pkcs7", "pkcs12") and not file.problem and not unread:
        detail = f"{file.name} is {_FORMS[file.form]}."
        yield FileFinding.of(NOT_PEM, detail, reason=file.form, **_finding_of(file))
    for note in file.remarks:
        if note.code in ("pkcs12-legacy", "pkcs12-old"):
            severity = Severity.LOW if note.code == "pkcs12-legacy" else Severity.INFO
            yield FileFinding.of(OLD_KEYSTORE, f"{file.name}: {note.detail}.", reason=note.code, severity=severity, **_finding_of(file))


_FORMS = {"der": "in DER (binary)", "pkcs7": "a PKCS#7 container (.p7b), which holds certificates without an order and no key", "pkcs12": "a PKCS#12 container (.p12, .pfx)"}
