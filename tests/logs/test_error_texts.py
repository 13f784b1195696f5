"""From words and numbers to situations."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.logs import CODES, MAX_CHARACTERS, SITUATIONS, Strength, meanings, place_in, read, telling_line, visible
from tlsdiag.logs.phrases import MARKS, REFINED, SAID
from tlsdiag.logs.reading import patterns, said
from tlsdiag.logs.situations import of_alert
from tlsdiag.registry import Registry

GENERATOR = Path(__file__).parents[1] / "corpus" / "errors" / "generate.py"


def names(text: str) -> set[str]:
    return {item.name for item in read(text).situations}


def generator() -> Any:
    spec = importlib.util.spec_from_file_location("generate_errors", GENERATOR)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_tables_are_those_of_their_input() -> None:
    made = generator()
    assert made.OUT.read_text(encoding="utf-8") == made.module()


def test_every_situation_names_known_causes() -> None:
    assert {cause for item in SITUATIONS.values() for cause in item.causes} <= set(meanings())


def test_every_phrase_leads_to_a_situation() -> None:
    assert {pattern.situation for pattern in patterns()} <= set(SITUATIONS)


def test_every_refinement_is_of_known_situations_and_marks() -> None:
    assert {name for row in REFINED for name in (row[0], row[2])} <= set(SITUATIONS)
    assert {mark for _, mark, _ in REFINED} <= {*MARKS, "address"}


def test_every_phrase_is_in_the_spelling_that_is_matched() -> None:
    from tlsdiag.logs.cleaning import plain

    phrases = [phrase for _, group in SAID for item in group for phrase in ([item] if isinstance(item, str) else item)]
    assert [phrase for phrase in phrases if plain(phrase) != phrase] == []


#: Codes of checks that are built beside this one; what has arrived is taken out.
EXPECTED = frozenset((
    "clock-wrong", "clock-wrong-server", "timezone-wrong", "interception", "mtu-black-hole", "server-name-blocked", "hello-too-large",
    "post-quantum-intolerant", "tls13-intolerant", "version-intolerant", "extension-intolerant", "grease-intolerant", "group-intolerant",
    "no-common-group", "hello-retry-broken", "no-common-signature-scheme", "handshake-signature-refused", "no-common-certificate-type",
    "client-policy-forbids", "client-certificate-wrong-authority", "client-certificate-chain-incomplete", "client-certificate-expired",
    "client-certificate-wrong-usage", "client-certificate-scheme-unsupported", "client-key-mismatch", "client-key-password", "context-offers-nothing",
    "context-without-roots", "trust-store-empty", "trust-store-stale", "trust-variable-broken", "certificate-bad-signature", "certificate-revoked",
    "chain-too-large", "chain-too-long", "handshake-downgraded", "intermediate-wrong", "key-usage-narrow", "name-constraints-violated",
    "name-in-common-name", "revocation-list-missing", "revocation-list-outdated", "trusted-root-expired", "proxy-authentication-required",
    "proxy-closes", "proxy-forbidden", "proxy-login-page", "proxy-name-not-found", "proxy-not-a-proxy", "proxy-refused", "proxy-replaces-certificate",
    "proxy-timed-out", "proxy-unreachable", "proxy-upstream-failed", "starttls-not-offered", "starttls-refused", "starttls-stripped",
))  # fmt: skip


def test_every_code_is_a_rule_of_an_installed_check() -> None:
    codes = {code for meaning in meanings().values() for code in meaning.codes}
    assert set(CODES) <= set(meanings())
    assert codes <= {*Registry.installed().rules(), *EXPECTED}


@pytest.mark.parametrize("slug", sorted(meanings()))
def test_a_meaning_is_complete(slug: str) -> None:
    meaning = meanings()[slug]
    assert meaning.blame in {"client", "network", "server", "authority", "nobody"}
    assert all(text.endswith((".", "'")) for text in (meaning.what, meaning.tell, meaning.fix))


@pytest.mark.parametrize(
    ("text", "situation"),
    [
        ("error:0A000126:lib(20)::reason(294)", "ended"),
        ("error:1408F10B:lib(20):func(143):reason(267)", "not-tls"),
        ("error:0A000410:lib(20)::reason(1040)", "alert-40"),
        ("error:14094438:lib(20):func(148):reason(1080)", "alert-80"),
        ("error:0A0003E8:lib(20)::reason(1000)", "alert-0"),
        ("268435703:lib:func", "not-tls"),
        ("verify error:num=62", "wrong-name"),
        ("Verify return code: 10", "expired"),
        ("handshake failed; returned -1, SSL error code 1, net_error -202", "issuer-unknown"),
        ("failed with 0x80090325", "issuer-unknown"),
        ("NSURLErrorDomain Code=-1202", "issuer-unknown"),
        ("SSL alert number 116", "alert-116"),
        ("*** Received alert [48]: CA is unknown", "alert-48"),
        ("SSL alert number 200", "alert-unknown"),
    ],
)
def test_a_number_is_enough(text: str, situation: str) -> None:
    assert situation in names(text)


def test_numbers_of_other_libraries_of_openssl_say_nothing_of_tls() -> None:
    assert not read("error:02000002:lib(4)::reason(2)").understood


@pytest.mark.parametrize("code", [10, 20, 21, 30, 40, 42, 60, 70, 80, 111, 116, 120, 121, 250])
def test_every_alert_has_a_situation(code: int) -> None:
    assert of_alert(code) in SITUATIONS


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("OSError: Tunnel connection failed: 407 Proxy Authentication Required", "proxy-auth-required"),
        ("curl: (56) Received HTTP code 403 from proxy after CONNECT", "proxy-denied"),
        ("httpx.ProxyError: 503 Service Unavailable", "proxy-upstream-failed"),
        ('Get "https://www.example.net/": Forbidden', "proxy-denied"),
        ("ProxyError('Cannot connect to proxy.', RemoteDisconnected('Remote end closed connection without response'))", "proxy-closes"),
        ("ProxyError('Unable to connect to proxy', SSLError(SSLError(1, '[SSL: WRONG_VERSION_NUMBER] wrong version number')))", "proxy-scheme-wrong"),
        ("ProxyError('Unable to connect to proxy', ConnectionRefusedError(111, 'Connection refused'))", "proxy-unreachable"),
    ],
)
def test_what_a_proxy_says_is_told_from_what_the_server_says(text: str, cause: str) -> None:
    assert read(text).causes[0] == cause


def test_the_words_of_an_alert_are_the_peers_and_no_judgement_of_the_client() -> None:
    found = read("*** Received alert [45]: Certificate is expired")
    assert found.causes[0] == "client-cert-expired"
    assert "cert-expired" not in found.causes


def test_a_frame_is_not_heard_beside_the_true_words() -> None:
    assert names("certificate verify failed") == {"refused-certificate"}
    assert names("certificate verify failed: certificate has expired") == {"expired"}


def test_the_reason_behind_a_general_sentence_is_the_better_one() -> None:
    text = 'certificate signed by unknown authority (possibly because of "x509: cannot verify signature: insecure algorithm SHA1-RSA")'
    assert names(f"x509: {text}") == {"weak-digest"}
    assert names('x509: certificate signed by unknown authority (possibly because of "?")') == {"issuer-unknown"}


def test_what_two_words_share_comes_first() -> None:
    text = "verify error:num=20:unable to get local issuer certificate\nverify error:num=21:unable to verify the first certificate"
    assert read(text).causes[0] == "chain-missing-intermediate"
    assert not read(text).clear


def test_the_line_that_tells_is_picked_out() -> None:
    text = "CONNECTED(00000003)\n---\nNo client certificate CA names sent\nverify error:num=19:self-signed certificate in certificate chain\nDONE"
    assert names(text) == {"self-signed-root"}
    assert telling_line(text, read(text)) == "verify error:num=19:self-signed certificate in certificate chain"
    assert telling_line("a\nb", read("a\nb")) == "a\nb"
    apart = "SSL handshake has read 0 bytes\nunexpected eof while reading"
    assert names(apart) == {"ended-in-handshake"}
    assert telling_line(apart, read(apart)) == "unexpected eof while reading"


def test_a_client_that_was_cut_off_while_it_sent_may_have_been_refused() -> None:
    found = read("curl: (55) getpeername() failed with errno 107: Transport endpoint is not connected")
    assert "client-cert-missing" in found.causes


def test_lines_are_read_together() -> None:
    assert read(["verify error:num=10", "error:0A000086:SSL routines::certificate verify failed"]).causes[0] == "cert-expired"


def test_an_address_in_the_words_makes_it_a_matter_of_the_address() -> None:
    assert read("no alternative certificate subject name matches target host name '192.0.2.7'").causes[0] == "name-ip-not-in-san"
    assert read("no alternative certificate subject name matches target host name 'a.example'").causes[0] == "name-mismatch"


@pytest.mark.parametrize(
    "text",
    [
        "the session has expired", "your token has been revoked", "the password doesn't match", "the plan is not trusted by the team",
        "permission denied for table x", "a pathlen of 3", "the meeting is in the future",
    ],
)  # fmt: skip
def test_words_of_other_trades_are_not_taken_for_those_of_tls(text: str) -> None:
    assert not read(text).understood


@pytest.mark.parametrize("text", ["", " ", "all is well", "typeof x", "the geof function", "KeyError: 'expired'", "HTTP/1.1 200 OK"])
def test_other_text_is_not_understood(text: str) -> None:
    assert not read(text).understood


def test_a_phrase_is_matched_at_the_edges_of_words() -> None:
    assert said(" unexpected eof. ", "unexpected eof")
    assert not said(" unexpected eofs ", "unexpected eof")
    assert not said(" aunexpected eof ", "unexpected eof")


@pytest.mark.parametrize(
    ("text", "library"),
    [
        ("ssl.SSLError: [SSL: X] x (_ssl.c:1006)", "Python ssl"),
        ("curl: (60) SSL certificate problem", "curl"),
        ("javax.net.ssl.SSLHandshakeException: x", "Java"),
        ("remote error: tls: handshake failure", "Go"),
        ("OpenSSL.SSL.Error: []", "pyOpenSSL"),
        ("nothing", ""),
    ],
)
def test_the_library_that_speaks_is_told(text: str, library: str) -> None:
    assert read(text).library == library


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("HTTPSConnectionPool(host='a.example', port=8443): Max retries", ("a.example", 8443)),
        ("Cannot connect to host a.example:8443 ssl:default [x]", ("a.example", 8443)),
        ('connection to server at "localhost" (127.0.0.1), port 5433 failed', ("localhost", 5433)),
        ('Get "https://a.example/x": EOF', ("a.example", 443)),
        ("https://user:secret@a.example:444/ failed", ("a.example", 444)),
        ("https://[2001:db8::1]:8443/ failed", ("2001:db8::1", 8443)),
        ("[Errno 111] Connect call failed ('127.0.0.1', 443)", ("127.0.0.1", 443)),
        ("[Errno 111] Connect call failed ('::1', 443, 0, 0)", ("::1", 443)),
        ("curl: (7) Failed to connect to 192.0.2.10 port 443 after 0 ms", ("192.0.2.10", 443)),
        ("curl: (6) Could not resolve host: no.example", ("no.example", None)),
        ("dial tcp 192.0.2.10:443: connect: network is unreachable", ("192.0.2.10", 443)),
        ("connect ECONNREFUSED 127.0.0.1:24999", ("127.0.0.1", 24999)),
        ("ipv4:127.0.0.1:50051: Ssl handshake failed", ("127.0.0.1", 50051)),
        ("(2003, \"Can't connect to MySQL server on 'db.example' ([Errno 111])\")", ("db.example", None)),
        ("https://a.example:99999/", None),
        ("More details here: https://manual.example/sslcerts.html", None),
        ("https://curl.se/docs/sslcerts.html and https://a.example/", ("a.example", 443)),
        ("nothing here", None),
    ],
)
def test_the_place_is_read_from_the_words(text: str, place: tuple[str, int | None] | None) -> None:
    assert place_in(text) == place


ADVERSARIAL = [
    "a" * 3_000_000,
    "\x1b[" + "1;" * 500_000,
    "alert " * 200_000,
    "error:" * 200_000,
    "proxy 4" * 200_000,
    "tunnel failed" * 100_000,
    'get "https://' * 100_000,
    "connection to server at \"" + "a" * 200_000,
    "host='" * 200_000,
    "0/0/" * 300_000,
    "certificate " * 200_000,
    "https://" + "a." * 300_000,
    "\n" * 1_000_000,
    "not " * 300_000 + "1.1.1.",
    "\ud800\udfff\x00\x9b" * 200_000,
    "(" * 500_000,
]


@pytest.mark.parametrize("text", ADVERSARIAL, ids=range(len(ADVERSARIAL)))
def test_a_text_that_is_made_to_be_slow_is_read_in_bounded_time(text: str) -> None:
    began = time.process_time()
    read(text)
    place_in(visible(text))
    assert time.process_time() - began < 10  # seconds of this process, not of the clock: it takes a fraction of one


def test_of_a_long_text_the_beginning_and_the_end_are_read() -> None:
    middle = "x " * MAX_CHARACTERS
    assert read(f"certificate has expired {middle}").causes[0] == "cert-expired"
    assert read(f"{middle} certificate has expired").causes[0] == "cert-expired"
    assert not read(f"{middle} certificate has expired {middle}").understood


def test_escape_sequences_within_the_words_do_not_hide_them() -> None:
    assert read("\x1b[1;31mcertificate\x1b[0m has\x00 expired").causes[0] == "cert-expired"


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    found = read(text)
    assert set(found.causes) <= set(meanings())


@given(st.text())
def test_what_is_visible_holds_no_control_character(text: str) -> None:
    assert not any((char < " " and char not in "\n\t") or char == "\x7f" for char in visible(text))


def test_strengths_are_in_the_order_that_decides() -> None:
    assert Strength.FRAME < Strength.SYMPTOM < Strength.SPECIFIC < Strength.DETAIL
