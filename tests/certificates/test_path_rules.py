"""The rules of a path, one fault at a time: which code it gets, and for whom it matters."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import attrs
import pytest
from hostile import NOW

from tlsdiag.certificates import CLIENTS, PROFILES, Certificate, GeneralName, KeyInfo, Path, Problem, SignatureInfo, TrustStore, read_certificate
from tlsdiag.certificates.certificate import AuthorityKeyIdentifier, Extension, Name
from tlsdiag.certificates.oids import ANY_USAGE, CLIENT_AUTH, SERVER_AUTH
from tlsdiag.certificates.paths.judging import Judged, judge
from tlsdiag.certificates.paths.profiles import ALL, STANDARDS, TABLE
from tlsdiag.testing import Authority, Window

ROOT = Authority.root("Rules Root CA", number=1400, now=NOW)
ISSUING = ROOT.intermediate("Rules Issuing CA", number=1401)
LEAF = read_certificate(ISSUING.issue("server.example", number=1402, window=Window.around(NOW)).der)
CHAIN = (LEAF, read_certificate(ISSUING.issued.der), read_certificate(ROOT.issued.der))
_NUMBERS = itertools.count()
KEY_ID, SUBJECT_KEY, BASIC, ALTERNATIVE, USAGES = "2.5.29.35", "2.5.29.14", "2.5.29.19", "2.5.29.17", "2.5.29.37"
ACCESS, POLICY_LIMITS, CONSTRAINTS, INHIBIT = "1.3.6.1.5.5.7.1.1", "2.5.29.36", "2.5.29.30", "2.5.29.54"


def changed(item: Certificate, **facts: Any) -> Certificate:
    """The certificate with other facts; `marks` sets what is critical, `without` leaves extensions out, `with_` adds them. Its bytes are nobody else's."""
    marks, without, more = facts.pop("marks", {}), facts.pop("without", ()), facts.pop("with_", ())
    kept = (attrs.evolve(found, critical=marks.get(found.oid, found.critical)) for found in item.extensions if found.oid not in without)
    return attrs.evolve(item, der=item.der + bytes(str(next(_NUMBERS)), "ascii"), extensions=(*kept, *more), **facts)


def path(depth: int = 0, /, *, anchored: bool = True, purpose: str = SERVER_AUTH, chain: tuple[Certificate, ...] = CHAIN, **facts: Any) -> Path:
    """The usual path with one certificate changed."""
    found = tuple(changed(item, **facts) if at == depth and facts else item for at, item in enumerate(chain))
    return judge(Judged(chain=found, anchored=anchored, at=NOW, purpose=purpose))


def codes(found: Path) -> set[tuple[str, int]]:
    return {(item.code, item.depth) for item in found.violations}


USUAL = codes(path())


def broken(depth: int = 0, /, **facts: Any) -> set[tuple[str, int]]:
    return codes(path(depth, **facts)) - USUAL


def extension(oid: str, value: str = "3000", *, critical: bool = False) -> Extension:
    return Extension(oid=oid, critical=critical, value=bytes.fromhex(value))


