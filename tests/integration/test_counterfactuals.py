"""Causes proved by changing the client's own hello: on real servers where one behaves so, else on a real server behind a box in the middle."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from failures.making import by_openssl, leaf
from far_host import far_host, require_namespaces
from middlebox import Heard, Rule, Verdict, middlebox
from patience import Standstill
from recorded_client import RecordedClient, recorded_hello
from servers import RunningServer

import tlsdiag
from tlsdiag import Blame, Confidence, Report
from tlsdiag.handshake import edits
from tlsdiag.iana import CipherSuite, ExtensionType, NamedGroup
from tlsdiag.plugin import AgreementFinding, CipherFinding, Counterfactuals, SizeFinding, TrialFinding, TrialOutcome
from tlsdiag.testing import Authority, Issued

Serve = Callable[..., RunningServer]
NAME = "server.example"
ROOT = Authority.root(number=300)
ECDSA, RSA, ED25519 = (ROOT.issue(NAME, key=key) for key in ("ecdsa", "rsa", "ed25519"))
PATIENT = tlsdiag.Limits(handshake_timeout=4)
V = ssl.TLSVersion


def client(ciphers: str | None = None, curve: str | None = None, alpn: tuple[str, ...] = (), **limits: Any) -> ssl.SSLContext:
    """This interpreter's client, with some settings."""
    context = ssl.create_default_context(cadata=ROOT.pem.decode())
    if ciphers is not None:
        context.set_ciphers(ciphers)
    if curve is not None:
        context.set_ecdh_curve(curve)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    for name, value in limits.items():
        setattr(context, name, value)
    return context


def browser(name: str = "chromium-156") -> ssl.SSLContext:
    """A client that says what this one said."""
    return RecordedClient.of(recorded_hello(name, NAME))


def schemes(*codes: int) -> ssl.SSLContext:
    """A client with these signature schemes: `ssl` cannot set them."""
    return RecordedClient.of(edits.with_schemes(recorded_hello("openssl-s_client-3.0", NAME), codes))


def serving(serve: Serve, kind: str, issued: Issued, **options: Any) -> int:
    """The port of a server with this certificate."""
    return serve(kind, chain_pem=issued.chain_pem, key_pem=issued.key_pem, **options).port


def diagnose(port: int, context: ssl.SSLContext, *, address: str = "127.0.0.1", name: str = NAME, **options: Any) -> Report:
    """What `tlsdiag.diagnose` says of it, quickly."""
    return tlsdiag.diagnose(name, port=port, addresses=[address], client=context, **{"limits": PATIENT, "depth": "quick", **options})


def proved(report: Report, code: str) -> TrialFinding:
    """The root cause, proved by two handshakes, and the only one."""
    cause = report.root_cause
    assert cause is not None and cause.code == code, report
    assert cause.confidence is Confidence.PROVEN
    assert [item.code for item in report.causes] == [code]
    assert "client-handshake-failed" in {key.partition("|")[0] for key in cause.explains}
    found = report.observations.get(Counterfactuals, report.endpoints[0])
    assert found is not None and found.connections <= 24
    assert isinstance(cause, TrialFinding)
    assert cause.before is not None and cause.before.refused and cause.before.client_hello
    assert cause.after is not None and cause.after.accepted and cause.after.client_hello
    assert report.connections <= tlsdiag.Limits().connections
    return cause


@pytest.mark.parametrize(
    ("kind", "groups"), [("openssl", "P-521"), ("nginx", "secp521r1"), ("haproxy", "secp521r1"), ("stunnel", "P-521"), ("java", "secp521r1")]
)
def test_no_common_group_names_the_groups_of_both_sides(kind: str, groups: str, serve: Serve) -> None:
    report = diagnose(serving(serve, kind, ECDSA, groups=groups), client(curve="prime256v1"))
    cause = proved(report, "no-common-group")
    assert isinstance(cause, AgreementFinding)
    assert cause.offered_groups == (NamedGroup.SECP256R1,)
    assert cause.accepted_groups == (NamedGroup.SECP521R1,)
    assert cause.blame is Blame.SERVER


