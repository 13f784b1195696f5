"""MadeUpName: asked only where something speaks for interception, and with a name that nobody has."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from samples.interception import met, private

from tlsdiag.certificates import StoreError, TrustStore
from tlsdiag.check import Seen
from tlsdiag.facts import MadeUpName
from tlsdiag.handshake.result import HandshakeResult
from tlsdiag.network import Recording
from tlsdiag.observation import Unavailable
from tlsdiag.probe import Exchange
from tlsdiag.probes.made_up_name import MadeUpNameProbe


class Scene:
    """A scene over the observations of a sample; it keeps the offers."""

    def __init__(self, view: Seen | None) -> None:
        self.view, self.offers = view, []
        self.target = view.target if view else None

    def randomness(self, size: int) -> bytes:
        return bytes(range(size))

    def seen(self, kind: Any) -> Any:
        return self.view.get(kind) if self.view else None

    async def handshake(self, offer: Any, **options: Any) -> Exchange:
        self.offers.append(offer)
        return Exchange(result=HandshakeResult(), failure=None, recording=Recording())


def asked(view: Seen | None) -> tuple[MadeUpName | Unavailable, list[Any]]:
    scene = Scene(view)
    return asyncio.run(MadeUpNameProbe().run(scene)), scene.offers  # type: ignore[arg-type]


def test_an_unknown_authority_is_asked_for_a_name_that_nobody_has() -> None:
    found, offers = asked(met(private("Example Company CA")))
    assert isinstance(found, MadeUpName) and found.anchor_is_public is None
    assert [offer.server_name for offer in offers] == [found.server_name] == ["tlsdiag-000102030405.invalid"]


@pytest.mark.parametrize("view", [None, met(private("Example Company CA"), trusted=True), met(private("Example Company CA"), trusted=True, host="app.example")])
def test_nobody_is_asked_where_nothing_speaks_for_interception(view: Seen | None) -> None:
    found, offers = asked(view)
    assert isinstance(found, Unavailable) and offers == []


@pytest.mark.parametrize(("name", "host"), [("Zscaler Root CA", "server.example"), ("Example Company CA", "pypi.org")])
def test_a_trusted_chain_is_asked_about_where_its_name_or_the_host_speaks_for_it(name: str, host: str) -> None:
    found, _ = asked(met(private(name, "Zscaler Inc."), trusted=True, host=host))
    assert isinstance(found, MadeUpName) and found.anchor_is_public is False


def test_without_the_public_roots_nothing_is_said_of_the_anchor(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> TrustStore:
        raise StoreError("certifi has no file")

    monkeypatch.setattr(TrustStore, "certifi", gone)
    found, _ = asked(met(private("Zscaler Root CA", "Zscaler Inc."), trusted=True))
    assert isinstance(found, MadeUpName) and found.anchor_is_public is None