FAULTS: list[tuple[str, int, dict[str, Any], str]] = [
    ("out of date", 0, {"not_after": NOW - timedelta(seconds=1)}, "expired"),
    ("an anchor that is out of date", 2, {"not_after": NOW - timedelta(days=1)}, "expired"),
    ("not yet valid", 1, {"not_before": NOW + timedelta(seconds=1)}, "not-yet-valid"),
    ("no authority", 1, {"is_ca": False}, "not-a-ca"),
    ("may not sign", 1, {"key_usage": frozenset({"cRLSign"})}, "no-cert-sign"),
    ("constraints that are not critical", 1, {"marks": {BASIC: False}}, "basic-constraints-not-critical"),
    ("an authority without key usage", 1, {"key_usage": None}, "key-usage-missing"),
    ("an authority as the server", 0, {"is_ca": True}, "ca-as-leaf"),
    ("a path length in a leaf", 0, {"path_length": 0}, "path-length-without-ca"),
    ("keyCertSign in a leaf", 0, {"key_usage": frozenset({"digitalSignature", "keyCertSign"})}, "cert-sign-without-ca"),
    ("a leaf for mail", 0, {"extended_key_usage": ("1.3.6.1.5.5.7.3.4",)}, "wrong-usage"),
    ("an authority for mail", 1, {"extended_key_usage": ("1.3.6.1.5.5.7.3.4",)}, "wrong-usage"),
    ("a leaf for anything", 0, {"extended_key_usage": (ANY_USAGE,)}, "usage-any"),
    ("a leaf without purposes", 0, {"without": (USAGES,), "extended_key_usage": None}, "usage-missing"),
    ("purposes that are critical", 0, {"marks": {USAGES: True}}, "usage-critical"),
    ("a root with purposes", 2, {"extended_key_usage": (SERVER_AUTH,)}, "usage-in-anchor"),
    ("a key for signing data", 0, {"key_usage": frozenset({"contentCommitment"})}, "wrong-key-usage"),
    ("an unknown critical extension", 0, {"with_": (extension("1.2.3.4", critical=True),)}, "unknown-critical-extension"),
    ("the same in an anchor", 2, {"with_": (extension("1.2.3.4", critical=True),)}, "unknown-critical-extension"),
    ("no authority key identifier", 0, {"without": (KEY_ID,), "authority_key": None, "authority_key_id": None}, "authority-key-missing"),
    ("one that is critical", 0, {"marks": {KEY_ID: True}}, "authority-key-critical"),
    ("one without a key", 0, {"authority_key": AuthorityKeyIdentifier(serial=1)}, "authority-key-odd"),
    ("an authority without its own", 1, {"without": (SUBJECT_KEY,), "subject_key_id": None}, "subject-key-missing"),
    ("its own, critical", 1, {"marks": {SUBJECT_KEY: True}}, "subject-key-critical"),
    ("critical access", 0, {"with_": (extension(ACCESS, critical=True),)}, "authority-access-critical"),
    ("policy constraints that are not critical", 1, {"with_": (extension(POLICY_LIMITS),)}, "policy-constraints-not-critical"),
    ("an explicit policy is required", 1, {"with_": (extension(POLICY_LIMITS, "3003800100", critical=True),)}, "policy-missing"),
    ("constraints in a leaf", 0, {"with_": (extension(CONSTRAINTS, "3009a0073005820361626 3".replace(" ", "")),)}, "constraints-in-leaf"),
    ("empty constraints", 1, {"with_": (extension(CONSTRAINTS, critical=True),)}, "malformed-constraints"),
    ("constraints with a dot", 1, {"with_": (extension(CONSTRAINTS, "300aa10830068204 2e616263".replace(" ", ""), critical=True),)}, "malformed-constraints"),
    ("no subjectAltName", 0, {"without": (ALTERNATIVE,), "dns_names": (), "general_names": ()}, "name-missing"),
    ("one that is critical", 0, {"marks": {ALTERNATIVE: True}}, "alternative-name-critical"),
    ("an empty subject", 0, {"subject": Name(raw=b"0\0")}, "alternative-name-not-critical"),
    ("an authority without a subject", 2, {"subject": Name(raw=b"0\0")}, "subject-empty"),
    ("an underscore", 0, {"dns_names": ("server.example", "a_b.example")}, "malformed-name"),
    ("an address as a name", 0, {"dns_names": ("server.example", "10.1.2.3")}, "malformed-name"),
    ("an asterisk within", 0, {"dns_names": ("server.example", "a*.example.com")}, "malformed-name"),
    ("a wildcard over a country", 0, {"dns_names": ("server.example", "*.co.uk")}, "wildcard-too-broad"),
    ("a wildcard over everything", 0, {"dns_names": ("server.example", "*")}, "wildcard-too-broad"),
    ("another common name", 0, {"dns_names": ("other.example",)}, "common-name-elsewhere"),
    ("the same extension twice", 0, {"problems": (Problem(code="extension-duplicate", detail="twice"),)}, "duplicate-extension"),
    ("two algorithms", 0, {"problems": (Problem(code="signature-algorithms-differ", detail="two"),)}, "signature-algorithms-differ"),
    ("a negative number", 0, {"problems": (Problem(code="serial-negative", detail="negative"),)}, "serial-negative"),
    ("a number that is too long", 0, {"problems": (Problem(code="serial-too-long", detail="long"),)}, "serial-too-long"),
    ("a date in the wrong kind of time", 0, {"problems": (Problem(code="validity-encoding", detail="GeneralizedTime"),)}, "malformed"),
    ("version 1", 0, {"version": 1}, "old-version"),
    ("bytes that make no sense", 0, {"problems": (Problem(code="certificate-malformed", detail="cut short"),)}, "malformed"),
    ("an extension that makes no sense", 0, {"problems": (Problem(code="extension-malformed", detail="odd", extension=ACCESS),)}, "malformed-extension"),
    ("a key that makes no sense", 1, {"problems": (Problem(code="key-malformed", detail="odd"),)}, "malformed-key"),
    ("RSA with 1024 bits", 0, {"key": KeyInfo(kind="RSA", bits=1024, exponent=65537)}, "weak-key"),
    ("RSA with 512 bits", 0, {"key": KeyInfo(kind="RSA", bits=512, exponent=65537)}, "weak-key"),
    ("RSA with 2049 bits", 0, {"key": KeyInfo(kind="RSA", bits=2049, exponent=65537)}, "key-size-odd"),
    ("RSA with the exponent 1", 0, {"key": KeyInfo(kind="RSA", bits=2048, exponent=1)}, "weak-key"),
    ("P-192", 2, {"key": KeyInfo(kind="EC", bits=192, curve="secp192r1")}, "weak-key"),
    ("a curve of its own", 0, {"key": KeyInfo(kind="EC", bits=None, curve="explicit")}, "key-not-allowed"),
    ("DSA", 0, {"key": KeyInfo(kind="DSA", bits=2048)}, "weak-key"),
    ("Ed25519", 0, {"key": KeyInfo(kind="Ed25519", bits=256)}, "key-not-allowed"),
    ("SHA-1", 0, {"signature_algorithm": SignatureInfo(oid="1.2.840.113549.1.1.5", name="sha1WithRSAEncryption", hash="sha1")}, "weak-signature"),
    ("MD5", 1, {"signature_algorithm": SignatureInfo(oid="1.2.840.113549.1.1.4", name="md5WithRSAEncryption", hash="md5")}, "weak-signature"),
]


