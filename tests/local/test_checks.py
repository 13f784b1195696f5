"""The checks of the machine and of the client's certificate, where no real server is needed to tell the cases apart."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from samples import certificate as chains
from samples import local as samples
from samples.counterfactual import proved

from tlsdiag.causes import causes, relate
from tlsdiag.check import Check, Seen
from tlsdiag.checks.certificate.strict import StrictCheck
from tlsdiag.checks.client.context import ContextCheck
from tlsdiag.checks.client.credentials import CredentialsCheck
from tlsdiag.checks.local.common import clients_text
from tlsdiag.checks.local.policy import PolicyCheck
from tlsdiag.checks.local.stores import TrustStoresCheck
from tlsdiag.checks.local.variables import TrustVariablesCheck
from tlsdiag.facts import (
    ChainPaths,
    ClientCredentials,
    ClientOutcome,
    Counterfactuals,
    HandshakeOutcome,
    ServedChain,
    ShapeSeen,
    StorePlace,
    StoreVerdict,
    StoreVerdicts,
    TrustSources,
)
from tlsdiag.finding import Confidence, Finding, Severity
from tlsdiag.iana import NamedGroup, ProtocolVersion, SignatureScheme
from tlsdiag.observation import Observation
from tlsdiag.testing import run_check
from tlsdiag.testing.observations import ENDPOINT, NOW, client_outcome, handshake_outcome, seen


def only(check: type[Check], view: Seen) -> Finding:
    (finding,) = run_check(check, view)
    return finding


def changed(view: Seen, kind: type[Observation], **changes: Any) -> Seen:
    """The view with one of the endpoint's observations changed."""
    found = view.observations.get(kind, ENDPOINT)
    assert found is not None
    view.observations.put(kind, ENDPOINT, attrs.evolve(found, **changes))
    return view


def with_settings(view: Seen, **changes: Any) -> Seen:
    client = view.observations.get(ClientOutcome, ENDPOINT)
    assert client is not None
    return changed(view, ClientOutcome, settings=attrs.evolve(client.settings, **changes))


def forgotten(view: Seen) -> Seen:
    """The server forgot its intermediate."""
    paths = ChainPaths(store="sample", anchors=3, at=NOW, trusted=False, shape=ShapeSeen(intermediate_missing=True))
    view.observations.put(ChainPaths, ENDPOINT, paths)
    return view


def test_a_broken_variable_is_not_the_cause_where_the_server_forgot_an_intermediate() -> None:
    broken = samples.sources(samples.variable("missing"))
    view = samples.of_target(forgotten(samples.trust(broken, samples.verdicts(False, False))))
    assert not only(TrustVariablesCheck, view).blocks
    view = samples.of_target(forgotten(samples.trust(broken, samples.verdicts(False, True))))
    assert only(TrustVariablesCheck, view).blocks


def test_a_broken_variable_leaves_what_other_places_hold() -> None:
    broken = samples.sources(samples.variable("missing"))
    view = samples.of_target(samples.trust(broken, samples.verdicts(False, False, authorities=0)))
    finding = only(TrustVariablesCheck, view)
    assert "has no authority at all" in finding.detail
    assert finding.confidence is Confidence.LIKELY


def test_a_variable_with_an_unhashed_directory_is_the_other_rules() -> None:
    view = samples.of_target(samples.trust(samples.sources(samples.variable("unhashed", name="SSL_CERT_DIR")), samples.verdicts(False, True)))
    assert run_check(TrustVariablesCheck, view) == []


def test_a_broken_variable_does_not_concern_a_context_of_the_callers() -> None:
    broken = samples.sources(samples.variable("missing"), python_is_used=False)
    assert not only(TrustVariablesCheck, samples.of_target(samples.trust(broken, samples.verdicts(False, True)))).blocks


def test_without_a_verdict_on_this_client_nothing_is_said() -> None:
    other = StoreVerdicts(verdicts=(StoreVerdict(clients=("requests",), store="/certifi.pem", anchored=True),))
    assert run_check(TrustStoresCheck, samples.trust(samples.sources(), other)) == []
    broken = samples.sources(samples.variable("missing"))
    assert not only(TrustVariablesCheck, samples.of_target(samples.trust(broken, other))).blocks


def test_where_a_variable_is_the_cause_the_store_is_not() -> None:
    assert run_check(TrustStoresCheck, samples.trust(samples.sources(samples.variable("missing")), samples.verdicts(False, True))) == []


def test_where_no_store_leads_to_the_chain_no_store_is_at_fault() -> None:
    assert run_check(TrustStoresCheck, samples.trust(samples.sources(), samples.verdicts(False, False))) == []


def test_a_clients_failure_for_another_reason_is_not_the_stores() -> None:
    expired = {**samples.REFUSED, "verify_code": 10}
    assert run_check(TrustStoresCheck, samples.trust(samples.sources(), samples.verdicts(False, True), **expired)) == []


