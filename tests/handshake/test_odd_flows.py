"""Servers that know the protocol and say odd things in it: what is taken, what is noted, and what ends the handshake."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa, x25519
from scripted_tls import ANONYMOUS, Server12, Server13, encoded, zeros

from tlsdiag.handshake import ClientCredential, ClientHandshake, HandshakeResult, Offer, StopAfter
from tlsdiag.handshake.signatures import sign, sign_legacy
from tlsdiag.iana import CipherSuite, ClientCertificateType, ContentType, ExtensionType, HandshakeType, NamedGroup, ProtocolVersion, SignatureScheme
from tlsdiag.testing import Authority, Issued
from tlsdiag.wire import (
    Certificate12,
    Certificate13,
    CertificateRequest12,
    CertificateRequest13,
    CertificateStatus,
    DheParameters,
    Extension,
    ServerHello,
    ServerKeyExchange,
    Writer,
    encode_records,
)
from tlsdiag.wire.key_exchange import EcdheParameters

H, V, T = HandshakeType, ProtocolVersion, ExtensionType
NAME = "server.example"
ROOT = Authority.root(number=300)
ISSUED = ROOT.issue(NAME)
RSA = ROOT.issue(NAME, key="rsa")
BROAD = Offer.broad(NAME)
ECDHE_RSA, ECDHE_ECDSA, DHE_RSA, STATIC_RSA = 0xC013, 0xC009, 0x0033, 0x002F
GROUP = NamedGroup(0x001D)
POINT = x25519.X25519PrivateKey.from_private_bytes(b"\x09" * 32).public_key().public_bytes_raw()
PARAMETERS = EcdheParameters(group=GROUP, public=POINT)
CHAIN = encoded(H.CERTIFICATE, Certificate12(certificates=(ISSUED.der,)).encode())
RSA_CHAIN = encoded(H.CERTIFICATE, Certificate12(certificates=(RSA.der,)).encode())
DONE = encoded(H.SERVER_HELLO_DONE, b"")


def hello(suite: int, version: int = V.TLS1_2, *extensions: Extension) -> bytes:
    body = ServerHello(legacy_version=V(version), random=b"r" * 32, session_id=b"", cipher_suite=CipherSuite(suite), extensions=extensions)
    return encoded(H.SERVER_HELLO, body.encode())


def exchange(issued: Issued, scheme: int | None = 0x0403, parameters: DheParameters | EcdheParameters = PARAMETERS, spoil: bool = False) -> bytes:
    """A ServerKeyExchange, signed."""
    signed = zeros(32) + b"r" * 32 + parameters.encode() + (b"spoilt" if spoil else b"")
    signature = sign_legacy(issued.private_key, signed) if scheme is None else sign(issued.private_key, scheme, signed)
    body = ServerKeyExchange(parameters=parameters, scheme=None if scheme is None else SignatureScheme(scheme), signature=signature)
    return encoded(H.SERVER_KEY_EXCHANGE, body.encode())


def heard(*messages: bytes, offer: Offer | None = None, **options: object) -> HandshakeResult:
    """What a client makes of a server's messages up to TLS 1.2."""
    found = ClientHandshake(offer or BROAD.with_(versions=(V.TLS1_2, V.TLS1_1, V.TLS1_0)), randomness=zeros, **options)  # type: ignore[arg-type]
    found.start()
    for message in messages:
        found.receive(encode_records(ContentType.HANDSHAKE, V.TLS1_2, message))
    return found.result


def codes(result: HandshakeResult) -> list[str]:
    return [item.code for item in result.deviations]


def credential(key: object) -> ClientCredential:
    return ClientCredential(certificates=(b"client",), private_key=key)  # type: ignore[arg-type]


def test_a_stapled_response_is_read_before_the_key_exchange() -> None:
    status = encoded(H.CERTIFICATE_STATUS, CertificateStatus(status_type=1, response=b"ocsp").encode())
    result = heard(hello(ECDHE_ECDSA), CHAIN, status, exchange(ISSUED), DONE)
    assert (result.ocsp_response, result.problem, codes(result)) == (b"ocsp", None, [])


