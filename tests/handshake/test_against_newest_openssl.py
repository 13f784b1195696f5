"""Our client against the newest OpenSSL: the post-quantum groups, CCM, with and without a HelloRetryRequest."""

from __future__ import annotations

import pytest
from newest_openssl import NewestMeeting

from tlsdiag.handshake import Offer
from tlsdiag.iana import CipherSuite, NamedGroup
from tlsdiag.testing import Authority

ISSUED = Authority.root(number=300).issue("server.example")
GROUPS = {"X25519MLKEM768": "x25519mlkem768", "SecP256r1MLKEM768": "secp256r1mlkem768", "X448": "x448", "ffdhe3072": "ffdhe3072"}


@pytest.mark.parametrize("retry", [False, True], ids=["at-once", "after-a-retry"])
@pytest.mark.parametrize("name", GROUPS)
def test_a_group_completes(name: str, retry: bool) -> None:
    group = NamedGroup.by_name(GROUPS[name])
    offer = Offer.broad("server.example").with_(groups=(group,), key_share_groups=() if retry else (group,))
    meeting = NewestMeeting(ISSUED, offer, groups=name).run()
    result = meeting.client.result
    assert (result.completed, result.group, result.hello_retry, result.deviations) == (True, group, retry, ())
    assert meeting.echo() == b"olleh"


@pytest.mark.parametrize(("name", "code"), [("TLS_AES_128_CCM_SHA256", 0x1304), ("TLS_CHACHA20_POLY1305_SHA256", 0x1303)])
def test_a_suite_completes(name: str, code: int) -> None:
    meeting = NewestMeeting(ISSUED, Offer.broad("server.example").with_(cipher_suites=(CipherSuite(code),)), suites=name).run()
    assert (meeting.client.result.completed, meeting.client.result.cipher_suite) == (True, code)
    assert meeting.echo() == b"olleh"