def test_an_unhashed_directory_that_would_not_help_blocks_nothing() -> None:
    place = StorePlace(path="/certs", kind="directory", problem="unhashed", detail="/certs holds other certificates", left_out=1)
    view = samples.trust(samples.sources(samples.variable("unhashed", name="SSL_CERT_DIR"), places=(place,)), samples.verdicts(False, False))
    finding = only(TrustStoresCheck, view)
    assert (finding.code, finding.blocks, finding.severity) == ("trust-directory-unhashed", False, Severity.INFO)


def test_a_program_that_is_not_here_does_not_fail_here() -> None:
    absent = samples.sources(users=tuple(attrs.evolve(item, here=False) for item in samples.sources().users))
    assert run_check(TrustStoresCheck, samples.trust(absent, samples.verdicts(True, False), completed=True)) == []


def test_clients_are_listed_as_people_do() -> None:
    assert clients_text(("this client", "python")) == "Python"
    assert clients_text(("python", "node", "java")) == "Python, Node and Java"
    assert clients_text(("mozilla",)) == "nobody"


def test_a_store_that_nobody_reads_is_named_by_its_path() -> None:
    mozilla = StoreVerdict(clients=("mozilla",), store="/certifi.pem", anchored=True, authorities=140)
    this = StoreVerdict(clients=("this client",), store="/mine.pem", anchored=False, authorities=1)
    finding = only(TrustStoresCheck, samples.trust(samples.sources(python_is_used=False), StoreVerdicts(verdicts=(this, mozilla))))
    assert finding.detail.startswith("/certifi.pem would trust the chain")


def test_an_unreadable_default_store_is_told_by_the_checks_of_the_machine() -> None:
    from tlsdiag.checks.certificate.trust import TrustCheck

    view = chains.chain(chains.leaf().der, store_error="gone")
    assert "trust-store-unreadable" in {item.code for item in run_check(TrustCheck, view)}
    view.observations.put(TrustSources, None, samples.sources())
    assert "trust-store-unreadable" not in {item.code for item in run_check(TrustCheck, view)}


@pytest.mark.parametrize(
    ("setting", "settings", "found"),
    [
        (("MinProtocol", "TLSv1.2"), {"accepted": 0x301, "minimum_version": "TLSv1.2"}, True),
        (("MinProtocol", "TLSv1.2"), {"accepted": 0x301, "minimum_version": "TLSv1.3"}, False),
        (("MinProtocol", "nonsense"), {"accepted": 0x301, "minimum_version": "TLSv1.2"}, False),
        (("MaxProtocol", "TLSv1.2"), {"accepted": 0x304, "completed": True}, False),
        (("CipherString", "DEFAULT"), {}, False),
    ],
)
def test_a_bound_of_the_machine_counts_where_the_context_has_it(setting: tuple[str, str], settings: dict[str, Any], found: bool) -> None:
    assert [item.code for item in run_check(PolicyCheck, samples.library(setting, **settings))] == ["client-policy-forbids"] * found


@pytest.mark.parametrize(
    ("setting", "ours"),
    [
        ("SignatureAlgorithms", {"signature_scheme": SignatureScheme(0x0403)}),
        ("Curves", {"group": NamedGroup(0x0017)}),
        ("CipherString", {"version": ProtocolVersion.TLS1_2, "cipher_suite": 0xC02C}),
    ],
)
def test_a_list_of_the_machine_counts_where_our_own_offer_works_with_something_else(setting: str, ours: dict[str, Any]) -> None:
    from tlsdiag.iana import CipherSuite

    if "cipher_suite" in ours:
        ours = {**ours, "cipher_suite": CipherSuite(ours["cipher_suite"])}
    view = changed(samples.library((setting, "few"), accepted=0x303), HandshakeOutcome, **ours)
    finding = only(PolicyCheck, view)
    assert (finding.confidence, f"{setting} = few" in finding.detail) == (Confidence.LIKELY, True)


@pytest.mark.parametrize(
    ("change", "setting"), [("more-groups", "Groups"), ("more-schemes", "SignatureAlgorithms"), ("more-suites", "CipherString"), ("", "Groups")]
)
def test_of_several_lists_the_one_is_named_that_was_proved_to_lack_something(change: str, setting: str) -> None:
    from tlsdiag.iana import CipherSuite

    view = samples.library(("Groups", "few"), ("SignatureAlgorithms", "few"), ("CipherString", "few"), accepted=0x303)
    ours = {"version": ProtocolVersion.TLS1_2, "group": NamedGroup(0x001E), "signature_scheme": SignatureScheme(0x0808), "cipher_suite": CipherSuite(0xC0AC)}
    view = changed(view, HandshakeOutcome, **ours)
    if change:
        view.observations.put(Counterfactuals, ENDPOINT, proved(change)[Counterfactuals])
    assert only(PolicyCheck, view).evidence["settings"] == (f"{setting} = few",)


