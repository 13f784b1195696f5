"""The probe of transparency: what it reads from the three ways, and whose root counts as public. And the list that a caller gives."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from der import bits, element, generalized, integer, octets, oid, seq
from samples.common import NAME
from transparency_log import CtLogKey, final, log_list, logged, precertificate, sct_list

import tlsdiag
from tlsdiag import Confidence, Severity
from tlsdiag.certificates import StoreError, TrustStore
from tlsdiag.certificates.transparency import read_log_list
from tlsdiag.checks.certificate.transparency import TransparencyCheck
from tlsdiag.facts import Attempt, HandshakeOutcome, ServedChain, Transparency
from tlsdiag.observation import Unavailable
from tlsdiag.probes.transparency import TransparencyProbe
from tlsdiag.testing import Authority, Issued, run_check
from tlsdiag.testing.observations import handshake_outcome, seen
from tlsdiag.transparency import log_list_of

NOW = datetime.now(UTC)
ROOT = Authority.root(number=300)
ISSUING = ROOT.intermediate(number=301)
FIRST = CtLogKey(name="First")
LOGS = read_log_list(log_list(FIRST))
PUBLIC = TrustStore.from_pem(ROOT.pem)


class Scene:
    """A scene with these observations."""

    now, ct_logs = NOW, LOGS

    def __init__(self, *observations: Any) -> None:
        self._seen = {type(item): item for item in observations}

    def seen(self, kind: Any) -> Any:
        return self._seen.get(kind)


def looked(issued: Issued | None, outcome: HandshakeOutcome | None = None, *, public: Any = lambda: PUBLIC, **served: Any) -> Any:
    """What the probe gives for a chain."""
    chain = ServedChain(certificates=issued.chain if issued else (), **served)
    scene = Scene(chain, *([outcome] if outcome else []))
    return asyncio.run(TransparencyProbe(public).run(scene))  # type: ignore[arg-type]


def stapled(*scts: bytes, raw: bytes | None = None) -> bytes:
    """An OCSP answer whose one response has a list of SCTs; its signature is nobody's."""
    moment = generalized("20260101000000Z")
    value = octets(raw if raw is not None else sct_list(*scts))
    extensions = element(0xA1, seq(seq(oid("1.2.3"), octets(b"x")), seq(oid("1.3.6.1.4.1.11129.2.4.5"), octets(value))))
    certificate_id = seq(seq(oid("1.3.14.3.2.26")), octets(b"n" * 20), octets(b"k" * 20), integer(1))
    single = seq(certificate_id, element(0x80), moment, element(0xA0, moment), extensions)
    data = seq(element(0xA2, octets(b"r" * 20)), moment, seq(single))
    basic = seq(data, seq(oid("1.2.840.10045.4.3.2")), bits(b"s"))
    return seq(element(0x0A, b"\0"), element(0xA0, seq(oid("1.3.6.1.5.5.7.48.1.1"), octets(basic))))


def test_timestamps_of_all_three_ways_are_verified() -> None:
    issued = logged(ISSUING, NAME, logs=[FIRST])
    own = FIRST.add_chain((issued.der,))
    found = looked(issued, handshake_outcome(certificates=issued.chain, scts=(own,), ocsp_response=stapled(own)))
    assert isinstance(found, Transparency)
    assert [(item.delivery, item.signed, item.log and item.log.description) for item in found.scts] == [
        ("certificate", True, "First"), ("tls", True, "First"), ("ocsp", True, "First"),
    ]  # fmt: skip
    assert (found.public, found.anchor, found.problems) == (True, "Test Root CA", ())


def test_a_timestamp_of_the_second_certificate_is_told_as_such() -> None:
    issued, second = ISSUING.issue(NAME), ISSUING.issue(NAME, number=5)
    outcome = handshake_outcome(certificates=issued.chain, scts=(FIRST.add_chain((second.der,)), FIRST.sct(b"nothing")))
    found = looked(issued, outcome, rsa=Attempt(accepted=True, certificates=second.chain), ecdsa=Attempt(accepted=True, certificates=issued.chain))
    (other, nothing) = found.scts
    assert (other.signed, nothing.signed, nothing.fits) == (False, False, "")
    assert other.fits == f"{NAME} (serial {second.certificate.serial_number:x})"


def test_another_root_is_not_public_whatever_the_client_trusts() -> None:
    found = looked(ISSUING.issue(NAME), public=TrustStore.certifi)
    assert (found.public, found.anchor) == (False, "")


def test_a_root_with_the_name_of_a_public_one_and_another_key_is_not_public() -> None:
    namesake = Authority.root(number=399)
    assert looked(namesake.intermediate(number=301).issue(NAME)).public is False


