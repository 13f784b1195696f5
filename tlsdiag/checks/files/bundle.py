"""How the certificates of the files fit together: whose they are, which is the server's own, and what else is there."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import Certificate, signed_by
from ...plugin import (
    Blame,
    CertificateFiles,
    ChainFinding,
    ChainPaths,
    Check,
    FileFinding,
    Finding,
    Fix,
    Layer,
    OtherLeaves,
    Rule,
    Seen,
    ServedChain,
    Severity,
)
from .common import certificate_at, counted, labels
from .others import WHY, told

_SPLIT = {
    "nginx": "ssl_certificate rsa.pem;    ssl_certificate_key rsa.key;\nssl_certificate ecdsa.pem;  ssl_certificate_key ecdsa.key;   # one file for each",
    "haproxy": "bind :443 ssl crt /etc/haproxy/certs/   # one file for each",
    "apache": "SSLCertificateFile rsa.pem\nSSLCertificateFile ecdsa.pem   # one file for each",
    "tlsdiag": "tlsdiag certificates FILE --leaf 2   # judges the second one; with --write-chain OUT it writes its chain to a file of its own",
}
NO_LEAF = Rule(
    code="file-without-leaf",
    title="The server's own certificate is not in the file",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The file holds authorities only: it is the chain file (chain.pem, a CA bundle), which goes with the certificate and does not stand for it.",
    fix=Fix(
        summary="Give the server's certificate too, before the chain: with certbot that is fullchain.pem.",
        snippets={"shell": "cat cert.pem chain.pem > fullchain.pem", "nginx": "ssl_certificate fullchain.pem;   # not chain.pem", "apache": "SSLCertificateFile fullchain.pem"},
    ),
    references=("RFC 8446 section 4.4.2",),
    explains=("file-key-mismatch",),
    blocking=True,
    failing="the intermediates of a chain without its first certificate",
    passing="a chain with its first certificate",
)
SEVERAL = Rule(
    code="file-several-leaves",
    title="There are several server certificates",
    layer=Layer.LOCAL,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="A server takes the first of a file for its own and sends the others along, where they certify nothing. Certificates of several sites, or for RSA and ECDSA, go into a file each.",
    fix=Fix(summary="Put each server certificate into a file of its own, with its intermediates after it; what is left of an older certificate goes out. To have another one judged, ask for it by its number (--leaf, leaf=).", snippets=_SPLIT),
    references=("RFC 8446 section 4.4.2",),
    failing="a file with the certificates of two sites",
    passing="a file with one certificate and its chain",
)
WRONG_ORDER = Rule(
    code="file-wrong-order",
    title="The certificates in the file are in the wrong order",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="A server sends them as they stand: its own certificate comes first, and each that follows certifies the one before. One whose first certificate is not its own does not start, or is refused by every client; the rest of the order strict and small clients want. What else is wrong with the certificates was judged in the right order.",
    fix=Fix(
        summary="Put the server's certificate first and each issuer after what it has issued.",
        snippets={
            "tlsdiag": "tlsdiag certificates FILE --write-chain fullchain.pem   # writes it as it should be",
            "shell": "cat server.pem intermediate.pem > fullchain.pem",
            "haproxy": "cat server.pem intermediate.pem key.pem > /etc/haproxy/cert.pem",
        },
    ),
    references=("RFC 5246 section 7.4.2", "RFC 8446 section 4.4.2"),
    failing="a file with the intermediate before the server's certificate",
    passing="a file with the server's certificate first",
)
STORE = Rule(
    code="trust-store-file",
    title="This is a trust store",
    layer=Layer.LOCAL,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="It lists root authorities, as a client trusts them. No server sends it, and no rule for a server's chain applies; of the roots only the dates were looked at.",
    fix=Fix(summary="Nothing has to change. To judge a server by it, name it as the store.", snippets={"tlsdiag": "tlsdiag certificates fullchain.pem --trust roots.pem", "python": "ssl.create_default_context(cafile='roots.pem')"}),
    references=("RFC 5280 section 6.1", "RFC 5914"),
    failing="a file with roots only",
    passing="a chain with its root",
)
EXPIRED = Rule(
    code="file-certificate-expired",
    title="Some certificates in the file are out of date",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.SERVER,
    why="They are not on the path that is judged, so that no client refuses for them. They are left over from a renewal, or from a store that nobody has renewed for long.",
    fix=Fix(summary="Take them out when the file is written the next time.", snippets={"openssl": "openssl crl2pkcs7 -nocrl -certfile FILE | openssl pkcs7 -print_certs -text -noout | grep -A2 Validity"}),
    references=("RFC 5280 section 4.1.2.5",),
    failing="a store with a root that has expired",
    passing="a store of valid roots",
)
_SHOWN = 4
_MOST_LISTED = 6


class FileBundleCheck(Check):
    """Reads how the certificates were arranged."""

    name = "files/bundle"
    rules = (NO_LEAF, SEVERAL, WRONG_ORDER, STORE, EXPIRED)
    needs = (CertificateFiles,)
    wants = (ServedChain, ChainPaths, OtherLeaves)
    about = "files"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what the file is, where it is no chain; then what is too much in it."""
        files = seen[CertificateFiles]
        own = _unique(files)
        name = files.files[0].name
        if files.is_store:
            yield FileFinding.of(STORE, f"{name} holds {counted(len(own), 'root authority', 'root authorities')}: {labels(files, own)}.", subject=name, file=name)
        elif own and files.leaf is None:
            detail = f"{name} holds {counted(len(own), 'authority', 'authorities')} ({labels(files, own)}) and no server's certificate."
            yield FileFinding.of(NO_LEAF, detail, subject=name, file=name, certificate=files.items[own[0]].certificate)
        elif len(files.leaves) > 1:
            yield _several(seen, files)
        yield from _order(files)
        yield from _expired(seen, files, own)