def test_a_malformed_stapled_response_ends_it() -> None:
    result = heard(hello(ECDHE_ECDSA), CHAIN, encoded(H.CERTIFICATE_STATUS, b"\x01\xff"))
    assert result.problem == "malformed" and "CertificateStatus" in result.problem_detail


@pytest.mark.parametrize("suite", [0x008C, 0x0031])
def test_a_key_exchange_that_we_do_not_have_is_told_as_ours_to_lack(suite: int) -> None:
    result = heard(hello(suite), offer=BROAD.with_(versions=(V.TLS1_2,), cipher_suites=(CipherSuite(suite),)))
    assert result.problem == "unsupported" and "key exchange" in result.problem_detail


def test_a_missing_key_exchange_ends_it() -> None:
    result = heard(hello(ECDHE_ECDSA), CHAIN, DONE)
    assert (result.problem, result.problem_detail) == ("unexpected-message", "server_hello_done where server_key_exchange was expected")


def test_explicit_curves_end_it() -> None:
    result = heard(hello(ECDHE_ECDSA), CHAIN, encoded(H.SERVER_KEY_EXCHANGE, b"\x01\x00"))
    assert result.problem == "malformed" and "explicit curves" in result.problem_detail


def test_a_point_that_is_none_ends_it() -> None:
    result = heard(hello(ECDHE_ECDSA), CHAIN, exchange(ISSUED, parameters=EcdheParameters(group=GROUP, public=b"short")), DONE)
    assert result.problem == "illegal-parameter" and "X25519" in result.problem_detail


def test_a_curve_that_we_do_not_have_is_told_as_ours_to_lack() -> None:
    result = heard(hello(ECDHE_ECDSA), CHAIN, exchange(ISSUED, parameters=EcdheParameters(group=NamedGroup(0x001A), public=b"x")), DONE)
    assert result.problem == "unsupported"


def test_a_curve_that_was_not_offered_is_a_deviation() -> None:
    offer = BROAD.with_(versions=(V.TLS1_2,), groups=(NamedGroup(0x0017),))
    assert codes(heard(hello(ECDHE_ECDSA), CHAIN, exchange(ISSUED), DONE, offer=offer)) == ["group-not-offered"]


@pytest.mark.parametrize("public", [b"", b"\x01", b"\xff" * 128], ids=["none", "one", "too large"])
def test_a_public_value_outside_the_field_ends_it(public: bytes) -> None:
    parameters = DheParameters(p=b"\xef" * 128, g=b"\x02", public=public)
    result = heard(hello(DHE_RSA), RSA_CHAIN, exchange(RSA, 0x0401, parameters), DONE)
    assert result.problem == "illegal-parameter" and result.dh_bits == 1024


def test_a_wrong_signature_in_tls_1_2_is_a_deviation() -> None:
    assert codes(heard(hello(ECDHE_ECDSA), CHAIN, exchange(ISSUED, spoil=True), DONE)) == ["signature-invalid"]


def test_a_right_signature_before_tls_1_2_is_none() -> None:
    assert codes(heard(hello(ECDHE_RSA, V.TLS1_0), RSA_CHAIN, exchange(RSA, None), DONE)) == []


def test_a_wrong_signature_before_tls_1_2_is_a_deviation() -> None:
    assert codes(heard(hello(ECDHE_RSA, V.TLS1_0), RSA_CHAIN, exchange(RSA, None, spoil=True), DONE)) == ["signature-invalid"]


def test_a_signature_that_no_readable_certificate_belongs_to_is_not_verified() -> None:
    unreadable = encoded(H.CERTIFICATE, Certificate12(certificates=(b"no certificate",)).encode())
    assert codes(heard(hello(ECDHE_RSA, V.TLS1_0), unreadable, exchange(RSA, None), DONE)) == ["signature-not-verified"]


