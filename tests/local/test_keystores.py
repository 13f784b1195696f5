"""Java's key stores, without keytool."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.local import read_place
from tlsdiag.local.keystores import KeystoreError, is_keystore, read_keystore
from tlsdiag.testing import Authority

ROOT = Authority.root(number=300)
DER = ROOT.issued.der


def text(value: bytes) -> bytes:
    return struct.pack(">H", len(value)) + value


def block(value: bytes) -> bytes:
    return struct.pack(">I", len(value)) + value


def jks(*entries: bytes, version: int = 2) -> bytes:
    return b"\xfe\xed\xfe\xed" + struct.pack(">II", version, len(entries)) + b"".join(entries) + bytes(20)


def trusted(der: bytes = DER, *, version: int = 2) -> bytes:
    return struct.pack(">I", 2) + text(b"root") + bytes(8) + (text(b"X.509") if version == 2 else b"") + block(der)


def key_entry() -> bytes:
    return struct.pack(">I", 1) + text(b"mine") + bytes(8) + block(b"secret") + struct.pack(">I", 1) + text(b"X.509") + block(DER)


def test_the_trusted_certificates_of_a_jks_store_are_read() -> None:
    assert read_keystore(jks(trusted(), key_entry(), trusted(b"other"))) == (DER, b"other")


def test_the_first_version_of_jks_has_no_types() -> None:
    assert read_keystore(jks(trusted(version=1), version=1)) == (DER,)


@pytest.mark.parametrize("data", [jks(version=3), jks(struct.pack(">I", 9) + text(b"x") + bytes(8)), b"\xce\xce\xce\xce\0\0", jks(trusted())[:60]])
def test_a_store_that_cannot_be_read_says_so(data: bytes) -> None:
    with pytest.raises(KeystoreError):
        read_keystore(data)


@given(st.binary(max_size=200))
def test_any_bytes_raise_nothing_but_the_stores_own_error(data: bytes) -> None:
    for head in (b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\3", b"\x30\x82\x01\x00\x02\x01\x03\x30"):
        try:
            read_keystore(head + data)
        except KeystoreError:
            pass


def test_pkcs12_with_a_password_of_its_own_is_left_closed() -> None:
    data = pkcs12.serialize_key_and_certificates(b"x", None, None, [ROOT.issued.certificate], BestAvailableEncryption(b"other"))
    assert is_keystore(data)
    with pytest.raises(KeystoreError, match="password of its own"):
        read_keystore(data)


@pytest.mark.skipif(shutil.which("keytool") is None, reason="no keytool here")
@pytest.mark.parametrize("kind", ["jks", "pkcs12"])
def test_a_store_that_keytool_made_is_read(kind: str, tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    command = ["keytool", "-importcert", "-noprompt", "-alias", "root", "-file", str(tmp_path / "root.pem"), "-keystore", str(tmp_path / "store")]
    subprocess.run([*command, "-storetype", kind, "-storepass", "changeit"], check=True, capture_output=True)
    place = read_place(str(tmp_path / "store"), java=True)
    assert (place.kind, place.problem, place.ders) == ("keystore", "", (DER,))


def test_only_java_reads_a_key_store(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(jks(trusted()))
    assert read_place(str(tmp_path / "store")).problem == "not-pem"
    assert read_place(str(tmp_path / "store"), java=True).ders == (DER,)


def test_a_damaged_key_store_is_of_an_unknown_format(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(jks(trusted())[:60])
    place = read_place(str(tmp_path / "store"), java=True)
    assert (place.problem, "cut short" in place.detail) == ("unknown-format", True)
