"""A diagnosis that lacks the client's own settings must not put its own troubles in the place of the client's."""

from __future__ import annotations

from typing import Any

import pytest
from explained.faults import FAULTS, trusting
from patience import PATIENT

import tlsdiag

BY_NAME = {fault.name: fault for fault in FAULTS}


def probed(name: str, text: str, **options: Any) -> tlsdiag.Explanation:
    with BY_NAME[name].serve() as server:
        return tlsdiag.explain(text, probe=True, target=f"localhost:{server.port}", depth="quick", limits=PATIENT, **options)


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("expired", "certificate verify failed: certificate has expired", "certificate-expired"),
        ("wrong-name", "certificate verify failed: Hostname mismatch, certificate is not valid for 'localhost'", "name-mismatch"),
    ],
)
def test_what_the_text_says_is_the_cause_where_it_is_found_though_the_authority_is_unknown_here(name: str, text: str, code: str) -> None:
    found = probed(name, text)
    assert found.report is not None
    assert found.report.root_cause is not None
    assert found.report.root_cause.code == "issuer-untrusted"
    assert found.root_cause is not None
    assert found.root_cause.code == code
    assert found.possibilities[0].code == code
    assert found.agrees
    assert "The client's own settings do not follow from the error" in str(found)


def test_with_the_clients_settings_the_diagnosis_has_the_word() -> None:
    found = probed("expired", "certificate verify failed: certificate has expired", client=trusting())
    assert found.found_too is None
    assert found.root_cause is not None
    assert found.root_cause.code == "certificate-expired"
    assert "own settings" not in str(found)


def test_what_is_not_found_is_not_claimed_and_the_doubt_is_said() -> None:
    found = probed("untrusted", "certificate verify failed: certificate has expired")
    assert found.root_cause is not None
    assert found.root_cause.code == "issuer-untrusted"
    assert not found.may_lack_trust or "own settings" in str(found)


def test_a_name_that_the_context_does_not_compare_is_not_gone() -> None:
    context = trusting()
    context.check_hostname = False  # as botocore does, which compares names itself
    found = probed("wrong-name", "hostname 'localhost' doesn't match 'other.example'", client=context)
    assert not found.gone
    assert found.root_cause is not None
    assert found.root_cause.code == "name-mismatch"
