"""The record of what clients say is true of those that are installed here: each is asked again about every chain."""

from __future__ import annotations

import os

import pytest
from chains import chains
from verifiers import CLIENTS, Client, ask
from verifiers.recorded import read_record

OTHER_VERSION = 0.05
"""The share of chains that another version of a client may judge otherwise."""

BY_HAND = frozenset({"go", "chromium", "python-3.11", "python-3.12", "python-3.13"})
"""Clients that are not installed everywhere; what they say was recorded by hand."""


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_a_client_says_what_was_recorded(client: Client) -> None:
    answers = ask(client, chains())
    if answers is None:
        assert client.name in BY_HAND or not os.environ.get("TLSDIAG_REQUIRE_SERVERS"), f"{client.about} is not here"
        pytest.skip(f"{client.about} is not here")
    record = read_record()
    recorded = record.of(client.name)
    other = {name: (said.text, recorded[name].text) for name, said in answers.verdicts.items() if said.accepts is not recorded[name].accepts}
    same = answers.version == record.versions[client.name]
    assert len(other) <= (0 if same else OTHER_VERSION * len(recorded)), other