def test_a_scheme_that_was_not_offered_is_a_deviation() -> None:
    offer = BROAD.with_(versions=(V.TLS1_2,), signature_schemes=(SignatureScheme(0x0804),))
    assert codes(heard(hello(ECDHE_ECDSA), CHAIN, exchange(ISSUED), DONE, offer=offer)) == ["scheme-not-offered"]


def test_no_certificate_at_all_is_a_deviation_and_no_key_for_rsa() -> None:
    result = heard(hello(STATIC_RSA), encoded(H.CERTIFICATE, Certificate12().encode()), DONE)
    assert codes(result) == ["certificate-empty"]
    assert result.problem == "illegal-parameter" and "no readable RSA key" in result.problem_detail


def test_rsa_key_exchange_with_a_key_of_another_kind_ends_it() -> None:
    assert heard(hello(STATIC_RSA), CHAIN, DONE).problem == "illegal-parameter"


def test_timestamps_of_a_server_hello_are_kept() -> None:
    listed = Writer().opaque(Writer().opaque(b"one", 2).opaque(b"two", 2).done(), 2).done()
    result = heard(hello(ECDHE_ECDSA, V.TLS1_2, Extension(type=T(T.SIGNED_CERTIFICATE_TIMESTAMP), body=listed)))
    assert result.scts == (b"one", b"two")


def asked(schemes: tuple[int, ...] | None) -> bytes:
    found = None if schemes is None else tuple(SignatureScheme(code) for code in schemes)
    return encoded(H.CERTIFICATE_REQUEST, CertificateRequest12(certificate_types=(ClientCertificateType(1),), signature_schemes=found).encode())


def test_a_client_key_that_cannot_sign_is_our_own_lack() -> None:
    key = credential(x25519.X25519PrivateKey.generate())
    result = heard(hello(ECDHE_ECDSA), CHAIN, exchange(ISSUED), asked((0x0403,)), DONE, client_certificate=key)
    assert result.problem == "unsupported" and "the client's key cannot sign" in result.problem_detail
    assert result.alert_sent is not None and result.alert_sent.description.name == "internal_error"


def test_a_client_key_that_cannot_sign_before_tls_1_2_is_our_own_lack() -> None:
    key = credential(ROOT.issue("client", key="ed25519").private_key)
    result = heard(hello(ECDHE_RSA, V.TLS1_0), RSA_CHAIN, exchange(RSA, None), asked(None), DONE, client_certificate=key)
    assert result.problem == "unsupported" and "before TLS 1.2" in result.problem_detail


@pytest.mark.parametrize("kind", ["rsa", "ecdsa"])
def test_a_client_signs_before_tls_1_2(kind: str) -> None:
    key = credential(ROOT.issue("client", key=kind).private_key)
    result = heard(hello(ECDHE_RSA, V.TLS1_0), RSA_CHAIN, exchange(RSA, None), asked(None), DONE, client_certificate=key)
    assert result.problem is None and result.certificate_request is not None and result.certificate_request.answered


def test_a_client_without_a_wanted_scheme_signs_with_its_own() -> None:
    key = credential(ISSUED.private_key)
    assert heard(hello(ECDHE_ECDSA), CHAIN, exchange(ISSUED), asked((0x0804,)), DONE, client_certificate=key).problem is None


def test_a_client_without_a_certificate_says_so_in_ssl_3() -> None:
    offer = Offer.for_version(V.SSL3).with_(cipher_suites=(CipherSuite(STATIC_RSA),))
    result = heard(hello(STATIC_RSA, V.SSL3), RSA_CHAIN, asked(None), DONE, offer=offer)
    assert result.alert_sent is not None and (result.alert_sent.level, result.alert_sent.description.name) == (1, "no_certificate")


