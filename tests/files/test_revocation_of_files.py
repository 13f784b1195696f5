"""Revocation of certificate files: asked only where the caller wants it, at public addresses unless he allows others, by a fetched issuer if need be."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from ports import closed_port
from responders import Page, Responder, answer, damaged, error, listing, naming, responder
from web import answer as page
from web import web

from tlsdiag import Report, Severity, Verdict, diagnose_certificates
from tlsdiag.cli import main
from tlsdiag.plugin import Fetches, RevocationFinding, RevocationSources
from tlsdiag.testing import Authority, Issued, self_signed

NAME = "server.example"
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
ROOT = Authority.root(number=970)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=971)
OUTWARD = frozenset({"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "socket.sendmsg", "socket.bind"})


@attrs.define
class Watch:
    """What of this process wants to go out, as the interpreter itself tells it; an audit hook stays for good, so that there is one for all tests."""

    active: bool = False
    events: list[str] = attrs.field(factory=list)

    def __call__(self, event: str, _: tuple[object, ...]) -> None:
        if self.active and event in OUTWARD:
            self.events.append(event)


WATCH = Watch()
sys.addaudithook(WATCH)


@pytest.fixture
def outward() -> Iterator[list[str]]:
    """The events of sockets while a test runs."""
    WATCH.events.clear()
    WATCH.active = True
    try:
        yield WATCH.events
    finally:
        WATCH.active = False


@pytest.fixture
def live() -> Iterator[Responder]:
    """A responder without a page yet."""
    with responder() as found:
        yield found


def named(live: Responder) -> tuple[Authority, Issued]:
    """A leaf below an intermediate, both with a responder and a list that are in order."""
    above = ROOT.intermediate("Named CA", number=972, extensions=naming(ocsp_url=live.url("/above"), crl_url=live.url("/root")))
    issued = above.issue(NAME, extensions=naming(ocsp_url=live.url("/ocsp"), crl_url=live.url("/crl")))
    live.pages |= {
        "above": Page(answer(above.issued, ROOT, now=NOW)),
        "root": Page(listing(ROOT, now=NOW)),
        "ocsp": Page(answer(issued, above, now=NOW)),
        "crl": Page(listing(above, now=NOW)),
    }
    return above, issued


def judged(certificates: Any, **options: Any) -> Report:
    return diagnose_certificates(certificates, **{"host": NAME, "trust": ROOT.pem, "now": NOW, "fetch": "any", "revocation": True, **options})


def wrong(report: Report) -> list[str]:
    return [item.code for item in report.filter(severity=Severity.LOW)]


@pytest.mark.parametrize("depth", ["quick", "standard", "full"])
def test_no_socket_is_opened_unless_the_caller_says_so(depth: str, live: Responder, outward: list[str]) -> None:
    _, issued = named(live)
    alone = ROOT.intermediate(number=973).issue(NAME, issuer_urls=("http://issuer.example/ca.der",))
    for contents in (issued.chain_pem, issued.pem, alone.pem, issued.chain_pem + alone.pem):
        report = diagnose_certificates(contents, host=NAME, key=issued.key_pem, trust=ROOT.pem, depth=depth)
        assert report.fetched == ()
    assert outward == []
    assert live.asked == []


def test_the_watch_over_sockets_sees_one(live: Responder, outward: list[str]) -> None:
    judged(named(live)[1].chain_pem)
    assert "socket.connect" in outward


def test_every_source_of_leaf_and_intermediate_is_asked(live: Responder) -> None:
    _, issued = named(live)
    report = judged(issued.chain_pem, key=issued.key_pem)
    assert report.verdict is Verdict.HEALTHY, report
    assert sorted({(method, path.split("/")[1]) for method, path, _ in live.asked}) == [
        ("GET", "above"), ("GET", "crl"), ("GET", "ocsp"), ("GET", "root"), ("POST", "above"), ("POST", "ocsp"),
    ]  # fmt: skip
    assert [item.code for item in report.findings] == ["certificate-not-revoked"] * 2
    assert (report.connections, report.endpoints, report.could_not_look) == (0, (), ())
    assert "6 fetched" in str(report)


def test_the_order_in_the_file_does_not_matter(live: Responder) -> None:
    above, issued = named(live)
    report = judged(above.pem + issued.pem)
    assert len(report.filter(code="certificate-not-revoked")) == 2


@pytest.mark.parametrize(
    ("name", "make", "code"),
    [
        ("ocsp", lambda ca, leaf: answer(leaf, ca, now=NOW, status="unknown"), "ocsp-status-unknown"),
        ("ocsp", lambda ca, leaf: answer(leaf, ca, now=NOW, begins=-9 * DAY, ends=-DAY), "ocsp-answer-expired"),
        ("ocsp", lambda ca, leaf: damaged(answer(leaf, ca, now=NOW)), "ocsp-answer-invalid"),
        ("crl", lambda ca, leaf: listing(ca, now=NOW, begins=-9 * DAY, ends=-DAY), "crl-expired"),
        ("crl", lambda ca, leaf: listing(STRANGER, now=NOW), "crl-invalid"),
    ],
    ids=["unknown", "answer expired", "answer signature", "list expired", "another list"],
)
def test_a_source_that_is_wrong_is_the_authoritys_fault(name: str, make: Callable[[Authority, Issued], bytes], code: str, live: Responder) -> None:
    above, issued = named(live)
    live.pages[name] = Page(make(above, issued))
    report = judged(issued.chain_pem)
    assert wrong(report) == [code], report
    assert report.verdict is Verdict.FLAWED


@pytest.mark.parametrize("source", ["ocsp", "crl"])
def test_a_revoked_certificate_is_told_with_the_day_and_the_reason(source: str, live: Responder) -> None:
    above, issued = named(live)
    live.pages["ocsp"] = Page(answer(issued, above, now=NOW, status="revoked")) if source == "ocsp" else Page(b"", 503)
    if source == "crl":
        live.pages["crl"] = Page(listing(above, (issued.certificate.serial_number, "key_compromise"), now=NOW))
    report = judged(issued.chain_pem)
    (finding,) = report.filter(code="certificate-revoked")
    assert isinstance(finding, RevocationFinding)
    assert (finding.severity, finding.position, finding.certificate) == (Severity.CRITICAL, 0, issued.der)
    assert f"{NOW - 2 * DAY:%Y-%m-%d}" in finding.detail and "client" not in finding.detail
    assert report.verdict is Verdict.FLAWED


def test_a_revoked_intermediate_is_told_as_that(live: Responder) -> None:
    above, issued = named(live)
    live.pages |= {"above": Page(b"", 503), "root": Page(listing(ROOT, (above.issued.certificate.serial_number, "ca_compromise"), now=NOW))}
    (finding,) = judged(issued.chain_pem).filter(code="certificate-revoked")
    assert isinstance(finding, RevocationFinding) and finding.position == 1


def test_a_responder_out_of_reach_is_told_as_not_looked_at() -> None:
    issued = ROOT.intermediate(number=974).issue(NAME, extensions=naming(ocsp_url=f"http://127.0.0.1:{closed_port()}/ocsp"))
    report = judged(issued.chain_pem)
    (finding,) = report.filter(code="revocation-source-unavailable")
    assert "is not known" in finding.detail and "refused" in finding.detail
    assert report.filter(code="certificate-not-revoked") == ()
    assert report.verdict is Verdict.HEALTHY


@pytest.mark.parametrize(("body", "words"), [(error("TRY_LATER"), "tryLater"), (b"<html>", "no OCSP answer")])
def test_an_answer_that_says_nothing_is_told_as_not_looked_at(body: bytes, words: str, live: Responder) -> None:
    _, issued = named(live)
    live.pages["ocsp"] = Page(body)
    (finding,) = judged(issued.chain_pem).filter(code="revocation-source-unavailable")
    assert words in finding.detail


@pytest.mark.parametrize("fetch", [None, "public", False])
def test_a_file_is_nowhere_so_that_its_urls_lead_to_public_addresses_alone(fetch: Any, live: Responder) -> None:
    _, issued = named(live)
    report = judged(issued.chain_pem, fetch=fetch)
    assert live.asked == []
    found = report.filter(code="revocation-source-unavailable")
    assert len(found) == 4
    words = "fetching is turned off" if fetch is False else "127.0.0.1 (loopback): not a public address; fetch='any' (--fetch any) allows it"
    assert all(words in item.detail for item in found), report


def test_with_fetch_alone_nobody_is_asked_about_revocation(live: Responder) -> None:
    _, issued = named(live)
    report = judged(issued.chain_pem, revocation=False, depth="full")
    assert live.asked == [] and report.observations.get(RevocationSources) is None


def test_an_issuer_that_is_missing_is_fetched_and_asked_about(live: Responder) -> None:
    with web({}) as aia:
        above = ROOT.intermediate("Named CA", number=975, extensions=naming(crl_url=live.url("/root")))
        issued = above.issue(NAME, issuer_urls=(aia.url("/ca.der"),), extensions=naming(crl_url=live.url("/crl")))
        aia.pages["/ca.der"] = page(above.issued.der)
        live.pages |= {"crl": Page(listing(above, (issued.certificate.serial_number, None), now=NOW)), "root": Page(listing(ROOT, now=NOW))}
        report = judged(issued.pem)
    assert report.root_cause is not None and report.root_cause.code == "intermediate-missing"
    assert "certificate-revoked" in wrong(report)
    (good,) = report.filter(code="certificate-not-revoked")
    assert isinstance(good, RevocationFinding) and good.certificate == above.issued.der
    assert report.repaired_chain() == issued.chain_pem
    fetched = report.observations.get(Fetches)
    assert fetched is not None and {item.url for item in fetched.fetched} == {aia.url("/ca.der"), live.url("/crl"), live.url("/root")}


def test_an_issuer_that_nobody_has_leaves_the_question_open(live: Responder) -> None:
    _, issued = named(live)
    report = judged(issued.pem)
    found = [item.detail for item in report.filter(code="revocation-source-unavailable")]
    assert found and all("not at hand" in text for text in found), report
    assert report.filter(code="certificate-not-revoked") == ()


def test_a_certificate_without_a_source_is_no_fault() -> None:
    report = judged(ROOT.intermediate(number=976).issue(NAME).chain_pem)
    assert {item.code for item in report.findings} == {"revocation-not-offered"}
    assert report.verdict is Verdict.HEALTHY


@pytest.mark.parametrize("revocation", [False, True])
def test_a_certificate_that_demands_a_staple_is_remarked_upon_and_not_blamed(revocation: bool) -> None:
    issued = ROOT.intermediate(number=977).issue(NAME, extensions=naming(staple=True))
    report = judged(issued.chain_pem, revocation=revocation)
    assert (report.verdict, wrong(report)) == (Verdict.HEALTHY, [])
    (finding,) = report.filter(code="file-demands-staple")
    assert finding.severity is Severity.INFO


@pytest.mark.parametrize("contents", [ROOT.pem, self_signed(NAME, number=978).pem, b"", b"<html>"])
def test_what_has_no_issuer_is_asked_about_nowhere(contents: bytes, outward: list[str]) -> None:
    report = judged(contents)
    assert outward == [] and report.fetched == ()


def test_no_text_speaks_of_a_server_that_was_asked(live: Responder) -> None:
    above, issued = named(live)
    live.pages |= {"ocsp": Page(answer(issued, above, now=NOW, status="revoked")), "above": Page(b"", 503)}
    text = str(judged(issued.chain_pem)).lower()
    assert not [word for word in ("endpoint", "connections", "handshake", "no address", " sent", "sends", "this client") if word in text]


def test_a_report_with_revocation_survives_json_and_is_judged_again_without_a_network(live: Responder, outward: list[str]) -> None:
    _, issued = named(live)
    report = judged(issued.chain_pem)
    outward.clear()
    again = Report.from_json(report.to_json())
    assert again.to_dict() == report.to_dict()
    assert again.recheck().to_dict()["findings"] == report.to_dict()["findings"]
    assert outward == []


def test_the_command_line_asks_where_it_is_told_to(live: Responder, tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    above, issued = named(live)
    live.pages["ocsp"] = Page(answer(issued, above, now=NOW, status="revoked"))
    (tmp_path / "chain.pem").write_bytes(issued.chain_pem)
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    words = ["certificates", str(tmp_path / "chain.pem"), "--trust", str(tmp_path / "root.pem"), "--host", NAME]
    assert main(words) == 0 and live.asked == []
    assert main([*words, "--revocation"]) == 0 and live.asked == []
    assert "--fetch any" in capsys.readouterr().out
    assert main([*words, "--revocation", "--fetch", "any"]) == 1 and live.asked
    assert "has been revoked" in capsys.readouterr().out
