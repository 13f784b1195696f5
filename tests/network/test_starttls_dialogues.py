"""STARTTLS dialogues without a network: each protocol's words whole and in pieces, each way to be refused, and any bytes at all."""

from __future__ import annotations

import asyncio

import attrs
import pytest
import starttls_peers as peers
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.errors import TargetError
from tlsdiag.failure import Blame, Failure, FailureKind, Phase
from tlsdiag.network import Connection, Deadline, Dialogue, starttls_leg, walk
from tlsdiag.network.starttls import SPEAKERS
from tlsdiag.starttls import PROTOCOLS, StarttlsRefusal, StarttlsStep, protocol_at, protocol_named
from tlsdiag.target import Endpoint, Target
from tlsdiag.testing import Close, Expect, Reply, ScriptedDialer

R = StarttlsRefusal
LDAP_OK = bytes.fromhex("300c02010178070a010004000400")
FEATURES = b"<?xml version='1.0'?><stream:stream id='1' xmlns='jabber:client'><stream:features>{}</stream:features>"
XMPP_TLS = FEATURES.replace(b"{}", b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>")
PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
IMAP = b"* OK [CAPABILITY IMAP4rev1 STARTTLS] ready\r\n"
IMAP_LIST = b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\nt1 OK done\r\n"
SIEVE = b'"IMPLEMENTATION" "Acme"\r\n"SIEVE" "fileinto"\r\n"STARTTLS"\r\nOK "ready"\r\n'
FTP_LIST = b"211-Features:\r\n AUTH TLS\r\n PBSZ\r\n211 End\r\n"


def mysql(capabilities: int = 0xFFFF) -> bytes:
    body = b"\x0a10.11.6-MariaDB\0" + bytes(4) + b"n" * 8 + b"\0" + capabilities.to_bytes(2, "little") + b"\x21\x02\x00" + bytes(13)
    return len(body).to_bytes(3, "little") + b"\0" + body


def ldap(code: int, text: bytes = b"") -> bytes:
    body = bytes((0x0A, 1, code, 4, 0, 4, len(text))) + text
    response = b"\x02\x01\x01\x78" + bytes((len(body),)) + body
    return b"\x30" + bytes((len(response),)) + response


def tds(encryption: int) -> bytes:
    return peers.TDS_ANSWER[:-3] + bytes((encryption, 0, 0))


def rdp(negotiation: str, *, kind: str = "d0") -> bytes:
    body = bytes.fromhex(kind + "0000123400" + negotiation)
    return b"\x03\x00\x00" + bytes((len(body) + 5, len(body))) + body


# protocol -> what a peer says that goes over to TLS, message by message (the first is its greeting, or empty)
GOOD: dict[str, tuple[bytes, ...]] = {
    "smtp": peers.SMTP,
    "lmtp": (b"220 mail LMTP\r\n", b"250-mail\r\n250 STARTTLS\r\n", b"220 go\r\n"),
    "imap": (IMAP, IMAP_LIST, b"t2 OK begin\r\n"),
    "pop3": (b"+OK ready\r\n", b"+OK list\r\nTOP\r\nSTLS\r\n.\r\n", b"+OK begin\r\n"),
    "ftp": (b"220-Welcome\r\n220 ftp\r\n", FTP_LIST, b"234 go\r\n"),
    "ldap": (b"", LDAP_OK),
    "xmpp": (b"", XMPP_TLS, PROCEED),
    "xmpp-server": (b"", XMPP_TLS, PROCEED),
    "postgres": (b"", b"S"),
    "mysql": (mysql(),),
    "nntp": peers.NNTP,
    "sieve": (SIEVE, b'OK "begin"\r\n'),
    "irc": peers.IRC,
    "rdp": peers.RDP,
    "tds": (b"", peers.TDS_ANSWER),
}


def spoken(protocol: str, words: tuple[bytes, ...], *, piece: int = 65536, insist: bool = False) -> Dialogue:
    """A dialogue that has heard these words, each once it has asked, in pieces of so many bytes."""
    dialogue = Dialogue(SPEAKERS[protocol], "mail.example", insist=insist)
    dialogue.start()
    for word in words:
        for at in range(0, len(word), piece):
            dialogue.receive(word[at : at + piece])
    return dialogue


@pytest.mark.parametrize("piece", [65536, 1, 7])
@pytest.mark.parametrize("protocol", GOOD)
def test_a_good_dialogue_leads_to_tls_however_it_is_cut(protocol: str, piece: int) -> None:
    dialogue = spoken(protocol, GOOD[protocol], piece=piece)
    assert dialogue.completed, dialogue.detail
    assert (dialogue.injected, dialogue.early) == (b"", b"")
    assert dialogue.steps[-1].step is StarttlsStep.REQUEST


def test_every_protocol_of_the_table_speaks_and_has_a_good_dialogue_here() -> None:
    assert {row.name for row in PROTOCOLS} == set(SPEAKERS) == set(GOOD)


def test_names_aliases_and_ports_lead_to_their_protocol() -> None:
    for row in PROTOCOLS:
        assert all(protocol_named(name.upper()) is row for name in row.names)
        assert all(protocol_at(port) is row for port in row.guessed)
    assert protocol_at(6667) is None and protocol_at(443) is None and protocol_named("gopher") is None
    names = [name for row in PROTOCOLS for name in row.names]
    assert len(names) == len(set(names))


REFUSED: dict[str, tuple[str, tuple[bytes, ...], StarttlsRefusal, StarttlsStep, str]] = {
    "smtp turns away": ("smtp", (b"554 no\r\n",), R.GREETING, StarttlsStep.GREETING, "'554 no'"),
    "smtp is busy": ("smtp", (b"220 hi\r\n", b"421 too many\r\n"), R.GREETING, StarttlsStep.CAPABILITIES, "421"),
    "smtp offers nothing": ("smtp", (b"220 hi\r\n", b"250-hi\r\n250 SIZE\r\n"), R.NOT_OFFERED, StarttlsStep.CAPABILITIES, "not among"),
    "smtp knows no EHLO": ("smtp", (b"220 hi\r\n", b"502 what\r\n", b"502 what\r\n"), R.NOT_OFFERED, StarttlsStep.CAPABILITIES, "no extensions"),
    "smtp refuses": ("smtp", (*peers.SMTP[:2], b"454 not now\r\n"), R.REFUSED, StarttlsStep.REQUEST, "454"),
    "lmtp in place of smtp": ("smtp", (b"220 hi\r\n", b"500 what\r\n", b"250 hi\r\n"), R.WRONG_PROTOCOL, StarttlsStep.CAPABILITIES, "LHLO is understood"),
    "ftp in place of smtp": ("smtp", (b"220 (vsFTPd)\r\n", b"530 login\r\n"), R.WRONG_PROTOCOL, StarttlsStep.CAPABILITIES, "530"),
    "imap in place of smtp": ("smtp", (IMAP,), R.WRONG_PROTOCOL, StarttlsStep.GREETING, "* OK"),
    "imap says bye": ("imap", (b"* BYE full\r\n",), R.GREETING, StarttlsStep.GREETING, "BYE"),
    "imap is logged in": ("imap", (b"* PREAUTH hi\r\n",), R.REFUSED, StarttlsStep.GREETING, "PREAUTH"),
    "imap offers nothing": ("imap", (b"* OK hi\r\n", b"* CAPABILITY IMAP4rev1\r\nt1 OK\r\n"), R.NOT_OFFERED, StarttlsStep.CAPABILITIES, "not among"),
    "imap refuses": ("imap", (IMAP, IMAP_LIST, b"t2 NO off\r\n"), R.REFUSED, StarttlsStep.REQUEST, "NO off"),
    "pop3 turns away": ("pop3", (b"-ERR full\r\n",), R.GREETING, StarttlsStep.GREETING, "full"),
    "pop3 offers nothing": ("pop3", (b"+OK\r\n", b"+OK\r\nTOP\r\n.\r\n"), R.NOT_OFFERED, StarttlsStep.CAPABILITIES, "STLS"),
    "pop3 knows no CAPA": ("pop3", (b"+OK\r\n", b"-ERR what\r\n", b"-ERR what\r\n"), R.NOT_OFFERED, StarttlsStep.REQUEST, "STLS"),
    "pop3 refuses": ("pop3", (*GOOD["pop3"][:2], b"-ERR no\r\n"), R.REFUSED, StarttlsStep.REQUEST, "-ERR no"),
    "sieve says bye": ("sieve", (b'BYE "full"\r\n',), R.GREETING, StarttlsStep.GREETING, "BYE"),
    "sieve offers nothing": ("sieve", (b'"SIEVE" ""\r\nOK\r\n',), R.NOT_OFFERED, StarttlsStep.GREETING, "STARTTLS"),
    "sieve refuses": ("sieve", (SIEVE, b"NO\r\n"), R.REFUSED, StarttlsStep.REQUEST, "NO"),
    "ftp turns away": ("ftp", (b"120 wait\r\n", b"421 full\r\n"), R.GREETING, StarttlsStep.GREETING, "421"),
    "ftp knows no AUTH": ("ftp", (b"220 hi\r\n", b"500 what\r\n", b"530 login\r\n"), R.NOT_OFFERED, StarttlsStep.REQUEST, "AUTH TLS"),
    "ftp refuses": ("ftp", (b"220 hi\r\n", FTP_LIST, b"431 no key\r\n"), R.REFUSED, StarttlsStep.REQUEST, "431"),
    "nntp turns away": ("nntp", (b"400 later\r\n",), R.GREETING, StarttlsStep.GREETING, "400"),
    "smtp in place of nntp": ("nntp", (b"220 hi\r\n",), R.WRONG_PROTOCOL, StarttlsStep.GREETING, "220"),
    "nntp offers nothing": ("nntp", (b"201 hi\r\n", b"101 list\r\nREADER\r\n.\r\n"), R.NOT_OFFERED, StarttlsStep.CAPABILITIES, "STARTTLS"),
    "nntp is old": ("nntp", (b"200 hi\r\n", b"500 what\r\n", b"500 what\r\n"), R.NOT_OFFERED, StarttlsStep.REQUEST, "STARTTLS"),
    "nntp refuses": ("nntp", (*peers.NNTP[:2], b"580 no\r\n"), R.REFUSED, StarttlsStep.REQUEST, "580"),
    "ldap has no extension": ("ldap", (ldap(2, b"unsupported"),), R.NOT_OFFERED, StarttlsStep.REQUEST, "protocolError (2): 'unsupported'"),
    "ldap has no certificate": ("ldap", (ldap(52, b"Could not initialize TLS"),), R.NOT_OFFERED, StarttlsStep.REQUEST, "unavailable"),
    "ldap refuses": ("ldap", (ldap(53),), R.REFUSED, StarttlsStep.REQUEST, "unwillingToPerform"),
    "ldap answers something else": ("ldap", (b"\x30\x05\x02\x01\x01\x61\x00",), R.WRONG_PROTOCOL, StarttlsStep.REQUEST, "no extended response"),
    "ldap answers in BER": ("ldap", (b"\x30\x00",), R.WRONG_PROTOCOL, StarttlsStep.REQUEST, "no LDAP message"),
    "no ldap at all": ("ldap", (b"\x30\x80",), R.WRONG_PROTOCOL, StarttlsStep.REQUEST, "begins with"),
    "xmpp offers nothing": ("xmpp", (FEATURES.replace(b"{}", b""),), R.NOT_OFFERED, StarttlsStep.CAPABILITIES, "starttls"),
    "xmpp refuses": ("xmpp", (XMPP_TLS, b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"), R.REFUSED, StarttlsStep.REQUEST, "failure"),
    "xmpp knows no such domain": (
        "xmpp",
        (b"<stream:stream><stream:error><host-unknown xmlns='x'/></stream:error>",),
        R.GREETING,
        StarttlsStep.CAPABILITIES,
        "'mail.example' with the error host-unknown",
    ),
    "xmpp of another kind": (
        "xmpp",
        (b"<stream:stream><stream:error><invalid-namespace/></stream:error>",),
        R.WRONG_PROTOCOL,
        StarttlsStep.CAPABILITIES,
        "jabber:client",
    ),
    "a web page": ("xmpp", (b"<html>",), R.WRONG_PROTOCOL, StarttlsStep.CAPABILITIES, "<html>"),
    "irc is full": ("irc", (b"", b"ERROR :Closing Link\r\n"), R.GREETING, StarttlsStep.CAPABILITIES, "Closing Link"),
    "irc offers nothing": ("irc", (b"", b":i CAP * LS :sasl\r\n"), R.NOT_OFFERED, StarttlsStep.CAPABILITIES, "tls"),
    "irc is old": ("irc", (b"", b":i 421 * CAP :what\r\n", b":i 421 * STARTTLS :what\r\n"), R.NOT_OFFERED, StarttlsStep.REQUEST, "tls"),
    "irc refuses": ("irc", (*peers.IRC[:2], b":i 691 * :no\r\n"), R.REFUSED, StarttlsStep.REQUEST, "691"),
    "postgres says no": ("postgres", (b"", b"N"), R.NOT_OFFERED, StarttlsStep.REQUEST, "'N'"),
    "postgres is full": ("postgres", (b"", b"E\x00\x00\x00\x12SFATAL\x00Mfull\x00\x00"), R.REFUSED, StarttlsStep.REQUEST, "'full'"),
    "postgres is old": ("postgres", (b"", b"Eold server\x00"), R.REFUSED, StarttlsStep.REQUEST, "'old server'"),
    "ssh in place of postgres": ("postgres", (b"SSH-2.0-x\r\n",), R.WRONG_PROTOCOL, StarttlsStep.REQUEST, "SSH-2.0"),
    "mysql blocks": ("mysql", (b"\x10\x00\x00\x00\xff\x6a\x04#HY000blocked",), R.GREETING, StarttlsStep.GREETING, "error 1130: 'blocked'"),
    "mysql offers nothing": ("mysql", (mysql(0xF7FF),), R.NOT_OFFERED, StarttlsStep.GREETING, "CLIENT_SSL"),
    "no mysql": ("mysql", (b"\x05\x00\x00\x00\x09hell",), R.WRONG_PROTOCOL, StarttlsStep.GREETING, "begins with"),
    "rdp without negotiation": ("rdp", (b"", rdp("")), R.NOT_OFFERED, StarttlsStep.REQUEST, "own encryption"),
    "rdp chose its own": ("rdp", (b"", rdp("0200080000000000")), R.NOT_OFFERED, StarttlsStep.REQUEST, "PROTOCOL_RDP"),
    "rdp does not allow it": ("rdp", (b"", rdp("0300080002000000")), R.NOT_OFFERED, StarttlsStep.REQUEST, "SSL_NOT_ALLOWED"),
    "rdp has no certificate": ("rdp", (b"", rdp("0300080003000000")), R.REFUSED, StarttlsStep.REQUEST, "SSL_CERT_NOT_ON_SERVER (3)"),
    "rdp fails unheard-of": ("rdp", (b"", rdp("0300080063000000")), R.REFUSED, StarttlsStep.REQUEST, "code 99"),
    "rdp hangs up": ("rdp", (b"", rdp("", kind="80")), R.REFUSED, StarttlsStep.REQUEST, "answered with"),
    "rdp is odd": ("rdp", (b"", rdp("0900080003000000")), R.WRONG_PROTOCOL, StarttlsStep.REQUEST, "answered with"),
    "rdp is odder": ("rdp", (b"", rdp("", kind="f0")), R.WRONG_PROTOCOL, StarttlsStep.REQUEST, "answered with"),
    "no rdp": ("rdp", (b"", b"\x04\x00\x00\x04"), R.WRONG_PROTOCOL, StarttlsStep.REQUEST, "begins with"),
    "tds has none": ("tds", (b"", tds(2)), R.NOT_OFFERED, StarttlsStep.REQUEST, "ENCRYPT_NOT_SUP"),
    "tds says nothing of it": ("tds", (b"", b"\x04\x01\x00\x09\x00\x00\x01\x00\xff"), R.WRONG_PROTOCOL, StarttlsStep.REQUEST, "nothing of encryption"),
    "tds has an error": ("tds", (b"", b"\x04\x01\x00\x15\x00\x00\x01\x00\xaa" + bytes(8) + b"full"), R.REFUSED, StarttlsStep.REQUEST, "'full'"),
    "no tds": ("tds", (b"", b"HTTP/1.1 400\r\n"), R.WRONG_PROTOCOL, StarttlsStep.REQUEST, "HTTP"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_the_step_that_refuses_is_named(case: str) -> None:
    protocol, words, refusal, step, detail = REFUSED[case]
    dialogue = spoken(protocol, words)
    assert (dialogue.refusal, dialogue.at) == (refusal, step), dialogue.detail
    assert detail in dialogue.detail
    assert not dialogue.completed


@pytest.mark.parametrize("protocol", GOOD)
def test_an_answer_in_tls_is_told(protocol: str) -> None:
    assert spoken(protocol, (b"\x15\x03\x01\x00\x02\x02\x46",)).refusal is R.TLS_ALREADY


@pytest.mark.parametrize("protocol", sorted(set(GOOD) - {"postgres"}))
def test_what_is_said_after_the_go_ahead_is_set_apart(protocol: str) -> None:
    words = GOOD[protocol]
    dialogue = spoken(protocol, (*words[:-1], words[-1] + b"* injected\r\n"))
    assert dialogue.completed
    assert dialogue.injected == b"* injected\r\n"
    dialogue.receive(b"and more")
    assert dialogue.injected == b"* injected\r\nand more"


def test_tls_that_comes_with_the_go_ahead_is_not_taken_for_an_injection() -> None:
    dialogue = spoken("smtp", (*peers.SMTP[:2], peers.SMTP[2] + b"\x15\x03\x03\x00"))
    dialogue.receive(b"\x02\x02\x50")
    assert (dialogue.early, dialogue.injected) == (b"\x15\x03\x03\x00\x02\x02\x50", b"")


@pytest.mark.parametrize(
    ("line", "garbled"),
    [
        (b"XXXXXXXA", True), (b"        ", True), (b"STARTTLX", True), (b"XTARTTLS", True), (b"********", True), (b"", False), (b"CHUNKING", False),
        (b"HELP", False),
    ],
)
def test_a_capability_that_was_written_over_is_noticed(line: bytes, garbled: bool) -> None:
    answer = b"250-mail\r\n250-" + line + b"\r\n250 SIZE 10\r\n"
    assert bool(spoken("smtp", (b"220 hi\r\n", answer)).notes.garbled) is garbled


@pytest.mark.parametrize(
    ("protocol", "words"),
    [
        ("smtp", (b"220 hi\r\n", peers.PLAIN, b"220 go\r\n")),
        ("imap", (b"* OK\r\n", b"* CAPABILITY IMAP4rev1\r\nt1 OK\r\n", b"t2 OK\r\n")),
        ("pop3", (b"+OK\r\n", b"+OK\r\n.\r\n", b"+OK\r\n")),
        ("sieve", (b'"SIEVE" ""\r\nOK\r\n', b"OK\r\n")),
        ("xmpp", (FEATURES.replace(b"{}", b""), PROCEED)),
        ("irc", (b"", b":i CAP * LS :sasl\r\n", b":i 670 * :go\r\n")),
        ("nntp", (b"200 hi\r\n", b"101 list\r\n.\r\n", b"382 go\r\n")),
    ],
)
def test_who_insists_learns_whether_a_request_is_taken_that_was_not_offered(protocol: str, words: tuple[bytes, ...]) -> None:
    dialogue = spoken(protocol, words, insist=True)
    assert dialogue.refusal is R.NOT_OFFERED
    assert dialogue.notes.accepted_anyway is True
    assert spoken(protocol, words).notes.accepted_anyway is None


def test_a_server_without_capabilities_may_still_go_over_to_tls() -> None:
    assert spoken("pop3", (b"+OK\r\n", b"-ERR what\r\n", b"+OK go\r\n")).completed
    assert spoken("nntp", (b"200 hi\r\n", b"500 what\r\n", b"382 go\r\n")).completed
    assert spoken("irc", (b"", b":i 451 * :register\r\n", b":i 670 * :go\r\n")).completed


@pytest.mark.parametrize("protocol", GOOD)
def test_an_answer_without_end_is_cut_off(protocol: str) -> None:
    beginnings = (b"220-x\r\n", b"* x\r\n", b"+OK\r\n", b'"x"\r\n', b"<", b":x\r\n", b"\x30\x83\x10\x00\x00", b"\x03\x00\xff\xff", b"\x04\x01\xff\xff")
    for first in (*beginnings, b"E\x00\x01\x00\x00"):
        dialogue = Dialogue(SPEAKERS[protocol], "x")
        dialogue.start()
        for _ in range(40):
            dialogue.receive(first)
            first = b"x" * 1000
        assert dialogue.done
        assert all(len(step.answered) <= 2048 for step in dialogue.steps)


@given(st.sampled_from(sorted(GOOD)), st.lists(st.binary(max_size=40), max_size=6), st.booleans())
def test_no_bytes_of_a_peer_raise_anything(protocol: str, words: list[bytes], insist: bool) -> None:
    dialogue = spoken(protocol, tuple(words), insist=insist)
    dialogue.ended(Failure(kind=FailureKind.CLOSED, phase=Phase.STARTTLS))
    assert dialogue.done


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 300), st.binary(min_size=1, max_size=4))
def test_a_good_dialogue_with_a_fault_raises_nothing(protocol: str, at: int, fault: bytes) -> None:
    whole = b"".join(GOOD[protocol])
    at %= len(whole)
    spoken(protocol, (whole[:at] + fault + whole[at + len(fault) :],))


def test_silence_and_a_close_are_two_things() -> None:
    for kind, refusal in ((FailureKind.TIMED_OUT, R.SILENCE), (FailureKind.CLOSED, R.CLOSED), (FailureKind.RESET, R.CLOSED)):
        dialogue = spoken("smtp", (b"220 half",))
        dialogue.ended(Failure(kind=kind, phase=Phase.STARTTLS, detail="gone"))
        assert (dialogue.refusal, dialogue.detail, dialogue.steps[-1].answered) == (refusal, "gone", b"220 half")


def test_the_name_goes_into_a_stream_escaped() -> None:
    dialogue = Dialogue(SPEAKERS["xmpp"], "a'<b>.example")
    assert b"to='a&#x27;&lt;b&gt;.example'" in dialogue.start()


PLACE = Endpoint(address="192.0.2.1", port=25)


async def walked(dialer: ScriptedDialer, **target: object) -> Connection | Failure:
    leg = starttls_leg(Target.parse("mail.example", **target))  # type: ignore[arg-type] - keywords of Target.parse
    assert leg is not None
    deadline = Deadline.after(1)
    connection = await dialer.dial(PLACE, deadline=deadline)
    assert not isinstance(connection, Failure)
    return await walk(connection, (leg,), deadline=deadline)


def smtp_dialer(*more: Reply) -> ScriptedDialer:
    greeting, capabilities, go = peers.SMTP
    return ScriptedDialer([[Reply(greeting), Expect(), Reply(capabilities), Expect(30), Reply(go), *more]])


def test_the_leg_leaves_a_connection_on_which_tls_begins() -> None:
    async def work() -> tuple[bytes | Failure, bytes]:
        connection = await walked(smtp_dialer(Reply(b"\x16\x03\x03")), starttls="smtp")
        assert not isinstance(connection, Failure)
        return await connection.receive(deadline=Deadline.after(1)), connection.recording.received

    assert asyncio.run(work()) == (b"\x16\x03\x03", b"\x16\x03\x03")


def test_the_leg_leaves_behind_what_was_injected() -> None:
    dialer = ScriptedDialer([[Reply(peers.SMTP[0]), Expect(), Reply(peers.SMTP[1]), Expect(30), Reply(peers.SMTP[2] + b"250 x\r\n"), Reply(b"tls")]])

    async def work() -> bytes | Failure:
        connection = await walked(dialer, starttls="smtp")
        assert not isinstance(connection, Failure)
        return await connection.receive(deadline=Deadline.after(1))

    assert asyncio.run(work()) == b"tls"


def test_a_leg_that_is_refused_or_lost_fails_in_its_own_phase() -> None:
    refused = asyncio.run(walked(ScriptedDialer([[Reply(b"554 no\r\n")]]), starttls="smtp"))
    assert isinstance(refused, Failure)
    assert (refused.kind, refused.phase, refused.blame) == (FailureKind.PROTOCOL, Phase.STARTTLS, Blame.SERVER)
    lost = asyncio.run(walked(ScriptedDialer([[Close()]]), starttls="smtp"))
    assert isinstance(lost, Failure) and (lost.kind, lost.phase) == (FailureKind.CLOSED, Phase.STARTTLS)


@attrs.define
class Unwritable:
    """A connection that takes no bytes."""

    inner: Connection

    @property
    def recording(self) -> object:
        return self.inner.recording

    async def send(self, data: bytes, *, deadline: Deadline) -> Failure | None:
        return Failure(kind=FailureKind.RESET, phase=Phase.HANDSHAKE, detail="broken pipe")

    async def receive(self, *, deadline: Deadline, size: int = 65536) -> bytes | Failure:
        return await self.inner.receive(deadline=deadline, size=size)

    async def close(self) -> None:
        await self.inner.close()


def test_words_that_cannot_be_sent_end_the_leg() -> None:
    async def work() -> Connection | Failure:
        connection = await ScriptedDialer([[Close()]]).dial(PLACE, deadline=Deadline.after(1))
        leg = starttls_leg(Target.parse("mail.example", starttls="postgres"))
        assert leg is not None and not isinstance(connection, Failure)
        return await walk(Unwritable(connection), (leg,), deadline=Deadline.after(1))  # type: ignore[arg-type] - as much of one as is needed

    found = asyncio.run(work())
    assert isinstance(found, Failure) and (found.kind, found.phase) == (FailureKind.RESET, Phase.STARTTLS)


def test_tls_goes_in_packets_until_the_peer_goes_without() -> None:
    packets = b"\x12\x00\x00\x0a\x00\x00\x00\x00ab" + b"\x04\x01\x00\x0a\x00\x00\x00\x00cd"
    dialer = ScriptedDialer([[Expect(), Reply(peers.TDS_ANSWER), Reply(packets[:5]), Reply(packets[5:]), Reply(b"\x17\x03\x03")]])

    async def work() -> tuple[list[bytes | Failure], bytes, bytes]:
        connection = await walked(dialer, starttls="tds")
        assert not isinstance(connection, Failure)
        deadline = Deadline.after(1)
        await connection.send(b"h" * 5000, deadline=deadline)
        heard = [await connection.receive(deadline=deadline, size=3) for _ in range(3)]
        await connection.send(b"bare", deadline=deadline)
        ended = await connection.receive(deadline=deadline)
        assert isinstance(ended, Failure)
        await connection.close()
        return heard, connection.recording.sent, connection.recording.received

    heard, sent, received = asyncio.run(work())
    assert heard == [b"abc", b"d", b"\x17\x03\x03"]
    assert (sent, received) == (b"h" * 5000 + b"bare", b"abcd\x17\x03\x03")
    raw = dialer.connections[0].recording.sent[-5020:]
    assert raw.startswith(b"\x12\x00\x10\x00") and raw[4096:4100] == b"\x12\x01" + (5000 - 4088 + 8).to_bytes(2, "big")
    assert raw.endswith(b"hbare")


def test_a_target_names_its_protocol_or_lets_it_be_guessed() -> None:
    def told(host: str, **options: object) -> tuple[int, str | None, str | None]:
        target = Target.parse(host, **options)  # type: ignore[arg-type] - keywords of Target.parse
        return target.port, target.starttls, target.starttls_guessed

    assert told("mail.example", starttls="SMTP") == (25, "smtp", None)
    assert told("mail.example", starttls="submission") == (587, "smtp", None)
    assert told("mail.example", starttls="managesieve", port=2000) == (2000, "sieve", None)
    assert told("mail.example:443", starttls="smtp") == (443, "smtp", None)
    assert told("mail.example:587") == (587, "smtp", "port")
    assert told("mail.example:587", starttls=False) == (587, None, None)
    assert told("postgresql://db.example/x") == (5432, "postgres", "scheme")
    assert told("ircs://chat.example") == (6697, None, None)
    assert told("https://mail.example:25") == (25, None, None)
    assert told("chat.example:6667") == (6667, None, None)


@pytest.mark.parametrize("name", ["gopher", "", True, 25])
def test_an_unknown_protocol_is_refused_with_those_that_are_known(name: object) -> None:
    with pytest.raises(TargetError, match=r"known: smtp, .*postgresql, .*mssql"):
        Target.parse("mail.example", starttls=name)  # type: ignore[arg-type] - wrong values are what is tested
