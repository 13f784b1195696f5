"""Revocation on real servers: answers that they staple, responders and lists on loopback, `openssl ocsp`, and what is never fetched unasked."""

from __future__ import annotations

import ssl
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from patience import PATIENT
from responders import Page, Responder, answer, damaged, delegate, error, listing, naming, openssl_responder, responder
from servers import RunningServer

import tlsdiag
from tlsdiag import Report, Severity, Verdict
from tlsdiag.plugin import RevocationFinding, RevocationSources, Stapled
from tlsdiag.testing import Authority, Issued

Serve = Callable[..., RunningServer]
NAME = "server.example"
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=310)
LEAF = ISSUING.issue(NAME, number=21)
DEMANDING = ISSUING.issue(NAME, number=22, extensions=naming(staple=True))


@pytest.fixture
def live() -> Iterator[Responder]:
    """A responder without a page yet."""
    with responder() as found:
        yield found


def diagnose(server: RunningServer, **options: Any) -> Report:
    return tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], trust=ROOT.pem, limits=PATIENT, **options)


def serving(serve: Serve, issued: Issued = LEAF, kind: str = "nginx", **options: Any) -> RunningServer:
    return serve(kind, chain_pem=issued.chain_pem, key_pem=issued.key_pem, **options)


def wrong(report: Report) -> list[str]:
    return [item.code for item in report.filter(severity=Severity.LOW)]


def said(issued: Issued = LEAF, **options: Any) -> bytes:
    return answer(issued, ISSUING, now=NOW, **options)


@pytest.mark.parametrize("kind", ["nginx", "openssl"])
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: said(status="revoked"), "certificate-revoked"),
        (lambda: said(status="unknown"), "ocsp-status-unknown"),
        (lambda: said(begins=-9 * DAY, ends=-DAY), "ocsp-staple-expired"),
        (lambda: damaged(said()), "ocsp-staple-bad-signature"),
        (lambda: said(signer=STRANGER.issued), "ocsp-staple-untrusted"),
        (lambda: said(signer=delegate(ISSUING, signing=False)), "ocsp-staple-untrusted"),
        (lambda: said(DEMANDING), "ocsp-staple-wrong-certificate"),
        (lambda: error("TRY_LATER"), "ocsp-staple-responder-error"),
    ],
    ids=["revoked", "unknown", "expired", "signature", "stranger", "usage", "other", "try later"],
)
def test_a_bad_staple_is_told_by_its_fault(kind: str, make: Callable[[], bytes], code: str, serve: Serve) -> None:
    report = diagnose(serving(serve, kind=kind, ocsp_response=make()))
    assert wrong(report) == [code], report
    assert report.verdict is Verdict.FLAWED
    (finding,) = report.filter(code=code)
    assert isinstance(finding, RevocationFinding) and finding.certificate == LEAF.der


@pytest.mark.parametrize("kind", ["nginx", "openssl", "gnutls"])
def test_a_good_staple_of_an_authorised_responder_is_healthy(kind: str, serve: Serve) -> None:
    report = diagnose(serving(serve, kind=kind, ocsp_response=said(signer=delegate(ISSUING))))
    assert report.verdict is Verdict.HEALTHY, report
    stapled = next(iter(report.observations.all(Stapled).values()))
    assert stapled.response is not None


def test_a_staple_of_tomorrow_bears_witness_against_the_clock_which_explains_it(serve: Serve) -> None:
    report = diagnose(serving(serve, ocsp_response=said(begins=DAY, ends=9 * DAY)))
    (finding,) = report.filter(code="ocsp-staple-not-yet-valid")
    assert [key.partition("|")[0] for key in finding.explained_by] == ["clock-wrong"]
    assert report.verdict is Verdict.FLAWED


