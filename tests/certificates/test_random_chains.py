"""Laws that hold for any chain: of the clients' verdicts, and of the diagnosis. The chains are those of seeds, with several faults each; no client is asked."""

from __future__ import annotations

import functools

import pytest
from chains.random_causes import UNNOTICED, comes_from
from chains.random_chains import RandomChain, random_chain, random_chains
from failures.forge import pem
from verifiers.differences import predictions

import tlsdiag
from tlsdiag.certificates import CLIENTS, DEFAULT, read_certificate
from tlsdiag.plugin import ClientsFinding
from tlsdiag.report import Report, Verdict

FIRST, COUNT = 20_000, 100


@functools.cache
def drawn() -> tuple[RandomChain, ...]:
    return tuple(random_chains(FIRST, COUNT))


@functools.cache
def diagnosed(at: int) -> Report:
    chain = drawn()[at].chain
    return tlsdiag.diagnose_certificates(pem(*chain.sent), host=chain.host, trust=list(chain.store), now=chain.at)


def refused_by_default(at: int) -> bool:
    return not predictions(drawn()[at].chain)[DEFAULT].accepts


def test_the_same_seed_has_the_same_faults() -> None:
    one, two = random_chain(77), random_chain(77)
    assert one.faults == two.faults and one.chain.host == two.chain.host and len(one.chain.sent) == len(two.chain.sent)
    labels = [[read_certificate(der).label for der in item.chain.sent] for item in (one, two)]
    assert labels[0] == labels[1]


def test_seeds_differ_in_their_faults_and_some_have_none() -> None:
    faults = [item.faults for item in drawn()]
    assert len({fault for several in faults for fault in several}) > 60
    assert () in faults and max(map(len, faults)) >= 4


@pytest.mark.parametrize("at", range(COUNT))
def test_every_client_has_a_verdict_and_reasons_when_it_refuses(at: int) -> None:
    verdicts = predictions(drawn()[at].chain)
    assert set(verdicts) == CLIENTS
    for verdict in verdicts.values():
        assert verdict.accepts == (verdict.path.anchored and not verdict.violations)
        assert verdict.accepts or verdict.violations
        assert verdict.path.certificates[0].der == drawn()[at].chain.leaf


@pytest.mark.parametrize("at", range(COUNT))
def test_no_check_crashes_and_every_cause_names_a_fault_that_is_there(at: int) -> None:
    report = diagnosed(at)
    assert report.could_not_look == ()
    assert [finding.code for finding in report.causes if not comes_from(finding.code, drawn()[at].faults)] == []


@pytest.mark.parametrize("at", range(COUNT))
def test_what_openssl_refuses_is_told_and_what_it_accepts_has_no_cause_but_its_name(at: int) -> None:
    report, host = diagnosed(at), drawn()[at].chain.host
    codes = {finding.code for finding in report.causes}
    if not refused_by_default(at):
        assert codes <= UNNOTICED
    elif not host.endswith("."):  # the diagnosis goes without that dot, as clients do that know about it
        told = any(isinstance(item, ClientsFinding) and DEFAULT in item.refused_by for item in report.findings)
        assert codes or told
        assert report.verdict is not Verdict.HEALTHY
