"""Findings about one certificate, and about several of one server, in their finer points."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest
from chains.making import made
from cryptography import x509
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples.balance import SECOND
from samples.certificate import chain, issued, issuing, leaf, root, stranger, window
from samples.common import NAME
from samples.judged import ISSUED, accepted, beside, exchanged, key_of, keyed, lasting, public, valid_for, with_key

from tlsdiag import Blame, Finding, Severity
from tlsdiag.certificates import Certificate, KeyInfo, TrustStore, build_paths, weak_key
from tlsdiag.check import Seen
from tlsdiag.checks.certificate.keys import KeysCheck
from tlsdiag.checks.certificate.leaves import LeavesCheck
from tlsdiag.checks.certificate.lifetime import LifetimeCheck
from tlsdiag.checks.certificate.name_forms import NameFormsCheck
from tlsdiag.checks.certificate.names import NamesCheck
from tlsdiag.checks.certificate.serials import SerialsCheck
from tlsdiag.checks.certificate.usage import UsageCheck
from tlsdiag.checks.certificate.validity import ValidityCheck
from tlsdiag.facts import Attempt, ChainPaths, ClientOutcome, ServedChain, StoreVerdicts
from tlsdiag.testing import Authority, run_check, self_signed
from tlsdiag.testing.certificates import new_key
from tlsdiag.testing.observations import client_outcome, handshake_outcome, seen

SOUND = new_key("rsa").public_key().public_numbers().n


def found(check: type, view: Seen) -> dict[str, Finding]:
    return {item.code: item for item in run_check(check, view)}


def test_one_second_too_much_is_a_slip_and_not_a_grave_fault() -> None:
    slip = found(LifetimeCheck, public(valid_for(timedelta(days=200, seconds=1))))["certificate-lifetime-too-long"]
    grave = found(LifetimeCheck, public(valid_for(timedelta(days=201))))["certificate-lifetime-too-long"]
    assert (slip.severity, grave.severity) == (Severity.LOW, Severity.HIGH)
    assert "200 days and one second" in slip.detail and "201 days" in grave.detail


def test_what_was_issued_the_day_before_keeps_to_the_older_limit() -> None:
    before = issued(lasting(timedelta(days=398), ISSUED - timedelta(days=60)), verify_code=None)
    assert found(LifetimeCheck, public(before)) == {}


def test_an_authority_at_the_servers_place_has_no_limit() -> None:
    view = public(chain(root().intermediate(number=301).issued.der, verify_code=None))
    assert found(LifetimeCheck, view) == {} and found(UsageCheck, view) == {}


def test_a_chain_that_is_not_there_is_not_judged() -> None:
    for check in (LifetimeCheck, NamesCheck, NameFormsCheck, KeysCheck, UsageCheck, SerialsCheck, LeavesCheck, ValidityCheck):
        assert found(check, seen(ServedChain())) == {}
        assert found(check, seen(ServedChain(certificates=(b"junk",)))) == {}


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ({"usages": None}, "does not have serverAuth"),
        ({"subject_alt_name": False}, "has no name in a subjectAltName"),
        ({"key": "rsa1024"}, "an RSA key of 1024 bits"),
        ({"window": window(-10, 4000)}, "4011 days"),
    ],
)
def test_what_apple_asks_of_private_authorities_is_told_without_alarm(faults: dict[str, object], words: str) -> None:
    told = found(LifetimeCheck, accepted(**faults))["apple-clients-refuse"]
    assert told.severity is Severity.INFO and words in told.detail


def test_without_verdicts_the_store_in_force_says_whether_it_is_public() -> None:
    view = valid_for(timedelta(days=300))
    assert view.get(StoreVerdicts) is None
    for paths in ({"store": "certifi (Mozilla)"}, {"also_trusted_by": ("certifi (Mozilla)",)}):
        view.observations.put(ChainPaths, view.endpoint, attrs.evolve(view[ChainPaths], **paths))
        assert "certificate-lifetime-too-long" in found(LifetimeCheck, view)
    assert found(LifetimeCheck, seen(ServedChain(certificates=lasting(timedelta(days=300)).chain))) == {}


def test_a_broken_key_of_an_authority_is_the_authoritys_to_mend() -> None:
    view = chain(leaf().der, with_key(key_of(SOUND * 3), "Test Issuing CA"), verify_code=None)
    told = found(KeysCheck, seen(ServedChain(certificates=view[ServedChain].certificates)))["key-broken"]
    assert told.blame is Blame.AUTHORITY and "authority has to make a new key" in told.fix.summary


def test_the_key_of_a_certificate_for_other_clients_is_looked_at() -> None:
    assert "key-broken" in found(KeysCheck, beside(with_key(key_of(SOUND * 3))))


def test_another_machine_with_the_same_kind_of_key_is_no_second_certificate() -> None:
    assert found(LeavesCheck, beside(leaf("other.example", number=7))) == {}


@pytest.mark.parametrize(("exponent", "bits", "severity"), [(65537, 2049, Severity.LOW), (3, 2048, Severity.INFO)])
def test_an_odd_size_is_a_fault_of_public_authorities_only(exponent: int, bits: int, severity: Severity) -> None:
    key = key_of((SOUND << bits - 2048) + (2 if bits > 2048 else 0) | 1, exponent)
    assert found(KeysCheck, public(keyed(key)))["key-unusual"].severity is severity
    assert found(KeysCheck, keyed(key))["key-unusual"].severity is Severity.INFO


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (lambda: leaf(key="rsa", window=window(1, 90)), "is valid only from"),
        (lambda: leaf("other.example", key="rsa"), "is not for server.example"),
        (lambda: leaf(key="rsa1024"), "an RSA key of 1024 bits"),
        (lambda: self_signed(NAME, key="rsa", window=window(-30, 60)), "has signed itself"),
    ],
)
def test_what_is_wrong_with_the_certificate_for_other_clients_is_told(other: object, words: str) -> None:
    assert callable(other)
    told = found(LeavesCheck, beside(other()))["other-certificate-bad"]
    assert told.severity is Severity.HIGH and words in told.detail


def test_a_second_certificate_without_its_intermediate_is_told() -> None:
    assert "comes without the certificate of its issuer Test Issuing CA" in found(LeavesCheck, beside(leaf(key="rsa").der))["other-certificate-bad"].detail
    lower = root().intermediate("Test RSA CA", number=303).issue(NAME, key="rsa", window=window(-30, 60), issuer_urls=("http://ca.example/i.der",))
    assert "its issuer Test RSA CA" in found(LeavesCheck, beside(lower.der))["other-certificate-bad"].detail


def test_a_second_certificate_that_a_root_has_issued_itself_lacks_nothing() -> None:
    assert "other-certificate-bad" not in found(LeavesCheck, beside(root().issue(NAME, key="rsa", window=window(-30, 60))))


def test_differences_are_told_from_the_other_certificates_side() -> None:
    other = leaf(NAME, *(f"{letter}.server.example" for letter in "abcde"), key="rsa", window=window(-30, 90))
    detail = found(LeavesCheck, beside(other))["certificate-types-differ"].detail
    assert "is also for a.server.example, b.server.example, c.server.example and 2 others" in detail
    assert "ends on 2026-08-30, and not on 2026-07-31" in detail
    assert "is not for www.server.example" in found(LeavesCheck, _wider())["certificate-types-differ"].detail


def _wider() -> Seen:
    view = accepted(NAME, "www.server.example")
    other = Attempt(accepted=True, certificates=leaf(key="rsa").chain)
    view.observations.put(ServedChain, view.endpoint, ServedChain(certificates=view[ServedChain].certificates, ecdsa=other))
    return view


def test_a_second_certificate_of_another_organisation_is_told() -> None:
    other = stranger().issue(NAME, key="rsa", window=window(-30, 60))
    assert "is from CN=Stranger Root CA" in found(LeavesCheck, beside(other))["certificate-types-differ"].detail


def test_one_key_in_two_certificates_of_two_addresses_is_told_once() -> None:
    one, other = leaf(), leaf(NAME, "www.server.example")
    views = {}
    for first, second in ((one, other), (other, one)):
        ours, theirs = handshake_outcome(certificates=first.chain), handshake_outcome(certificates=second.chain)
        views[first] = (ServedChain(certificates=first.chain), ours, theirs)
    here = seen(*views[one][:2], others={SECOND: (views[one][2],)})
    there = seen(*views[other][:2], endpoint=SECOND, others={here.endpoint: (views[other][2],)} if here.endpoint else {})
    assert found(LeavesCheck, here)["key-reused"].severity is Severity.INFO
    assert found(LeavesCheck, there) == {}


@pytest.mark.parametrize(("name", "severity"), [("mitmproxy", Severity.INFO), ("Test Issuing CA", Severity.MEDIUM)])
def test_the_authoritys_key_on_the_server_is_grave_unless_an_interceptor_made_the_certificate(name: str, severity: Severity) -> None:
    authority = root().intermediate(name, organization=name, number=301)
    view = issued(authority.issue(NAME, number=301, window=window(-30, 60)), verify_code=None)
    assert found(LeavesCheck, view)["key-reused"].severity is severity


def test_a_certificate_that_comes_without_a_server_name_may_share_no_key() -> None:
    view = accepted()
    spare = Attempt(accepted=True, certificates=leaf("default.example").chain)
    view.observations.put(ServedChain, view.endpoint, ServedChain(certificates=view[ServedChain].certificates, without_name=spare))
    assert "have the same key" in found(LeavesCheck, view)["key-reused"].detail


def test_any_use_and_no_use_are_told_of_public_certificates() -> None:
    usage = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE, x509.ExtendedKeyUsageOID.SERVER_AUTH])
    anything = public(accepted(usages=None, extensions=((usage, False),)))
    assert "any use" in found(UsageCheck, anything)["extended-key-usage-loose"].detail


def test_the_key_exchange_that_was_chosen_decides_over_key_usage() -> None:
    assert "TLS_RSA_WITH_AES_128_CBC_SHA" in found(UsageCheck, exchanged(0x002F))["key-usage-no-encipherment"].detail
    assert found(UsageCheck, exchanged(0x1301)) == {}


def test_a_common_name_is_no_way_out_for_an_address() -> None:
    view = chain(*issuing().issue(common_name="192.0.2.1", window=window(-30, 60)).chain, verify_code=64)
    by_address = seen(*(view[kind] for kind in (ServedChain, ChainPaths)), host="192.0.2.1")
    told = found(NamesCheck, by_address)
    assert set(told) == {"name-mismatch"} and "the address is in the common name only" in told["name-mismatch"].detail


def test_a_name_that_matches_and_was_refused_all_the_same_is_told() -> None:
    told = found(NamesCheck, issued(leaf(), verify_code=62))["name-mismatch"]
    assert "refused it all the same" in told.detail


def test_a_host_with_an_underscore_under_a_wildcard_is_told_apart() -> None:
    view = issued(leaf("*.server.example"), verify_code=62)
    told = found(NamesCheck, seen(*(view[kind] for kind in (ServedChain, ClientOutcome)), host="my_host.server.example"))["name-mismatch"]
    assert told.blocks and "label with an underscore, such as my_host" in told.detail and "without an underscore" in told.fix.summary


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("other.example",), "it is its default"),
        ((NAME,), "that send no server name are given a certificate that is for server.example"),
        (("third.example",), ""),
    ],
)
def test_what_is_shown_without_a_server_name_is_told_beside_a_mismatch(names: tuple[str, ...], words: str) -> None:
    main = leaf("other.example")
    spare = main if names == ("other.example",) else leaf(*names)
    view = issued(main, verify_code=62)
    served = ServedChain(certificates=main.chain, without_name=Attempt(accepted=True, certificates=spare.chain))
    detail = found(NamesCheck, seen(served, view[ClientOutcome]))["name-mismatch"].detail
    assert detail.endswith(f"{words}.") if words else detail.endswith("is this name.")


def test_names_that_another_entry_makes_good_alarm_nobody() -> None:
    assert found(NameFormsCheck, public(accepted(NAME, "192.0.2.7", "10.0.0.1")))["name-forbidden"].severity is Severity.MEDIUM
    many = found(NameFormsCheck, accepted(NAME, *(f"w{number}*.server.example" for number in range(9))))["name-unusable"]
    assert many.severity is Severity.INFO and "and 4 more" in many.detail


def test_a_wildcard_over_what_looks_like_a_public_suffix_is_a_remark() -> None:
    assert found(NameFormsCheck, public(accepted(NAME, "*.co.uk")))["name-forbidden"].severity is Severity.LOW


def test_the_share_of_the_life_is_told() -> None:
    assert "97% of its 90 days are over" in found(ValidityCheck, issued(leaf(window=window(-87, 3)), verify_code=None))["certificate-expiring"].detail


def test_a_life_that_is_not_over_is_never_told_as_over() -> None:
    last_hour = issued(leaf(window=window(-90, 1 / 24)), verify_code=None)
    assert "in 60 minutes: 99% of its 90 days are over" in found(ValidityCheck, last_hour)["certificate-expiring"].detail


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "less than a minute ago"), (90, "one minute ago"), (7000, "116 minutes ago"), (100_000, "27 hours ago"), (200_000, "2 days ago")],
)
def test_the_time_since_the_end_is_told_in_one_unit(seconds: int, words: str) -> None:
    ended = issued(leaf(window=window(-90, -seconds / 86400)))
    assert words in found(ValidityCheck, ended)["certificate-expired"].detail


def test_a_trusted_root_that_has_ended_is_no_intermediate_where_it_is_sent_along() -> None:
    gone = Authority(issued=self_signed("Old Root CA", number=351, authority=True, window=window(-4000, -1)), window=window(-30, 60))
    below = gone.issue(NAME, window=window(-30, 60))
    (item,) = run_check(ValidityCheck, chain(below.der, gone.issued.der, verify_code=10, trust=gone.pem))
    assert (item.code, item.blame, item.blocks) == ("trusted-root-expired", Blame.CLIENT, True)
    (item,) = run_check(ValidityCheck, chain(below.der, gone.issued.der, verify_code=19))
    assert (item.code, item.blame, item.title) == ("certificate-expired", Blame.AUTHORITY, "The root of the chain has expired")
    assert "The root CN=Old Root CA (certificate 1 of the chain) expired" in item.detail


def test_an_intermediate_of_tomorrow_is_called_one() -> None:
    coming = root().intermediate("Coming CA", number=352).issued
    below = Authority(issued=coming, window=window(-30, 60)).issue(NAME, window=window(-30, 60))
    view = seen(ServedChain(certificates=below.chain), now=coming.certificate.not_valid_before_utc - timedelta(hours=3))
    titles = [item.title for item in run_check(ValidityCheck, view)]
    assert titles[-1] == "An intermediate certificate is not valid yet"


def test_an_old_root_that_is_sent_beside_its_renewal_in_the_store_disturbs_nobody() -> None:
    gone, renewed = (self_signed("Old Root CA", number=351, authority=True, window=window(*days)) for days in ((-4000, -1), (-3, 4000)))
    below = Authority(issued=gone, window=window(-30, 60)).issue(NAME, window=window(-30, 60))
    assert run_check(ValidityCheck, chain(below.der, gone.der, verify_code=None, trust=renewed.pem)) == []


def test_an_address_gets_a_name_of_the_certificate_in_the_line_for_the_hosts_file() -> None:
    (item,) = run_check(NamesCheck, seen(ServedChain(certificates=leaf("*.server.example", NAME).chain), host="192.0.2.1"))
    assert item.fix.snippets["hosts file"].startswith(f"192.0.2.1 {NAME} ")
    assert "nearest" not in item.detail
    assert item.fix.filled({"NAME": "192.0.2.1"}).snippets["openssl"] == "subjectAltName = IP:192.0.2.1"
    (item,) = run_check(NamesCheck, seen(ServedChain(certificates=leaf("*.server.example").chain), host="192.0.2.1"))
    assert "hosts file" not in item.fix.snippets


def test_a_wildcard_in_the_common_name_alone_covers_the_host_for_those_that_look_there() -> None:
    wide = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "*.server.example")]).public_bytes()
    view = seen(ServedChain(certificates=(made("wide", subject=wide).der,)), client_outcome(), host="www.server.example")
    (item,) = run_check(NamesCheck, view)
    assert (item.code, item.blocks) == ("name-in-common-name", False)
    (item,) = run_check(NamesCheck, seen(ServedChain(certificates=(made("wide", subject=wide).der,)), client_outcome(verify_code=62, completed=False)))
    assert item.code == "name-mismatch"


def test_a_subject_alternative_name_without_a_host_is_not_called_missing() -> None:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)]).public_bytes()
    (item,) = run_check(NamesCheck, seen(ServedChain(certificates=(made("mail", subject=subject, names=("email:a@b.example",)).der,)), client_outcome()))
    assert "the subjectAltName has no host's name" in item.detail


def test_the_host_may_be_any_of_several_common_names() -> None:
    names = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text) for text in ("other.example", NAME)])
    (item,) = run_check(NamesCheck, chain(made(NAME, subject=names.public_bytes()).der, verify_code=None))
    assert (item.code, item.blocks) == ("name-in-common-name", False)
    assert "which browsers and Go ignore" in item.detail


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 600), st.binary(min_size=1, max_size=4), st.booleans())
def test_no_damage_to_a_certificate_makes_a_check_raise(at: int, junk: bytes, cut: bool) -> None:
    whole = leaf(NAME, "www.server.example", key="rsa").der
    changed = whole[:at] + junk + (b"" if cut else whole[at + len(junk) :])
    served = ServedChain(certificates=(changed, *leaf().chain[1:]), rsa=Attempt(accepted=True, certificates=(changed,)))
    for check in (LifetimeCheck, NamesCheck, NameFormsCheck, KeysCheck, UsageCheck, SerialsCheck, LeavesCheck, ValidityCheck):
        found(check, public(seen(served, handshake_outcome())))


def test_a_monstrous_exponent_is_told_by_its_length() -> None:
    certificate = Certificate(der=b"", key=KeyInfo(kind="RSA", bits=16384, exponent=1 << 16000, modulus=1 << 16383 | 1))
    weakness = weak_key(certificate)
    assert weakness is not None and "of 16001 bits" in weakness.detail
    search = build_paths(certificate, sent=(), store=TrustStore.from_certificates(()), at=ISSUED)
    assert any("of 16001 bits" in item.detail for item in search.paths[0].violations)
