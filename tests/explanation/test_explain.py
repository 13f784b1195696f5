"""The calls `explain` and `explain_async`, and what they give back."""

from __future__ import annotations

import asyncio
import json
import ssl
from typing import Any

import pytest

import tlsdiag
from tlsdiag import Confidence, Explanation, explain
from tlsdiag.explanation import ErrorSeen
from tlsdiag.explanation.guarded import MAX_TEXT
from tlsdiag.explanation.walking import MAX_ERRORS, walk
from tlsdiag.finding_types import ClientFinding

EXPIRED = "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)"


def expired() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, EXPIRED)
    error.verify_code, error.verify_message = 10, "certificate has expired"
    return error


def first(error: Any) -> str:
    return explain(error).possibilities[0].cause


def test_a_text_that_means_one_thing_is_likely_and_has_its_rule() -> None:
    found = explain(EXPIRED)
    assert found.clear
    assert found.root_cause is not None
    assert (found.root_cause.code, found.root_cause.confidence) == ("certificate-expired", Confidence.LIKELY)
    assert found.library == "Python ssl"


def test_doubts_are_possible_and_say_what_would_tell() -> None:
    found = explain(EXPIRED)
    doubts = {item.cause: item.confidence for item in found.possibilities[1:]}
    assert doubts["clock-wrong"] is Confidence.POSSIBLE
    assert any("clock" in question.lower() or "date header" in question.lower() for question in found.needs)


