"""Places of authorities are read as OpenSSL reads them: what it loads, what it leaves, and why."""

from __future__ import annotations

import errno
import os
import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.local import Place, read_place
from tlsdiag.local.places import MAX_FILE, not_before, read_bundle
from tlsdiag.testing import Authority

ROOT = Authority.root(number=300)
OTHER = Authority.root("Other Root CA", number=310)
DAMAGED = ROOT.pem[:100] + b"!!!!" + ROOT.pem[104:]
KEY = ROOT.issued.key_pem


def file(folder: Path, content: bytes) -> Place:
    path = folder / "ca.pem"
    path.write_bytes(content)
    return read_place(str(path))


def openssl_loads(path: str) -> int:
    """How many certificates OpenSSL itself takes from a file."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(path)
    except ssl.SSLError:
        return 0
    return context.cert_store_stats()["x509"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (ROOT.pem, ""),
        (ROOT.pem + OTHER.pem, ""),
        (b"# a comment\n" + ROOT.pem + b"\nmore text\n" + OTHER.pem, ""),
        (KEY + ROOT.pem, ""),
        (ROOT.pem.replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"), ""),
        (b"", "empty"),
        (b" \n", "empty"),
        (b"hello", "not-pem"),
        (ROOT.issued.der, "not-pem"),
        (ROOT.pem + DAMAGED + OTHER.pem, "broken-block"),
        (ROOT.pem + OTHER.pem[:200], "broken-block"),
        (ROOT.pem + b"-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n", "broken-block"),
    ],
)
def test_a_file_gives_what_openssl_loads_from_it(content: bytes, problem: str, tmp_path: Path) -> None:
    place = file(tmp_path, content)
    assert place.problem == problem, place
    assert len(place.ders) == openssl_loads(place.path)


def test_a_damaged_bundle_keeps_what_is_sound_apart(tmp_path: Path) -> None:
    place = file(tmp_path, ROOT.pem + DAMAGED + OTHER.pem)
    assert place.left_out == (ROOT.issued.der, OTHER.issued.der)
    assert "block 2" in place.detail


def test_what_is_not_there_is_missing(tmp_path: Path) -> None:
    assert read_place(str(tmp_path / "no.pem")).problem == "missing"
    assert read_place(str(tmp_path / "no" / "such")).problem == "missing"
    assert read_place("").problem == "missing"


def test_a_name_that_no_file_can_have_is_unreadable() -> None:
    assert read_place("a\0b").problem == "unreadable"


def test_a_file_without_permission_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(ROOT.pem)

    def denied(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")  # root, which runs the tests in CI, may read every file

    monkeypatch.setattr("builtins.open", denied)
    assert read_place(str(path)).problem == "unreadable"


def test_a_file_beyond_all_measure_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.pem"
    with path.open("wb") as huge:
        huge.truncate(MAX_FILE + 1)
    assert read_place(str(path)).problem == "not-pem"


def test_a_directory_gives_what_has_a_hashed_name(tmp_path: Path) -> None:
    (tmp_path / "01234567.0").write_bytes(ROOT.pem)
    (tmp_path / "other.pem").write_bytes(OTHER.pem)
    place = read_place(str(tmp_path))
    assert (place.kind, place.problem, place.ders) == ("directory", "", (ROOT.issued.der,))


def test_a_directory_without_hashed_names_is_unhashed(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    place = read_place(str(tmp_path))
    assert (place.problem, place.ders, place.left_out) == ("unhashed", (), (ROOT.issued.der,))


def test_a_directory_with_nothing_in_it_is_empty(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("nothing here")
    assert read_place(str(tmp_path)).problem == "empty"


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    assert file(tmp_path, ROOT.pem).ders == (ROOT.issued.der,)
    assert file(tmp_path, ROOT.pem + OTHER.pem).ders == (ROOT.issued.der, OTHER.issued.der)


def test_the_newest_authority_is_known(tmp_path: Path) -> None:
    place = file(tmp_path, ROOT.pem + OTHER.pem)
    assert place.newest == max(ROOT.issued.certificate.not_valid_before_utc, OTHER.issued.certificate.not_valid_before_utc)
    assert place.changed is not None
    assert not_before(b"\x30\x00") is None
    assert Place(path="", kind="file").newest is None


@given(st.binary(max_size=400))
def test_any_bytes_are_a_bundle_of_something(data: bytes) -> None:
    ders, broken = read_bundle(b"-----BEGIN CERTIFICATE-----" + data + b"-----END CERTIFICATE-----")
    assert ders or broken


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    """A pipe without a writer would keep the reader for ever."""
    os.mkfifo(tmp_path / "pipe")
    place = read_place(str(tmp_path / "pipe"))
    assert (place.problem, "not a regular file" in place.detail) == ("unreadable", True)
    assert read_place(os.devnull).problem == "empty"
