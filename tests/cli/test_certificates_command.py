"""`tlsdiag certificates`, and `--write-chain` of a live diagnosis."""

from __future__ import annotations

import io
import os
import stat
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from tlsdiag import Report, diagnose_certificates
from tlsdiag.cli import main
from tlsdiag.demo.scenarios import NAME, SCENARIOS
from tlsdiag.demo.servers import listening
from tlsdiag.render.text import render_text
from tlsdiag.testing import Authority

Capture = pytest.CaptureFixture[str]
ROOT = Authority.root(number=950)
MIDDLE = ROOT.intermediate(number=951)
LEAF = MIDDLE.issue("server.example", number=952)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to be in, with the files of one server, under a strict umask."""
    locked = LEAF.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"open sesame"))
    contents = {
        "fullchain.pem": LEAF.chain_pem, "cert.pem": LEAF.pem, "chain.pem": MIDDLE.pem, "root.pem": ROOT.pem, "key.pem": LEAF.key_pem,
        "mixed.pem": ROOT.pem + LEAF.key_pem + MIDDLE.pem + LEAF.pem, "locked.pem": locked, "password": b"open sesame\r\nmore\n",
    }  # fmt: skip
    old = os.umask(0o077)
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TLSDIAG_PASSWORD", raising=False)
    yield tmp_path
    os.umask(old)


class Quiet(SimpleHTTPRequestHandler):
    """Files, without a line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


def certificates(*words: str) -> int:
    return main(["certificates", *words, "--trust", "root.pem"])


def test_a_sound_file_ends_with_zero(capsys: Capture) -> None:
    assert certificates("fullchain.pem", "--host", "server.example", "--key", "key.pem") == 0
    out = capsys.readouterr().out
    assert out.startswith("fullchain.pem can be used: nothing wrong found\n  2 certificates, 1 private key; judged for server.example, at ")


def test_something_wrong_ends_with_one(capsys: Capture) -> None:
    assert certificates("cert.pem") == 1
    assert "cert.pem cannot be used as it is" in capsys.readouterr().out


def test_several_files_are_spoken_of_as_several(capsys: Capture, folder: Path) -> None:
    (folder / "again.pem").write_bytes((folder / "cert.pem").read_bytes())
    assert certificates("cert.pem", "again.pem") == 1
    assert "cert.pem, again.pem cannot be used as they are" in capsys.readouterr().out
    report = diagnose_certificates((folder / "cert.pem").read_bytes(), trust=str(folder / "root.pem"))
    assert "the given certificates cannot be used as they are" in render_text(report)


def test_what_could_not_be_looked_at_ends_with_three(capsys: Capture) -> None:
    assert certificates("fullchain.pem", "--check", "connection-refused") == 3
    assert "could not be looked at in full" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["no-such.pem"], ["."], ["cert.pem", "--now", "soon"], ["cert.pem", "--host", "a b"], ["cert.pem", "--password-file", "x"]])
def test_wrong_usage_ends_with_two_and_a_word(words: list[str], capsys: Capture) -> None:
    assert certificates(*words) == 2
    assert capsys.readouterr().err.startswith("tlsdiag: ")


def test_json_is_a_report_that_is_shown_again(capsys: Capture, folder: Path) -> None:
    assert certificates("fullchain.pem", "--json") == 0
    text = capsys.readouterr().out
    assert Report.from_json(text).target.files == ("fullchain.pem",)
    (folder / "report.json").write_text(text)
    assert main(["show", "report.json", "--recheck"]) == 0
    assert "fullchain.pem can be used" in capsys.readouterr().out


def test_a_report_of_files_has_colours_and_panels_too(capsys: Capture) -> None:
    from tlsdiag import diagnose_certificates
    from tlsdiag.render.rich_text import print_rich

    report = diagnose_certificates("cert.pem", trust="root.pem")
    print_rich(report, file=sys.stdout, width=100)
    assert "cert.pem cannot be used as it is" in capsys.readouterr().out
    assert "\x1b[1;31mcert.pem cannot be used as it is" in render_text(report, colour=True)


def test_standard_input_is_a_file(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(LEAF.chain_pem)))
    assert certificates("-") == 0
    assert "the given certificates can be used" in capsys.readouterr().out


def test_the_password_comes_from_a_file_or_from_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    words = ("fullchain.pem", "--key", "locked.pem")
    assert certificates(*words) == 1
    assert certificates(*words, "--password-file", "password") == 0
    monkeypatch.setenv("TLSDIAG_PASSWORD", "open sesame")
    assert certificates(*words) == 0
    assert "open sesame" not in capsys.readouterr().out


def test_a_key_that_has_to_be_there_is_missed(capsys: Capture) -> None:
    assert certificates("mixed.pem", "--with-key") == 1
    assert "file-key-missing" not in capsys.readouterr().out
    assert certificates("fullchain.pem", "--with-key") == 1
    assert "file-key-missing" in capsys.readouterr().out


@pytest.mark.parametrize("files", [["mixed.pem"], ["fullchain.pem"], ["chain.pem", "cert.pem"], ["cert.pem", "chain.pem", "root.pem"]])
def test_the_chain_is_written_as_it_should_be(files: list[str], folder: Path, capsys: Capture) -> None:
    certificates(*files, "--write-chain", "out.pem")
    assert (folder / "out.pem").read_bytes() == LEAF.chain_pem
    assert stat.S_IMODE((folder / "out.pem").stat().st_mode) == 0o644
    assert "2 certificates written to out.pem" in capsys.readouterr().err


