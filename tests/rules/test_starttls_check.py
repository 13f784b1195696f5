"""What the check of the dialogue before TLS says: whom it blames, how sure it is, what it tells to do."""

from __future__ import annotations

import pytest
from samples.common import failure
from samples.starttls import R, dialogue, healthy

from tlsdiag.check import Seen
from tlsdiag.checks.starttls.dialogue import StarttlsCheck
from tlsdiag.checks.starttls.rules import SERVERS
from tlsdiag.finding import Confidence, Finding, Severity
from tlsdiag.plugin import Blame, FailureKind, Phase, StarttlsDialogue, StarttlsFinding
from tlsdiag.starttls import PROTOCOLS
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import client_outcome, handshake_outcome, seen


def found(view: Seen) -> Finding:
    (finding,) = run_check(StarttlsCheck, view)
    assert isinstance(finding, StarttlsFinding)
    return finding


def test_each_protocol_has_servers_for_its_snippets() -> None:
    assert set(SERVERS) == {row.name for row in PROTOCOLS}


@pytest.mark.parametrize(("protocol", "servers"), [("smtp", {"postfix", "exim"}), ("ldap", {"slapd"}), ("mysql", {"mariadb"})])
def test_only_the_snippets_of_the_protocol_are_shown(protocol: str, servers: set[str]) -> None:
    assert set(found(dialogue(R.NOT_OFFERED, protocol=protocol)).fix.snippets) == servers


@pytest.mark.parametrize(
    ("words", "blame"),
    [
        ("554 5.7.1 blocked using zen.spamhaus.org", Blame.CLIENT),
        ("error 1129: Host is blocked because of many connection errors", Blame.SERVER),
        ("421 too many connections", Blame.SERVER),
        ("error host-unknown", Blame.CLIENT),
    ],
)
def test_who_is_turned_away_for_an_address_has_to_mend_it(words: str, blame: Blame) -> None:
    assert found(dialogue(R.GREETING, detail=f"the server greets with {words!r}")).blame is blame


@pytest.mark.parametrize(
    ("speaks", "said", "advice"),
    [
        ("tls", "TLS begins there at once", "starttls=False"),
        ("imap", "it speaks IMAP", "starttls='imap'"),
        ("http", "it speaks HTTP", "Name the protocol"),
        ("gopher", "it speaks gopher", "Name the protocol"),
        (None, "what came back is not SMTP", "Name the protocol"),
    ],
)
def test_what_the_port_speaks_instead_is_said_with_the_cure(speaks: str | None, said: str, advice: str) -> None:
    refusal = R.TLS_ALREADY if speaks == "tls" else R.WRONG_PROTOCOL
    finding = found(dialogue(refusal, speaks=speaks))
    assert said in finding.detail and advice in finding.fix.summary
    assert finding.confidence is (Confidence.LIKELY if speaks is None else Confidence.PROVEN)


def test_traces_of_stripping_are_told_one_by_one_and_never_as_proven() -> None:
    both = found(dialogue(R.NOT_OFFERED, garbled="XXXXXXXA", accepted_anyway=True))
    assert both.confidence is Confidence.LIKELY
    assert "'XXXXXXXA'" in both.detail and "takes the request" in both.detail
    assert "blanked out" in found(dialogue(R.NOT_OFFERED, garbled="        ")).detail


def test_a_guess_is_said_where_it_fails_too() -> None:
    details = {item.code: item.detail for item in run_check(StarttlsCheck, dialogue(R.NOT_OFFERED, guessed="port"))}
    assert details["starttls-guessed"] == "SMTP was taken from port 25."
    assert "SMTP was taken from port 25." in details["starttls-not-offered"]


def test_one_dialogue_of_several_that_is_refused_blocks_nothing() -> None:
    finding = found(dialogue(R.GREETING, client_fails=False))
    assert (finding.blocks, finding.severity) == (False, Severity.MEDIUM)
    assert "The client itself got through" in finding.detail


def test_a_client_that_is_turned_away_beside_a_dialogue_that_went_well_is_explained() -> None:
    finding = found(healthy(client_fails=True))
    assert finding.code == "starttls-greeting-refused"
    assert finding.blocks and finding.confidence is Confidence.LIKELY


def test_a_client_that_fails_at_a_certificate_is_not_explained_by_a_dialogue_that_was_refused_elsewhere() -> None:
    refused = failure(FailureKind.PROTOCOL, Phase.STARTTLS)
    went_well = StarttlsDialogue(protocol="smtp", completed=True)
    client = client_outcome(completed=False, verify_code=10, client_hello=b"hello")
    finding = found(seen(went_well, client, handshake_outcome(completed=False, failure=refused), starttls="smtp"))
    assert (finding.code, finding.blocks) == ("starttls-greeting-refused", False)


def test_an_injection_blocks_nothing_and_shows_the_bytes() -> None:
    finding = found(healthy(injected=b"250 x\r\n" * 40))
    assert (finding.blocks, finding.severity) == (False, Severity.HIGH)
    assert "250 x" in finding.detail and len(finding.detail) < 250


def test_a_long_list_of_capabilities_is_cut() -> None:
    assert "and 12 more" in found(dialogue(R.NOT_OFFERED, offered=tuple(f"C{number}" for number in range(20)))).detail
