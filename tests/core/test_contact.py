"""Whom to tell of what only an authority can cure: its owner, the address with its doubts, and a text that holds nothing private."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from samples.certificate import chain, leaf, root, sound

from tlsdiag import Blame, Finding, Report, Rule, Severity
from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.authorities import owner_of
from tlsdiag.check import Seen
from tlsdiag.cli import main
from tlsdiag.facts import ChainPaths, IssuingAuthority, OwnerSeen, ServedChain
from tlsdiag.plugin import CertificateFinding, Fix, Layer
from tlsdiag.probes.authorities import described
from tlsdiag.render.text import render_text
from tlsdiag.testing.observations import ENDPOINT

RULE = Rule(
    code="acme/odd-certificate",
    title="The certificate is odd",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.AUTHORITY,
    why="It is.",
    fix=Fix(summary="Have it issued again."),
    references=("RFC 5280 section 4.1",),
)
ISRG = OwnerSeen(
    owner="ISRG (Test Trust)",
    website="https://letsencrypt.org/",
    emails=("reports@letsencrypt.org",),
    confidence="high",
    source="its CPS",
    source_date="2026",
)
OLD = attrs.evolve(ISRG, owner="Old One (Test Trust)", confidence="low (old)", source="a survey", source_date="2017-04")


def report(owner: OwnerSeen | None = ISRG, *, public: bool = True, view: Seen | None = None, store: str = "/home/me/ca.pem", **finding: Any) -> Report:
    """A report of one finding that blames the authority."""
    view = view or sound()
    der = view[ServedChain].certificates[0]
    found = IssuingAuthority(certificate=der, issuer="CN=Test Issuing CA", public=public, owner=owner, owners_date="2026-11-23")
    view.observations.put(IssuingAuthority, view.endpoint, found)
    view.observations.put(ChainPaths, view.endpoint, attrs.evolve(view[ChainPaths], store=store))
    options: dict[str, Any] = {"certificate": der, "subject": "it", "endpoint": ENDPOINT, **finding}
    made = CertificateFinding.of(RULE, f"It is odd, by {store}.", **options)
    return Report(target=view.target, findings=(made,), observations=view.observations, started=datetime(2026, 6, 1, tzinfo=UTC))


def letter(found: Report) -> str:
    contact = found.contact_for(found.findings[0])
    assert contact is not None
    return contact.letter


def test_a_letter_names_the_certificate_and_how_to_see_what_is_wrong() -> None:
    view = sound()
    text, certificate = letter(report(view=view)), read_certificate(view[ServedChain].certificates[0])
    assert text.startswith("To: reports@letsencrypt.org\nSubject: Problem with certificate ")
    for part in (certificate.sha256, f"{certificate.serial:x}", f"https://crt.sh/?sha256={certificate.sha256}", "RFC 5280 section 4.1", "acme/odd-certificate"):
        assert part in text
    assert text.rstrip().endswith("-----END CERTIFICATE-----")


def test_a_letter_holds_nothing_of_this_machine() -> None:
    assert "/home/me" not in letter(report()) and ENDPOINT.address not in letter(report())
    assert "by the client's trust store" in letter(report())


def test_a_letter_names_what_is_wrong_with_the_bytes_and_where() -> None:
    broken = leaf().der[:-1] + b"\0\0"
    text = letter(report(view=chain(broken + b"tail")))
    problem = read_certificate(broken + b"tail").problems[0]
    assert f"- {problem.code} at byte {problem.offset}" in text


def test_a_name_in_the_certificate_adds_no_line_to_the_letter() -> None:
    view = chain(leaf("server.example", organization="A\nBcc: all@example.org").der)
    assert not [line for line in letter(report(view=view)).splitlines() if line.startswith("Bcc")]


def test_a_private_authority_is_said_to_be_one_and_has_no_address() -> None:
    made = report(None, public=False)
    found = made.contact_for(made.findings[0])
    assert found is not None and not found.known and found.address == ""
    assert found.owner.startswith("a private authority") and "whoever runs it" in found.owner
    assert "crt.sh" not in found.letter and "(a private authority" in found.letter


def test_a_public_authority_that_the_table_does_not_know_is_said_to_be_one() -> None:
    made = report(None)
    found = made.contact_for(made.findings[0])
    assert found is not None and not found.known and "the table of 2026-11-23 does not know" in found.owner


def test_an_old_address_is_told_with_its_doubt() -> None:
    text = render_text(report(OLD), width=400)
    assert "Tell: Old One (Test Trust), reports@letsencrypt.org (the address may be out of date: low (old) (a survey of 2017-04))." in text
    assert "Note: the address may be out of date" in letter(report(OLD))


def test_an_address_that_another_source_has_is_not_certain() -> None:
    listed = attrs.evolve(ISRG, confidence="medium", source="a list", source_date="")
    assert "(the address is not certain: medium (a list))." in render_text(report(listed), width=400)
    assert "no source is known" in render_text(report(attrs.evolve(listed, confidence="", source="")), width=400)


def test_an_issuer_of_another_name_below_the_root_is_told() -> None:
    text = render_text(report(attrs.evolve(ISRG, owner="Somebody Else")), width=400)
    assert "(the certificate was issued by Test Trust under this authority's root: it may have an address of its own)" in text


def test_an_authority_without_an_address_has_its_website() -> None:
    text = render_text(report(attrs.evolve(ISRG, emails=())), width=400)
    assert "Tell: ISRG (Test Trust) (no address for problem reports is known; look for one at https://letsencrypt.org/)." in text
    bare = render_text(report(attrs.evolve(ISRG, emails=(), website="")), width=400)
    assert "Tell: ISRG (Test Trust) (no address for problem reports is known)." in bare


def test_the_contact_is_in_the_json_and_a_report_read_back_has_it_again() -> None:
    made = report()
    plain = json.loads(made.to_json())["findings"][0]["contact"]
    assert (plain["owner"], plain["emails"], plain["table_date"]) == ("ISRG (Test Trust)", ["reports@letsencrypt.org"], "2026-11-23")
    again = Report.from_dict(made.to_dict())
    assert again.contact_for(again.findings[0]) == made.contact_for(made.findings[0])


def test_what_others_can_cure_is_not_for_the_authority() -> None:
    made = report(blame=Blame.SERVER)
    assert "contact" not in json.loads(made.to_json())["findings"][0] and "Tell:" not in render_text(made)
    assert made.contact_for(made.findings[0]) is not None  # but whoever asks is told


def test_a_finding_that_names_no_certificate_is_about_the_servers() -> None:
    view = sound()
    made = report(view=view)
    plain = Finding.of(attrs.evolve(RULE, code="acme/other"), "It is odd.", endpoint=ENDPOINT)
    found = made.contact_for(plain)
    assert found is not None and read_certificate(view[ServedChain].certificates[0]).sha256 in found.body
    assert made.contact_for(attrs.evolve(plain, blame=Blame.NETWORK)) is None


def test_a_letter_about_what_others_can_cure_does_not_say_that_only_the_authority_can() -> None:
    assert "that only you can cure" in letter(report()) and "that only you can cure" not in letter(report(blame=Blame.SERVER))


def test_a_report_without_the_authority_has_no_contact() -> None:
    assert Report(target=sound().target, findings=(), started=datetime(2026, 6, 1, tzinfo=UTC)).contact_for(report().findings[0]) is None


def test_a_certificate_that_is_too_large_is_left_out() -> None:
    from tlsdiag.contact import _pem

    assert list(_pem(bytes(20_000))) == ["(The certificate has 20000 bytes and is left out here.)"]


def test_the_owner_of_a_private_root_is_nobody_the_table_knows() -> None:
    assert owner_of(read_certificate(root().issued.der)) is None
    found = described([read_certificate(leaf().der)], [], None, public=False, logged=None)
    assert found.owner is None and found.owners_origin == "the table of this release"


def test_the_command_prints_the_letter(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    saved = tmp_path / "report.json"
    saved.write_text(report().to_json())
    assert main(["show", str(saved), "--letter", "acme/odd-certificate"]) == 1
    assert capsys.readouterr().out.startswith("To: reports@letsencrypt.org\n")
    assert main(["show", str(saved), "--letter", "weak-key"]) == 2
    assert "no finding 'weak-key' about a certificate; found: acme/odd-certificate" in capsys.readouterr().err