def test_a_client_without_the_usual_groups_is_to_blame(serve: Serve) -> None:
    port = serving(serve, "gnutls", ECDSA, ciphers=":-GROUP-ALL:+GROUP-SECP256R1:+GROUP-X25519")
    assert proved(diagnose(port, client(curve="secp521r1")), "no-common-group").blame is Blame.CLIENT


def test_a_certificate_that_is_asked_for_does_not_hide_the_cause(serve: Serve) -> None:
    port = serving(serve, "nginx", ECDSA, groups="secp521r1", client_ca_pem=ROOT.pem, client_required=False)
    proved(diagnose(port, client(curve="prime256v1")), "no-common-group")


def test_no_common_group_below_tls13_is_told_from_no_common_suite(serve: Serve) -> None:
    port = serving(serve, "nginx", RSA, groups="secp384r1", versions=("TLSv1.2",))
    context = client(ciphers="ECDHE+AESGCM", curve="prime256v1", maximum_version=V.TLSv1_2)
    assert proved(diagnose(port, context), "no-common-group").change == "more-groups"


def test_the_curve_of_the_certificate_is_named(serve: Serve) -> None:
    port = serving(serve, "openssl", ECDSA, versions=("TLSv1.2",))
    cause = proved(diagnose(port, client(curve="X25519", maximum_version=V.TLSv1_2)), "no-common-group")
    assert "secp256r1" in cause.detail


@pytest.mark.parametrize("context", [client, lambda: client(maximum_version=V.TLSv1_2), browser], ids=["python", "python with TLS 1.2", "a browser"])
@pytest.mark.parametrize("curve", ["brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1", "secp256k1"])
@pytest.mark.parametrize("kind", ["openssl", "nginx"])
def test_a_curve_that_clients_do_not_have_is_named(kind: str, curve: str, context: Callable[[], ssl.SSLContext], serve: Serve) -> None:
    made = by_openssl(f"-algorithm EC -pkeyopt ec_paramgen_curve:{curve}")
    report = diagnose(serve(kind, chain_pem=made.chain_pem, key_pem=made.key_pem).port, context())
    cause = proved(report, "no-common-group")
    assert isinstance(cause, AgreementFinding)
    assert [group.name for group in cause.accepted_groups] == [curve]
    assert f"the group {curve} added" in cause.detail
    assert cause.blame is Blame.SERVER


@pytest.mark.parametrize("kind", ["openssl", "nginx"])
def test_the_curve_of_a_weak_key_is_named(kind: str, serve: Serve) -> None:
    report = diagnose(serving(serve, kind, leaf(NAME, key="ecdsa-p192"), security_level=0), client())
    assert "the group secp192r1 added" in proved(report, "no-common-group").detail


@pytest.mark.parametrize("context", [client, browser], ids=["python", "a browser"])
def test_a_dsa_key_is_named(context: Callable[[], ssl.SSLContext], serve: Serve) -> None:
    report = diagnose(serving(serve, "openssl", leaf(NAME, key="dsa"), security_level=0), context())
    assert "a key of the kind DSA" in proved(report, "no-common-certificate-type").detail


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1.3"])
def test_a_server_in_go_that_is_asked_by_its_address_most_likely_wants_a_name(version: str, serve: Serve) -> None:
    """Caddy without a default certificate: no name is sent, and there is none to try."""
    report = diagnose(serving(serve, "caddy", ECDSA, sni_strict=True, versions=(version,)), client(), name="127.0.0.1")
    assert [item.code for item in report.causes] == ["server-name-needed"], report
    cause = report.causes[0]
    assert (cause.confidence, cause.blame) == (Confidence.LIKELY, Blame.CLIENT)
    assert "What would tell" in cause.fix.summary


