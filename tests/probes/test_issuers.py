"""The search for issuers that were not sent: a TLS server and a web server on loopback, and everything that the web server can have there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from ports import closed_port
from web import Web, answer, drips, is_endless, is_silent, redirect, web

import tlsdiag
from tlsdiag import Confidence, Report
from tlsdiag.demo.servers import listening, tls
from tlsdiag.plugin import ChainEnd, ChainFinding, IssuerProblem, IssuerSearch, Unavailable
from tlsdiag.testing import Authority, Issued, Window
from tlsdiag.testing.certificates import pem_of

NAME = "server.example"
ROOT = Authority.root(number=300)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=310)


@pytest.fixture
def aia() -> Iterator[Web]:
    """Where authorities publish their certificates."""
    with web({}) as server:
        yield server


def below(authority: Authority, aia: Web, path: str, body: bytes | None = None, **options: Any) -> Authority:
    """An intermediate authority that is published, and whose own issuer is at `issuer_urls`."""
    found = authority.intermediate(options.pop("name", "Test Issuing CA"), number=options.pop("number", 301), **options)
    aia.pages[path] = answer(found.issued.der if body is None else body)
    return found


def leaf(authority: Authority, *urls: str, **options: Any) -> Issued:
    return authority.issue(NAME, issuer_urls=urls, **options)


def diagnose(issued: Issued, chain: bytes | None = None, **options: Any) -> Report:
    target = {"trust": ROOT.pem, **{key: options.pop(key) for key in ("trust", "now") if key in options}}
    limits = options.pop("limits", tlsdiag.Limits(handshake_timeout=3))
    with listening(tls(chain or issued.pem, issued.key_pem)) as server:
        parsed = tlsdiag.Target.parse(NAME, port=server.port, addresses=["127.0.0.1"], **target)
        return asyncio.run(tlsdiag.Diagnosis(["certificate/trust"], depth="quick", limits=limits, **options).run(parsed))


def searched(report: Report) -> IssuerSearch:
    (found,) = report.observations.all(IssuerSearch).values()
    return found


def the(report: Report) -> ChainFinding:
    (found,) = report.findings
    assert isinstance(found, ChainFinding)
    return found


def told(report: Report) -> tuple[str, Confidence]:
    return the(report).code, the(report).confidence


MISSING, UNKNOWN, WRONG = "intermediate-missing", "issuer-untrusted", "intermediate-wrong"
PROVEN, LIKELY = Confidence.PROVEN, Confidence.LIKELY


FORMS: dict[str, Callable[[Authority], bytes]] = {
    "der": lambda found: found.issued.der,
    "pem": lambda found: b"Bag Attributes\n" + found.pem,
    "pkcs7": lambda found: pkcs7.serialize_certificates([ROOT.issued.certificate, found.issued.certificate], Encoding.DER),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_forgotten_intermediate_is_fetched_in_each_form_and_proved(form: str, aia: Web) -> None:
    issuing = ROOT.intermediate(number=301)
    aia.pages["/ca"] = answer(FORMS[form](issuing))
    report = diagnose(leaf(issuing, aia.url("/ca")))
    assert told(report) == (MISSING, PROVEN)
    assert (the(report).missing, the(report).missing_urls) == ((issuing.issued.der,), (aia.url("/ca"),))
    assert aia.url("/ca") in the(report).detail and "Test Root CA" in the(report).detail
    assert f"curl -s {aia.url('/ca')}" in the(report).fix.snippets["shell"]
    assert [item.url for item in report.fetched] == [aia.url("/ca")]
    assert searched(report).fetches[0].form == form


def test_a_pem_of_pkcs7_is_read_too(aia: Web) -> None:
    issuing = ROOT.intermediate(number=301)
    aia.pages["/ca"] = answer(pkcs7.serialize_certificates([issuing.issued.certificate], Encoding.PEM))
    assert told(diagnose(leaf(issuing, aia.url("/ca")))) == (MISSING, PROVEN)


def test_several_levels_are_followed(aia: Web) -> None:
    policy = below(ROOT, aia, "/policy", name="Test Policy CA", number=302)
    issuing = below(policy, aia, "/issuing", issuer_urls=(aia.url("/policy"),))
    report = diagnose(leaf(issuing, aia.url("/issuing")))
    assert told(report) == (MISSING, PROVEN)
    assert the(report).missing == (issuing.issued.der, policy.issued.der)
    assert aia.asked == ["/issuing", "/policy"]


def test_what_was_sent_is_not_fetched_again(aia: Web) -> None:
    policy = below(ROOT, aia, "/policy", name="Test Policy CA", number=302)
    issuing = below(policy, aia, "/issuing", issuer_urls=(aia.url("/policy"),))
    issued = leaf(issuing, aia.url("/issuing"))
    report = diagnose(issued, chain=pem_of(issued.certificate, issuing.issued.certificate))
    assert (told(report), the(report).missing, aia.asked) == ((MISSING, PROVEN), (policy.issued.der,), ["/policy"])


def test_an_authority_that_nobody_knows_is_proved_to_be_one(aia: Web) -> None:
    aia.pages["/root"] = answer(STRANGER.issued.der)
    issuing = below(STRANGER, aia, "/issuing", issuer_urls=(aia.url("/root"),))
    report = diagnose(leaf(issuing, aia.url("/issuing")))
    assert told(report) == (UNKNOWN, PROVEN)
    assert searched(report).end is ChainEnd.UNKNOWN_ROOT
    assert "Stranger Root CA" in the(report).detail and "does not send Test Issuing CA" in the(report).detail
    assert the(report).missing == (issuing.issued.der,)


def test_an_authority_that_signs_servers_itself_and_is_not_known_is_proved_too(aia: Web) -> None:
    aia.pages["/root"] = answer(STRANGER.issued.der)
    report = diagnose(leaf(STRANGER, aia.url("/root")))
    assert told(report) == (UNKNOWN, PROVEN)
    assert the(report).missing == ()


def test_a_way_that_is_lost_above_what_was_fetched_is_likely_an_unknown_authority(aia: Web) -> None:
    issuing = below(STRANGER, aia, "/issuing")
    report = diagnose(leaf(issuing, aia.url("/issuing")))
    assert told(report) == (UNKNOWN, LIKELY)
    assert "Stranger Root CA" in the(report).detail and searched(report).end is ChainEnd.OPEN


def test_a_root_of_another_store_is_named_and_nothing_is_fetched(aia: Web, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(STRANGER.pem)
    report = diagnose(leaf(STRANGER, aia.url("/root")), environment={"SSL_CERT_FILE": str(tmp_path / "ca.pem")})
    assert told(report) == (UNKNOWN, PROVEN)
    assert (searched(report).end, aia.asked) == (ChainEnd.KNOWN_ELSEWHERE, [])


def test_an_intermediate_below_a_root_of_another_store_is_missing_all_the_same(aia: Web, tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(STRANGER.pem)
    issuing = below(STRANGER, aia, "/issuing")
    report = diagnose(leaf(issuing, aia.url("/issuing")), environment={"SSL_CERT_FILE": str(tmp_path / "ca.pem")})
    assert told(report) == (MISSING, PROVEN)
    assert "this client needs that root too" in the(report).detail and str(tmp_path) in the(report).detail


def test_an_intermediate_in_another_store_completes_the_chain_without_a_fetch(aia: Web, tmp_path: Path) -> None:
    issuing = below(ROOT, aia, "/issuing")
    (tmp_path / "ca.pem").write_bytes(issuing.pem)
    report = diagnose(leaf(issuing, aia.url("/issuing")), environment={"SSL_CERT_FILE": str(tmp_path / "ca.pem")})
    assert (told(report), the(report).missing, the(report).missing_urls) == ((MISSING, PROVEN), (issuing.issued.der,), ("",))
    assert aia.asked == [] and f"(in {tmp_path}" in the(report).detail


def test_a_wrong_intermediate_is_told_from_a_missing_one(aia: Web) -> None:
    issuing, other = below(ROOT, aia, "/issuing"), ROOT.intermediate("Other CA", number=330)
    issued = leaf(issuing, aia.url("/issuing"))
    report = diagnose(issued, chain=pem_of(issued.certificate, other.issued.certificate))
    assert (told(report), the(report).missing) == ((WRONG, PROVEN), (issuing.issued.der,))
    namesake = ROOT.intermediate(number=331)
    report = diagnose(issued, chain=pem_of(issued.certificate, namesake.issued.certificate))
    assert (told(report), the(report).missing) == ((WRONG, PROVEN), (issuing.issued.der,))


def test_a_cross_sign_to_another_authority_is_not_wrong_and_the_one_that_would_do_is_found(aia: Web) -> None:
    issuing, crossed = below(ROOT, aia, "/issuing"), STRANGER.intermediate(number=301)
    issued = leaf(issuing, aia.url("/issuing"))
    report = diagnose(issued, chain=pem_of(issued.certificate, crossed.issued.certificate))
    assert (told(report), the(report).missing) == ((MISSING, PROVEN), (issuing.issued.der,))


def test_an_intermediate_that_has_expired_completes_the_chain_and_is_said_to_have(aia: Web) -> None:
    now = datetime.now(UTC)
    old = attrs.evolve(ROOT, window=Window.around(now, before=800, after=-3))
    issuing = below(old, aia, "/issuing")
    report = diagnose(leaf(attrs.evolve(issuing, window=Window.around(now)), aia.url("/issuing")))
    assert told(report) == (MISSING, LIKELY)
    assert "Even so it will be refused: Test Issuing CA expired on" in the(report).detail


def test_a_circle_of_authorities_ends(aia: Web) -> None:
    first, second = Authority.root("First CA", number=340), Authority.root("Second CA", number=341)
    aia.pages["/first"] = answer(second.intermediate("First CA", number=340, issuer_urls=(aia.url("/second"),)).issued.der)
    aia.pages["/second"] = answer(first.intermediate("Second CA", number=341, issuer_urls=(aia.url("/first"),)).issued.der)
    report = diagnose(leaf(first, aia.url("/first")))
    assert told(report) == (UNKNOWN, LIKELY)
    assert aia.asked == ["/first", "/second"]


def test_a_ladder_of_authorities_is_climbed_so_far_and_no_farther(aia: Web) -> None:
    rung = below(STRANGER, aia, "/0", name="Rung 0", number=360)
    for number in range(1, 8):
        rung = below(rung, aia, f"/{number}", name=f"Rung {number}", number=360 + number, issuer_urls=(aia.url(f"/{number - 1}"),))
    report = diagnose(leaf(rung, aia.url("/7")))
    assert (told(report), len(aia.asked)) == ((UNKNOWN, LIKELY), 4)


def test_another_generation_of_the_authority_in_the_store_is_no_fault_of_the_server() -> None:
    renewed = Authority.root(number=390)
    report = diagnose(leaf(renewed))
    assert told(report) == (UNKNOWN, LIKELY)
    assert "another generation" in the(report).detail


# what else may be there


def in_place_of(aia: Web, page: Any, **options: Any) -> Report:
    aia.pages["/ca"] = page
    return diagnose(leaf(ROOT.intermediate(number=301), aia.url("/ca")), **options)


OTHER = {
    "a page": (answer(b"<html>not here</html>", content_type="text/html"), IssuerProblem.NO_CERTIFICATE),
    "nothing": (answer(), IssuerProblem.NO_CERTIFICATE),
    "a PEM that is damaged": (answer(b"-----BEGIN PKCS7-----\n*\n-----END PKCS7-----"), IssuerProblem.NO_CERTIFICATE),
    "another structure": (answer(bytes.fromhex("300b06092a864886f70d010701")), IssuerProblem.NO_CERTIFICATE),
    "a certificate that did not issue it": (answer(STRANGER.issued.der), IssuerProblem.WRONG_CERTIFICATE),
    "a namesake": (answer(ROOT.intermediate(number=331).issued.der), IssuerProblem.WRONG_CERTIFICATE),
    "not found": (answer(b"", "404 Not Found"), IssuerProblem.STATUS),
    "ten megabytes": (answer(b"0" * 10_000_000), IssuerProblem.TOO_LARGE),
    "no end": (is_endless, IssuerProblem.TOO_LARGE),
    "a redirect to a file": (redirect("file:///etc/passwd"), IssuerProblem.NOT_ALLOWED),
    "silence": (is_silent, IssuerProblem.FAILED),
    "a slow drip": (drips(), IssuerProblem.FAILED),
    "no HTTP": (b"SSH-2.0-OpenSSH\r\n", IssuerProblem.FAILED),
}


@pytest.mark.parametrize("name", OTHER)
def test_something_else_at_the_url_leaves_the_decision_to_the_shape_and_is_told(name: str, aia: Web) -> None:
    page, problem = OTHER[name]
    report = in_place_of(aia, page, limits=tlsdiag.Limits(fetch_timeout=0.5))
    assert told(report) == (MISSING, LIKELY)
    (fetch,) = searched(report).fetches
    assert (fetch.problem, the(report).missing) == (problem, ())
    assert aia.url("/ca") in the(report).detail and fetch.detail in the(report).detail
    assert fetch.could_not_look is searched(report).could_not_look is (problem in (IssuerProblem.FAILED, IssuerProblem.NOT_ALLOWED))


def test_a_forbidden_fetch_is_told_and_nothing_is_asked(aia: Web) -> None:
    report = in_place_of(aia, answer(ROOT.issued.der), fetch=False)
    assert (told(report), aia.asked, report.fetched) == ((MISSING, LIKELY), [], ())
    assert "was not looked for" in the(report).detail


def test_the_second_url_is_tried_where_the_first_leads_nowhere(aia: Web) -> None:
    issuing = below(ROOT, aia, "/issuing")
    report = diagnose(leaf(issuing, f"http://127.0.0.1:{closed_port()}/", aia.url("/issuing")))
    assert told(report) == (MISSING, PROVEN)


def test_a_directory_is_asked_after_the_web_and_never_reached(aia: Web) -> None:
    issuing = below(ROOT, aia, "/issuing")
    report = diagnose(leaf(issuing, "ldap://ca.example/cn=x?caCertificate", aia.url("/issuing")))
    assert (told(report), len(searched(report).fetches)) == ((MISSING, PROVEN), 1)


# where nothing is sought


def not_sought(report: Report) -> bool:
    entries = [value for name, _, value in report.observations.unavailable if name == IssuerSearch.name]
    return len(entries) == 1 and isinstance(entries[0], Unavailable) and not report.fetched


def test_a_chain_that_leads_to_an_anchor_costs_nothing(aia: Web) -> None:
    issuing = below(ROOT, aia, "/issuing")
    issued = leaf(issuing, aia.url("/issuing"))
    report = diagnose(issued, chain=issued.chain_pem)
    assert not report.findings and not_sought(report) and not aia.requests


def test_a_chain_up_to_its_root_has_nothing_above_it(aia: Web) -> None:
    issued = leaf(STRANGER, aia.url("/root"))
    report = diagnose(issued, chain=issued.full_chain_pem)
    assert the(report).code == "private-authority" and not_sought(report) and not aia.requests


def test_without_a_store_there_is_nothing_to_lead_to(aia: Web, tmp_path: Path) -> None:
    report = diagnose(leaf(STRANGER, aia.url("/root")), trust=str(tmp_path / "absent.pem"))
    assert not_sought(report) and not aia.requests
