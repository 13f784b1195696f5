"""A name server on loopback and a TLS server on loopback: what is found of both together, and what is not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from name_server import NameServer, name_server

import tlsdiag
from tlsdiag import Report, Severity, TargetError, Verdict
from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.authorities import Authority as Owner
from tlsdiag.certificates.dane import association
from tlsdiag.demo.servers import DemoServer, listening, tls
from tlsdiag.plugin import DnsCaa, DnsFinding, DnssecState, DnsServices, DnsTlsa, DnsZone, TlsaRecord
from tlsdiag.resolver import LookupStatus, ResolverAddress
from tlsdiag.testing import Authority

NAME = "www.server.example"
ROOT = Authority.root(number=300)
ISSUED = ROOT.intermediate(number=301).issue(NAME, "alias.server.example", "*.wild.server.example")
LIMITS = tlsdiag.Limits(handshake_timeout=2, resolve_timeout=0.5)
ADDRESS = "www A 127.0.0.1"
FAMILY = ("dns",)


@pytest.fixture
def resolver() -> Iterator[NameServer]:
    with name_server(server_example=ADDRESS) as running:
        running.validates = True
        yield running


@pytest.fixture(scope="module")
def web() -> Iterator[DemoServer]:
    with listening(tls(ISSUED.chain_pem, ISSUED.key_pem)) as running:
        yield running


@pytest.fixture
def owner(monkeypatch: pytest.MonkeyPatch) -> None:
    """The root of the tests belongs to an authority that goes by ca.example."""
    known = Owner(owner="Test Trust", caa_identifiers=("brand.ca.example", "ca.example"))
    monkeypatch.setattr("tlsdiag.checks.dns.caa.issuing_owner", lambda path: known)


def diagnose(web: DemoServer, resolver: NameServer, *records: str, name: str = NAME, **options: Any) -> Report:
    """`records` are lines of the zone beside the address; the word PORT in them is the server's port."""
    lines = "\n".join((ADDRESS, *records)).replace("PORT", str(web.port))
    resolver.zone("server.example", lines)
    options.setdefault("checks", FAMILY)
    options.setdefault("dns", resolver.address)
    return tlsdiag.diagnose(name, port=web.port, addresses=["127.0.0.1"], trust=ROOT.pem, limits=LIMITS, **options)


def codes(report: Report) -> dict[str, Severity]:
    return {item.code: item.severity for item in report.findings}


def the(report: Report, code: str) -> DnsFinding:
    (found,) = report.filter(code=code)
    assert isinstance(found, DnsFinding)
    return found


def tlsa(usage: int = 3, selector: int = 1, matching: int = 1, der: bytes = ISSUED.der) -> str:
    wanted = TlsaRecord(usage=usage, selector=selector, matching=matching, data=b"")
    return f"_PORT._tcp.www TLSA {usage} {selector} {matching} {association(read_certificate(der), wanted).hex()}"


OTHER = f"_PORT._tcp.www TLSA 3 1 1 {'00' * 32}"


# healthy, and where nobody asks


def test_a_healthy_host_yields_nothing(web: DemoServer, resolver: NameServer) -> None:
    report = diagnose(web, resolver, 'www CAA 0 issue "other.example"', checks=None)
    assert (report.verdict, codes(report)) == (Verdict.HEALTHY, {})
    zone = report.observations.get(DnsZone)
    assert zone is not None and (zone.state, zone.addresses, zone.validates) == (DnssecState.INSECURE, ("127.0.0.1",), True)


def test_a_signed_host_with_everything_yields_nothing(web: DemoServer, resolver: NameServer, owner: None) -> None:
    resolver.secure.add("server.example")
    records = ('www CAA 0 issue "ca.example"', tlsa(), OTHER, "_PORT._https.www HTTPS 1 www alpn=h2,http/1.1 ipv4hint=127.0.0.1")
    report = diagnose(web, resolver, *records, checks=None)
    assert (report.verdict, codes(report)) == (Verdict.HEALTHY, {})
    zone, services = report.observations.get(DnsZone), report.observations.get(DnsServices)
    assert zone is not None and zone.state is DnssecState.SECURE
    assert services is not None and services.services[0].alpn == ("h2", "http/1.1")
    assert len(resolver.asked) <= 12