def test_a_server_without_a_certificate_that_is_asked_by_its_address_is_not_said_to_want_a_name(serve: Serve) -> None:
    """OpenSSL's handshake_failure says neither; it may be the one or the other."""
    report = diagnose(serving(serve, "openssl", ECDSA, extra=("-nocert",)), client(), name="127.0.0.1")
    assert [item.code for item in report.causes] == ["fatal-alert"], report


@pytest.mark.parametrize("made", [ECDSA, leaf(NAME, key="dsa")], ids=["a certificate that the suites leave out", "a DSA key without parameters"])
def test_a_server_that_takes_anonymous_suites_alone_is_told_as_that(made: Issued, serve: Serve) -> None:
    ciphers = {"ciphers": "aNULL"} if made is ECDSA else {}
    report = diagnose(serving(serve, "nginx", made, versions=("TLSv1.2",), security_level=0, **ciphers), client(), depth="standard")
    assert [item.code for item in report.causes] == ["no-common-cipher"], report
    assert "suites without a certificate" in report.causes[0].detail


def test_a_server_without_a_certificate_is_not_told_as_a_list_that_lacks_something(serve: Serve) -> None:
    report = diagnose(serving(serve, "openssl", ECDSA, extra=("-nocert",)), client())
    assert report.root_cause is not None and report.root_cause.code == "server-without-certificate"


@pytest.mark.parametrize("kind", ["openssl", "nginx", "haproxy", "gnutls", "java"])
def test_no_common_cipher_is_proved_from_both_sides_lists(kind: str, serve: Serve) -> None:
    words = {"gnutls": ":-CIPHER-ALL:+AES-256-GCM", "java": "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"}
    port = serving(serve, kind, ECDSA, versions=("TLSv1.2",), ciphers=words.get(kind, "ECDHE-ECDSA-AES256-GCM-SHA384"))
    cause = proved(diagnose(port, client(ciphers="ECDHE-ECDSA-CHACHA20-POLY1305")), "no-common-cipher")
    assert isinstance(cause, CipherFinding)
    assert CipherSuite(0xCCA9) in cause.offered
    assert cause.accepted == (CipherSuite(0xC02C),)


def test_a_scheme_that_is_missing_is_named(serve: Serve) -> None:
    port = serving(serve, "openssl", RSA, versions=("TLSv1.3",))
    cause = proved(diagnose(port, schemes(0x0403, 0x0401)), "no-common-signature-scheme")
    assert isinstance(cause, AgreementFinding)
    assert cause.accepted_schemes[0].name == "rsa_pss_rsae_sha256"
    assert cause.blame is Blame.CLIENT


def test_a_server_that_signs_with_sha1_only_is_to_blame(serve: Serve) -> None:
    port = serving(serve, "openssl", RSA, versions=("TLSv1.2",), security_level=0, extra=("-sigalgs", "RSA+SHA1"))
    cause = proved(diagnose(port, client()), "no-common-signature-scheme")
    assert "SHA-1" in cause.detail
    assert cause.blame is Blame.SERVER


@pytest.mark.parametrize(
    ("issued", "context", "versions"),
    [
        (RSA, lambda: client(ciphers="ECDHE-ECDSA-AES128-GCM-SHA256"), ("TLSv1.2",)),
        (ECDSA, lambda: client(ciphers="ECDHE-RSA-AES128-GCM-SHA256"), ("TLSv1.2",)),
        (RSA, lambda: schemes(0x0403, 0x0503), ("TLSv1.3",)),
        (ED25519, browser, ("TLSv1.3",)),
    ],
    ids=["rsa for ecdsa suites", "ecdsa for rsa suites", "rsa for ecdsa schemes", "ed25519 for a browser"],
)
def test_a_certificate_of_the_wrong_kind_is_named(issued: Issued, context: Callable[[], ssl.SSLContext], versions: tuple[str, ...], serve: Serve) -> None:
    port = serving(serve, "nginx", issued, versions=versions)
    assert "certificate has a key of the kind" in proved(diagnose(port, context()), "no-common-certificate-type").detail


