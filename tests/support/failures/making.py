"""What the cases are made of: authorities, clients, and builders of settings."""

from __future__ import annotations

import functools
import ssl
import subprocess
import tempfile
import unittest.mock
import warnings
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import certifi
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tlsdiag.demo.servers import Conversation
from tlsdiag.plugin import ClientCertificate
from tlsdiag.testing import Authority, Issued, Window

from .case import Bench, Build, Setting
from .forge import Pair, pair

NAME = "server.example"
NOW = datetime.now(UTC)
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=310)

Make = Callable[[], Pair]


def days(before: float, after: float) -> Window:
    """A validity period in days from now."""
    return Window(not_before=NOW + timedelta(days=before), not_after=NOW + timedelta(days=after))


def leaf(*names: str, **faults: Any) -> Issued:
    """A certificate of the issuing authority, sound but for its faults."""
    return ISSUING.issue(*(names or (NAME,)), **faults)


def sound() -> Pair:
    """A sound certificate with an ECDSA key."""
    return pair(leaf())


def sound_rsa() -> Pair:
    """A sound certificate with an RSA key."""
    return pair(leaf(key="rsa"))


def served(kind: str, make: Make | None = sound, *, host: str = NAME, client: Callable[[], ssl.SSLContext] | None = None, diagnosis: dict[str, Any] | None = None, **options: Any) -> Build:
    """A real server with a certificate; `options` are the server's, `diagnosis` those of the diagnosis."""

    def build(bench: Bench) -> Setting:
        given = make() if make is not None else None
        pairs = {} if given is None else {"chain_pem": given.chain_pem, "key_pem": given.key_pem}
        server = bench.serve(kind, **pairs, **options)
        found: dict[str, Any] = {"port": server.port, "addresses": [server.host], **(diagnosis or {})}
        if client is not None:
            found["client"] = client()
        else:
            found.setdefault("trust", ROOT.pem)
        return Setting(host, found)

    return build


def below_public_root(build: Build) -> Build:
    """The root stands in Mozilla's list for as long as the case lasts, so that the rules of public authorities hold for what it has issued."""

    def made(bench: Bench) -> Setting:
        bundle = bench.folder / "mozilla.pem"
        bundle.write_bytes(Path(certifi.where()).read_bytes() + ROOT.pem)
        bench.enter(unittest.mock.patch.object(certifi, "where", return_value=str(bundle)))
        return build(bench)

    return made


def weak(kind: str, make: Make, **options: Any) -> Build:
    """A server whose own library is told to serve what it would refuse at its usual security level."""
    return served(kind, make, security_level=0, **options)


def met(converse: Conversation, *, host: str = NAME, **diagnosis: Any) -> Build:
    """A scripted peer."""
    return lambda bench: Setting(host, {"port": bench.peer(converse), "addresses": ["127.0.0.1"], "trust": ROOT.pem, **diagnosis})


def client(*, ciphers: str = "", curve: str = "", trust: bytes | None = None, flags: int = 0, **limits: Any) -> ssl.SSLContext:
    """A client of the caller's own."""
    context = ssl.create_default_context(cadata=(trust or ROOT.pem).decode())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what some cases are about
        for name, value in limits.items():
            setattr(context, name, value)
    if ciphers:
        context.set_ciphers(ciphers)
    if curve:
        context.set_ecdh_curve(curve)
    context.verify_flags |= ssl.VerifyFlags(flags)
    return context


def at_most_12(**options: Any) -> ssl.SSLContext:
    """A client that speaks TLS 1.2 at the most."""
    return client(maximum_version=ssl.TLSVersion.TLSv1_2, **options)


def credential(issued: Issued, *, chain: bytes | None = None) -> ClientCertificate:
    """A client certificate."""
    return ClientCertificate(certificate=chain or issued.chain_pem, key=issued.key_pem)


@functools.cache
def by_openssl(key: str, *more: str) -> Pair:
    """A certificate that `cryptography` cannot make: `key` are the arguments of genpkey, `more` those of req."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "ca.pem").write_bytes(ROOT.pem)
        (Path(folder) / "ca.key").write_bytes(ROOT.issued.key_pem)
        request = f"req -x509 -new -key key.pem -CA ca.pem -CAkey ca.key -subj /CN={NAME} -days 60 -out leaf.pem"
        request += f" -addext subjectAltName=DNS:{NAME} -addext basicConstraints=critical,CA:FALSE"
        for words in (["genpkey", *key.split(), "-out", "key.pem"], [*request.split(), *more]):
            subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)
        return Pair(chain_pem=(Path(folder) / "leaf.pem").read_bytes(), key_pem=(Path(folder) / "key.pem").read_bytes())


RSA_ROOT = Authority.root("Test RSA Root CA", key="rsa", number=360)


@functools.cache
def over_md5() -> Pair:
    """A certificate that is signed over MD5, which takes RSA: `RSA_ROOT` has signed it."""
    with tempfile.TemporaryDirectory() as folder:
        key = leaf(key="rsa").key_pem
        for name, content in {"ca.pem": RSA_ROOT.pem, "ca.key": RSA_ROOT.issued.key_pem, "key.pem": key}.items():
            (Path(folder) / name).write_bytes(content)
        words = f"req -x509 -new -md5 -key key.pem -CA ca.pem -CAkey ca.key -subj /CN={NAME} -days 60 -out leaf.pem"
        words += f" -addext subjectAltName=DNS:{NAME} -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=serverAuth"
        subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
        return Pair(chain_pem=(Path(folder) / "leaf.pem").read_bytes(), key_pem=key)


@functools.cache
def sha1_authority() -> Authority:
    """An intermediate that the root has signed over SHA-1, which `cryptography` refuses to do."""
    with tempfile.TemporaryDirectory() as folder:
        key = ROOT.intermediate(number=342).issued
        for name, content in {"ca.pem": ROOT.pem, "ca.key": ROOT.issued.key_pem, "key.pem": key.key_pem}.items():
            (Path(folder) / name).write_bytes(content)
        words = "req -x509 -new -sha1 -key key.pem -CA ca.pem -CAkey ca.key -subj /CN=Test-SHA-1-CA -days 60 -out ca2.pem"
        words += " -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign"
        subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)
        certificate = x509.load_pem_x509_certificate((Path(folder) / "ca2.pem").read_bytes())
    return Authority(issued=Issued(certificate=certificate, private_key=key.private_key, root=ROOT.issued.certificate), window=ROOT.window)


def revocation_list(*revoked: int, ends: int = 30) -> x509.CertificateRevocationList:
    """The issuing authority's list of revoked serial numbers; it ends in so many days."""
    builder = x509.CertificateRevocationListBuilder(ISSUING.issued.certificate.subject, NOW - timedelta(days=60), NOW + timedelta(days=ends))
    for serial in revoked:
        builder = builder.add_revoked_certificate(x509.RevokedCertificateBuilder(serial, NOW - timedelta(days=1)).build())
    return builder.sign(ISSUING.issued.private_key, hashes.SHA256())


@functools.cache
def dh_parameters(bits: int) -> bytes:
    """Parameters for finite-field Diffie-Hellman, in PEM."""
    return subprocess.run(["openssl", "dhparam", "-dsaparam", str(bits)], capture_output=True, check=True).stdout