def test_without_the_issuer_the_signature_is_open_and_the_rest_is_told() -> None:
    issued = attrs.evolve(logged(ISSUING, NAME, logs=[FIRST]), issuers=())
    (sct,) = looked(issued).scts
    assert (sct.signed, sct.log is not None) == (None, True)


def test_unknown_logs_versions_and_damage_are_kept() -> None:
    pre = precertificate(ISSUING, NAME)
    stranger = CtLogKey(name="Stranger", number=810).sct(b"entry")
    issued = final(ISSUING, pre, stranger, b"\x05later", FIRST.sct(b"entry")[:60])
    unknown, later, short = looked(issued).scts
    assert (unknown.log, unknown.signed, later.version, later.log) == (None, None, 5, None)
    assert short.problem and short.log is not None and short.signed is None


def test_lists_that_cannot_be_read_are_problems_of_their_way() -> None:
    issued = final(ISSUING, precertificate(ISSUING, NAME), b"x", raw=b"\0\x09\0\1x")
    found = looked(issued, handshake_outcome(certificates=issued.chain, ocsp_response=stapled(raw=b"\0\x09\0\1x")))
    assert {note.code for note in found.problems} == {"certificate", "ocsp"}
    assert looked(issued, handshake_outcome(certificates=issued.chain, ocsp_response=b"junk")).problems == found.problems[:1]


def test_a_flood_of_timestamps_is_cut() -> None:
    issued = ISSUING.issue(NAME)
    found = looked(issued, handshake_outcome(certificates=issued.chain, scts=(FIRST.sct(b"entry"),) * 500))
    assert len(found.scts) == 16


def test_no_certificate_and_no_public_roots_are_could_not_look() -> None:
    def gone() -> TrustStore:
        raise StoreError("gone")

    assert isinstance(looked(None), Unavailable)
    assert isinstance(looked(ISSUING.issue(NAME), public=gone), Unavailable)


CHAINS = json.loads((Path(__file__).parents[1] / "corpus" / "sites" / "chains.json").read_text(encoding="utf-8"))["chains"]


@pytest.mark.parametrize("chain", CHAINS, ids=lambda chain: chain["host"])
@pytest.mark.parametrize("at", [datetime(2026, 3, 20, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)], ids=["in its time", "long after"])
def test_certificates_of_public_sites_have_nothing_above_info(chain: dict[str, Any], at: datetime) -> None:
    scene = Scene(ServedChain(certificates=tuple(base64.b64decode(text) for text in chain["sent"])))
    scene.now, scene.ct_logs = at, None  # type: ignore[assignment]
    facts = asyncio.run(TransparencyProbe(lambda: TrustStore.from_certificates([base64.b64decode(chain["root"])])).run(scene))  # type: ignore[arg-type]
    assert isinstance(facts, Transparency) and facts.public
    found = run_check(TransparencyCheck, seen(facts, now=at))
    assert {(item.code, item.severity) for item in found} == {("certificate-logged", Severity.INFO)}


def test_files_have_timestamps_too_and_what_a_server_would_send_is_open() -> None:
    sent = [base64.b64decode(text) for text in CHAINS[0]["sent"]]
    at = datetime(2026, 3, 20, tzinfo=UTC)
    report = tlsdiag.diagnose_certificates(sent, trust="certifi", now=at, ct_logs=log_list(FIRST, date=at))
    (unknown,) = report.filter(code="sct-from-unknown-log")
    assert "3 SCTs" in unknown.detail
    assert [item.code for item in tlsdiag.diagnose_certificates(sent, trust="certifi", now=at).filter(code="certificate-logged")]
    facts = looked(ISSUING.issue(NAME))
    (missing,) = run_check(TransparencyCheck, seen(facts, now=NOW))
    assert (missing.code, missing.confidence) == ("sct-missing", Confidence.LIKELY) and "could not be seen here" in missing.detail


def test_a_list_of_the_caller_is_a_file_or_bytes(tmp_path: Path) -> None:
    file = tmp_path / "logs.json"
    file.write_bytes(log_list(FIRST))
    given = [log_list_of(source) for source in (file, str(file), file.read_bytes())]
    assert all(logs is not None and logs.find(FIRST.log_id) is not None for logs in given)
    assert given[0] is not None and given[0].origin == str(file) and log_list_of(None) is None


@pytest.mark.parametrize("source", [b"junk", "/nonexistent/logs.json", "/", "nul\0", 5, b'{"list_date": "2026-01-01", "logs": []}'])
def test_a_bad_list_is_an_error_of_the_call(source: Any) -> None:
    with pytest.raises(tlsdiag.TargetError, match="ct_logs"):
        tlsdiag.diagnose("localhost", port=1, ct_logs=source)