@pytest.mark.parametrize("kind", ["openssl", "nginx", "java"])
def test_a_protocol_that_is_refused_is_told_with_what_is_taken(kind: str, serve: Serve) -> None:
    options = {} if kind == "nginx" else {"alpn": ("h2",)}
    cause = proved(diagnose(serving(serve, kind, ECDSA, **options), client(alpn=("acme/9", "acme/10"))), "alpn-refused")
    assert cause.change == "without-alpn"


def test_a_name_that_the_server_refuses_is_proved_where_it_answers_without(serve: Serve) -> None:
    port = serving(serve, "openssl", ECDSA, server_names=("other.example",), sni_strict=True)
    assert proved(diagnose(port, client()), "server-name-unknown").change == "without-server-name"


def test_a_name_that_caddy_has_no_certificate_for_is_proved_where_it_answers_without(serve: Serve) -> None:
    port = serving(serve, "caddy", ECDSA, server_names=(NAME,), sni_strict=True)
    assert proved(diagnose(port, client(), name="other.example"), "server-name-unknown").change == "without-server-name"


@pytest.mark.parametrize("kind", ["haproxy", "nginx"])
def test_an_alert_that_names_the_cause_costs_few_trials(kind: str, serve: Serve) -> None:
    report = diagnose(serving(serve, kind, ECDSA, server_names=("other.example",), sni_strict=True), client())
    assert report.root_cause is not None and report.root_cause.code == "server-name-unknown"
    found = report.observations.get(Counterfactuals, report.endpoints[0])
    assert found is not None and found.connections <= 4


def test_no_common_version_has_both_handshakes(serve: Serve) -> None:
    port = serving(serve, "nginx", ECDSA, versions=("TLSv1.2",))
    assert proved(diagnose(port, client(minimum_version=V.TLSv1_3)), "no-common-version").change == "more-versions"


def test_a_prime_that_only_the_clients_suite_leads_to_is_measured(serve: Serve) -> None:
    parameters = subprocess.run(["openssl", "dhparam", "-dsaparam", "1024"], capture_output=True, check=True).stdout
    suites = "ECDHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES128-GCM-SHA256"
    port = serving(serve, "nginx", RSA, versions=("TLSv1.2",), ciphers=suites, security_level=0, dh_pem=parameters)
    report = diagnose(port, client(ciphers="DHE-RSA-AES128-GCM-SHA256"))
    assert report.root_cause is not None and report.root_cause.code == "dh-prime-small"
    assert "1024 bits" in report.root_cause.detail


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
def test_a_signature_that_the_security_level_forbids_is_told(serve: Serve) -> None:
    port = serving(serve, "openssl", RSA, versions=("TLSv1",))
    report = diagnose(port, client(ciphers="DEFAULT:@SECLEVEL=1", minimum_version=V.TLSv1))
    assert report.root_cause is not None and report.root_cause.code == "handshake-signature-refused", report
    assert "TLS 1.0" in report.root_cause.detail


def test_a_server_without_secure_renegotiation_is_told(serve: Serve) -> None:
    port = serving(serve, "gnutls", RSA, versions=("TLSv1.2",), ciphers=":%DISABLE_SAFE_RENEGOTIATION")
    report = diagnose(port, client())
    assert report.root_cause is not None and report.root_cause.code == "renegotiation-insecure", report


def boxed(serve: Serve, rule: Rule, context: ssl.SSLContext, *, kind: str = "nginx", second: Rule | None = None, **options: Any) -> Report:
    """Diagnose a healthy server behind a box."""
    with middlebox(serving(serve, kind, ECDSA, **options), rule, second=second) as port:
        return diagnose(port, context)