def test_a_client_certificate_is_not_for_ssl_3() -> None:
    offer = Offer.for_version(V.SSL3).with_(cipher_suites=(CipherSuite(STATIC_RSA),))
    result = heard(hello(STATIC_RSA, V.SSL3), RSA_CHAIN, asked(None), DONE, offer=offer, client_certificate=credential(RSA.private_key))
    assert result.problem == "unsupported" and "SSL 3.0" in result.problem_detail


def test_an_anonymous_suite_completes_without_a_certificate() -> None:
    result = Server12().complete().result
    assert (result.completed, result.cipher_suite, result.certificates, result.group) == (True, ANONYMOUS, (), GROUP)


def test_a_ticket_before_the_finished_is_counted() -> None:
    server = Server12().greet()
    server.plain(H.NEW_SESSION_TICKET, b"\0\0\0\0\0\0")
    server.change().say(H.FINISHED, server.schedule.finished(server.transcript, client=False))
    assert (server.result.completed, server.result.tickets) == (True, 1)


def test_a_finished_before_the_change_of_keys_ends_it() -> None:
    server = Server12().greet()
    server.plain(H.FINISHED, server.schedule.finished(server.transcript, client=False))
    assert (server.result.problem, server.result.problem_detail) == ("unexpected-message", "Finished before ChangeCipherSpec")


def test_a_wrong_finished_of_tls_1_2_ends_it() -> None:
    server = Server12().greet().change()
    server.say(H.FINISHED, b"x" * 12)
    assert (server.result.completed, server.result.problem) == (False, "finished")


def test_an_invitation_to_renegotiate_is_not_taken_up() -> None:
    server = Server12().complete()
    server.client.data_to_send()
    server.say(H.HELLO_REQUEST, b"")
    assert (server.result.problem, server.client.data_to_send()) == (None, b"")


def completed(version: int) -> Server12 | Server13:
    return Server12().complete() if version == V.TLS1_2 else Server13(BROAD, ISSUED).greet().certify().prove().finish()


@pytest.mark.parametrize("version", [V.TLS1_2, V.TLS1_3])
def test_nonsense_after_the_handshake_is_told_once_and_never_raises(version: int) -> None:
    server = completed(version)
    assert any(type(event).__name__ == "HandshakeFailed" for event in server.say(H.FINISHED, b""))
    assert server.say(H.FINISHED, b"") == []
    assert (server.result.completed, server.result.problem) == (True, "unexpected-message")


def test_a_scripted_tls_1_3_completes_without_deviations() -> None:
    result = completed(V.TLS1_3).result
    assert (result.completed, result.problem, result.deviations) == (True, None, ())


def test_a_certificate_can_be_the_end() -> None:
    server = Server13(BROAD, ISSUED, stop_after=StopAfter.CERTIFICATE).greet().certify()
    assert (server.client.done, server.result.completed, server.result.certificates) == (True, False, (ISSUED.der,))


def test_tickets_of_tls_1_3_are_counted() -> None:
    server = completed(V.TLS1_3)
    server.say(H.NEW_SESSION_TICKET, b"")
    server.say(H.NEW_SESSION_TICKET, b"")
    assert (server.result.tickets, server.result.problem) == (2, None)


@pytest.mark.parametrize(("wanted", "answers"), [(b"\0", False), (b"\x01", True)], ids=["told", "asked"])
def test_a_key_update_is_answered_where_that_is_asked_for(wanted: bytes, answers: bool) -> None:
    server = completed(V.TLS1_3)
    server.client.data_to_send()
    server.say(H.KEY_UPDATE, wanted)
    assert bool(server.client.data_to_send()) is answers
    server.say(H.NEW_SESSION_TICKET, b"")  # still under the old key, which is no longer taken
    assert (server.result.problem, server.result.tickets) == ("decrypt", 0)


def test_a_message_out_of_its_turn_ends_tls_1_3() -> None:
    server = Server13(BROAD, ISSUED)
    server.certify()
    assert (server.result.problem, server.result.problem_detail) == ("unexpected-message", "certificate where encrypted_extensions was expected")