@pytest.mark.parametrize("kind", ["nginx", "apache", "haproxy"])
def test_a_certificate_that_demands_a_staple_is_told_where_none_comes(kind: str, serve: Serve) -> None:
    report = diagnose(serving(serve, DEMANDING, kind))
    assert wrong(report) == ["ocsp-must-staple-missing"], report
    (finding,) = report.filter(code="ocsp-must-staple-missing")
    assert "nor did a second one" in finding.detail
    assert not finding.blocks


@pytest.mark.parametrize("kind", ["nginx", "openssl"])
def test_a_certificate_that_demands_a_staple_is_healthy_with_one(kind: str, serve: Serve) -> None:
    report = diagnose(serving(serve, DEMANDING, kind, ocsp_response=said(DEMANDING)))
    assert report.verdict is Verdict.HEALTHY, report


def test_nginx_that_fetches_after_the_first_connection_is_told_as_that_or_as_none(serve: Serve, live: Responder) -> None:
    issued = ISSUING.issue(NAME, extensions=naming(ocsp_url=live.url("/ocsp"), staple=True))
    live.pages["ocsp"] = Page(answer(issued, ISSUING, now=NOW))
    server = serving(serve, issued, extra=("ssl_stapling on;",))
    first = diagnose(server, depth="quick")
    assert "ocsp-must-staple-missing" in {item.code for item in first.findings}
    assert diagnose(server).verdict is Verdict.HEALTHY
    assert any(method == "GET" for method, _, _ in live.asked)


def named(live: Responder) -> Issued:
    """A leaf below an intermediate, both with a responder and a list."""
    above = ROOT.intermediate("Named CA", number=302, extensions=naming(ocsp_url=live.url("/above"), crl_url=live.url("/root")))
    issued = above.issue(NAME, extensions=naming(ocsp_url=live.url("/ocsp"), crl_url=live.url("/crl")))
    live.pages |= {
        "above": Page(answer(above.issued, ROOT, now=NOW)),
        "root": Page(listing(ROOT, now=NOW)),
        "ocsp": Page(answer(issued, above, now=NOW)),
        "crl": Page(listing(above, now=NOW)),
    }
    return issued


def above_of(issued: Issued) -> Authority:
    return Authority(issued=ROOT.intermediate("Named CA", number=302).issued, window=ROOT.window)


def test_nothing_is_asked_unless_the_caller_wants_it(serve: Serve, live: Responder) -> None:
    report = diagnose(serving(serve, named(live)))
    assert report.verdict is Verdict.HEALTHY
    assert live.asked == []
    assert report.fetched == ()


@pytest.mark.parametrize("options", [{"revocation": True}, {"depth": "full"}, {"revocation": True, "depth": "quick"}], ids=["asked", "full", "quick"])
def test_every_source_of_leaf_and_intermediate_is_asked(options: dict[str, Any], serve: Serve, live: Responder) -> None:
    report = diagnose(serving(serve, named(live)), **options)
    assert report.verdict is Verdict.HEALTHY, report
    assert sorted({(method, path.split("/")[1]) for method, path, _ in live.asked}) == [
        ("GET", "above"), ("GET", "crl"), ("GET", "ocsp"), ("GET", "root"), ("POST", "above"), ("POST", "ocsp"),
    ]  # fmt: skip
    assert [item.code for item in report.findings].count("certificate-not-revoked") == 2
    questions = {question for method, path, question in live.asked if path.startswith("/ocsp")}
    assert len(questions) == 1


def test_full_asks_nobody_where_the_caller_does_not_want_it(serve: Serve, live: Responder) -> None:
    diagnose(serving(serve, named(live)), depth="full", revocation=False)
    assert live.asked == []


def test_a_revoked_leaf_on_the_list_contradicts_the_responder(serve: Serve, live: Responder) -> None:
    issued = named(live)
    live.pages["crl"] = Page(listing(above_of(issued), (issued.certificate.serial_number, "key_compromise"), now=NOW))
    report = diagnose(serving(serve, issued), revocation=True)
    assert wrong(report) == ["certificate-revoked", "revocation-sources-disagree"], report
    (finding,) = report.filter(code="certificate-revoked")
    assert isinstance(finding, RevocationFinding)
    assert (finding.reason, finding.sources, finding.position) == ("keyCompromise", (live.url("/crl"),), 0)