@pytest.mark.parametrize(("depth", "facts", "code"), [row[1:] for row in FAULTS], ids=[f"{row[0]}, {row[1]}" for row in FAULTS])
def test_a_fault_has_its_code_at_its_depth(depth: int, facts: dict[str, Any], code: str) -> None:
    assert code in {found for found, at in broken(depth, **facts) if at == depth or code == "policy-missing"}


def test_a_sound_path_breaks_nothing_for_which_a_client_would_refuse() -> None:
    found = path()
    assert found.valid
    assert not found.refused_by & CLIENTS


def test_every_code_in_the_table_is_for_profiles_that_there_are() -> None:
    names = set(PROFILES)
    assert names == ALL
    for code, row in TABLE.items():
        assert row.below <= names and row.anchor <= names, code


def test_the_hash_of_an_anchor_is_nobodys_business() -> None:
    weak = SignatureInfo(oid="1.2.840.113549.1.1.5", name="sha1WithRSAEncryption", hash="sha1")
    assert broken(2, signature_algorithm=weak) == set()


def test_a_path_length_counts_the_authorities_between_but_not_self_issued_ones() -> None:
    rolled = changed(CHAIN[1], subject=CHAIN[1].issuer)
    assert broken(2, path_length=1) == set()
    assert ("path-too-long", 2) in broken(2, path_length=0)
    between = path(2, chain=(CHAIN[0], rolled, CHAIN[2]), path_length=0)
    assert "path-too-long" not in {item.code for item in between.refusals("openssl-3")}
    assert "path-too-long" in {item.code for item in between.refusals("go")}  # which counts them all


def test_an_authority_by_keyusage_alone_is_one_for_some_clients() -> None:
    by_usage = path(2, is_ca=None, without=(BASIC,))
    assert {item.code for item in by_usage.violations} >= {"not-a-ca"}
    assert not by_usage.accepted_by("go")