def test_the_dns_costs_the_server_no_connection(web: DemoServer, resolver: NameServer) -> None:
    assert diagnose(web, resolver, checks=None).connections == diagnose(web, resolver, checks=None, dns=None).connections


def test_by_default_nobody_asks(web: DemoServer, resolver: NameServer) -> None:
    report = diagnose(web, resolver, checks=None, dns=None)
    assert not any(name.startswith("dns-") for name in report.observations.names)
    assert not any(item.check.startswith("dns/") for item in report.skipped)


def test_no_depth_asks_by_itself(web: DemoServer, resolver: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tlsdiag.network.dns.system_resolvers", lambda: pytest.fail("nobody is to be asked"))
    for answer in (None, False):
        report = diagnose(web, resolver, checks=None, depth="full", dns=answer)
        assert (report.verdict, report.could_not_look) == (Verdict.HEALTHY, ())


def test_this_machines_resolver_is_asked_where_it_is_wanted_or_a_check_is_named(
    web: DemoServer, resolver: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tlsdiag.network.dns.system_resolvers", lambda: (ResolverAddress.parse(resolver.address),))
    assert diagnose(web, resolver, checks=None, dns=True).observations.get(DnsZone) is not None
    assert diagnose(web, resolver, checks=["dnssec-bogus"], dns=None).observations.get(DnsZone) is not None
    assert diagnose(web, resolver, checks=["dnssec-bogus"], dns=False).observations.get(DnsZone) is None


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_an_address_and_this_machine_are_not_asked_about(name: str, web: DemoServer, resolver: NameServer) -> None:
    report = diagnose(web, resolver, name=name)
    assert (report.findings, resolver.asked, report.could_not_look) == ((), [], ())


def test_without_dnspython_the_report_says_what_to_install(web: DemoServer, resolver: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "dns"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "dns", None)
    report = diagnose(web, resolver)
    assert {item.detail for item in report.could_not_look} == {"could not look: pip install tlsdiag[dns]"}
    assert (report.verdict, report.findings) == (Verdict.UNKNOWN, ())


def test_what_is_no_resolver_is_the_callers_mistake(web: DemoServer, resolver: NameServer) -> None:
    with pytest.raises(TargetError, match="the address of a resolver"):
        diagnose(web, resolver, dns="dns.example")


def test_a_saved_report_is_judged_again(web: DemoServer, resolver: NameServer) -> None:
    resolver.secure.add("server.example")
    report = diagnose(web, resolver, OTHER, checks=None)
    again = Report.from_json(report.to_json()).recheck()
    assert codes(again) == codes(report) == {"tlsa-mismatch": Severity.HIGH}


# the resolver


@pytest.mark.parametrize("fault", ["silent", "refusing", "garbled"])
def test_a_resolver_that_fails_is_no_sign_of_health(fault: str, web: DemoServer, resolver: NameServer) -> None:
    setattr(resolver, fault, True)
    report = diagnose(web, resolver)
    assert (report.verdict, codes(report)) == (Verdict.UNKNOWN, {"dns-not-looked-at": Severity.INFO})
    found = the(report, "dns-not-looked-at")
    assert found.resolver == resolver.address and resolver.address in found.detail and "TLSA of" in found.detail
    assert {item.check for item in report.could_not_look} == {"dns/caa", "dns/dane", "dns/services"}


def test_one_answer_that_is_missing_is_named(web: DemoServer, resolver: NameServer) -> None:
    resolver.failing.add((f"_{web.port}._tcp.{NAME}", "TLSA"))
    report = diagnose(web, resolver)
    assert codes(report) == {"dns-not-looked-at": Severity.INFO}
    assert the(report, "dns-not-looked-at").records == (f"TLSA of _{web.port}._tcp.{NAME}: the resolver failed (SERVFAIL)",)


def test_broken_signatures_are_told_with_the_words_of_the_resolver(web: DemoServer, resolver: NameServer) -> None:
    resolver.bogus.add("server.example")
    report = diagnose(web, resolver)
    found = the(report, "dnssec-bogus")
    assert (found.severity, found.blocks, found.blame) == (Severity.HIGH, False, "server")
    assert "signature expired" in found.detail
    zone = report.observations.get(DnsZone)
    assert zone is not None and zone.state is DnssecState.BOGUS
    assert "dns-not-looked-at" not in codes(report)


def test_broken_signatures_explain_a_resolver_that_fails(resolver: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def fails(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr("socket.getaddrinfo", fails)
    resolver.bogus.add("server.example")
    report = tlsdiag.diagnose(NAME, dns=resolver.address, limits=LIMITS)
    assert report.root_cause is not None and report.root_cause.code == "dnssec-bogus"
    assert the(report, "dnssec-bogus").severity is Severity.CRITICAL
    (consequence,) = report.filter(code="resolver-failed")
    assert consequence.explained_by


def test_a_failure_with_and_without_validation_is_not_bogus(web: DemoServer, resolver: NameServer) -> None:
    resolver.failing |= {(NAME, "A"), (NAME, "AAAA")}
    assert codes(diagnose(web, resolver)) == {"dns-not-looked-at": Severity.INFO}


def test_a_resolver_that_does_not_validate_leaves_the_state_open(web: DemoServer, resolver: NameServer) -> None:
    resolver.validates = False
    zone = diagnose(web, resolver).observations.get(DnsZone)
    assert zone is not None and (zone.state, zone.validates) == (DnssecState.INDETERMINATE, False)


# CAA


def test_an_authority_that_is_not_listed_will_not_renew(web: DemoServer, resolver: NameServer, owner: None) -> None:
    report = diagnose(web, resolver, '@ CAA 0 issue "other.example"', '@ CAA 0 iodef "mailto:security@server.example"')
    found = the(report, "caa-forbids-issuer")
    assert (found.severity, found.name, found.blame, found.blocks) == (Severity.LOW, "server.example", "server", False)
    assert found.certificate == ISSUED.der
    assert "Test Trust" in found.detail and "allow other.example" in found.detail and "mailto:security@server.example" in found.detail
    assert found.fix.snippets["zone"] == 'server.example. IN CAA 0 issue "ca.example"'


def test_another_issuer_below_the_same_root_may_go_by_another_name(web: DemoServer, resolver: NameServer, monkeypatch: pytest.MonkeyPatch) -> None:
    known = Owner(owner="Example Trust", caa_identifiers=("ca.example",))
    monkeypatch.setattr("tlsdiag.checks.dns.caa.issuing_owner", lambda path: known)
    assert codes(diagnose(web, resolver, '@ CAA 0 issue "other.example"')) == {"caa-issuer-unknown": Severity.INFO}
    assert codes(diagnose(web, resolver, '@ CAA 0 issue ";"')) == {"caa-forbids-issuer": Severity.LOW}


def test_one_of_several_records_is_enough(web: DemoServer, resolver: NameServer, owner: None) -> None:
    assert codes(diagnose(web, resolver, '@ CAA 0 issue "other.example"', '@ CAA 0 issue "CA.example; validationmethods=http-01"')) == {}


def test_the_nearest_records_count(web: DemoServer, resolver: NameServer, owner: None) -> None:
    assert codes(diagnose(web, resolver, 'www CAA 0 issue "ca.example"', '@ CAA 0 issue ";"')) == {}


def test_records_behind_an_alias_count(web: DemoServer, resolver: NameServer, owner: None) -> None:
    report = diagnose(web, resolver, "alias CNAME target", "target A 127.0.0.1", 'target CAA 0 issue ";"', name="alias.server.example")
    found = the(report, "caa-forbids-issuer")
    assert "alias.server.example, which is an alias of target.server.example, allow nobody" in found.detail


def test_a_wildcard_certificate_is_held_against_issuewild_of_its_parent(web: DemoServer, resolver: NameServer, owner: None) -> None:
    rules = ('wild CAA 0 issue "ca.example"', 'wild CAA 0 issuewild ";"', 'a.wild CAA 0 issue "other.example"', "a.wild A 127.0.0.1")
    assert the(diagnose(web, resolver, *rules, name="a.wild.server.example"), "caa-forbids-issuer").name == "wild.server.example"
    rules = ('wild CAA 0 issue ";"', 'wild CAA 0 issuewild "ca.example"', "a.wild A 127.0.0.1")
    assert codes(diagnose(web, resolver, *rules, name="a.wild.server.example")) == {}


def test_a_critical_property_that_nobody_knows_forbids(web: DemoServer, resolver: NameServer, owner: None) -> None:
    found = the(diagnose(web, resolver, '@ CAA 0 issue "ca.example"', '@ CAA 128 tbs "unknown"'), "caa-forbids-issuer")
    assert "the critical property tbs" in found.detail


def test_a_value_that_cannot_be_read_is_told(web: DemoServer, resolver: NameServer, owner: None) -> None:
    report = diagnose(web, resolver, '@ CAA 0 issue "ca.example"', '@ CAA 0 issue "https://ca.example/"')
    assert codes(report) == {"caa-unreadable": Severity.LOW}
    assert "https://ca.example/" in the(report, "caa-unreadable").detail


def test_name_servers_that_fail_on_caa_are_told(web: DemoServer, resolver: NameServer, owner: None) -> None:
    resolver.failing.add((NAME, "CAA"))
    assert codes(diagnose(web, resolver)) == {"caa-unreadable": Severity.MEDIUM, "dns-not-looked-at": Severity.INFO}


def test_private_authorities_are_not_bound(web: DemoServer, resolver: NameServer) -> None:
    report = diagnose(web, resolver, '@ CAA 0 issue ";"')
    assert codes(report) == {} and report.observations.get(DnsCaa) is not None


# DANE


USES = {
    "the key": tlsa(),
    "the certificate": tlsa(3, 0, 2),
    "all of it": tlsa(3, 0, 0),
    "the issuer": tlsa(2, 1, 1, ISSUED.chain[1]),
    "a root that is not sent, whole": tlsa(2, 0, 0, ROOT.issued.der),
    "the key of a root that is not sent": tlsa(2, 1, 0, ROOT.issued.der),
    "the root, and the chain holds": tlsa(0, 1, 1, ROOT.issued.der),
    "the server, and the chain holds": tlsa(1, 1, 1),
}


@pytest.mark.parametrize("use", USES)
def test_a_record_that_stands_for_the_chain_is_well(use: str, web: DemoServer, resolver: NameServer) -> None:
    resolver.secure.add("server.example")
    assert codes(diagnose(web, resolver, USES[use])) == {}


WRONG = {
    "another key": (OTHER, "3 1 1 0000"),
    "the other selector": (tlsa(3, 0, 1).replace("TLSA 3 0", "TLSA 3 1"), "that of the other selector"),
    "an authority as the server": (tlsa(3, 1, 1, ISSUED.chain[1]), "stands for an authority"),
    "the server as an authority": (tlsa(2, 1, 1), "stands for the server's own certificate"),
    "a root that is not sent": (tlsa(2, 1, 1, ROOT.issued.der), "an authority that the server does not send"),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_record_that_stands_for_nothing_that_is_served(fault: str, web: DemoServer, resolver: NameServer) -> None:
    resolver.secure.add("server.example")
    record, words = WRONG[fault]
    found = the(diagnose(web, resolver, record), "tlsa-mismatch")
    assert (found.severity, found.authenticated, found.blocks) == (Severity.HIGH, True, False)
    own = tlsa().rpartition(" ")[2]
    assert words in found.detail and own in found.detail and own in found.fix.snippets["zone"]


def test_usages_of_the_web_need_a_chain_that_holds(resolver: NameServer, web: DemoServer) -> None:
    resolver.secure.add("server.example")
    resolver.zone("server.example", f"{ADDRESS}\n{tlsa(1).replace('PORT', str(web.port))}")
    options: dict[str, Any] = {"port": web.port, "addresses": ["127.0.0.1"], "limits": LIMITS, "checks": FAMILY, "dns": resolver.address}
    report = tlsdiag.diagnose(NAME, trust=Authority.root(number=310).pem, **options)
    assert "does not hold by itself" in the(report, "tlsa-mismatch").detail


def test_clients_do_not_look_at_records_of_an_unsigned_zone(web: DemoServer, resolver: NameServer) -> None:
    report = diagnose(web, resolver, OTHER)
    assert codes(report) == {"tlsa-mismatch": Severity.INFO}
    assert "clients do not look at them" in the(report, "tlsa-mismatch").detail


@pytest.mark.parametrize(("secure", "beside", "severity"), [(True, False, Severity.MEDIUM), (True, True, Severity.LOW), (False, False, Severity.INFO)])
def test_a_record_that_cannot_be_used_is_told(secure: bool, beside: bool, severity: Severity, web: DemoServer, resolver: NameServer) -> None:
    if secure:
        resolver.secure.add("server.example")
    resolver.raw[f"_{web.port}._tcp.{NAME}", "TLSA"] = [bytes([3, 1, 1]) + bytes(20)]
    assert codes(diagnose(web, resolver, *([tlsa()] if beside else []))) == {"tlsa-unusable": severity}


def test_records_of_other_kinds_that_cannot_be_read_do_not_spoil_the_rest(web: DemoServer, resolver: NameServer, owner: None) -> None:
    resolver.raw[NAME, "CAA"] = [b"\x00\xffissue"]
    resolver.raw[f"_{web.port}._https.{NAME}", "HTTPS"] = [b"\x00\x01\x00\x00\x03\x00\x01\x00"]
    report = diagnose(web, resolver, 'www CAA 0 issue "ca.example"')
    assert codes(report) == {"caa-unreadable": Severity.LOW, "https-record-disagrees": Severity.LOW}
    assert "1 of the records cannot be read" in the(report, "caa-unreadable").detail


def test_the_records_of_an_alias_come_first_where_they_are_authentic(web: DemoServer, resolver: NameServer) -> None:
    resolver.secure.add("server.example")
    right = tlsa()
    report = diagnose(web, resolver, "alias CNAME www", right, OTHER.replace("tcp.www", "tcp.alias"), name="alias.server.example")
    seen = report.observations.get(DnsTlsa)
    assert codes(report) == {} and seen is not None and seen.base == f"_{web.port}._tcp.www.server.example"
    resolver.secure.clear()
    report = diagnose(web, resolver, "alias CNAME www", right, OTHER.replace("tcp.www", "tcp.alias"), name="alias.server.example")
    assert codes(report) == {"tlsa-mismatch": Severity.INFO}


def test_tlsa_below_broken_signatures_is_told_once(web: DemoServer, resolver: NameServer) -> None:
    resolver.bogus.add(f"_{web.port}._tcp.{NAME}")
    report = diagnose(web, resolver, tlsa())
    assert codes(report) == {"dnssec-bogus": Severity.MEDIUM}
    seen = report.observations.get(DnsTlsa)
    assert seen is not None and seen.answer.status is LookupStatus.BOGUS


# HTTPS records


RECORDS: dict[str, tuple[str, dict[str, Severity]]] = {
    "a hint that is no address": ("1 . ipv4hint=192.0.2.9", {"https-record-disagrees": Severity.LOW}),
    "one of two hints": ("1 . ipv4hint=127.0.0.1,192.0.2.9", {"https-record-disagrees": Severity.INFO}),
    "a hint of IPv6": ("1 www.server.example. ipv6hint=2001:db8::1", {"https-record-disagrees": Severity.LOW}),
    "hints of another name": ("1 other.example. ipv4hint=192.0.2.9", {}),
    "an alias": ("0 other.example.", {}),
    "no protocol left": ("1 . alpn=h3 no-default-alpn", {}),
    "an unknown parameter that is mandatory": ("1 . mandatory=key999 key999=x", {"https-record-disagrees": Severity.INFO}),
    "h2 that is not spoken": ("1 . alpn=h2", {"https-record-disagrees": Severity.LOW}),
    "h3 and what is spoken": ("1 . alpn=h3 port=8443", {}),
    "encrypted hello": ("1 . ech=AAT+DQAA", {"https-record-ech": Severity.INFO}),
}


@pytest.mark.parametrize("name", RECORDS)
def test_the_https_record_is_held_against_the_server(name: str, web: DemoServer, resolver: NameServer) -> None:
    text, wanted = RECORDS[name]
    record = f"_PORT._https.www HTTPS {text}".replace(" .", " www.server.example.")
    assert codes(diagnose(web, resolver, record, alpn=["h2"])) == wanted


def test_parameters_of_the_wrong_length_make_a_record_unreadable(web: DemoServer, resolver: NameServer) -> None:
    for parameter in (b"\x00\x03\x00\x01\x01", b"\x00\x00\x00\x01\x01", b"\x00\x04\x00\x03\x01\x02\x03"):
        resolver.raw[f"_{web.port}._https.{NAME}", "HTTPS"] = [b"\x00\x01\x00" + parameter]
        assert codes(diagnose(web, resolver)) == {"https-record-disagrees": Severity.LOW}


def test_another_protocol_than_http_has_no_https_records(web: DemoServer, resolver: NameServer) -> None:
    report = diagnose(web, resolver, name=f"imaps://{NAME}:{web.port}")
    assert not any(kind == "HTTPS" for _, kind, _ in resolver.asked) and report.could_not_look == ()
