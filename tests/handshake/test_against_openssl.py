"""Our client against OpenSSL's server, in memory: versions, suites, keys, client certificates, and a stream in pieces."""

from __future__ import annotations

import ssl
import warnings

import pytest
from openssl_peer import Meeting, server_context

from tlsdiag.handshake import ClientCredential, CredentialError, Offer, StopAfter
from tlsdiag.iana import CipherSuite, NamedGroup, ProtocolVersion
from tlsdiag.testing import Authority, Issued
from tlsdiag.wire import ClientHello

ROOT = Authority.root(number=300)
KEYS = ("rsa", "ecdsa", "ed25519")
NAME = "server.example"
V = ProtocolVersion
SUITES_13 = (0x1301, 0x1302, 0x1303)
SUITES_12 = {
    "rsa": (0xC02F, 0xC030, 0xCCA8, 0xC013, 0xC014, 0xC027, 0xC028, 0x9C, 0x9D, 0xC09C, 0xC0A0, 0x2F, 0x35, 0x3C, 0x3D),
    "ecdsa": (0xC02B, 0xC02C, 0xCCA9, 0xC0AC, 0xC0AE, 0xC009, 0xC00A, 0xC023, 0xC024),
}


def issued(key: str) -> Issued:
    return ROOT.issue(NAME, key=key)


def old_context(key: str) -> ssl.SSLContext:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns of old versions; that is why we are here
        return server_context(issued(key), minimum=ssl.TLSVersion.TLSv1)


@pytest.mark.parametrize("suite", SUITES_13)
@pytest.mark.parametrize("key", KEYS)
def test_tls_1_3_completes(key: str, suite: int) -> None:
    offer = Offer.broad(NAME).with_(cipher_suites=(CipherSuite(suite),))
    meeting = Meeting(server_context(issued(key)), offer).run()
    result = meeting.client.result
    assert (result.completed, result.version, result.cipher_suite) == (True, V.TLS1_3, suite)
    assert result.certificates == issued_chain(key, result.certificates)
    assert result.deviations == ()
    assert meeting.echo() == b"olleh"


def issued_chain(key: str, found: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """One certificate is expected; which one, the server knows."""
    assert len(found) == 1
    return found


@pytest.mark.parametrize(("key", "suite"), [(key, suite) for key, suites in SUITES_12.items() for suite in suites])
def test_tls_1_2_completes(key: str, suite: int) -> None:
    offer = Offer.broad(NAME).with_(versions=(V.TLS1_2,), cipher_suites=(CipherSuite(suite),))
    meeting = Meeting(server_context(issued(key)), offer).run()
    result = meeting.client.result
    assert (result.completed, result.cipher_suite, result.deviations) == (True, suite, ())
    assert result.extended_master_secret
    assert meeting.echo() == b"olleh"


@pytest.mark.parametrize("version", [V.TLS1_0, V.TLS1_1])
@pytest.mark.parametrize(("key", "suite"), [("rsa", 0xC013), ("rsa", 0x2F), ("ecdsa", 0xC00A)])
@pytest.mark.parametrize("modern", [True, False], ids=["etm-ems", "plain"])
def test_older_versions_complete(version: ProtocolVersion, key: str, suite: int, modern: bool) -> None:
    offer = Offer.broad(NAME).with_(
        versions=(version,), cipher_suites=(CipherSuite(suite),), encrypt_then_mac=modern, extended_master_secret=modern
    )
    meeting = Meeting(old_context(key), offer).run()
    result = meeting.client.result
    assert (result.completed, result.version, result.deviations) == (True, version, ())
    assert (result.encrypt_then_mac, result.extended_master_secret) == (modern, modern)
    assert meeting.echo() == b"olleh"


@pytest.mark.parametrize("name", ["x25519", "x448", "secp256r1", "secp384r1", "secp521r1", "ffdhe2048"])
def test_every_group_completes_with_and_without_a_retry(name: str) -> None:
    group = NamedGroup.by_name(name)
    offer = Offer.broad(NAME).with_(groups=(group,), key_share_groups=(group,))
    for chosen, retry in ((offer, False), (offer.with_(key_share_groups=()), True)):
        meeting = Meeting(server_context(issued("ecdsa")), chosen).run()
        result = meeting.client.result
        assert (result.completed, result.hello_retry, result.group) == (True, retry, group)
        assert meeting.echo() == b"olleh"


@pytest.mark.parametrize("chunk", [1, 7, 100])
@pytest.mark.parametrize("version", [V.TLS1_2, V.TLS1_3])
def test_a_stream_in_pieces_is_the_same_stream(version: ProtocolVersion, chunk: int) -> None:
    offer = Offer.broad(NAME).with_(versions=(version,))
    meeting = Meeting(server_context(issued("ecdsa")), offer, chunk=chunk).run()
    assert meeting.client.result.completed
    assert meeting.echo() == b"olleh"


def test_the_broad_offer_gets_what_the_server_has_best() -> None:
    result = Meeting(server_context(issued("ecdsa")), Offer.broad(NAME, ("h2", "http/1.1"))).run().client.result
    assert result.version == V.TLS1_3
    assert result.messages == ("server_hello", "encrypted_extensions", "certificate", "certificate_verify", "finished")


def test_the_protocol_that_was_agreed_on_is_seen() -> None:
    context = server_context(issued("ecdsa"))
    context.set_alpn_protocols(["h2"])
    for version in (V.TLS1_2, V.TLS1_3):
        offer = Offer.broad(NAME, ("h2", "http/1.1")).with_(versions=(version,))
        assert Meeting(context, offer).run().client.result.alpn == "h2"


@pytest.mark.parametrize("version", [V.TLS1_2, V.TLS1_3])
@pytest.mark.parametrize("point", [StopAfter.SERVER_HELLO, StopAfter.CERTIFICATE])
def test_it_stops_where_it_was_asked_to(point: StopAfter, version: ProtocolVersion) -> None:
    offer = Offer.broad(NAME).with_(versions=(version,))
    meeting = Meeting(server_context(issued("ecdsa")), offer, stop_after=point).run()
    result = meeting.client.result
    assert (result.reached, result.completed, meeting.client.done) == (True, False, True)
    assert bool(result.certificates) is (point is StopAfter.CERTIFICATE)
    assert meeting.client.receive(b"more") == []


def mutual(version: ssl.TLSVersion) -> ssl.SSLContext:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = server_context(issued("rsa"), minimum=ssl.TLSVersion.TLSv1, maximum_version=version)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=ROOT.pem.decode())
    return context