def when(test: Callable[[Heard], bool], verdict: Verdict) -> Rule:
    """Act on hellos that a test is true of."""
    return lambda heard: verdict if test(heard) else Verdict.PASS


ENDS = pytest.mark.parametrize("verdict", [Verdict.RESET, Verdict.CLOSE, Verdict.DROP], ids=lambda verdict: verdict.value)


@ENDS
def test_a_hello_that_is_too_large_is_told_with_the_limit(verdict: Verdict, serve: Serve) -> None:
    report = boxed(serve, when(lambda heard: heard.size > 1000, verdict), browser())
    cause = proved(report, "hello-too-large")
    assert isinstance(cause, SizeFinding)
    assert cause.accepted is not None and cause.refused is not None
    assert cause.accepted <= 1000 < cause.refused
    assert cause.blame is Blame.NETWORK


@ENDS
def test_a_post_quantum_share_is_the_cause_and_not_its_size(verdict: Verdict, serve: Serve) -> None:
    report = boxed(serve, when(lambda heard: any(edits.is_post_quantum(group) for group in edits.share_groups(heard.hello)), verdict), browser())
    assert "X25519MLKEM768" in proved(report, "post-quantum-intolerant").detail


@ENDS
def test_a_blocked_name_is_the_networks_doing(verdict: Verdict, serve: Serve) -> None:
    cause = proved(boxed(serve, when(lambda heard: heard.hello.server_name == NAME, verdict), client()), "server-name-blocked")
    assert cause.blame is Blame.NETWORK
    assert NAME in cause.detail


def test_a_balancer_that_knows_no_such_name_is_the_servers_doing(serve: Serve) -> None:
    report = boxed(serve, when(lambda heard: heard.hello.server_name is not None, Verdict.CLOSE), client())
    assert proved(report, "server-name-unknown").blame is Blame.SERVER


@ENDS
def test_intolerance_of_tls13_is_named(verdict: Verdict, serve: Serve) -> None:
    report = boxed(serve, when(lambda heard: heard.hello.extension(ExtensionType.SUPPORTED_VERSIONS) is not None, verdict), client())
    assert proved(report, "tls13-intolerant").change == "at-most-tls1.2"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1 is deprecated")
def test_intolerance_of_a_newer_version_is_named(serve: Serve) -> None:
    context = client(ciphers="DEFAULT:@SECLEVEL=0", minimum_version=V.TLSv1, maximum_version=V.TLSv1_2)
    box = when(lambda heard: heard.hello.legacy_version > 0x0301, Verdict.RESET)
    report = boxed(serve, box, context, kind="openssl", versions=("TLSv1", "TLSv1.1", "TLSv1.2"))
    assert proved(report, "version-intolerant").change == "at-most-tls1.0"


@pytest.mark.parametrize("kind", [ExtensionType.SESSION_TICKET, ExtensionType.ENCRYPT_THEN_MAC, ExtensionType.PADDING], ids=str)
@ENDS
def test_the_extension_that_is_not_survived_is_named(verdict: Verdict, kind: ExtensionType, serve: Serve) -> None:
    report = boxed(serve, when(lambda heard: heard.hello.extension(kind) is not None, verdict), client())
    assert kind.name in proved(report, "extension-intolerant").detail


def test_grease_that_is_not_survived_is_named(serve: Serve) -> None:
    proved(boxed(serve, when(lambda heard: edits.has_grease(heard.hello), Verdict.RESET), browser()), "grease-intolerant")


def test_the_group_that_is_not_survived_is_named(serve: Serve) -> None:
    report = boxed(serve, when(lambda heard: NamedGroup.FFDHE3072 in heard.hello.supported_groups, Verdict.RESET), client())
    assert "ffdhe3072" in proved(report, "group-intolerant").detail


def test_a_protocol_that_a_box_resets_is_told(serve: Serve) -> None:
    report = boxed(serve, when(lambda heard: "h2" in heard.hello.alpn, Verdict.RESET), client(alpn=("h2", "http/1.1")))
    assert "takes http/1.1" in proved(report, "alpn-refused").detail


