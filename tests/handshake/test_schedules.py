"""Key schedules against published vectors: RFC 8448 section 3, and those of the TLS working group for the PRF of TLS 1.2."""

from __future__ import annotations

import hashlib

from tlsdiag.handshake.schedule12 import KeySchedule12, p_hash, prf, ssl3_prf
from tlsdiag.handshake.schedule13 import KeySchedule13, expand_label, finished_mac, next_traffic_secret, traffic_keys
from tlsdiag.iana import ProtocolVersion

SHARED = bytes.fromhex("8bd4054fb55b9d63fdfbacf9f04b9f0d35e6d63f537563efd46272900f89492d")
HELLOS = bytes.fromhex("860c06edc07858ee8e78f0e7428c58edd6b43f2ca3e6e95f02ed063cf0e1cad8")
SERVER_FINISHED = bytes.fromhex("9608102a0f1ccc6db6250b7b7e417b1a000eaada3daae4777a7686c9ff83df13")


def schedule() -> KeySchedule13:
    found = KeySchedule13("sha256")
    found.agree(SHARED, HELLOS)
    return found


def test_the_handshake_traffic_secrets_are_those_of_rfc_8448() -> None:
    found = schedule()
    assert found.client_handshake.hex() == "b3eddb126e067f35a780b3abf45e2d8f3b1a950738f52e9600746a0e27a55a21"
    assert found.server_handshake.hex() == "b67b7d690cc16c4e75e54213cb2d37b4e9c912bcded9105d42befd59d391ad38"


def test_the_handshake_keys_are_those_of_rfc_8448() -> None:
    found = schedule()
    server, client = (traffic_keys("sha256", secret, 16) for secret in (found.server_handshake, found.client_handshake))
    assert (server.key.hex(), server.iv.hex()) == ("3fce516009c21727d0f2e4e86ee403bc", "5d313eb2671276ee13000b30")
    assert (client.key.hex(), client.iv.hex()) == ("dbfaa693d1762c5b666af5d950258d01", "5bd3c71b836e0b76bb73265f")


def test_the_application_traffic_secrets_are_those_of_rfc_8448() -> None:
    found = schedule()
    found.finish(SERVER_FINISHED)
    assert found.client_application.hex() == "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5"
    assert found.server_application.hex() == "a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643"


def test_the_finished_key_is_that_of_rfc_8448() -> None:
    key = expand_label("sha256", schedule().server_handshake, "finished", b"", 32)
    assert key.hex().startswith("008d3b66f8")
    assert len(finished_mac("sha256", schedule().server_handshake, SERVER_FINISHED)) == 32


def test_a_key_update_gives_another_secret() -> None:
    secret = schedule().client_handshake
    assert next_traffic_secret("sha256", secret) != secret


def test_the_prf_of_tls_1_2_gives_the_published_output() -> None:
    secret, seed = bytes.fromhex("9bbe436ba940f017b17652849a71db35"), bytes.fromhex("a0ba9f936cda311827a6f796ffd5198c")
    found = prf(ProtocolVersion.TLS1_2, "sha256", secret, b"test label", seed, 100)
    assert found.hex() == (
        "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af0fa022f7077def17"
        "abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff70187347b66"
    )


def test_the_prf_of_tls_1_0_takes_each_half_of_an_odd_secret_with_the_middle_byte() -> None:
    secret = bytes(range(7))
    expected = bytes(a ^ b for a, b in zip(p_hash("md5", secret[:4], b"xy", 20), p_hash("sha1", secret[3:], b"xy", 20), strict=True))
    assert prf(ProtocolVersion.TLS1_0, "sha256", secret, b"x", b"y", 20) == expected


def test_ssl_3_derives_as_rfc_6101_says() -> None:
    inner = hashlib.sha1(b"A" + b"secret" + b"seed", usedforsecurity=False).digest()
    assert ssl3_prf(b"secret", b"seed", 16) == hashlib.md5(b"secret" + inner, usedforsecurity=False).digest()


def test_the_extended_master_secret_depends_on_the_transcript() -> None:
    def master(transcript: bytes | None) -> bytes:
        return KeySchedule12.of(ProtocolVersion.TLS1_2, "sha256", b"p" * 48, b"c" * 32, b"s" * 32, transcript).master

    assert len({master(None), master(b"one"), master(b"two")}) == 3


def test_the_finished_of_ssl_3_is_that_of_rfc_6101() -> None:
    schedule = KeySchedule12.of(ProtocolVersion.SSL3, "sha256", b"p" * 48, b"c" * 32, b"s" * 32)
    master = ssl3_prf(b"p" * 48, b"c" * 32 + b"s" * 32, 48)

    def expected(sender: bytes) -> bytes:
        found = b""
        for digest, size in ((hashlib.md5, 48), (hashlib.sha1, 40)):
            inner = digest(b"said" + sender + master + b"\x36" * size, usedforsecurity=False).digest()
            found += digest(master + b"\x5c" * size + inner, usedforsecurity=False).digest()
        return found

    assert schedule.finished(b"said", client=True) == expected(b"CLNT")
    assert schedule.finished(b"said", client=False) == expected(b"SRVR")


def test_the_key_block_of_ssl_3_takes_the_randoms_the_other_way_round() -> None:
    schedule = KeySchedule12.of(ProtocolVersion.SSL3, "sha256", b"p" * 48, b"c" * 32, b"s" * 32)
    assert schedule.key_block(100) == ssl3_prf(schedule.master, b"s" * 32 + b"c" * 32, 100)


def test_before_tls_1_2_the_finished_hashes_with_md5_and_sha_1() -> None:
    schedule = KeySchedule12.of(ProtocolVersion.TLS1_1, "sha256", b"p" * 48, b"c" * 32, b"s" * 32)
    hashed = hashlib.md5(b"said", usedforsecurity=False).digest() + hashlib.sha1(b"said", usedforsecurity=False).digest()
    assert schedule.finished(b"said", client=True) == prf(ProtocolVersion.TLS1_1, "sha256", schedule.master, b"client finished", hashed, 12)
