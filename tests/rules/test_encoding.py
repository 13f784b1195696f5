"""What is wrong with the bytes of a certificate: how it is shown, how grave it is, and when it is what stopped the client."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from der import KEY_USAGE, NULL, alternative, certificate, dns, extension, seq, utc
from samples.certificate import chain, leaf, root

from tlsdiag import Finding, Severity
from tlsdiag.certificates import read_certificate
from tlsdiag.checks.certificate.encoding import EncodingCheck
from tlsdiag.facts import ClientOutcome

GOOD = alternative(dns("server.example"))


def made(**pieces: Any) -> bytes:
    pieces.setdefault("extensions", [GOOD])
    return certificate(issuer=root().issued.certificate.subject.public_bytes(), signer=root().issued.private_key, **pieces)


def found(der: bytes, *, verify_code: int | None = None, **client: Any) -> list[Finding]:
    view = chain(der, verify_code=verify_code)
    outcome = view[ClientOutcome]
    view.observations.put(ClientOutcome, view.endpoint, attrs.evolve(outcome, **client))
    return list(EncodingCheck().run(view))


UNREAD = made(subject=NULL)
DAMAGED = made(extensions=[GOOD, extension(KEY_USAGE, NULL)])


def test_a_title_ends_with_a_whole_word() -> None:
    (finding,) = found(made(extensions=[alternative(dns(b"b\xfccher.of-a-long-name.example"))]))
    assert finding.title.endswith(" has characters ...") and len(finding.title) < 120


def test_a_certificate_that_no_library_loads_is_shown_in_full() -> None:
    (finding,) = found(UNREAD, completed=False, error_text="[SSL] ASN1 lib (_ssl.c:1006)")
    assert finding.blocks
    assert finding.severity is Severity.HIGH
    for shown in ("no subject", "issued by CN=Test Root CA", "valid 2025-01-01 to 2045-01-01", f"SHA-256 {read_certificate(UNREAD).sha256}", "(byte "):
        assert shown in finding.detail
    assert not read_certificate(UNREAD).loads


@pytest.mark.parametrize(
    ("verify_code", "client", "blocks"),
    [
        (20, {}, True),
        (10, {}, False),
        (None, {"completed": False, "reason": "CERT_LENGTH_MISMATCH"}, True),
        (None, {"completed": False, "reason": "NO_SHARED_CIPHER"}, False),
        (None, {}, False),
    ],
)
def test_it_blocks_only_where_the_client_failed_over_the_bytes(verify_code: int | None, client: dict[str, Any], blocks: bool) -> None:
    (finding,) = found(DAMAGED, verify_code=verify_code, **client)
    assert finding.blocks is blocks


def test_dates_the_wrong_way_round_are_what_an_out_of_date_client_complains_of() -> None:
    (finding,) = found(made(validity=seq(utc("450101000000Z"), utc("250101000000Z"))), verify_code=9)
    assert finding.blocks


def test_what_only_strict_readers_refuse_never_blocks_openssl() -> None:
    (finding,) = found(made(serial=b"\x02\x01\xff"), verify_code=20)
    assert finding.severity is Severity.MEDIUM
    assert not finding.blocks
    assert "OpenSSL goes on" in finding.detail


def test_what_is_only_untidy_is_a_remark_beside_what_is_wrong() -> None:
    findings = found(made(serial=b"\x02\x01\x00", extensions=[GOOD, extension(KEY_USAGE, NULL)]))
    assert [(item.code, item.severity) for item in findings] == [("certificate-malformed", Severity.HIGH), ("certificate-untidy", Severity.INFO)]


def test_a_long_list_is_cut_and_says_so() -> None:
    (finding,) = found(made(extensions=[alternative(*[dns("a b")] * 9)]))
    assert "and 4 more" in finding.detail


def test_a_certificate_of_which_nothing_can_be_read_has_its_fingerprint() -> None:
    (finding,) = found(b"nonsense")
    assert "SHA-256" in finding.detail
    assert "valid" not in finding.detail


def test_a_sound_certificate_raises_nothing() -> None:
    assert found(leaf().der) == []