def test_a_box_that_reads_one_record_only_is_told(serve: Serve) -> None:
    report = boxed(serve, when(lambda heard: heard.records == 1, Verdict.RESET), client())
    assert proved(report, "hello-framing-intolerant").change == "split-records"


@pytest.mark.parametrize("verdict", [Verdict.RESET, Verdict.CLOSE], ids=lambda verdict: verdict.value)
def test_a_second_hello_that_does_not_get_through_is_told(verdict: Verdict, serve: Serve) -> None:
    report = boxed(serve, lambda _: Verdict.PASS, client(), groups="secp384r1", second=lambda _: verdict)
    cause = proved(report, "hello-retry-broken")
    assert "secp384r1" in cause.detail


def test_a_proof_has_room_in_the_budget_at_every_depth(serve: Serve) -> None:
    with middlebox(serving(serve, "nginx", ECDSA), when(lambda heard: heard.size > 1000, Verdict.RESET)) as port:
        report = diagnose(port, browser(), depth="full")
    proved(report, "hello-too-large")
    found = report.observations.get(Counterfactuals, report.endpoints[0])
    assert found is not None
    assert not [item for item in found.trials if item.outcome is TrialOutcome.UNDECIDED]


def test_a_box_that_ends_everything_is_no_matter_of_the_hello(serve: Serve) -> None:
    report = boxed(serve, lambda _: Verdict.RESET, client())
    assert report.root_cause is not None and report.root_cause.code == "reset-after-hello"
    assert "Changing the hello makes no difference" in report.root_cause.detail


def test_a_failure_that_does_not_repeat_is_told_so(serve: Serve) -> None:
    seen: list[Heard] = []

    def first_two(heard: Heard) -> Verdict:
        seen.append(heard)
        return Verdict.RESET if len(seen) <= 2 else Verdict.PASS

    report = boxed(serve, first_two, client())
    # counted over more connections it is one that failed beside others that worked
    assert report.root_cause is not None and report.root_cause.code == "backend-dead", report
    assert "failure-not-repeated" in {key.partition("|")[0] for key in report.root_cause.explains}
    assert report.verdict is tlsdiag.Verdict.PARTIAL


def test_silence_is_told_in_one_and_a_half_timeouts(serve: Serve) -> None:
    with middlebox(serving(serve, "nginx", ECDSA), lambda _: Verdict.DROP) as port, Standstill() as stood_still:
        report = diagnose(port, client())
    assert report.root_cause is not None and report.root_cause.code == "peer-silent"
    found = report.observations.get(Counterfactuals, report.endpoints[0])
    assert found is not None and found.symptom is TrialOutcome.SILENT
    # the waits themselves, without what a busy machine adds to them
    waits = PATIENT.handshake_timeout * (1 + 0.35 + 0.1)
    assert waits <= 1.5 * PATIENT.handshake_timeout
    assert report.elapsed < waits + 2 + 2 * stood_still.seconds  # what it stood still is waited for again


def test_a_healthy_server_costs_nothing(serve: Serve) -> None:
    report = diagnose(serving(serve, "nginx", ECDSA), client())
    assert report.root_cause is None
    assert report.observations.get(Counterfactuals, report.endpoints[0]) is None
    assert report.connections <= 4


@pytest.mark.parametrize("mtu", [600, 1300])
def test_a_way_that_loses_large_packets_is_told(mtu: int) -> None:
    require_namespaces()
    with far_host() as host, host.nginx(RSA.full_chain_pem, RSA.key_pem):
        assert diagnose(443, client(), address=host.address).root_cause is None
        host.narrow_the_way(mtu)
        report = diagnose(443, client(), address=host.address)
    cause = proved(report, "mtu-black-hole")
    assert isinstance(cause, SizeFinding)
    assert cause.accepted is not None and cause.accepted + 40 <= mtu
