"""PageRequest: a page is asked for only where the target's URL names one, and what the server wants for it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from newest_openssl import NewestMeeting
from OpenSSL import SSL
from OpenSSL._util import lib  # it has no public name in pyOpenSSL

import tlsdiag
from tlsdiag.demo.scenarios import NAME, SCENARIOS
from tlsdiag.demo.servers import Conversation, listening
from tlsdiag.facts import PageRequest
from tlsdiag.handshake import Offer
from tlsdiag.iana import ExtensionType
from tlsdiag.observation import Unavailable, Why
from tlsdiag.target import Target
from tlsdiag.testing import Authority
from tlsdiag.wire import Extension

HEALTHY = next(item for item in SCENARIOS if item.name == "healthy")
ROOT = Authority.root(number=300)


def asked(converse: Conversation, path: str, **options: Any) -> PageRequest | Unavailable:
    """What the probe saw."""
    with listening(converse) as server:
        report = tlsdiag.diagnose(f"https://{NAME}:{server.port}{path}", addresses=["127.0.0.1"], checks=["client/page"], **options)
    found = report.observations.find(PageRequest, report.endpoints[0])
    assert found is not None
    return found


def test_a_url_without_a_path_asks_for_nothing() -> None:
    found = asked(HEALTHY.build().converse, "/")
    assert isinstance(found, Unavailable) and found.why is Why.NOT_APPLICABLE


def test_a_page_that_is_given_to_everybody_asks_for_no_certificate() -> None:
    found = asked(HEALTHY.build().converse, "/public?token=secret")
    assert isinstance(found, PageRequest)
    assert found.asked_by is None and found.path == "/public"


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://a.example", None),
        ("https://a.example//", None),
        ("https://a.example/x?secret=1#part", "/x"),
        ("https://a.example/ä b".replace(" ", "%20"), "/%C3%A4%20b"),
        ("https://a.example/\"><script>", "/%22%3E%3Cscript%3E"),
        ("smtp://a.example/x", None),
        ("a.example/x", None),
    ],
)  # fmt: skip
def test_the_path_of_an_https_url_is_kept_as_it_can_stand_in_a_request(url: str, path: str | None) -> None:
    assert Target.parse(url).path == path


def test_a_path_of_any_length_is_cut() -> None:
    assert len(Target.parse("https://a.example/" + "x" * 100_000).path or "") == 2000


def test_a_request_for_a_certificate_after_the_handshake_is_kept() -> None:
    offer = Offer.broad(NAME).with_(extra_extensions=(Extension(type=ExtensionType(ExtensionType.POST_HANDSHAKE_AUTH), body=b""),))
    meeting = NewestMeeting(ROOT.issue(NAME), offer).run()
    meeting.server.set_verify(SSL.VERIFY_PEER, lambda *_: True)
    assert lib.SSL_verify_client_post_handshake(meeting.server._ssl) == 1
    meeting.server.do_handshake()
    meeting._deliver()
    assert meeting.client.result.late_certificate_request is not None