def test_a_missing_intermediate_is_taken_from_the_store(folder: Path, capsys: Capture) -> None:
    (folder / "store.pem").write_bytes(ROOT.pem + MIDDLE.pem)
    assert main(["certificates", "cert.pem", "--trust", "store.pem", "--write-chain", "out.pem"]) in (0, 1)
    assert (folder / "out.pem").read_bytes() == LEAF.chain_pem


def test_a_missing_intermediate_is_fetched_where_that_is_allowed(folder: Path, capsys: Capture) -> None:
    (folder / "issuer.cer").write_bytes(MIDDLE.issued.der)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        issued = MIDDLE.issue("server.example", number=956, issuer_urls=(f"http://127.0.0.1:{server.server_port}/issuer.cer",))
        (folder / "alone.pem").write_bytes(issued.pem)
        assert certificates("alone.pem", "--write-chain", "out.pem") == 2
        assert "or let it be fetched" in capsys.readouterr().err
        assert certificates("alone.pem", "--write-chain", "out.pem", "--fetch", "any") == 1
        server.shutdown()
    assert (folder / "out.pem").read_bytes() == issued.chain_pem
    assert "There is one certificate, without Test Issuing CA (fetched from" in " ".join(capsys.readouterr().out.split())


def test_a_self_signed_certificate_is_its_own_chain(folder: Path, capsys: Capture) -> None:
    from tlsdiag.testing import self_signed

    issued = self_signed("server.example", number=953)
    (folder / "self.pem").write_bytes(issued.pem)
    assert main(["certificates", "self.pem", "--trust", "self.pem", "--write-chain", "out.pem"]) == 0
    assert (folder / "out.pem").read_bytes() == issued.pem
    assert "one certificate written to out.pem" in capsys.readouterr().err


@pytest.mark.parametrize(("name", "said"), [("cert.pem", "CN=Test Issuing CA"), ("root.pem", "no server certificate"), ("key.pem", "no server certificate")])
def test_what_cannot_be_completed_is_not_written(name: str, said: str, folder: Path, capsys: Capture) -> None:
    assert certificates(name, "--write-chain", "out.pem") == 2
    assert said in capsys.readouterr().err
    assert not (folder / "out.pem").exists()


def test_an_existing_file_is_written_over_only_by_force(folder: Path, capsys: Capture) -> None:
    assert certificates("mixed.pem", "--write-chain", "fullchain.pem", "--key", "key.pem") == 2
    assert "--force" in capsys.readouterr().err
    (folder / "fullchain.pem").write_bytes(b"old")
    certificates("mixed.pem", "--write-chain", "fullchain.pem", "--force")
    assert (folder / "fullchain.pem").read_bytes() == LEAF.chain_pem
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_a_link_to_nowhere_is_not_followed(folder: Path, capsys: Capture) -> None:
    (folder / "out.pem").symlink_to(folder / "elsewhere.pem")
    assert certificates("fullchain.pem", "--write-chain", "out.pem") == 2
    assert not (folder / "elsewhere.pem").exists()


def test_a_directory_is_not_written_over(capsys: Capture) -> None:
    assert certificates("fullchain.pem", "--write-chain", ".", "--force") == 2
    assert "is a directory" in capsys.readouterr().err


def test_a_live_diagnosis_writes_its_chain_too(folder: Path, capsys: Capture) -> None:
    scene = next(scenario for scenario in SCENARIOS if scenario.name == "healthy").build()
    (folder / "ca.pem").write_bytes(scene.options["trust"])
    with listening(scene.converse) as server:
        words = [NAME, "--port", str(server.port), "--address", "127.0.0.1", "--trust", "ca.pem", "--depth", "quick", "--write-chain", "out.pem"]
        assert main(words) == 0
    assert (folder / "out.pem").read_bytes().count(b"BEGIN CERTIFICATE") == 2
    assert main(["certificates", "out.pem", "--trust", "ca.pem", "--host", NAME]) == 0


def test_a_chain_that_cannot_be_written_whole_leaves_nothing_behind(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    def refused(source: object, target: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", refused)
    assert certificates("mixed.pem", "--write-chain", "fullchain.pem", "--force") == 2
    assert (folder / "fullchain.pem").read_bytes() == LEAF.chain_pem
    assert not [path.name for path in folder.iterdir() if path.name.startswith(".")]


def test_the_name_of_an_issuer_is_shown_without_its_tricks(folder: Path, capsys: Capture) -> None:
    tricky = ROOT.intermediate("Issuing CA \x1b[31m", number=954).issue("server.example", number=955)
    (folder / "tricky.pem").write_bytes(tricky.pem)
    assert certificates("tricky.pem", "--write-chain", "out.pem") == 2
    assert "\x1b" not in "".join(capsys.readouterr())


def test_a_list_of_logs_that_is_none_is_wrong_usage(capsys: Capture) -> None:
    assert certificates("fullchain.pem", "--ct-logs", "root.pem") == 2
    assert "root.pem" in capsys.readouterr().err
