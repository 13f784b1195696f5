"""The prediction of strict mode against OpenSSL's own: the same chains, with X509_V_FLAG_X509_STRICT set in memory, and with Python 3.13 for real."""

from __future__ import annotations

import glob
import shutil
import ssl
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from tlsdiag.certificates import Certificate, read_certificate, strict_faults
from tlsdiag.demo.servers import listening, tls
from tlsdiag.testing.certificates import new_key

NAME = "server.example"
KEYS = {"root": new_key("ecdsa", 300), "mid": new_key("ecdsa", 301), "leaf": new_key("ecdsa", 0)}
NOW = datetime.now(UTC)
PYTHON_313 = next(iter(sorted(glob.glob(str(Path.home() / ".pyenv/versions/3.13.*/bin/python3")))), None) or shutil.which("python3.13")

Extensions = dict[str, tuple[x509.ExtensionType, bool] | None]


def usage(signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(True, False, False, False, False, signs, signs, False, False)


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)] if text else [])


def made(subject: str, issuer: str, changes: Extensions, label: str | None = None) -> x509.Certificate:
    key, signer, authority = KEYS[subject], KEYS[issuer], subject != "leaf"
    base: Extensions = {
        "constraints": (x509.BasicConstraints(authority, None), True),
        "usage": (usage(authority), True),
        "subject": (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        "authority": (x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), False),
        "names": None if authority else (x509.SubjectAlternativeName([x509.DNSName(NAME)]), False),
    }
    builder = x509.CertificateBuilder(
        name(issuer), name(subject if label is None else label), key.public_key(), x509.random_serial_number(), NOW - timedelta(1), NOW + timedelta(9)
    )
    for extension in (base | changes).values():
        if extension is not None:
            builder = builder.add_extension(*extension)
    return builder.sign(signer, hashes.SHA256())


@attrs.frozen
class Chain:
    leaf: x509.Certificate
    mid: x509.Certificate
    root: x509.Certificate

    @classmethod
    def of(cls, *, leaf: Extensions | None = None, mid: Extensions | None = None, root: Extensions | None = None, label: str | None = None) -> Chain:
        return cls(made("leaf", "mid", leaf or {}, label), made("mid", "root", mid or {}), made("root", "root", root or {}))

    @property
    def path(self) -> list[Certificate]:
        return [read_certificate(item.public_bytes(Encoding.DER)) for item in (self.leaf, self.mid, self.root)]

    @property
    def served(self) -> bytes:
        return self.leaf.public_bytes(Encoding.PEM) + self.mid.public_bytes(Encoding.PEM)


