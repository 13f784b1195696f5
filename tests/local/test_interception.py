"""Interception: every row of the table is recognised, public and ordinary private authorities are not, and the signs are weighed."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path

import attrs
import certifi
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hypothesis import Phase, find, settings
from hypothesis import strategies as st
from samples.certificate import issued
from samples.interception import MADE_UP, issue, met, minted, own_server, private

from tlsdiag.causes import relate
from tlsdiag.certificates import Name, TrustStore, read_certificate
from tlsdiag.certificates._interception_tables import ROWS
from tlsdiag.certificates.interception import Evidence, Kind, interceptors, is_well_known, portal_of, recognise, recognise_chain
from tlsdiag.check import Seen
from tlsdiag.checks.certificate.shape import ShapeCheck
from tlsdiag.checks.local.interception import InterceptionCheck
from tlsdiag.checks.local.interception_advice import fix_for
from tlsdiag.facts import ChainPaths, HandshakeOutcome, ServedChain
from tlsdiag.failure import Blame
from tlsdiag.finding import Confidence, Severity
from tlsdiag.plugin import ClientCertificate, InterceptionFinding
from tlsdiag.testing import Authority, run_check, self_signed
from tlsdiag.testing.observations import ENDPOINT, NOW, handshake_outcome

CORPUS = Path(__file__).parents[1] / "corpus" / "interception"
PRIVATE = """
Example Root CA|Example Internal CA|Corp Root CA G2|ACME Issuing CA 1|Company Root Authority|Internal Root CA|Root CA|My CA|Home Lab CA|Test CA
Dev CA|Kubernetes CA|kubernetes|etcd-ca|kube-apiserver-lb-signer|Vault Root CA|Vault Intermediate Authority|Consul Agent CA|Nomad Agent CA|step-ca Root
Smallstep Intermediate CA|FreeIPA Certificate Authority|IPA CA|Active Directory Root CA|CONTOSO-DC01-CA|contoso-ROOT-CA|Enterprise Root CA|EJBCA Sample CA
OpenVPN CA|Easy-RSA CA|strongSwan Root CA|Puppet CA: puppet.example|Chef Server CA|Ansible Tower CA|GitLab Runner CA|Jenkins CA|Docker CA|Rancher dynamic-ca
Istio Root CA|linkerd-identity|cert-manager selfsigned|MongoDB CA|PostgreSQL CA|Elasticsearch HTTP CA|Kafka Test CA|RabbitMQ CA|VMware Engineering|vCenter CA
Synology Inc. CA|UniFi CA|Check-in Point of Sale CA|Proxy CA|Firewall CA|Security Appliance CA|Web Gateway Root|Shield Logistics Root CA|Anti-Fraud Root CA
The Charles Company CA|Fiddler's Green Hotel CA|Burp & Sons Root CA|Norton County Schools CA|Sophos-free Zone CA|Avast Yachts CA|Kaspersky Lane Dental CA
""".replace("\n", "|").strip("|").split("|")


def named(common_name: str | None, organization: str | None = None, unit: str | None = None) -> Name:
    """A name, read as from a certificate."""
    pairs = ((NameOID.ORGANIZATION_NAME, organization), (NameOID.ORGANIZATIONAL_UNIT_NAME, unit), (NameOID.COMMON_NAME, common_name))
    return Name(raw=b"x", attributes=tuple((oid.dotted_string, value) for oid, value in pairs if value is not None))


@functools.cache
def example(pattern: str | None) -> str | None:
    """A text that a pattern of the table matches."""
    if pattern is None:
        return None
    texts = st.from_regex(pattern, fullmatch=True, alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E))
    return find(texts, lambda text: 0 < len(text) <= 60, settings=settings(database=None, derandomize=True, phases=[Phase.generate]))


def the(view: Seen) -> InterceptionFinding:
    (found,) = run_check(InterceptionCheck, view)
    assert isinstance(found, InterceptionFinding)
    return found


def nothing(view: Seen) -> bool:
    return not run_check(InterceptionCheck, view)


def test_the_generated_table_is_what_the_generator_gives() -> None:
    spec = importlib.util.spec_from_file_location("generate_interception", CORPUS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    package = Path(importlib.util.find_spec("tlsdiag.certificates").origin or "").parent  # type: ignore[union-attr]
    assert (package / "_interception_tables.py").read_text(encoding="utf-8") == module.output(), "run tests/corpus/interception/generate.py"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row[0]}: {row[3]}")
def test_an_authority_named_like_a_row_is_recognised(row: tuple[str | None, ...]) -> None:
    found = recognise([named("unrelated"), named(example(row[3]), example(row[4]), example(row[5]))])
    assert found is not None
    assert found.vendor == row[1] or found.evidence is not Evidence.HINT


@pytest.mark.parametrize("row", [row for row in ROWS if row[6] == "high"], ids=lambda row: f"{row[0]}: {row[3]}")
def test_a_certificate_of_a_documented_product_is_told(row: tuple[str | None, ...]) -> None:
    found = recognise([named(example(row[3]), example(row[4]), example(row[5]))])
    assert found is not None
    authority = scripted(row)
    findings = run_check(InterceptionCheck, met(authority))
    assert bool(findings) == found.intercepts
    assert all(item.confidence is Confidence.LIKELY for item in findings)


def scripted(row: tuple[str | None, ...]) -> Authority:
    """An authority with the names of a row; those of `testing` have no OU."""
    common_name, organization, unit = (example(pattern) for pattern in row[3:6])
    base = private(common_name or "Root", organization)
    if unit is None:
        return base
    key = base.issued.private_key
    name = x509.Name([*base.issued.certificate.subject, x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit)])
    old = base.issued.certificate
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, old.not_valid_before_utc, old.not_valid_after_utc)
    for extension in old.extensions:
        builder = builder.add_extension(extension.value, extension.critical)
    certificate = builder.sign(key, old.signature_hash_algorithm)
    return attrs.evolve(base, issued=attrs.evolve(base.issued, certificate=certificate, root=certificate))


def test_no_public_root_is_taken_for_an_interceptor() -> None:
    roots = TrustStore.from_file(certifi.where()).anchors
    assert len(roots) > 100
    assert [item.label for item in roots if recognise([item.subject, item.issuer]) is not None] == []


def test_fifty_names_of_private_authorities_are_not_recognised() -> None:
    assert len(PRIVATE) >= 50
    assert [name for name in PRIVATE if recognise([named(name), named(name, name), named(name, "Example Company", "IT")]) is not None] == []


@pytest.mark.parametrize("name", ["Barracuda Bay Brewing CA", "Checkpoint Charlie Museum CA", "internal-ca"])
def test_a_mere_hint_is_nothing_by_itself(name: str) -> None:
    assert nothing(met(private(name, "Barracuda Networks Fan Club")))
    assert nothing(own_server(private(name)))


def test_a_mere_hint_names_what_the_structure_proves() -> None:
    found = the(minted(private("internal-ca")))
    assert found.confidence is Confidence.PROVEN
    assert "may be how pfSense" in found.detail


def test_a_certificate_for_a_made_up_name_from_the_same_issuer_is_proof() -> None:
    found = the(minted(private("Example Company CA")))
    assert (found.confidence, found.minted_for, found.product, found.blame, found.blocks) == (Confidence.PROVEN, MADE_UP, None, Blame.NETWORK, True)
    assert "Schannel" in found.detail


def test_a_certificate_for_a_made_up_name_from_another_issuer_is_none() -> None:
    assert nothing(met(private("Example Company CA"), made_up=issue(private("Other CA"), MADE_UP).der))


def test_a_self_signed_certificate_of_a_private_server_is_no_interception() -> None:
    assert nothing(issued(self_signed("server.example", now=NOW), verify_code=18))


def test_a_well_known_name_under_a_private_root_is_told() -> None:
    found = the(met(private("Example Company CA"), host="files.pythonhosted.org"))
    assert found.confidence is Confidence.LIKELY
    assert "public service" in found.detail


def test_a_well_known_name_that_another_store_trusts_is_none() -> None:
    view = met(private("Example Company CA"), host="pypi.org")
    view.observations.put(ChainPaths, ENDPOINT, attrs.evolve(view[ChainPaths], also_trusted_by=("certifi (Mozilla)",)))
    assert nothing(view)


def test_a_public_chain_that_is_trusted_is_none() -> None:
    assert nothing(met(private("Example Company CA"), host="pypi.org", trusted=True, public=True))


def test_malware_that_is_trusted_is_grave_and_has_to_go() -> None:
    found = the(met(private("Superfish, Inc.", "Superfish, Inc."), trusted=True))
    assert (found.code, found.severity, found.blame, found.blocks) == ("interception-present", Severity.HIGH, Blame.CLIENT, False)
    assert "Remove the program" in found.fix.summary
    assert "python" not in found.fix.snippets


def test_the_product_of_ones_own_network_is_no_fault() -> None:
    found = the(minted(private("Zscaler Root CA", "Zscaler Inc."), trusted=True))
    assert (found.code, found.severity, found.blame) == ("interception-present", Severity.INFO, Blame.NOBODY)


@pytest.mark.parametrize(
    ("given", "asks", "severity"), [(True, False, Severity.MEDIUM), (True, True, Severity.INFO), (False, False, Severity.INFO)]
)
def test_interception_that_ends_client_certificates_is_a_fault_for_a_client_that_has_one(given: bool, asks: bool, severity: Severity) -> None:
    view = minted(private("Zscaler Root CA", "Zscaler Inc."), trusted=True)
    view.observations.put(HandshakeOutcome, ENDPOINT, handshake_outcome(certificate_requested=asks))
    target = attrs.evolve(view.target, client_certificate=ClientCertificate(certificate=b"", key=b"") if given else None)
    found = the(attrs.evolve(view, target=target))
    assert found.severity is severity
    assert ("does not see it" in found.detail) is (severity is Severity.MEDIUM)


@pytest.mark.parametrize("trusted", [True, False])
def test_what_is_wrong_with_a_chain_that_is_made_on_the_spot_is_below_the_interception(trusted: bool) -> None:
    authority = private("Zscaler Root CA", "Zscaler Inc.")
    view = minted(authority, trusted=trusted)
    served, paths = view[ServedChain], view[ChainPaths]
    view.observations.put(ServedChain, ENDPOINT, attrs.evolve(served, certificates=served.certificates * 2))
    view.observations.put(ChainPaths, ENDPOINT, attrs.evolve(paths, shape=attrs.evolve(paths.shape, duplicates=(1,))))
    found = relate([the(view), *run_check(ShapeCheck, view)])
    assert {item.code: bool(item.explained_by) for item in found} == {the(view).code: False, "chain-duplicate": True}


def test_a_certificate_of_an_interceptor_for_another_name_explains_the_mismatch() -> None:
    authority = private("Cisco Umbrella Root CA", "Cisco")
    found = the(met(authority, leaf=issue(authority, "block.example")))
    assert "name-mismatch" in found.also_explains


def test_an_authority_for_development_is_no_interception_even_where_it_issues_on_demand() -> None:
    assert nothing(minted(private("Caddy Local Authority - 2026 ECC Root")))


@pytest.mark.parametrize("row", interceptors(), ids=lambda item: item[0].product)
def test_every_product_has_its_cure(row: tuple[object, object]) -> None:
    product = row[0]
    assert hasattr(product, "intercepts")
    if product.intercepts:
        fix = fix_for(product, "server.example")
        assert "NAME" not in fix.summary.replace("COMMON NAME", "")
        assert product.kind.harmful or product.kind in (Kind.STATE, Kind.TEST) or {"python", "requests", "curl", "java", "node", "git"} <= set(fix.snippets)


def test_names_under_which_private_authorities_are_at_home_are_not_well_known() -> None:
    hosts = ("db.abc.eu-west-1.rds.amazonaws.com", "vm.westeurope.cloudapp.azure.com", "albert.apple.com", "fe2.update.microsoft.com")
    assert not any(map(is_well_known, hosts))


def test_well_known_names_end_at_a_label() -> None:
    assert is_well_known("GitHub.com.") and is_well_known("api.github.com")
    assert not is_well_known("notgithub.com") and not is_well_known("github.com.example")


def test_a_chain_tells_by_the_authority_above_the_issuer() -> None:
    root = private("Zscaler Root CA", "Zscaler Inc.")
    chain = root.intermediate("City Hospital", number=3).issue("server.example").chain
    found = recognise_chain(tuple(read_certificate(der) for der in (*chain, root.issued.der)))
    assert found is not None and found.product == "Zscaler"
    assert portal_of(read_certificate(chain[0])) is None