def test_a_wrong_finished_of_tls_1_3_ends_it() -> None:
    server = Server13(BROAD, ISSUED).greet().certify().prove()
    server.say(H.FINISHED, b"x" * 32)
    assert (server.result.completed, server.result.problem) == (False, "finished")


def test_a_wrong_signature_of_tls_1_3_is_a_deviation() -> None:
    server = Server13(BROAD, ISSUED).greet().certify()
    server.say(H.CERTIFICATE_VERIFY, b"\x04\x03\0\x01x")
    assert codes(server.result) == ["signature-invalid"]


def test_an_unknown_scheme_is_not_verified() -> None:
    server = Server13(BROAD, ISSUED).greet().certify()
    server.say(H.CERTIFICATE_VERIFY, b"\x09\x04\0\x01x")
    assert codes(server.result) == ["scheme-not-offered", "signature-not-verified"]


def test_an_empty_certificate_of_tls_1_3_is_a_deviation() -> None:
    server = Server13(BROAD, ISSUED).greet()
    server.say(H.CERTIFICATE, Certificate13().encode())
    assert codes(server.result) == ["certificate-empty"]


def test_what_is_stapled_to_the_leaf_is_kept() -> None:
    status = CertificateStatus(status_type=1, response=b"ocsp").encode()
    timestamps = Writer().opaque(Writer().opaque(b"one", 2).done(), 2).done()
    server = Server13(BROAD, ISSUED).greet().certify(
        Extension(type=T(T.STATUS_REQUEST), body=status), Extension(type=T(T.SIGNED_CERTIFICATE_TIMESTAMP), body=timestamps)
    )  # fmt: skip
    assert (server.result.ocsp_response, server.result.scts, codes(server.result)) == (b"ocsp", (b"one",), [])


def test_what_is_stapled_and_malformed_is_a_deviation() -> None:
    server = Server13(BROAD, ISSUED).greet().certify(Extension(type=T(T.STATUS_REQUEST), body=b"\x01"))
    assert codes(server.result) == ["certificate-extension-malformed"]


def request13(*schemes: int) -> bytes:
    extension = Extension(type=T(T.SIGNATURE_ALGORITHMS), body=Writer().u16_list(schemes).done())
    return CertificateRequest13(extensions=(extension,)).encode()


def answering(key: object, *schemes: int) -> HandshakeResult:
    """A client with this key, asked for a certificate in TLS 1.3."""
    server = Server13(BROAD, ISSUED, client_certificate=None if key is None else credential(key)).greet()
    server.say(H.CERTIFICATE_REQUEST, request13(*schemes))
    return server.certify().prove().finish().result


@pytest.mark.parametrize(("key", "answered"), [(None, False), (ISSUED.private_key, True), (RSA.private_key, False)], ids=["none", "ecdsa", "rsa"])
def test_a_request_for_a_certificate_is_answered_where_the_key_can_sign_as_it_wants(key: object, answered: bool) -> None:
    result = answering(key, 0x0403)
    assert result.completed and result.certificate_request is not None
    assert (result.certificate_request.signature_schemes, result.certificate_request.answered) == ((0x0403,), answered)


def test_a_client_key_that_cannot_sign_in_tls_1_3_is_our_own_lack() -> None:
    result = answering(x25519.X25519PrivateKey.generate(), 0x0403)
    assert not result.completed and result.problem == "unsupported"


def test_a_client_key_too_short_for_the_wanted_hash_is_our_own_lack() -> None:
    result = answering(rsa.generate_private_key(65537, 1024), 0x0806)
    assert not result.completed and result.problem == "unsupported" and "cannot sign" in result.problem_detail


def test_a_malformed_request_for_a_certificate_ends_it() -> None:
    server = Server13(BROAD, ISSUED).greet()
    server.say(H.CERTIFICATE_REQUEST, b"\x05")
    assert server.result.problem == "malformed" and "CertificateRequest" in server.result.problem_detail
