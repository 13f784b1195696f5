"""What clients refuse in files is a cause, though no client was there to say so: keys, bytes, dates of a root, what no other check names."""

from __future__ import annotations

from typing import Any

import attrs
from chains.case import three
from chains.making import NAME, constraints, der, made, subtrees
from failures.forge import pem

import tlsdiag
from tlsdiag import Blame
from tlsdiag.report import Report, Verdict


def diagnosed(sent: list[Any], store: list[Any]) -> Report:
    return tlsdiag.diagnose_certificates(pem(*(item.der for item in sent)), host=NAME, trust=[item.der for item in store])


def cause_of(**changes: Any) -> tuple[str, str]:
    found = three(**changes)
    report = diagnosed([found.leaf, found.middle], [found.root])
    assert len(report.causes) == 1 and report.root_cause is not None
    return report.root_cause.code, report.root_cause.title


def test_a_key_of_an_unknown_kind_is_refused_by_all_and_told() -> None:
    key = der(0x30, der(0x30, bytes.fromhex("06092b0601040183b20303")) + der(0x03, b"\0\1\2\3"))
    found = three(leaf={"raw_key": key})
    report = diagnosed([found.leaf, found.middle], [found.root])
    assert report.verdict is not Verdict.HEALTHY
    assert any(item.code == "refused-by-some-clients" for item in report.findings)


def test_a_root_that_no_client_can_read_is_the_cause() -> None:
    assert cause_of(root={"permitted": bytes.fromhex("3003020101")}) == ("refused-by-some-clients", "No client accepts this chain")
    found = three(root={"permitted": subtrees()})
    assert diagnosed([found.leaf, found.middle], [found.root]).causes == ()


def test_a_root_that_is_not_valid_yet_is_the_cause() -> None:
    assert cause_of(root={"before": 2.0}) == ("certificate-not-yet-valid", "A trusted root is not valid yet")
    found = three(root={"before": 2.0})
    (cause,) = diagnosed([found.leaf, found.middle], [found.root]).causes
    assert cause.blame is Blame.CLIENT and "trust store" in cause.fix.summary


def test_one_certificate_of_another_authority_is_told_in_the_singular() -> None:
    found, stranger = three(), made("Stranger CA", by=made("Stranger Root CA", authority=True), authority=True)
    (cause,) = diagnosed([found.leaf, stranger], [made("Other Root CA", authority=True)]).causes
    assert (cause.code, cause.detail.partition(",")[0]) == ("intermediate-wrong", "There is Stranger CA")


def test_a_weak_key_and_a_weak_hash_are_causes_where_openssl_refuses_them() -> None:
    assert cause_of(leaf={"key": "rsa1024"})[0] == "weak-key"
    assert cause_of(leaf={"algorithm": "ecdsa-sha1"})[0] == "weak-signature"
    near = three(leaf={"key": "rsa2047"})
    assert diagnosed([near.leaf, near.middle], [near.root]).causes == ()


def test_bytes_that_openssl_refuses_are_a_cause_and_those_that_it_takes_are_not() -> None:
    found = three()
    longer = attrs.evolve(found.leaf, der=found.leaf.der + b"\5\0")
    report = diagnosed([longer, found.middle], [found.root])
    assert [item.code for item in report.causes] == ["certificate-malformed"]
    taken = three(leaf={"policies": b"\x30\x00"})
    assert diagnosed([taken.leaf, taken.middle], [taken.root]).causes == ()


def test_an_issuer_that_is_no_authority_is_not_taken_for_another_servers_certificate() -> None:
    found = three(middle={"constraints": constraints(False)})
    report = diagnosed([found.leaf, found.middle], [found.root])
    assert [item.code for item in report.causes] == ["issuer-not-authority"]
    assert not any(item.code == "file-several-leaves" for item in report.findings)
    two = diagnosed([found.leaf, made("other.example", by=found.root, names=("other.example",)), found.middle], [found.root])
    assert any(item.code == "file-several-leaves" for item in two.findings)
