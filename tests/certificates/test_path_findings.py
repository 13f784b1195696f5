"""What the checks make of a path: only what OpenSSL refuses becomes a finding."""

from __future__ import annotations

from samples import certificate as samples

from tlsdiag.check import Seen
from tlsdiag.checks.certificate.soundness import SoundnessCheck
from tlsdiag.checks.certificate.strict import StrictCheck
from tlsdiag.finding import Blame, Finding
from tlsdiag.testing import Authority, run_check
from tlsdiag.testing.observations import NOW


def findings(view: Seen) -> list[Finding]:
    return list(SoundnessCheck().run(view))


def test_a_trusted_authority_with_a_weak_key_is_told_since_openssl_looks_at_it() -> None:
    weak = Authority.root("Weak Root CA", key="rsa1024", number=320, now=NOW)
    issued = weak.intermediate("Weak Issuing CA", number=321).issue("server.example", window=samples.window(-30, 60))
    (found,) = findings(samples.issued(issued, trust=weak.pem, verify_code=67))
    assert (found.code, found.subject, found.blocks) == ("weak-key", "Weak Root CA", True)
    assert "1024" in found.detail


def test_a_certificate_for_anything_is_for_openssl_not_for_servers() -> None:
    from cryptography import x509

    anything = x509.ExtendedKeyUsage([x509.ObjectIdentifier("2.5.29.37.0")])
    (found,) = findings(samples.issued(samples.leaf(usages=None, extensions=((anything, False),)), verify_code=26))
    assert found.code == "certificate-wrong-usage"
    assert found.blocks


def test_a_leaf_that_issues_is_the_cause_and_not_the_limit_above_it() -> None:
    """Public intermediates allow no authority below them: whoever issues with a server's certificate breaks that too."""
    limited = samples.root().intermediate("Limited CA", number=340, path_length=0)
    own = Authority(issued=limited.issue("ca.example", number=5, window=samples.window(-30, 60)), window=samples.window(-30, 60))
    (found,) = findings(samples.issued(own.issue("server.example", window=samples.window(-30, 60)), verify_code=79))
    assert (found.code, found.subject, found.title) == ("issuer-not-authority", "ca.example", "The issuer may not issue certificates")


def test_what_all_clients_refuse_is_not_told_of_strict_ones_too() -> None:
    assert run_check(StrictCheck, samples.by_a_leaf()) == []


def test_an_authority_too_many_is_told_where_all_of_them_are_authorities() -> None:
    limited = samples.root().intermediate("Limited CA", number=340, path_length=0)
    below = limited.intermediate("Lower CA", number=341)
    (found,) = findings(samples.issued(below.issue("server.example", window=samples.window(-30, 60)), verify_code=25))
    assert (found.code, found.subject) == ("issuer-not-authority", "Limited CA")


def test_a_precertificate_at_the_servers_place_is_the_wrong_file() -> None:
    from cryptography import x509

    (found,) = findings(samples.issued(samples.leaf(extensions=((x509.PrecertPoison(), True),)), verify_code=34))
    assert (found.code, found.blame, found.blocks) == ("certificate-unknown-extension", Blame.SERVER, True)
    assert "precertificate" in found.title and "Install the certificate itself" in found.fix.summary


def test_what_only_others_refuse_is_no_finding_of_a_path() -> None:
    path = samples.issued(samples.leaf(), verify_code=None)
    assert findings(path) == []
