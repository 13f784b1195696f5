"""The record of what clients say is true of those that are installed here: each is asked again about every chain."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from chains import chains
from chains.making import NAME, key_for
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from failures.forge import pem
from servers import RunningServer
from verifiers import CLIENTS, Client, ask
from verifiers.recorded import read_record

import tlsdiag

OTHER_VERSION = 0.05
"""The share of chains that another version of a client may judge otherwise."""

BY_HAND = frozenset({"go", "chromium", "python-3.11", "python-3.12", "python-3.13"})
"""Clients that are not installed everywhere; what they say was recorded by hand."""

ON_REQUEST = {"go": "TLSDIAG_NEW_GO", "chromium": "TLSDIAG_CHROMIUM"}
"""Clients that no package of Debian brings in the version that was recorded; asked where the variable says so."""

ASKED = [client for client in CLIENTS if client.name not in ON_REQUEST or os.environ.get(ON_REQUEST[client.name])]


@pytest.mark.parametrize("client", ASKED, ids=lambda client: client.name)
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


def test_curl_fails_where_go_passes_and_the_missed_path_is_named(serve: Callable[..., RunningServer], tmp_path: Path) -> None:
    """Of two certificates of the issuer the one by an unknown root comes first."""
    row = next(item for item in chains() if item.name == "untrusted-way-first")
    key = key_for(NAME).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    store = tmp_path / "store.pem"
    store.write_bytes(pem(*row.store))
    server = serve("nginx", chain_pem=pem(*row.sent), key_pem=key)
    place = f"{NAME}:{server.port}"
    words = ["curl", "-sS", "-m", "10", "-o", os.devnull, "--cacert", str(store), "--resolve", f"{place}:{server.host}", f"https://{place}/"]
    assert subprocess.run(words, check=False, capture_output=True).returncode == 60
    report = tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=store)
    assert report.root_cause is not None and report.root_cause.code == "good-path-missed"
    assert [item.code for item in report.findings if item.blocks and not item.explained_by] == ["good-path-missed"]
    assert read_record().verdicts[row.name]["go"].accepts
