"""Files, and the servers that use them: what is written works, and what was called unusable is refused by a real server."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from patience import PATIENT
from servers import RunningServer, ServerFailed

import tlsdiag
from tlsdiag import Report, Verdict
from tlsdiag.testing import Authority

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=990)
ISSUING = ROOT.intermediate(number=991)
LEAF = ISSUING.issue(NAME, number=992)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=993)
MESSY = ROOT.pem + ISSUING.pem + STRANGER.pem + LEAF.pem + ISSUING.pem


def judged(data: bytes, **options: Any) -> Report:
    return tlsdiag.diagnose_certificates(data, host=NAME, key=LEAF.key_pem, trust=ROOT.pem, **options)


def live(server: RunningServer) -> Report:
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, limits=PATIENT)


@pytest.mark.parametrize("kind", ["nginx", "haproxy", "apache"])
def test_a_server_works_with_the_repaired_chain(serve: Serve, kind: str) -> None:
    repaired = judged(MESSY).repaired_chain()
    assert repaired == LEAF.chain_pem
    assert judged(repaired).verdict is Verdict.HEALTHY
    report = live(serve(kind, chain_pem=repaired, key_pem=LEAF.key_pem))
    assert report.root_cause is None, report
    assert not report.filter(code=("file-wrong-order", "chain-extra", "chain-duplicate", "root-sent", "intermediate-missing"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (MESSY, "file-wrong-order"),
        (ISSUING.pem, "file-without-leaf"),
        (LEAF.chain_pem.decode().encode("utf-16"), "file-form-unreadable"),
        (LEAF.chain_pem.replace(b"-----END CERTIFICATE-----\n-----BEGIN", b"-----END CERTIFICATE----------BEGIN"), "file-form-unreadable"),
        (base64.b64encode(LEAF.chain_pem), "file-form-unreadable"),
        (LEAF.pem.replace(b"\nMII", b"\nM*I", 1), "file-damaged"),
        (b"<html>404</html>", "file-holds-no-certificate"),
        (LEAF.der, None),
    ],
)
def test_nginx_refuses_what_is_called_unusable(serve: Serve, data: bytes, code: str | None) -> None:
    with pytest.raises(ServerFailed):
        serve("nginx", chain_pem=data, key_pem=LEAF.key_pem)
    report = judged(data)
    assert code is None or (report.root_cause is not None and report.root_cause.code == code)
    assert code is not None or report.filter(code="file-not-pem")


def test_the_chain_of_a_live_server_is_repaired_from_what_it_sends(serve: Serve) -> None:
    chain = LEAF.pem + STRANGER.pem + ROOT.pem + ISSUING.pem + LEAF.pem
    report = live(serve("openssl", chain_pem=chain, key_pem=LEAF.key_pem))
    assert report.filter(code="chain-extra")
    assert report.repaired_chain() == LEAF.chain_pem
    assert Report.from_json(report.to_json()).repaired_chain() == LEAF.chain_pem