def test_an_anchor_of_version_1_is_an_anchor_all_the_same() -> None:
    old = path(2, version=1, is_ca=None, key_usage=None, without={item.oid for item in CHAIN[2].extensions})
    assert old.valid
    assert not old.accepted_by("openssl-3-strict")


def test_the_purpose_may_be_another() -> None:
    assert ("wrong-usage", 0) in codes(path(purpose=CLIENT_AUTH))


def test_policies_that_hold_from_the_authority_to_the_leaf_are_enough() -> None:
    required = (extension(POLICY_LIMITS, "3003800100", critical=True),)
    upper = changed(CHAIN[1], with_=required, policies=("1.2.3", "1.2.4"))
    both = (changed(LEAF, policies=("1.2.3",)), upper, CHAIN[2])
    other = (changed(LEAF, policies=("1.2.5",)), upper, CHAIN[2])
    assert ("policy-missing", 0) not in codes(path(chain=both))
    assert ("policy-missing", 0) in codes(path(chain=other))


def test_a_policy_is_mapped_to_another_and_any_policy_stands_for_all_until_it_is_inhibited() -> None:
    required = extension(POLICY_LIMITS, "3003800100", critical=True)
    mapping = extension("2.5.29.33", "300c300a06022a0306042a030405")
    mapped = changed(CHAIN[1], with_=(required, mapping), policies=("1.2.3",))
    assert ("policy-missing", 0) not in codes(path(chain=(changed(LEAF, policies=("1.2.3.4.5",)), mapped, CHAIN[2])))
    any_ = changed(LEAF, policies=("2.5.29.32.0",))
    free = changed(CHAIN[1], with_=(required,), policies=("1.2.3",))
    shut = changed(CHAIN[1], with_=(required, extension(INHIBIT, "020100")), policies=("1.2.3",))
    assert ("policy-missing", 0) not in codes(path(chain=(any_, free, CHAIN[2])))
    assert ("policy-missing", 0) in codes(path(chain=(any_, shut, CHAIN[2])))


def test_limits_that_cannot_be_read_are_no_limits() -> None:
    torn = changed(CHAIN[1], with_=(extension(POLICY_LIMITS, "30058001"), extension(INHIBIT, "0500")))
    assert "policy-missing" not in {code for code, _ in codes(path(chain=(LEAF, torn, CHAIN[2])))}


def test_a_mailbox_and_an_address_of_a_site_are_held_to_constraints_too() -> None:
    mail = GeneralName(kind="rfc822Name", value=b"a@server.example", text="a@server.example")
    site = GeneralName(kind="uniformResourceIdentifier", value=b"https://server.example/x", text="https://server.example/x")
    for tag, name, base in (("81", mail, "other.example"), ("86", site, "other.example")):
        inner = bytes.fromhex(tag) + bytes([len(base)]) + base.encode()
        tree = b"\x30" + bytes([len(inner)]) + inner
        value = b"\x30" + bytes([len(tree) + 2]) + b"\xa0" + bytes([len(tree)]) + tree
        limited = changed(CHAIN[1], with_=(Extension(oid=CONSTRAINTS, critical=True, value=value),))
        found = path(chain=(changed(LEAF, general_names=(*LEAF.general_names, name)), limited, CHAIN[2]))
        assert ("name-not-permitted", 1) in codes(found)


# Roots that are in use


def stores() -> list[TrustStore]:
    found = [TrustStore.certifi()]
    try:
        found.append(TrustStore.from_file("/etc/ssl/certs/ca-certificates.crt"))
    except ValueError:
        pass  # no Debian
    return found


def test_no_root_in_use_is_refused_as_an_anchor_while_it_is_valid_but_by_strict_openssl() -> None:
    for anchor in (anchor for store in stores() for anchor in store.anchors):
        assert anchor.not_after is not None
        at = min(NOW, anchor.not_after)
        lower = changed(LEAF, not_before=at, not_after=at, issuer=anchor.subject)
        found = judge(Judged(chain=(lower, anchor), anchored=True, at=at, purpose=SERVER_AUTH))
        refused = {name for item in found.violations if item.depth == 1 for name in item.profiles}
        assert not refused & CLIENTS - {"openssl-3-strict"}, anchor.label


def test_standards_are_no_clients() -> None:
    assert not STANDARDS & CLIENTS