def test_a_revoked_intermediate_is_told_as_that(serve: Serve, live: Responder) -> None:
    issued = named(live)
    gone = (issued.issuers[0].serial_number, "ca_compromise")
    live.pages |= {"root": Page(listing(ROOT, gone, now=NOW)), "above": Page(b"", 503)}
    report = diagnose(serving(serve, issued), revocation=True)
    (finding,) = report.filter(code="certificate-revoked")
    assert isinstance(finding, RevocationFinding)
    assert (finding.position, finding.severity) == (1, Severity.CRITICAL)
    assert "authority" in finding.title


@pytest.mark.parametrize(
    ("page", "make", "code"),
    [
        ("crl", lambda ca, leaf: listing(ca, now=NOW, begins=-9 * DAY, ends=-DAY), "crl-expired"),
        ("crl", lambda ca, leaf: listing(ROOT, now=NOW), "crl-invalid"),
        ("crl", lambda ca, leaf: damaged(listing(ca, now=NOW)), "crl-invalid"),
        ("crl", lambda ca, leaf: listing(ca, now=NOW, scope={"only_contains_ca_certs": True}), "crl-invalid"),
        ("ocsp", lambda ca, leaf: answer(leaf, ca, now=NOW, begins=-9 * DAY, ends=-DAY), "ocsp-answer-expired"),
        ("ocsp", lambda ca, leaf: answer(leaf, ca, now=NOW, signer=STRANGER.issued), "ocsp-answer-invalid"),
        ("ocsp", lambda ca, leaf: answer(leaf, ca, now=NOW, status="unknown"), "ocsp-status-unknown"),
    ],
    ids=["list expired", "another list", "list signature", "list scope", "answer expired", "answer signer", "unknown"],
)
def test_a_source_that_is_wrong_is_the_authoritys_fault(
    page: str, make: Callable[[Authority, Issued], bytes], code: str, serve: Serve, live: Responder
) -> None:
    issued = named(live)
    live.pages[page] = Page(make(above_of(issued), issued))
    report = diagnose(serving(serve, issued), revocation=True)
    assert wrong(report) == [code], report
    assert report.filter(code=code)[0].blame is tlsdiag.Blame.AUTHORITY


@pytest.mark.parametrize(
    ("page", "given", "words"),
    [
        ("ocsp", Page(b"", 503), "503"),
        ("ocsp", Page(error("TRY_LATER")), "tryLater"),
        ("ocsp", Page(error("UNAUTHORIZED")), "unauthorized"),
        ("ocsp", Page(b"<html>"), "no OCSP answer"),
        ("crl", Page(b"<html>"), "no revocation list"),
        ("crl", Page(b"0" * (17 * 1024 * 1024)), "too large"),
    ],
    ids=["503", "later", "unauthorized", "page", "page for a list", "large"],
)
def test_a_source_that_cannot_be_looked_at_is_told_and_is_no_fault(page: str, given: Page, words: str, serve: Serve, live: Responder) -> None:
    issued = named(live)
    live.pages[page] = given
    report = diagnose(serving(serve, issued), revocation=True)
    assert report.verdict is Verdict.HEALTHY, report
    (finding,) = report.filter(code="revocation-source-unavailable")
    assert words in finding.detail and live.url(f"/{page}") in finding.detail
    assert "is not known" not in finding.detail  # the other source has told


def test_where_nobody_answers_nothing_is_said_to_be_in_order(serve: Serve, live: Responder) -> None:
    issued = named(live)
    live.pages.clear()
    report = diagnose(serving(serve, issued), revocation=True)
    assert report.filter(code="certificate-not-revoked") == ()
    assert all("is not known" in item.detail for item in report.filter(code="revocation-source-unavailable"))