def key_pem() -> bytes:
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    found: bytes = KEYS["leaf"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return found


def strict_openssl(chain: Chain) -> int:
    """The verification code of a strict client that meets this chain; 0 when it is content."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context(cadata=chain.root.public_bytes(Encoding.PEM).decode())
    with tempfile.NamedTemporaryFile() as file:
        file.write(chain.served + key_pem())
        file.flush()
        server.load_cert_chain(file.name)
    client.verify_flags |= ssl.VERIFY_X509_STRICT
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = client.wrap_bio(down, up, server_hostname=NAME), server.wrap_bio(up, down, server_side=True)
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as exc:
                return exc.verify_code
    return 0


CONSTRAINTS_PLAIN: tuple[x509.ExtensionType, bool] = (x509.BasicConstraints(True, None), False)
FAULTS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "the root has no authority key identifier": {"root": {"authority": None}},
    "the intermediate has no authority key identifier": {"mid": {"authority": None}},
    "the leaf has no authority key identifier": {"leaf": {"authority": None}},
    "the root's constraints are not critical": {"root": {"constraints": CONSTRAINTS_PLAIN}},
    "the intermediate's constraints are not critical": {"mid": {"constraints": CONSTRAINTS_PLAIN}},
    "the leaf's constraints are not critical": {"leaf": {"constraints": (x509.BasicConstraints(False, None), False)}},
    "the leaf has no constraints": {"leaf": {"constraints": None}},
    "the root has no key usage": {"root": {"usage": None}},
    "the intermediate has no key usage": {"mid": {"usage": None}},
    "the intermediate has a path length and no key usage": {"mid": {"constraints": (x509.BasicConstraints(True, 0), True), "usage": None}},
    "the leaf has no key usage": {"leaf": {"usage": None}},
    "the leaf signs certificates": {"leaf": {"usage": (usage(True), True)}},
    "the root has no subject key identifier": {"root": {"subject": None}},
    "the intermediate has no subject key identifier": {"mid": {"subject": None}},
    "the leaf has no subject key identifier": {"leaf": {"subject": None}},
    "the subject is empty": {"label": ""},
    "the subject is empty and the names are critical": {"label": "", "leaf": {"names": (x509.SubjectAlternativeName([x509.DNSName(NAME)]), True)}},
    "the leaf is an authority": {"leaf": {"constraints": (x509.BasicConstraints(True, None), True)}},
}
WITH_PYTHON = ("nothing", "the leaf has no authority key identifier", "the root's constraints are not critical", "the root has no key usage")


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_predicted_is_what_openssl_says(fault: str) -> None:
    chain = Chain.of(**FAULTS[fault])
    predicted = [item.verify_code for item in strict_faults(chain.path)]
    said = strict_openssl(chain)
    assert (said in predicted) if said else not predicted


@pytest.mark.servers
@pytest.mark.skipif(PYTHON_313 is None, reason="no Python 3.13 here")
@pytest.mark.parametrize("fault", WITH_PYTHON)
def test_what_is_predicted_is_what_python_313_says(fault: str, tmp_path: Path) -> None:
    assert PYTHON_313 is not None
    chain = Chain.of(**FAULTS[fault])
    (tmp_path / "root.pem").write_bytes(chain.root.public_bytes(Encoding.PEM))
    code = (
        "import socket, ssl, sys\n"
        "context = ssl.create_default_context(cafile=sys.argv[1])\n"
        "try:\n"
        f"    context.wrap_socket(socket.create_connection(('127.0.0.1', int(sys.argv[2]))), server_hostname='{NAME}').close()\n"
        "except ssl.SSLCertVerificationError as exc:\n"
        "    print(exc.verify_code)\n"
    )
    with listening(tls(chain.served, key_pem())) as server:
        done = subprocess.run([PYTHON_313, "-c", code, str(tmp_path / "root.pem"), str(server.port)], capture_output=True, text=True, check=True)
    predicted = [str(item.verify_code) for item in strict_faults(chain.path)]
    assert done.stdout.strip() in (predicted or [""])


def test_a_certificate_that_stands_alone_is_not_judged() -> None:
    assert strict_faults(Chain.of().path[:1]) == ()


def test_what_a_library_will_not_make_is_judged_all_the_same() -> None:
    """Old and odd certificates, as facts: OpenSSL says the same of them, and no tool of today issues them."""
    leaf, mid, root = Chain.of().path
    version_1 = attrs.evolve(root, version=1)
    assert {item.verify_code for item in strict_faults([leaf, mid, version_1])} == {79, 93}
    assert [item.verify_code for item in strict_faults([leaf, mid, attrs.evolve(root, version=1, extensions=())])] == [79]
    assert 80 in {item.verify_code for item in strict_faults([attrs.evolve(leaf, path_length=1), mid, root])}
    assert 83 in {item.verify_code for item in strict_faults([attrs.evolve(leaf, issuer=attrs.evolve(leaf.issuer, attributes=())), mid, root])}
    assert 84 in {item.verify_code for item in strict_faults([leaf, attrs.evolve(mid, subject=attrs.evolve(mid.subject, attributes=())), root])}
    assert 87 in {item.verify_code for item in strict_faults([attrs.evolve(leaf, dns_names=()), mid, root])}


@pytest.mark.parametrize(("kind", "code"), [("authority", 90), ("subject", 91)])
def test_an_identifier_must_not_be_critical(kind: str, code: int) -> None:
    extension = {"authority": x509.AuthorityKeyIdentifier.from_issuer_public_key(KEYS["mid"].public_key()), "subject": x509.SubjectKeyIdentifier(b"x")}[kind]
    assert code in {item.verify_code for item in strict_faults(Chain.of(leaf={kind: (extension, True)}).path)}


def test_two_signature_algorithms_are_told() -> None:
    from tlsdiag.certificates import Problem

    leaf, mid, root = Chain.of().path
    odd = attrs.evolve(leaf, problems=(Problem(code="signature-algorithms-differ", detail=""),))
    assert [item.verify_code for item in strict_faults([odd, mid, root])] == [78]
