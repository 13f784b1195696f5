"""What several checks ask of a view: who failed, which alert ended it, and whether anybody answered."""

from __future__ import annotations

from typing import Any

import pytest

from tlsdiag.checks.common import alert_of, answered, client_failed, refuses_certificates
from tlsdiag.facts import AlertSeen
from tlsdiag.iana import AlertDescription
from tlsdiag.testing import client_outcome, handshake_outcome, seen

THEIRS = AlertSeen(level=2, description=AlertDescription(40))
OURS = AlertSeen(level=2, description=AlertDescription(70))


@pytest.mark.parametrize(
    ("observations", "alert"),
    [
        ([client_outcome(completed=False, alert_received=THEIRS), handshake_outcome(completed=False, alert_received=OURS)], THEIRS),
        ([client_outcome(completed=False), handshake_outcome(completed=False, alert_received=OURS)], OURS),
        ([client_outcome(completed=False), handshake_outcome(alert_received=OURS)], None),
        ([client_outcome(), handshake_outcome(completed=False, alert_received=OURS)], None),
        ([handshake_outcome(completed=False, alert_received=OURS)], OURS),
        ([client_outcome(completed=False)], None),
        ([], None),
    ],
    ids=["the client's", "ours for want of it", "ours that ended nothing", "the client works", "ours alone", "none", "nobody tried"],
)
def test_the_alert_is_the_one_that_ended_the_clients_handshake(observations: list[Any], alert: AlertSeen | None) -> None:
    assert alert_of(seen(*observations)) == alert


def test_our_own_handshake_stands_in_for_a_client_that_was_not_tried() -> None:
    assert client_failed(seen(handshake_outcome(completed=False)))
    assert not client_failed(seen(handshake_outcome()))
    assert not client_failed(seen())
    assert not client_failed(seen(client_outcome(), handshake_outcome(completed=False)))


def test_only_a_client_that_verified_and_refused_has_refused_the_certificate() -> None:
    assert refuses_certificates(seen(client_outcome(completed=False, verify_code=20)))
    assert not refuses_certificates(seen(client_outcome(completed=False)))
    assert refuses_certificates(seen())


def test_an_answer_that_is_no_tls_is_no_answer() -> None:
    assert answered(seen(client_outcome(received=b"\x16\x03\x03")))
    assert not answered(seen(client_outcome(completed=False, received=b"HTTP/1.1", non_tls=b"HTTP/1.1")))
    assert not answered(seen())