def _unique(files: CertificateFiles) -> tuple[int, ...]:
    """The certificates of the files, each once; what stands beside a key that was given on its own is no part of them."""
    first: dict[bytes, int] = {}
    for at in files.certificates:
        if files.files[files.items[at].file].role == "certificates":
            first.setdefault(files.items[at].certificate, at)
    return tuple(first.values())


def _order(files: CertificateFiles) -> Iterator[Finding]:
    """The order of the files against that of the path; what belongs to no path may stand anywhere behind the leaf."""
    if files.leaf is None or not files.written:
        return
    path = _path(files)
    written = [at for at in files.written if at in path]
    first_is_wrong = files.written[0] != files.leaf
    if written == path and not first_is_wrong:
        return
    wanted = path[:-1] if len(path) > 1 and certificate_at(files, path[-1]).is_self_issued else path
    listed = ", ".join(f"{certificate_at(files, at).label} ({files.place(at)})" for at in files.written[:_MOST_LISTED])
    more = len(files.written) - _MOST_LISTED
    detail = f"The order is: {listed}{f' and {more} more' if more > 0 else ''}. It should be: {labels(files, tuple(wanted), _MOST_LISTED)}."
    severity = Severity.CRITICAL if first_is_wrong else Severity.MEDIUM
    positions = tuple(files.chain.index(at) for at in files.written)
    yield ChainFinding.of(WRONG_ORDER, detail, severity=severity, blocks=first_is_wrong, positions=positions, right_order=tuple(range(len(path))))


def _path(files: CertificateFiles) -> list[int]:
    """The leaf and the issuers above it, as far as they are there."""
    path = [files.chain[0]]
    for at in files.chain[1:]:
        below, above = certificate_at(files, path[-1]), certificate_at(files, at)
        if above.subject.raw != below.issuer.raw or signed_by(below, above) is False:
            break
        path.append(at)
    return path


def _several(seen: Seen, files: CertificateFiles) -> Finding:
    assert files.leaf is not None, "one of several leaves was chosen"
    judged = certificate_at(files, files.leaf)
    every = [certificate_at(files, at) for at in files.leaves]
    same = len({item.dns_names for item in every}) == 1
    kinds = list(dict.fromkeys(str(item.key) for item in every))[:_MOST_LISTED]
    keys = f" with keys of the kinds {', '.join(kinds)}" if len(kinds) > 1 else ""
    what = f"for the same names{keys}" if same else "for different names"
    number = files.leaves.index(files.leaf) + 1
    why = WHY.get(files.chosen, WHY["any"])
    detail = f"{len(files.leaves)} certificates {what}. Judged here: number {number}, {judged.label} ({files.place(files.leaf)}), {why}. {told(seen, files)}"
    return FileFinding.of(SEVERAL, detail, subject=judged.label, file=files.files[files.items[files.leaf].file].name, certificate=judged.der)


def _expired(seen: Seen, files: CertificateFiles, own: tuple[int, ...]) -> Iterator[Finding]:
    served, paths = seen.get(ServedChain), seen.get(ChainPaths)
    unused = set(paths.shape.extras) if paths is not None else set()
    judged = {der for at, der in enumerate(served.certificates) if at not in unused} if served is not None else set()
    late = [at for at in own if files.items[at].certificate not in judged and _out_of_date(certificate_at(files, at), seen)]
    if late:
        listed = "; ".join(f"{certificate_at(files, at).label}, until {_end(certificate_at(files, at))} ({files.place(at)})" for at in late[:_SHOWN])
        more = f"; and {len(late) - _SHOWN} more" if len(late) > _SHOWN else ""
        first = files.items[late[0]]
        yield FileFinding.of(EXPIRED, f"{listed}{more}.", subject=files.files[first.file].name, file=files.files[first.file].name, line=first.line, certificate=first.certificate)


def _out_of_date(certificate: Certificate, seen: Seen) -> bool:
    return certificate.not_after is not None and certificate.not_after < seen.now


def _end(certificate: Certificate) -> str:
    return f"{certificate.not_after:%Y-%m-%d}" if certificate.not_after is not None else "an unknown date"