def test_where_several_causes_fit_none_is_claimed() -> None:
    found = explain("ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
    assert not found.clear
    assert found.root_cause is None
    assert {item.confidence for item in found.possibilities} == {Confidence.POSSIBLE}
    assert len(found.needs) >= 3


def test_a_live_exception_that_can_mean_one_thing_only_is_proven() -> None:
    found = explain(ConnectionRefusedError(111, "Connection refused"))
    assert found.root_cause is not None
    assert found.root_cause.confidence is Confidence.PROVEN


def test_the_finding_holds_the_clients_own_words() -> None:
    (finding, *_) = explain(expired()).findings
    assert isinstance(finding, ClientFinding)
    assert (finding.error_type, finding.verify_code) == ("ssl.SSLCertVerificationError", 10)
    assert "certificate has expired" in finding.error_text


def test_causes_that_share_a_rule_share_a_finding() -> None:
    found = explain("tlsv1 alert protocol version")
    assert [finding.code for finding in found.findings].count("no-common-version") == 1


def test_a_cause_without_a_rule_is_explained_from_its_row_alone() -> None:
    found = explain("curl: (56) CONNECT tunnel failed, response 407")
    assert found.possibilities[0].cause == "proxy-auth-required"
    assert found.possibilities[0].fix
    assert found.clear


def test_a_text_without_meaning_says_what_it_would_need() -> None:
    found = explain("it is raining")
    assert not found.understood
    assert found.possibilities == ()
    assert found.needs
    assert "names no cause" in str(found)


def test_lines_are_read_as_one_failure() -> None:
    found = explain(["verify error:num=20:unable to get local issuer certificate", "verify error:num=21:unable to verify the first certificate"])
    assert found.possibilities[0].cause == "chain-missing-intermediate"


@pytest.mark.parametrize("wrong", [b"bytes", 7, None, [b"line"], [7]])
def test_what_is_no_error_is_a_type_error(wrong: Any) -> None:
    with pytest.raises(TypeError, match="text"):
        explain(wrong)


def test_a_target_that_makes_no_sense_is_a_target_error() -> None:
    with pytest.raises(tlsdiag.TargetError):
        explain(EXPIRED, target="a.example:99999")
    with pytest.raises(tlsdiag.TargetError):
        explain(EXPIRED, target="", probe=True)


def test_a_target_given_is_where_it_went() -> None:
    assert explain(EXPIRED, target="https://a.example:8443/x").destination == tlsdiag.Destination(host="a.example", port=8443)


def test_a_probe_without_a_destination_says_so_and_opens_nothing() -> None:
    found = explain(EXPIRED, probe=True)
    assert found.report is None
    assert "say it with target=" in found.why_no_report
    assert found.why_no_report in " ".join(str(found).split())


def test_a_destination_in_the_words_that_makes_no_sense_is_no_exception() -> None:
    found = explain("Could not resolve host: 1.2.3.4.5 ", probe=True)
    assert found.report is None
    assert "makes no sense" in found.why_no_report


def test_a_name_that_cannot_be_resolved_is_probed_without_a_port() -> None:
    found = explain("curl: (6) Could not resolve host: tlsdiag.invalid", probe=True, addresses=["127.0.0.1"], depth="quick", port=1)
    assert found.report is not None
    assert found.agrees is False
    assert "another one than the text points to" in str(found)


def test_a_text_that_says_nothing_is_not_said_to_have_meant_something_else() -> None:
    found = explain("it does not work", probe=True, target="tlsdiag.invalid:1", addresses=["127.0.0.1"], depth="quick")
    assert found.report is not None and found.report.root_cause is not None
    assert not found.understood
    assert found.agrees is None
    assert "another one than the text points to" not in str(found)


def test_a_key_that_may_not_sign_is_understood() -> None:
    found = explain("ssl.SSLError: [SSL: BAD_ECC_CERT] bad ecc cert (_ssl.c:1006)")
    assert found.possibilities[0].code == "key-usage-narrow"


def test_the_asynchronous_call_gives_the_same() -> None:
    assert asyncio.run(tlsdiag.explain_async(EXPIRED)) == explain(EXPIRED)


def test_the_plain_call_works_inside_a_running_loop() -> None:
    async def inside() -> Explanation:
        return explain("connection refused", probe=True, target="127.0.0.1:1", depth="quick")

    found = asyncio.run(inside())
    assert found.root_cause is not None
    assert found.root_cause.code == "connection-refused"


def test_an_explanation_is_plain_data() -> None:
    found = explain(expired(), probe=True, target="127.0.0.1:1", depth="quick")
    plain = json.loads(found.to_json())
    assert plain["schema"] == "tlsdiag-explanation/1"
    assert plain["root_cause"] == "connection-refused"
    assert plain["possibilities"][0]["blame"] in {"client", "server"}
    assert plain["report"]["schema"] == "tlsdiag-report/1"
    assert found.to_json().isascii()


def test_an_explanation_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        explain(EXPIRED).clear = False  # type: ignore[misc]


# walking


def test_causes_contexts_groups_and_wrapped_errors_are_followed() -> None:
    class Wrapper(Exception):
        pass

    inner = expired()
    by_cause = Wrapper("a")
    by_cause.__cause__ = inner
    by_context = Wrapper("b")
    by_context.__context__ = inner
    by_attribute = Wrapper("c")
    by_attribute.original_error = inner  # type: ignore[attr-defined]
    for error in (by_cause, by_context, by_attribute, Wrapper(inner), Wrapper(("x", inner)), ExceptionGroup("g", [ValueError(), inner])):
        assert first(error) == "cert-expired"


def test_a_context_that_was_suppressed_is_not_followed() -> None:
    error = RuntimeError("x")
    error.__context__ = expired()
    error.__suppress_context__ = True
    assert not explain(error).understood


def test_circles_end() -> None:
    one, other = RuntimeError("a"), RuntimeError("b")
    one.__cause__, other.__cause__ = other, one
    one.args = (one, other)
    assert len(walk(one)) == 2


def test_chains_of_any_length_end() -> None:
    error: Exception = expired()
    for _ in range(5000):
        outer = RuntimeError("x")
        outer.__cause__ = error
        error = outer
    assert len(walk(error)) <= MAX_ERRORS
    wide = ExceptionGroup("g", [RuntimeError(str(number)) for number in range(5000)])
    assert len(walk(wide)) == MAX_ERRORS


class Hostile(ssl.SSLError):
    """Whatever is asked of it, it raises."""

    def __str__(self) -> str:
        raise SystemExit("never")

    def __getattribute__(self, name: str) -> Any:
        raise RecursionError(name)


class Endless(OSError):
    def __str__(self) -> str:
        return str(self)

    @property
    def reason(self) -> Any:
        raise ValueError("x" * 10)


class NotText(OSError):
    def __str__(self) -> str:
        return 7  # type: ignore[return-value]


class Huge(OSError):
    def __str__(self) -> str:
        return "certificate has expired" + "x" * 5_000_000


class Sly(OSError):
    @property
    def host(self) -> str:
        return "h" * 1_000_000

    @property
    def exceptions(self) -> list[Any]:
        return [self] * 1_000_000


@pytest.mark.parametrize("kind", [Hostile, Endless, NotText, Huge, Sly])
def test_hostile_exceptions_are_survived(kind: type[OSError]) -> None:
    found = explain(kind(104, "x"))
    assert isinstance(str(found), str)
    assert len(found.to_json()) < 50 * MAX_TEXT


def test_an_interrupt_passes() -> None:
    class Interrupting(OSError):
        def __str__(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        explain(Interrupting())


@pytest.mark.parametrize("name", ["pool", "details"])
def test_an_interrupt_in_a_property_or_a_method_passes(name: str) -> None:
    def interrupted(self: Any) -> Any:
        raise KeyboardInterrupt

    kind = type("RpcError", (OSError,), {name: property(interrupted) if name == "pool" else interrupted, "__module__": "grpc"})
    with pytest.raises(KeyboardInterrupt):
        explain(kind("x"))


@pytest.mark.parametrize(
    "text",
    [f"certificate has expired {hurt}" for hurt in ("\x1b]0;owned\x07 \x1b[2J", "\u202egnp.exe", "\ud800", "\x9b31m")],
)
def test_what_could_hurt_a_terminal_is_not_shown(text: str) -> None:
    for shown in (str(explain(text)), str(explain(OSError(text)))):
        assert not set(shown) & {"\x1b", "\x07", "\x9b", "\u202e", "\ud800"}
        shown.encode()


def test_details_that_a_library_keeps_in_methods_are_asked_for() -> None:
    class RpcError(Exception):
        def details(self) -> str:
            return "failed to connect to all addresses; ipv4:127.0.0.1:50051: Ssl handshake failed: CERTIFICATE_VERIFY_FAILED: certificate has expired"

        def debug_error_string(self) -> str:
            raise RuntimeError("no")

    RpcError.__module__ = "grpc"
    assert first(RpcError("status = UNAVAILABLE")) == "cert-expired"


def test_attributes_of_libraries_tell_the_destination() -> None:
    class Pool:
        host, port, conn_kw, proxy = "a.example", 8443, {"ssl_context": ssl.create_default_context()}, "http://proxy.example:3128"

    class MaxRetryError(Exception):
        pool, reason = Pool(), expired()

    MaxRetryError.__module__ = "urllib3.exceptions"
    found = explain(MaxRetryError("x"))
    assert found.destination == tlsdiag.Destination(host="a.example", port=8443, proxy="http://proxy.example:3128")
    assert found.possibilities[0].cause == "cert-expired"


def test_the_password_of_a_proxy_is_not_written_down() -> None:
    class Pool:
        host, port, proxy = "a.example", 8443, "http://me:secret@proxy.example:3128"

    error = OSError("connection refused")
    error.pool = Pool()  # type: ignore[attr-defined]
    found = explain(error)
    assert found.destination is not None
    assert found.destination.proxy == Pool.proxy
    assert "secret" not in found.to_json() + str(found) + repr(found)
    assert "***@proxy.example:3128" in found.to_json()


def test_the_path_of_a_local_socket_is_no_destination() -> None:
    class Connection:
        host, port = b"/var/run/postgresql", b"5432"

    error = OSError("x")
    error.pgconn = Connection()  # type: ignore[attr-defined]
    assert explain(error).destination is None


def test_wrong_options_of_a_probe_are_the_callers_mistake() -> None:
    with pytest.raises(tlsdiag.TargetError, match="alpn"):
        explain("connect ECONNREFUSED 127.0.0.1:1", probe=True, alpn="h2")


def test_the_speaker_is_told_where_the_words_do_not() -> None:
    assert explain(ConnectionRefusedError(111, "Connection refused")).library == "the operating system"
    error = type("MaxRetryError", (Exception,), {"__module__": "urllib3.exceptions"})("connection refused")
    assert explain(error).library == "urllib3"
    assert explain(KeyError("certificate has expired")).library == ""


def test_what_only_speaks_of_it_is_never_proven() -> None:
    found = explain(RuntimeError("connection refused"))
    assert found.possibilities[0].confidence is Confidence.LIKELY


def test_the_word_of_the_peer_is_not_proven() -> None:
    found = explain(ssl.SSLError(1, "[SSL: TLSV1_ALERT_USER_CANCELLED] tlsv1 alert user cancelled"))
    assert found.possibilities[0].confidence is Confidence.LIKELY


def test_a_request_tells_the_destination() -> None:
    class Request:
        url = "https://b.example:444/path"

    error = OSError("x")
    error.request = Request()  # type: ignore[attr-defined]
    assert explain(error).destination == tlsdiag.Destination(host="b.example", port=444)


def test_bytes_of_libpq_tell_the_destination() -> None:
    class Connection:
        host, port = b"db.example", b"5433"

    error = OSError("x")
    error.pgconn = Connection()  # type: ignore[attr-defined]
    assert explain(error).destination == tlsdiag.Destination(host="db.example", port=5433)


def test_a_destination_prints_as_people_write_it() -> None:
    assert str(tlsdiag.Destination(host="2001:db8::1", port=443)) == "[2001:db8::1]:443"
    assert str(tlsdiag.Destination(host="a.example")) == "a.example"


def test_errors_are_listed_from_the_outermost() -> None:
    outer = RuntimeError("outer")
    outer.__cause__ = ConnectionResetError(104, "reset")
    assert explain(outer).errors == (ErrorSeen(type="RuntimeError", text="outer"), ErrorSeen(type="ConnectionResetError", text="[Errno 104] reset"))
