"""`explaining`: a note on what passes, and nothing else."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import sys
import traceback

import pytest

import tlsdiag
from tlsdiag.explanation import noting


def expired() -> ssl.SSLCertVerificationError:
    return ssl.SSLCertVerificationError(1, "certificate verify failed: certificate has expired")


def notes_of(error: BaseException) -> list[str]:
    return getattr(error, "__notes__", [])


def passed(error: BaseException) -> BaseException:
    """The error as it comes out."""
    with pytest.raises(type(error)) as caught, tlsdiag.explaining():
        raise error
    assert caught.value is error
    return error


def test_a_tls_error_gets_a_note_and_stays_the_same() -> None:
    error = expired()
    arguments, text = error.args, str(error)
    (note,) = notes_of(passed(error))
    assert note.startswith("tlsdiag: The client finds a certificate expired.")
    assert "[certificate-expired]" in note
    assert (error.args, str(error), error.__cause__, error.__context__) == (arguments, text, None, None)


@pytest.mark.parametrize(
    "error", [KeyError("certificate has expired"), ValueError("connection refused"), FileNotFoundError(2, "No such file", "x"), RuntimeError("tls")]
)
def test_other_errors_get_none(error: Exception) -> None:
    assert notes_of(passed(error)) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), asyncio.CancelledError(), GeneratorExit()])
def test_what_is_no_exception_is_untouched(error: BaseException) -> None:
    error.__cause__ = expired()
    assert notes_of(passed(error)) == []


def test_a_status_of_http_is_no_tls_error() -> None:
    class HTTPStatusError(Exception):
        pass

    HTTPStatusError.__module__ = "httpx"
    for status in ("403 Forbidden", "502 Bad Gateway"):
        assert notes_of(passed(HTTPStatusError(f"Server error '{status}' for url 'https://a.example/'"))) == []


def test_an_error_of_the_callers_own_that_wraps_one_gets_a_note() -> None:
    error = RuntimeError("cannot talk to the service")
    error.__cause__ = expired()
    assert len(notes_of(passed(error))) == 1


def test_an_error_that_only_happened_while_one_was_handled_gets_none() -> None:
    error = KeyError("x")
    error.__context__ = expired()
    assert notes_of(passed(error)) == []


def test_a_group_with_one_gets_a_note() -> None:
    assert len(notes_of(passed(ExceptionGroup("g", [KeyError("x"), expired()])))) == 1


def test_nested_there_is_one_note() -> None:
    error = expired()
    with pytest.raises(ssl.SSLError), tlsdiag.explaining(), tlsdiag.explaining():
        raise error
    assert len(notes_of(error)) == 1


def test_nested_around_a_wrapper_there_is_one_note() -> None:
    @tlsdiag.explaining()
    def talk() -> None:
        try:
            with tlsdiag.explaining():
                raise expired()
        except ssl.SSLError as exc:
            raise RuntimeError("service") from exc

    with pytest.raises(RuntimeError) as caught:
        talk()
    assert notes_of(caught.value) == []
    assert caught.value.__cause__ is not None
    assert len(notes_of(caught.value.__cause__)) == 1


def test_without_an_error_nothing_happens() -> None:
    with tlsdiag.explaining() as helper:
        assert helper is not None


def test_it_works_with_async() -> None:
    async def talk() -> None:
        async with tlsdiag.explaining():
            raise expired()

    with pytest.raises(ssl.SSLError) as caught:
        asyncio.run(talk())
    assert len(notes_of(caught.value)) == 1


def test_it_decorates_functions_of_both_kinds() -> None:
    @tlsdiag.explaining()
    def talk(number: int) -> int:
        """Talk."""
        if number:
            raise expired()
        return 7

    @tlsdiag.explaining()
    async def wait(number: int) -> int:
        return talk(number)

    assert (talk(0), talk.__doc__, asyncio.run(wait(0))) == (7, "Talk.", 7)
    for action in (lambda: talk(1), lambda: asyncio.run(wait(1))):
        with pytest.raises(ssl.SSLError) as caught:
            action()
        assert len(notes_of(caught.value)) == 1


def test_a_crash_within_is_not_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(error: BaseException) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(noting, "_note_for", crash)
    assert notes_of(passed(expired())) == []


def test_an_error_that_takes_no_note_passes() -> None:
    class Stubborn(ConnectionResetError):
        def add_note(self, note: str, /) -> None:
            raise RuntimeError("no notes")

    passed(Stubborn(104, "reset by peer"))


def test_an_error_that_says_nothing_known_gets_none() -> None:
    assert notes_of(passed(ssl.SSLError(1, "gibberish"))) == []


def test_the_note_is_read_below_a_traceback() -> None:
    error = passed(ConnectionRefusedError(111, "Connection refused"))
    shown = "".join(traceback.format_exception(error))
    assert "tlsdiag: The connection was refused." in shown
    assert "tlsdiag.explain(error, probe=True)" in shown


def test_the_note_of_a_doubtful_error_lists_what_it_may_be() -> None:
    (note,) = notes_of(passed(ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number")))
    assert note.count("Perhaps:") == 3
    assert "Or: " in note


def test_the_note_holds_no_control_character() -> None:
    (note,) = notes_of(passed(ssl.SSLError(1, "certificate has expired \x1b[31m host='\u202ea', port=1")))
    assert all(char.isprintable() or char == "\n" for char in note)


def test_it_is_safe_around_a_real_failure() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        with pytest.raises(ConnectionRefusedError) as caught, tlsdiag.explaining():
            socket.create_connection(holder.getsockname())
        assert f"tlsdiag 127.0.0.1:{holder.getsockname()[1]}" in notes_of(caught.value)[0]


def test_nothing_heavy_is_loaded_until_an_error_passes() -> None:
    code = "import sys, tlsdiag\nwith tlsdiag.explaining(): pass\nprint([one for one in ('asyncio', 'cryptography', 'tlsdiag.checks') if one in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