@pytest.mark.parametrize("key", ["rsa", "ecdsa", "ecdsa-p384", "ed25519", "ed448"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_client_certificate_is_presented(version: ssl.TLSVersion, key: str) -> None:
    mine = ROOT.issue("me", key=key, usages=("client",), number=9)
    credential = ClientCredential.from_pem(mine.chain_pem, mine.key_pem)
    meeting = Meeting(mutual(version), Offer.broad(NAME), client_certificate=credential).run()
    assert meeting.client.result.completed, meeting.error
    assert meeting.echo() == b"olleh"
    assert meeting.server.getpeercert(binary_form=True) == mine.der


@pytest.mark.parametrize("key", ["rsa", "ecdsa"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_a_client_certificate_is_presented_before_tls_1_2(version: ssl.TLSVersion, key: str) -> None:
    mine = ROOT.issue("me", key=key, usages=("client",), number=9)
    credential = ClientCredential.from_pem(mine.chain_pem, mine.key_pem)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context = mutual(version)
    meeting = Meeting(context, Offer.broad(NAME), client_certificate=credential).run()
    assert meeting.client.result.completed, meeting.error
    assert meeting.echo() == b"olleh"


def test_without_a_certificate_the_request_is_seen_and_the_refusal_too() -> None:
    early = Meeting(mutual(ssl.TLSVersion.TLSv1_2), Offer.broad(NAME)).run().client.result
    assert early.certificate_request is not None
    assert (early.completed, early.alert_received and early.alert_received.description) == (False, 40)
    late = Meeting(mutual(ssl.TLSVersion.TLSv1_3), Offer.broad(NAME)).run().client.result
    assert (late.completed, late.late_alert and late.late_alert.description) == (True, 116)


@pytest.mark.parametrize("what", ["certificate", "key", "pair"])
def test_a_credential_that_does_not_fit_says_why(what: str) -> None:
    mine, other = ROOT.issue("me", number=9), ROOT.issue("you", number=10)
    bad = {"certificate": (b"junk", mine.key_pem), "key": (mine.pem, b"junk"), "pair": (mine.pem, other.key_pem)}[what]
    with pytest.raises(CredentialError):
        ClientCredential.from_pem(*bad)


def test_a_hello_split_over_records_is_read() -> None:
    offer = Offer.broad(NAME).with_(record_fragment=50)
    meeting = Meeting(server_context(issued("ecdsa")), offer).run()
    assert meeting.client.result.completed


def test_a_padded_hello_has_the_size_that_was_asked_for() -> None:
    meeting = Meeting(server_context(issued("ecdsa")), Offer.broad(NAME).with_(pad_to=1500))
    assert len(meeting.client.client_hello) + 4 == 1500
    assert meeting.run().client.result.completed


def test_a_real_clients_hello_completes_with_our_own_keys() -> None:
    outgoing = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=NAME)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    offer = Offer.from_client_hello(ClientHello.decode(outgoing.read()[9:]))
    assert offer.server_name == NAME
    assert offer.versions == (V.TLS1_3, V.TLS1_2)
    meeting = Meeting(server_context(issued("ecdsa")), offer).run()
    assert meeting.client.result.completed
    assert meeting.echo() == b"olleh"


@pytest.mark.parametrize("version", [V.TLS1_0, V.TLS1_1, V.TLS1_2, V.TLS1_3])
def test_an_offer_of_one_version_is_answered_in_it(version: ProtocolVersion) -> None:
    offer = Offer.for_version(version, NAME)
    result = Meeting(old_context("rsa"), offer, stop_after=StopAfter.SERVER_HELLO).run().client.result
    assert result.version == version


def test_a_refusal_is_an_alert() -> None:
    context = server_context(issued("ecdsa"), minimum=ssl.TLSVersion.TLSv1_3)
    meeting = Meeting(context, Offer.for_version(V.TLS1_2, NAME)).run()
    result = meeting.client.result
    assert result.alert_received is not None
    assert result.alert_received.description.name == "protocol_version"
    assert result.problem == "alert"


def test_a_key_update_is_followed() -> None:
    meeting = Meeting(server_context(issued("ecdsa")), Offer.broad(NAME)).run()
    session = meeting.client._session
    from tlsdiag.wire import HandshakeMessage

    before = session.reading
    meeting.client._flow.send(HandshakeMessage(type=_key_update(), body=b"\x01"))
    assert session.reading is not before
    assert meeting.client.data_to_send()


def _key_update() -> object:
    from tlsdiag.iana import HandshakeType

    return HandshakeType.KEY_UPDATE


def test_application_data_waits_for_the_end_of_the_handshake() -> None:
    meeting = Meeting(server_context(issued("ecdsa")), Offer.broad(NAME))
    with pytest.raises(ValueError, match="not complete"):
        meeting.client.send_application_data(b"early")
