"""OpenSSL's configuration: the settings that every program gets."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tlsdiag.local import Configuration, read_configuration

HEAD = "openssl_conf = main\n[main]\nssl_conf = tls\nalg_section = algorithms\n[tls]\nsystem_default = everyone\n"


def configuration(folder: Path, text: str) -> Configuration:
    path = folder / "openssl.cnf"
    path.write_text(text)
    return read_configuration({"OPENSSL_CONF": str(path)}, "/built/in")


def test_the_system_wide_settings_are_read(tmp_path: Path) -> None:
    found = configuration(tmp_path, HEAD + "[ everyone ]\nMinProtocol = TLSv1.2  # at least\nCipherString=DEFAULT:\\\n@SECLEVEL=2\n")
    assert dict(found.settings) == {"MinProtocol": "TLSv1.2", "CipherString": "DEFAULT:@SECLEVEL=2"}
    assert found.chosen_by == "OPENSSL_CONF"


def test_a_section_may_be_named_with_the_setting(tmp_path: Path) -> None:
    assert dict(configuration(tmp_path, HEAD + "everyone::MaxProtocol = TLSv1.2\n").settings) == {"MaxProtocol": "TLSv1.2"}


def test_the_default_properties_are_read(tmp_path: Path) -> None:
    assert configuration(tmp_path, HEAD + "[algorithms]\ndefault_properties = fips=yes\n").properties == "fips=yes"


def test_includes_of_files_and_directories_are_followed(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.cnf").write_text("[everyone]\nMinProtocol = TLSv1.3\n")
    (tmp_path / "d" / "not.txt").write_text("[everyone]\nMaxProtocol = TLSv1.2\n")
    found = configuration(tmp_path, HEAD + f".include {tmp_path / 'd'}\n.include = {tmp_path / 'missing.cnf'}\n")
    assert dict(found.settings) == {"MinProtocol": "TLSv1.3"}


def test_a_circle_of_includes_ends(tmp_path: Path) -> None:
    assert configuration(tmp_path, HEAD + f".include {tmp_path / 'openssl.cnf'}\n").settings == ()


def test_a_file_that_is_missing_is_told() -> None:
    found = read_configuration({"OPENSSL_CONF": "/no/such.cnf"}, "/built/in")
    assert (found.path, "No such file" in found.problem) == ("/no/such.cnf", True)
    assert read_configuration({}, "/no/such/built-in.cnf").chosen_by == ""


@settings(max_examples=50)
@given(st.text("[]=#:.include \\\nab$", max_size=80))
def test_any_text_is_a_configuration(text: str) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".cnf", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        assert read_configuration({"OPENSSL_CONF": file.name}, "").problem == ""


@pytest.mark.parametrize("setting", ["MaxProtocol = TLSv1.2", "Groups = P-521"])
def test_what_is_read_is_what_the_library_does(setting: str, tmp_path: Path) -> None:
    """A process with this configuration has just that bound in its context."""
    configuration(tmp_path, HEAD + f"[everyone]\n{setting}\n")
    code = "import ssl; print(ssl.create_default_context().maximum_version.name)"
    done = subprocess.run([sys.executable, "-c", code], env={"OPENSSL_CONF": str(tmp_path / "openssl.cnf")}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ("TLSv1_2" if "Max" in setting else "MAXIMUM_SUPPORTED")