def test_what_may_not_be_fetched_is_told_as_not_looked_at(serve: Serve, live: Responder) -> None:
    report = diagnose(serving(serve, named(live)), revocation=True, fetch=False)
    assert live.asked == []
    assert len(report.filter(code="revocation-source-unavailable")) == 4


def test_a_responder_that_answers_by_post_only_is_no_fault(serve: Serve, live: Responder) -> None:
    issued = named(live)
    live.pages["ocsp"] = Page(live.pages["ocsp"].body, get=405)
    report = diagnose(serving(serve, issued), revocation=True)
    (finding,) = report.filter(code="revocation-source-unavailable")
    assert "by GET: HTTP 405" in finding.detail


def test_an_authority_without_any_source_is_no_fault(serve: Serve) -> None:
    report = diagnose(serving(serve), revocation=True)
    assert report.verdict is Verdict.HEALTHY
    assert {item.code for item in report.findings} == {"revocation-not-offered"}


def test_changes_to_a_list_are_read_too(serve: Serve, live: Responder) -> None:
    issued = named(live)
    above = above_of(issued)
    gone = (issued.certificate.serial_number, "key_compromise")
    live.pages |= {"crl": Page(listing(above, now=NOW, freshest=live.url("/delta"))), "delta": Page(listing(above, gone, now=NOW, number=6, delta=5))}
    report = diagnose(serving(serve, issued), revocation=True)
    assert "certificate-revoked" in wrong(report)
    sources = next(iter(report.observations.all(RevocationSources).values()))
    assert [item.delta for item in sources.of(issued.der) if item.kind == "crl"] == [True]


@pytest.mark.parametrize("revoked", [False, True])
@pytest.mark.parametrize("by_delegate", [False, True])
def test_openssls_own_responder_is_understood(revoked: bool, by_delegate: bool, serve: Serve) -> None:
    from servers import free_port

    port = free_port()
    issued = ISSUING.issue(NAME, extensions=naming(ocsp_url=f"http://127.0.0.1:{port}/"))
    signer = delegate(ISSUING) if by_delegate else ISSUING.issued
    entries = [(issued.certificate.serial_number, NOW - DAY if revoked else None)]
    with openssl_responder(ISSUING, signer, entries, port=port):
        report = diagnose(serving(serve, issued), revocation=True)
    assert wrong(report) == (["certificate-revoked"] if revoked else []), report
    codes = {item.code for item in report.findings}
    assert ("certificate-not-revoked" in codes) is not revoked


def test_a_report_with_revocation_survives_json(serve: Serve, live: Responder) -> None:
    report = diagnose(serving(serve, named(live), ocsp_response=said()), revocation=True)
    assert Report.from_json(report.to_json()).to_dict() == report.to_dict()


@pytest.mark.parametrize("flag", ["VERIFY_CRL_CHECK_LEAF", "VERIFY_CRL_CHECK_CHAIN"])
def test_a_client_with_lists_of_its_own_is_the_one_that_is_stopped(flag: str, serve: Serve) -> None:
    context = ssl.create_default_context(cadata=ROOT.pem.decode())
    lists = (listing(ISSUING, (LEAF.certificate.serial_number, "key_compromise"), now=NOW), listing(ROOT, now=NOW))
    with tempfile.NamedTemporaryFile() as file:
        file.write(b"".join(x509.load_der_x509_crl(crl).public_bytes(Encoding.PEM) for crl in lists))
        file.flush()
        context.load_verify_locations(file.name)
    context.verify_flags |= ssl.VerifyFlags[flag]
    server = serving(serve)
    report = tlsdiag.diagnose(NAME, port=server.port, addresses=[server.host], client=context, limits=PATIENT)
    assert report.root_cause is not None and report.root_cause.code == "certificate-revoked", report
    assert ("of the chain" in report.root_cause.detail) is (flag == "VERIFY_CRL_CHECK_CHAIN")
