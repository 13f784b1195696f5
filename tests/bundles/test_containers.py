"""Files as real tools write them: openssl, keytool, certtool."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tlsdiag.bundles import Bundle, read_bundle
from tlsdiag.testing import Authority

ISSUED = Authority.root(number=920).intermediate(number=921).issue("server.example", number=922, key="rsa")
OTHER = Authority.root(number=920).intermediate(number=921).issue("server.example", number=923)
PASSWORD = "open sesame"


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., bytes]:
    """Run a tool in a folder with cert.pem, chain.pem, key.pem and root.pem; what it wrote to `out`."""
    (tmp_path / "cert.pem").write_bytes(ISSUED.pem)
    (tmp_path / "chain.pem").write_bytes(ISSUED.chain_pem)
    (tmp_path / "key.pem").write_bytes(ISSUED.key_pem)
    (tmp_path / "root.pem").write_bytes(ISSUED.full_chain_pem[len(ISSUED.chain_pem) :])
    (tmp_path / "password").write_text(PASSWORD)

    def run(*words: str, out: str = "out") -> bytes:
        if shutil.which(words[0]) is None:
            pytest.skip(f"{words[0]} is not installed")
        subprocess.run(words, cwd=tmp_path, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        return (tmp_path / out).read_bytes()

    return run


def ders(found: Bundle) -> set[bytes]:
    return {item.der for item in found.certificates}


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_pkcs7_of_openssl(made: Callable[..., bytes], form: str) -> None:
    found = read_bundle(made("openssl", "crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-outform", form, "-out", "out"))
    assert found.form == "pkcs7"
    assert not found.ordered
    assert ders(found) == set(ISSUED.chain)


def test_pkcs7_of_certtool(made: Callable[..., bytes]) -> None:
    made("certtool", "--version", out="password")
    found = read_bundle(made("certtool", "--p7-generate", "--load-certificate", "chain.pem", "--outfile", "out"))
    assert found.form == "pkcs7"
    assert ders(found) >= {ISSUED.der}


def test_pkcs7_in_indefinite_lengths(made: Callable[..., bytes]) -> None:
    der = made("openssl", "crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-outform", "DER", "-out", "out")
    at = der.index(bytes.fromhex("06092a864886f70d010702"))
    streamed = b"\x30\x80" + der[at : at + 11] + b"\xa0\x80" + der[at + 11 + 4 :] + b"\0\0\0\0"
    found = read_bundle(streamed)
    assert ders(found) == set(ISSUED.chain)


def test_signed_data_under_the_label_certificate(made: Callable[..., bytes]) -> None:
    pem = made("openssl", "crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-out", "out")
    assert ders(read_bundle(pem.replace(b"PKCS7", b"CERTIFICATE"))) == set(ISSUED.chain)


EXPORTS = {
    "as OpenSSL 3 does": ("-macalg", "sha256"),
    "as Windows does": ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"),
    "as OpenSSL 1 did": ("-legacy",),
    "unencrypted certificates": ("-certpbe", "NONE"),
}
REMARKS = {"as Windows does": ["pkcs12-old"], "as OpenSSL 1 did": ["pkcs12-legacy"]}


@pytest.mark.parametrize("way", EXPORTS)
def test_pkcs12_of_openssl(made: Callable[..., bytes], way: str) -> None:
    data = made("openssl", "pkcs12", "-export", "-in", "chain.pem", "-inkey", "key.pem", "-passout", "file:password", "-out", "out", *EXPORTS[way])
    found = read_bundle(data, PASSWORD)
    assert found.certificates[0].der == ISSUED.der
    assert ders(found) == set(ISSUED.chain)
    assert [item.key for item in found.items if item.kind == "private-key"] == ["RSA 2048"]
    assert [remark.code for remark in found.remarks] == REMARKS.get(way, [])


def test_pkcs12_and_its_password(made: Callable[..., bytes]) -> None:
    data = made("openssl", "pkcs12", "-export", "-in", "cert.pem", "-inkey", "key.pem", "-passout", "file:password", "-out", "out")
    assert read_bundle(data).problem == "password-missing"
    assert read_bundle(data, "wrong").problem == "password-wrong"
    assert read_bundle(data[:200], PASSWORD).problem == "damaged"
    assert read_bundle(data[:30] + b"\0" * 30 + data[60:], PASSWORD).problem in ("damaged", "password-wrong")


def test_pkcs12_with_the_empty_password_needs_none(made: Callable[..., bytes]) -> None:
    data = made("openssl", "pkcs12", "-export", "-in", "cert.pem", "-inkey", "key.pem", "-passout", "pass:", "-out", "out")
    assert ders(read_bundle(data)) == {ISSUED.der}
    assert ders(read_bundle(data, "of another file")) == {ISSUED.der}


def test_pkcs12_of_certtool(made: Callable[..., bytes]) -> None:
    words = ("certtool", "--to-p12", "--load-certificate", "chain.pem", "--load-privkey", "key.pem", "--p12-name", "x", "--password", PASSWORD)
    found = read_bundle(made(*words, "--outder", "--outfile", "out"), PASSWORD)
    assert ders(found) == set(ISSUED.chain)
    assert [item.key for item in found.items if item.kind == "private-key"] == ["RSA 2048"]


def test_a_trust_store_of_keytool(made: Callable[..., bytes]) -> None:
    store = ("-keystore", "out", "-storepass", "changeit")
    data = made("keytool", "-importcert", "-noprompt", "-alias", "root", "-file", "root.pem", "-storetype", "PKCS12", *store)
    assert len(read_bundle(data, "changeit").certificates) == 1


def test_a_java_keystore_is_called_by_its_name(made: Callable[..., bytes]) -> None:
    store = ("-keystore", "out", "-storepass", "changeit")
    data = made("keytool", "-importcert", "-noprompt", "-alias", "root", "-file", "root.pem", "-storetype", "JKS", *store)
    assert read_bundle(data, "changeit").problem == "java-keystore"


KEYS = {
    "traditional": ("openssl", "rsa", "-in", "key.pem", "-traditional", "-out", "out"),
    "traditional, encrypted": ("openssl", "rsa", "-in", "key.pem", "-traditional", "-aes128", "-passout", "file:password", "-out", "out"),
    "PKCS#8": ("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-out", "out"),
    "PKCS#8, encrypted": ("openssl", "pkcs8", "-topk8", "-in", "key.pem", "-passout", "file:password", "-out", "out"),
    "PKCS#8 in DER": ("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "out"),
    "PKCS#8 in DER, encrypted": ("openssl", "pkcs8", "-topk8", "-in", "key.pem", "-outform", "DER", "-passout", "file:password", "-out", "out"),
    "traditional in DER": ("openssl", "rsa", "-in", "key.pem", "-traditional", "-outform", "DER", "-out", "out"),
}


@pytest.mark.parametrize("way", KEYS)
def test_keys_of_openssl(made: Callable[..., bytes], way: str) -> None:
    data = made(*KEYS[way])
    (key,) = read_bundle(data, PASSWORD).items
    assert (key.kind, key.key, key.problem) == ("private-key", "RSA 2048", "")
    if "encrypted" in way:
        assert read_bundle(data).items[0].problem == "password-missing"
        assert read_bundle(data, "wrong").items[0].problem == "password-wrong"


OTHERS = {
    "request": ("openssl", "req", "-new", "-key", "key.pem", "-subj", "/CN=x", "-out", "out"),
    "public-key": ("openssl", "pkey", "-in", "key.pem", "-pubout", "-out", "out"),
    "parameters": ("openssl", "ecparam", "-name", "prime256v1", "-out", "out"),
}


@pytest.mark.parametrize(("kind", "form"), [(kind, form) for kind in OTHERS for form in ("PEM", "DER") if (kind, form) != ("parameters", "DER")])
def test_what_stands_beside_certificates_is_called_by_its_kind(made: Callable[..., bytes], kind: str, form: str) -> None:
    (item,) = read_bundle(made(*OTHERS[kind], "-outform", form)).items
    assert item.kind == kind


def test_a_revocation_list_is_called_so(made: Callable[..., bytes], tmp_path: Path) -> None:
    (tmp_path / "index").touch()
    (tmp_path / "ca.cnf").write_text("[ca]\ndefault_ca = x\n[x]\ndatabase = index\ndefault_md = sha256\ndefault_crl_days = 3\n")
    pem = made("openssl", "ca", "-gencrl", "-config", "ca.cnf", "-keyfile", "key.pem", "-cert", "cert.pem", "-out", "out")
    assert read_bundle(pem).items[0].kind == "revocation-list"
    der = made("openssl", "crl", "-in", "out", "-outform", "DER", "-out", "out2", out="out2")
    assert read_bundle(der).items[0].kind == "revocation-list"
    found = read_bundle(ISSUED.pem + pem + ISSUED.chain_pem)
    assert [item.kind for item in found.items] == ["certificate", "revocation-list", "certificate", "certificate"]


def test_a_request_under_the_label_certificate_is_no_certificate(made: Callable[..., bytes]) -> None:
    pem = made(*OTHERS["request"]).replace(b"CERTIFICATE REQUEST", b"CERTIFICATE")
    (item,) = read_bundle(pem).items
    assert (item.kind, item.problem) == ("request", "mislabelled")


def test_certificates_in_der_one_after_another() -> None:
    found = read_bundle(ISSUED.der + OTHER.der)
    assert [(item.der, item.offset) for item in found.items] == [(ISSUED.der, 0), (OTHER.der, len(ISSUED.der))]
    assert read_bundle(ISSUED.der + b"\r\n").remarks == ()
    assert [remark.code for remark in read_bundle(ISSUED.der + b"more").remarks] == ["trailing-data"]
