"""The files of a client certificate: what is wrong with them, in one word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from tlsdiag.local import read_credential
from tlsdiag.testing import Authority, Issued

ROOT = Authority.root(number=300)
MINE = ROOT.intermediate(number=301).issue("me.example", usages=("client",), number=7)
OTHER = ROOT.issue("other.example", number=8)


def locked(form: Any = PrivateFormat.PKCS8) -> bytes:
    found: bytes = MINE.private_key.private_bytes(Encoding.PEM, form, BestAvailableEncryption(b"secret"))
    return found


def test_a_pair_is_read_with_its_chain() -> None:
    found = read_credential(MINE.chain_pem, MINE.key_pem, None)
    assert (found.problem, found.certificates, found.key_position, found.key_kind) == ("", MINE.chain, 0, "EC")


@pytest.mark.parametrize(
    ("certificate", "key", "password", "problem"),
    [
        (MINE.chain_pem, OTHER.key_pem, None, "key-mismatch"),
        (MINE.chain_pem, locked(), None, "password-missing"),
        (MINE.chain_pem, locked(), "", "password-missing"),
        (MINE.chain_pem, locked(), "wrong", "password-wrong"),
        (MINE.chain_pem, locked(PrivateFormat.TraditionalOpenSSL), b"wrong", "password-wrong"),
        (MINE.chain_pem, locked(), b"secret", ""),
        (MINE.chain_pem, MINE.key_pem, "not needed", ""),
        (MINE.chain_pem, b"no key", None, "key-unreadable"),
        (b"no certificate", MINE.key_pem, None, "certificate-unreadable"),
        ("/no/such.pem", MINE.key_pem, None, "certificate-unreadable"),
        (MINE.chain_pem, Path("/no/such.key"), None, "key-unreadable"),
    ],
)
def test_what_is_wrong_is_said_in_one_word(certificate: object, key: object, password: Any, problem: str) -> None:
    found = read_credential(certificate, key, password)
    assert found.problem == problem, found
    assert bool(found.detail) == bool(problem)


def test_a_key_of_a_later_certificate_says_which() -> None:
    turned = MINE.chain_pem[len(MINE.pem) :] + MINE.pem
    found = read_credential(turned, MINE.key_pem, None)
    assert (found.problem, found.key_position) == ("key-mismatch", 1)


def test_files_are_named_in_the_words(tmp_path: Path) -> None:
    key = tmp_path / "other.key"
    key.write_bytes(OTHER.key_pem)
    assert str(key) in read_credential(MINE.pem, str(key), None).detail


def test_an_issued_certificate_of_any_kind_belongs_to_its_key() -> None:
    kinds: list[Issued] = [ROOT.issue("me", key=kind) for kind in ("rsa", "ecdsa", "ed25519", "ed448")]
    assert [read_credential(item.pem, item.key_pem, None).key_kind for item in kinds] == ["RSA", "EC", "Ed25519", "Ed448"]
