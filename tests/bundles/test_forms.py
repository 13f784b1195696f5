"""How a file may be written: what editors, transports and mistakes make of PEM is read all the same, and noted where OpenSSL does not read it."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.bundles import read_bundle
from tlsdiag.bundles.ber import definite
from tlsdiag.bundles.reading import MAX_BYTES
from tlsdiag.certificates import DerError
from tlsdiag.checks.files.contents import _HALF_READ, _UNREAD
from tlsdiag.testing import Authority

ISSUED = Authority.root(number=910).intermediate(number=911).issue("server.example", number=912)
PEM = ISSUED.chain_pem
END = b"-----END CERTIFICATE-----\n"


def joined(lines: bytes) -> Callable[[bytes], bytes]:
    """Each block with its base64 joined by something else than line breaks."""
    block = re.compile(rb"(-----BEGIN [A-Z ]+-----)\n(.*?)\n(-----END [A-Z ]+-----)", re.DOTALL)
    return lambda pem: block.sub(lambda found: found[1] + lines + found[2].replace(b"\n", b"") + lines + found[3], pem)


SOUND: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda pem: pem,
    "Windows line ends": lambda pem: pem.replace(b"\n", b"\r\n"),
    "no line break at the end": lambda pem: pem.rstrip(b"\n"),
    "white space after the lines": lambda pem: pem.replace(b"-----\n", b"----- \n"),
    "text between the blocks": lambda pem: b"Bag Attributes\n    friendlyName: x\n" + pem.replace(END, END + b"subject=CN = x\n\n"),
    "base64 in one long line": joined(b"\n"),
}
ODD: dict[str, Callable[[bytes], bytes]] = {
    "utf-16": lambda pem: pem.decode().encode("utf-16"),
    "glued": lambda pem: pem.replace(b"-----END CERTIFICATE-----\n-----BEGIN", b"-----END CERTIFICATE----------BEGIN"),
    "indented": lambda pem: b"".join(b"    " + line + b"\n" for line in pem.splitlines()),
    "embedded": lambda pem: pem.replace(b"-----BEGIN", b"certificate: -----BEGIN"),
    "one-line": joined(b""),
    "blank-lines": lambda pem: pem.replace(b"\n", b"\n\n"),
    "escaped-lines": lambda pem: b'{"certificate": "' + pem.replace(b"\n", b"\\n") + b'"}',
    "typed-dashes": lambda pem: pem.replace(b"-----", "—–".encode()),
    "old-lines": lambda pem: pem.replace(b"\n", b"\r"),
    "base64-of-pem": lambda pem: b"data:\n  tls.crt: " + base64.b64encode(pem) + b"\n",
}


def openssl_reads(data: bytes, folder: Path) -> bool:
    """Whether a server of this interpreter's OpenSSL would start with the file."""
    (folder / "chain.pem").write_bytes(data)
    (folder / "key.pem").write_bytes(ISSUED.key_pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(folder / "chain.pem", folder / "key.pem")
    except ssl.SSLError:
        return False
    return True


@pytest.mark.parametrize("form", SOUND)
def test_a_sound_form_is_read_whole_and_has_no_remark(form: str, tmp_path: Path) -> None:
    data = SOUND[form](PEM)
    found = read_bundle(data)
    assert [item.der for item in found.certificates] == list(ISSUED.chain)
    assert found.remarks == ()
    assert openssl_reads(data, tmp_path)


@pytest.mark.parametrize("form", ODD)
def test_an_odd_form_is_read_whole_and_noted_as_openssl_does_not_read_it(form: str, tmp_path: Path) -> None:
    data = ODD[form](PEM)
    found = read_bundle(data)
    assert [item.der for item in found.certificates] == list(ISSUED.chain)
    assert form in {remark.code for remark in found.remarks} & _UNREAD
    assert not openssl_reads(data, tmp_path)


def test_utf_16_without_a_byte_order_mark_is_seen_by_its_zeros() -> None:
    for encoding in ("utf-16-le", "utf-16-be"):
        assert len(read_bundle(PEM.decode().encode(encoding)).certificates) == 2


def test_a_byte_order_mark_is_noted_as_half_read() -> None:
    found = read_bundle(b"\xef\xbb\xbf" + PEM)
    assert len(found.certificates) == 2
    assert found.remarks[0].code in _HALF_READ


def test_base64_without_its_lines_is_read() -> None:
    found = read_bundle(base64.encodebytes(ISSUED.der))
    assert [item.der for item in found.certificates] == [ISSUED.der]
    assert found.remarks[0].code == "no-armour"


def test_lines_are_counted_from_one() -> None:
    found = read_bundle(b"a comment\n" + PEM)
    assert [item.line for item in found.items] == [2, 2 + ISSUED.pem.count(b"\n")]


@pytest.mark.parametrize("label", [b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"])
def test_old_labels_are_certificates(label: bytes) -> None:
    assert [item.der for item in read_bundle(ISSUED.pem.replace(b"CERTIFICATE", label)).certificates] == [ISSUED.der]


def test_the_remarks_of_openssl_after_a_trusted_certificate_are_left_out() -> None:
    text = base64.encodebytes(ISSUED.der + bytes.fromhex("300c300a06082b06010505070301"))
    found = read_bundle(b"-----BEGIN TRUSTED CERTIFICATE-----\n" + text + b"-----END TRUSTED CERTIFICATE-----\n")
    assert found.certificates[0].der == ISSUED.der

CUT = "it is cut short: its own length says that there is more"


def broken(change: Callable[[bytes], bytes]) -> str:
    found = read_bundle(change(ISSUED.pem))
    return found.items[0].problem + ": " + found.items[0].detail


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda pem: pem.replace(b"-----END CERTIFICATE-----\n", b""), "cut: the block has no line '-----END CERTIFICATE-----'"),
        (lambda pem: pem.replace(b"END CERTIFICATE", b"END X509 CRL"), "damaged: the block begins as 'CERTIFICATE' and ends as 'X509 CRL'"),
        (lambda pem: pem.replace(b"\nMII", b"\nM!I", 1), "damaged: line 2 has '!', which is no character of base64"),
        (lambda pem: b"\n".join(line for number, line in enumerate(pem.split(b"\n")) if number != 4), "damaged: " + CUT),
        (lambda pem: pem.replace(b"\nMII", b"\nMI", 1), "damaged: its base64 is damaged: characters were lost or added"),
        (lambda pem: b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "damaged: the block is empty"),
        (lambda pem: b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "damaged: what it holds is no DER structure"),
        (lambda pem: b"-----BEGIN PKCS7-----\nMAMCAQA=\n-----END PKCS7-----\n", "damaged: what it holds is no PKCS#7 structure"),
    ],
)
def test_damage_is_told_with_its_place(change: Callable[[bytes], bytes], said: str) -> None:
    assert broken(change) == said