def test_a_high_level_of_the_configuration_is_named_with_it() -> None:
    view = samples.library(("CipherString", "DEFAULT:@SECLEVEL=3"), accepted=0x303)
    view = changed(with_settings(view, security_level=3), ClientOutcome, verify_code=66)
    view.observations.put(ServedChain, ENDPOINT, ServedChain(certificates=chains.leaf(key="rsa").chain))
    assert only(PolicyCheck, view).evidence["settings"] == ("CipherString = DEFAULT:@SECLEVEL=3",)


def test_a_key_that_is_weak_anyway_is_not_the_policys_fault() -> None:
    view = changed(with_settings(samples.library(accepted=0x303), security_level=3), ClientOutcome, verify_code=66)
    view.observations.put(ServedChain, ENDPOINT, ServedChain(certificates=chains.leaf(key="rsa1024").chain))
    assert run_check(PolicyCheck, view) == []


def test_a_strict_client_has_shown_what_it_thinks() -> None:
    assert run_check(StrictCheck, samples.path(samples.without_identifier(), verify_flags=("VERIFY_X509_STRICT",))) == []


def test_a_fault_of_a_public_authority_is_only_mentioned() -> None:
    view = samples.path(samples.without_identifier())
    assert only(StrictCheck, view).severity is Severity.LOW
    view.observations.put(StoreVerdicts, ENDPOINT, samples.verdicts(True, True))
    assert only(StrictCheck, view).severity is Severity.INFO


def test_a_path_without_an_anchor_is_not_judged_strictly() -> None:
    view = samples.path(samples.without_identifier())
    paths = view.observations.get(ChainPaths, ENDPOINT)
    assert paths is not None
    view.observations.put(ChainPaths, ENDPOINT, attrs.evolve(paths, paths=()))
    assert run_check(StrictCheck, view) == []


def test_a_self_signed_server_is_not_the_contexts_fault() -> None:
    view = samples.context(loaded=0, **samples.REFUSED)
    view.observations.put(ChainPaths, ENDPOINT, ChainPaths(store="s", anchors=0, at=NOW, trusted=False, shape=ShapeSeen(leaf_self_signed=True)))
    assert not only(ContextCheck, view).blocks


def test_a_store_that_would_do_is_named_with_an_empty_context() -> None:
    view = samples.context(loaded=0, **samples.REFUSED)
    view.observations.put(StoreVerdicts, ENDPOINT, samples.verdicts(False, True))
    assert "requests leads to this chain" in only(ContextCheck, view).detail


def test_options_that_switch_versions_off_are_named() -> None:
    view = with_settings(samples.context(completed=False, reason="NO_PROTOCOLS_AVAILABLE"), options=("OP_NO_TLSv1_2", "OP_ALL"))
    assert "with OP_NO_TLSv1_2;" in only(ContextCheck, view).detail


def credentials(view: Seen) -> list[Finding]:
    return run_check(CredentialsCheck, view)


def test_a_certificate_that_may_not_sign_is_of_the_wrong_usage() -> None:
    issued = samples.mine()
    view = samples.credential(issued)
    odd = chains.root().issued  # an authority: keyCertSign without digitalSignature
    view.observations.put(ClientCredentials, None, ClientCredentials(certificates=(odd.der,), key_position=0))
    assert [item.code for item in credentials(view)] == ["client-certificate-wrong-usage"]


def test_a_server_that_names_no_authority_takes_any() -> None:
    assert credentials(samples.credential(samples.mine(), alone=True)) == []


def test_an_intermediate_that_can_be_fetched_is_only_forgotten() -> None:
    odd = chains.stranger().intermediate("Strangers' Issuing CA", organization="Strangers", number=311)
    issued = odd.issue("me.example", usages=("client",), window=chains.window(-30, 60), issuer_urls=("http://ca.example/issuing.cer",))
    (finding,) = credentials(samples.credential(issued, alone=True, authorities=(chains.root(),)))
    assert (finding.code, finding.confidence) == ("client-certificate-chain-incomplete", Confidence.LIKELY)
    assert "http://ca.example/issuing.cer" in finding.detail


def test_a_self_signed_client_certificate_is_of_no_authority() -> None:
    from tlsdiag.testing import self_signed

    issued = self_signed("me.example", usages=("client",), window=chains.window(-30, 60))
    (finding,) = credentials(samples.credential(issued, authorities=(chains.root(),)))
    assert finding.code == "client-certificate-wrong-authority"


