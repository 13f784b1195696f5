"""A page that asks for a certificate by renegotiation: whether this client can be asked so."""

from __future__ import annotations

import attrs
import pytest
from samples.client import page

from tlsdiag import Severity
from tlsdiag.check import Seen
from tlsdiag.checks.client.page import PageCheck
from tlsdiag.facts import ClientOutcome
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import ENDPOINT


def asked(by: str, *options: str) -> Seen:
    """A client of the caller's own, with these options, and what the server wants."""
    view = page(asked_by=by)
    client = view[ClientOutcome]
    settings = attrs.evolve(client.settings, is_default=False, options=options, post_handshake_auth=True)
    view.observations.put(ClientOutcome, ENDPOINT, attrs.evolve(client, settings=settings))
    return view


@pytest.mark.parametrize(
    ("by", "options", "blocks"),
    [("renegotiation", ("OP_NO_RENEGOTIATION",), True), ("renegotiation", (), False), ("post-handshake", ("OP_NO_RENEGOTIATION",), False)],
)
def test_a_client_that_does_not_renegotiate_cannot_be_asked_so(by: str, options: tuple[str, ...], blocks: bool) -> None:
    (found,) = run_check(PageCheck, asked(by, *options))
    assert (found.blocks, found.severity) == (blocks, Severity.HIGH if blocks else Severity.INFO)
    assert ("refuses to renegotiate" in found.detail) is blocks