def test_a_block_without_its_end_does_not_hide_the_next() -> None:
    first, second = PEM.split(b"-----END CERTIFICATE-----\n")[:2]
    found = read_bundle(first + second + b"-----END CERTIFICATE-----\n")
    assert [item.problem for item in found.items] == ["cut", ""]
    assert len(found.certificates) == 2  # what is cut is read as far as it can be


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "empty"),
        (b" \r\n\0", "empty"),
        (b"<!DOCTYPE html>\n<html><body>Not found</body></html>", "html"),
        (b"<?xml version='1.0'?><Error/>", "html"),
        (b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA user@host\n", "ssh-key"),
        (b"-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "ssh-key"),
        (b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n---- END SSH2 PUBLIC KEY ----\n", "ssh-key"),
        (b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----\n", "pgp"),
        (b"\xfe\xed\xfe\xed\0\0\0\2\0\0\0\0", "java-keystore"),
        (b"PK\3\4rest", "archive"),
        (b"%PDF-1.7", "unknown"),
        (b"Salted__12345678", "unknown"),
        (b"hello", "unknown"),
        (b"\x30\x82\x10\x00cut", "damaged"),
        (bytes(MAX_BYTES + 1), "unknown"),
    ],
)
def test_what_is_no_certificate_is_called_by_its_name(data: bytes, problem: str) -> None:
    found = read_bundle(data)
    assert found.problem == problem
    assert found.detail
    assert not found.certificates


@given(st.binary(max_size=400))
def test_no_bytes_raise(data: bytes) -> None:
    block = b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(data) + END
    for shape in (data, b"\x30\x80" + data, block, base64.b64encode(data)):
        read_bundle(shape, b"password")


@given(st.data())
def test_no_change_of_a_file_raises(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from((PEM, ISSUED.key_pem, ISSUED.der, PEM + ISSUED.key_pem)))
    at = data.draw(st.integers(0, len(whole)))
    length = data.draw(st.integers(0, 40))
    read_bundle(whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + length :], b"password")


@given(st.text(alphabet=st.sampled_from("-BEGIN CERTIFICATE KY\n\r =AQM\\n:,")))
def test_no_text_raises(text: str) -> None:
    read_bundle(text.encode())


@given(st.binary(max_size=200))
def test_lengths_are_made_definite_or_refused(data: bytes) -> None:
    try:
        found = definite(b"\x30\x80" + data)
    except DerError:
        return
    assert found[:1] == b"\x30"
    assert definite(found) == found