def test_a_kind_of_certificate_that_is_not_asked_for_is_told() -> None:
    (finding,) = credentials(samples.schemes(types=(64,), key="rsa"))
    assert (finding.code, "RSA 2048" in finding.detail) == ("client-certificate-scheme-unsupported", True)


@pytest.mark.parametrize(("version", "codes", "found"), [(0x0304, (0x0403,), False), (0x0304, (0x0503,), True), (0x0303, (0x0503,), False)])
def test_a_curve_is_bound_to_its_scheme_in_tls_13_only(version: int, codes: tuple[int, ...], found: bool) -> None:
    view = changed(samples.schemes(*codes), HandshakeOutcome, version=ProtocolVersion(version))
    assert bool(credentials(view)) is found


@pytest.mark.parametrize(("version", "found"), [(0x0304, True), (0x0303, False)])
def test_pkcs1_signatures_count_below_tls_13_only(version: int, found: bool) -> None:
    view = changed(samples.schemes(0x0401, key="rsa"), HandshakeOutcome, version=ProtocolVersion(version))
    assert bool(credentials(view)) is found


def test_a_fault_that_the_server_does_not_mind_blocks_nothing() -> None:
    view = changed(samples.credential(samples.mine(usages=("server",))), HandshakeOutcome, late_alert=None)
    (finding,) = credentials(view)
    assert (finding.blocks, finding.severity) == (False, Severity.MEDIUM)


def test_a_client_that_got_through_by_itself_was_not_refused() -> None:
    view = changed(samples.credential(samples.mine(usages=("server",))), ClientOutcome, client_certificates=samples.mine(usages=("server",)).chain)
    (finding,) = credentials(with_settings(view, is_default=False))
    assert not finding.blocks


def test_a_certificate_is_judged_where_nothing_answered() -> None:
    expired = samples.mine(window=chains.window(-90, -1))
    view = seen(client_outcome(completed=False), handshake_outcome(completed=False))
    view.observations.put(ClientCredentials, None, ClientCredentials(certificates=expired.chain, key_position=0))
    (finding,) = credentials(view)
    assert (finding.code, finding.blocks) == ("client-certificate-expired", False)




def test_a_self_signed_server_fails_with_a_full_store_too() -> None:
    view = samples.trust(samples.sources(), samples.verdicts(False, False, authorities=0))
    assert only(TrustStoresCheck, view).blocks
    view.observations.put(ChainPaths, ENDPOINT, ChainPaths(store="s", anchors=0, at=NOW, trusted=False, shape=ShapeSeen(leaf_self_signed=True)))
    finding = only(TrustStoresCheck, view)
    assert (finding.code, finding.blocks) == ("trust-store-empty", False)


@pytest.mark.parametrize(("other", "authorities", "blocks"), [(False, 140, False), (True, 140, True), (False, 0, True)])
def test_a_missing_directory_beside_a_sound_file_matters_where_it_is_missed(other: bool, authorities: int, blocks: bool) -> None:
    broken = samples.sources(samples.variable("missing", name="SSL_CERT_DIR"))
    view = samples.of_target(samples.trust(broken, samples.verdicts(False, other, authorities=authorities)))
    assert only(TrustVariablesCheck, view).blocks is blocks


def intercepted() -> Finding:
    """An interceptor whose root this client does not trust."""
    from tlsdiag.checks.local.interception import INTERCEPTION
    from tlsdiag.plugin import InterceptionFinding

    return InterceptionFinding.of(INTERCEPTION, "sample", blocks=True, endpoint=ENDPOINT)


def test_an_interceptor_is_the_cause_where_stores_disagree_about_its_root() -> None:
    disagree = attrs.evolve(only(TrustStoresCheck, samples.trust(samples.sources(), samples.verdicts(False, True))), endpoint=ENDPOINT)
    assert [item.code for item in causes(relate([disagree, intercepted()]))] == ["interception"]


def test_a_variable_that_should_name_the_interceptors_root_is_the_cause() -> None:
    broken = only(TrustVariablesCheck, samples.of_target(samples.trust(samples.sources(samples.variable("missing")), samples.verdicts(False, True))))
    assert [item.code for item in causes(relate([intercepted(), broken]))] == ["trust-variable-broken"]


def test_where_the_machine_leaves_nothing_to_offer_its_configuration_is_named() -> None:
    view = samples.library(("MaxProtocol", "TLSv1.1"), reason="NO_PROTOCOLS_AVAILABLE", error_type="ssl.SSLError")
    found = next(item for item in run_check(ContextCheck, view) if item.code == "context-offers-nothing")
    assert "/openssl.cnf sets MaxProtocol = TLSv1.1" in found.detail
    (alone,) = run_check(ContextCheck, samples.context(completed=False, reason="NO_PROTOCOLS_AVAILABLE", error_type="ssl.SSLError"))
    assert "sets" not in alone.detail
