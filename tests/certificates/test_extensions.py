"""The facts of extensions, and what is told of damaged ones while the others stand."""

from __future__ import annotations

from pathlib import Path

import pytest
from der import (
    AIA,
    AKI,
    CONSTRAINTS,
    CRL_POINTS,
    EKU,
    KEY_USAGE,
    NAME_CONSTRAINTS,
    NULL,
    POLICIES,
    SKI,
    alternative,
    bits,
    boolean,
    certificate,
    common_name,
    dns,
    element,
    extension,
    generalized,
    integer,
    octets,
    oid,
    seq,
    set_of,
    text,
)

from tlsdiag.certificates import Certificate, GeneralName, Grade, read_certificate
from tlsdiag.certificates.problems import PROBLEMS, grade_of


def read(*extensions: bytes) -> Certificate:
    return read_certificate(certificate(extensions=[alternative(dns("good.example")), *extensions]))


def test_every_kind_of_general_name_is_kept_in_its_order() -> None:
    other = element(0xA0, oid("1.3.6.1.4.1.311.20.2.3"), element(0xA0, text("user@example")))
    directory = element(0xA4, common_name("D"))
    names = (
        other, element(0x81, b"a@b.example"), dns("x.example"), element(0xA3, b""), directory, element(0xA5, b""),
        element(0x86, b"http://x.example/"), element(0x87, bytes([192, 0, 2, 1])), element(0x88, oid("1.2.3.4")[2:]),
    )  # fmt: skip
    found = read_certificate(certificate(extensions=[alternative(*names)]))
    assert found.problems == ()
    assert [(item.kind, item.text) for item in found.general_names] == [
        ("otherName", "1.3.6.1.4.1.311.20.2.3"),
        ("rfc822Name", "a@b.example"),
        ("dNSName", "x.example"),
        ("x400Address", "x400Address "),
        ("directoryName", "CN=D"),
        ("ediPartyName", "ediPartyName "),
        ("uniformResourceIdentifier", "http://x.example/"),
        ("iPAddress", "192.0.2.1"),
        ("registeredID", "1.2.3.4"),
    ]
    assert found.general_names[4].value == common_name("D")
    assert (found.dns_names, found.ip_addresses) == (("x.example",), ("192.0.2.1",))


def test_policies_features_and_timestamps_are_facts() -> None:
    found = read(
        extension(POLICIES, seq(seq(oid("2.23.140.1.2.1")), seq(oid("1.2.3"), seq(seq(oid("1.3.6.1.5.5.7.2.1"), text("http://x/", 0x16)))))),
        extension("1.3.6.1.5.5.7.1.24", seq(integer(5))),
        extension("1.3.6.1.4.1.11129.2.4.2", octets(b"\0\x07\0\x02ab\0\x01c")),
    )
    assert found.problems == ()
    assert found.policies == ("2.23.140.1.2.1", "1.2.3")
    assert found.tls_features == (5,)
    assert found.sct_list == (b"ab", b"c")
    assert not found.is_precertificate


def test_a_poisoned_certificate_is_a_precertificate() -> None:
    assert read(extension("1.3.6.1.4.1.11129.2.4.3", NULL, critical=boolean(True))).is_precertificate


def test_an_authority_key_identifier_has_key_issuer_and_serial() -> None:
    found = read(extension(AKI, seq(element(0x80, b"key"), element(0xA1, element(0xA4, common_name("I"))), element(0x82, b"\x07"))))
    assert found.problems == ()
    assert found.authority_key_id == b"key"
    assert found.authority_key is not None
    assert (found.authority_key.key_id, found.authority_key.serial) == (b"key", 7)
    assert found.authority_key.issuer == (GeneralName(kind="directoryName", value=common_name("I"), text="CN=I"),)


def test_the_algorithm_of_the_signed_part_is_known_by_itself() -> None:
    found = read_certificate(certificate(inner=seq(oid("1.2.840.113549.1.1.11"), NULL)))
    assert found.inner_signature_algorithm.name == "sha256WithRSAEncryption"
    assert found.signature_algorithm.name == "ecdsa-with-SHA256"


ISSUER = element(0xA1, element(0xA4, common_name("I")))


def subtree(base: bytes, *more: bytes) -> bytes:
    return extension(NAME_CONSTRAINTS, seq(element(0xA0, seq(base, *more))))


DAMAGED = {
    "cA FALSE": (extension(CONSTRAINTS, seq(boolean(False))), "default-encoded"),
    "a path length without cA": (extension(CONSTRAINTS, seq(integer(0))), "constraints-inconsistent"),
    "a negative path length": (extension(CONSTRAINTS, seq(boolean(True), integer(-1))), "extension-malformed"),
    "constraints with more": (extension(CONSTRAINTS, seq(boolean(True), integer(1), integer(1))), "extension-malformed"),
    "constraints that are no sequence": (extension(CONSTRAINTS, NULL), "extension-malformed"),
    "no usage": (extension(KEY_USAGE, bits(b"\0", 7)), "usage-empty"),
    "no extended usage": (extension(EKU, seq()), "extension-empty"),
    "a usage that is no identifier": (extension(EKU, seq(NULL)), "extension-malformed"),
    "an empty key identifier": (extension(SKI, octets(b"")), "extension-empty"),
    "a key identifier that is none": (extension(SKI, NULL), "extension-malformed"),
    "an issuer without its serial": (extension(AKI, seq(ISSUER)), "authority-key-incomplete"),
    "a serial without its issuer": (extension(AKI, seq(element(0x82, b"\x07"))), "authority-key-incomplete"),
    "an authority key with more": (extension(AKI, seq(element(0x80, b"k"), element(0x85, b"k"))), "extension-malformed"),
    "critical FALSE": (extension(SKI, octets(b"k"), critical=boolean(False)), "default-encoded"),
    "bytes behind": (extension(SKI, octets(b"k") + b"\0\0"), "extension-trailing-data"),
    "no access": (extension(AIA, seq()), "extension-empty"),
    "an access without a place": (extension(AIA, seq(seq(oid("1.3.6.1.5.5.7.48.1")))), "extension-malformed"),
    "a point without a name": (extension(CRL_POINTS, seq(seq(element(0x81, b"\x01\x02")))), "extension-malformed"),
    "no policy": (extension(POLICIES, seq()), "extension-empty"),
    "an empty policy": (extension(POLICIES, seq(seq())), "extension-malformed"),
    "a policy twice": (extension(POLICIES, seq(seq(oid("1.2.3")), seq(oid("1.2.3")))), "policy-duplicate"),
    "a qualifier alone": (extension(POLICIES, seq(seq(oid("1.2.3"), seq(seq(oid("1.2.3")))))), "extension-malformed"),
    "a mapping of one": (extension("2.5.29.33", seq(seq(oid("1.2.3")))), "extension-malformed"),
    "anyPolicy mapped": (extension("2.5.29.33", seq(seq(oid("2.5.29.32.0"), oid("1.2.3")))), "policy-mapping-any"),
    "no limit of policies": (extension("2.5.29.36", seq()), "extension-empty"),
    "a negative limit of policies": (extension("2.5.29.36", seq(element(0x80, b"\xff"))), "extension-malformed"),
    "a negative inhibitAnyPolicy": (extension("2.5.29.54", integer(-1)), "extension-malformed"),
    "no subtree": (extension(NAME_CONSTRAINTS, seq()), "extension-empty"),
    "empty subtrees": (extension(NAME_CONSTRAINTS, seq(element(0xA1))), "extension-empty"),
    "an unknown kind of subtrees": (extension(NAME_CONSTRAINTS, seq(element(0xA2))), "extension-malformed"),
    "a subtree of nothing": (extension(NAME_CONSTRAINTS, seq(element(0xA0, seq()))), "extension-malformed"),
    "a short address": (subtree(element(0x87, bytes(4))), "name-constraints-malformed"),
    "a mask with gaps": (subtree(element(0x87, bytes([10, 0, 0, 0, 255, 0, 255, 0]))), "name-constraints-malformed"),
    "a domain with a space": (subtree(dns("a b")), "name-constraints-malformed"),
    "two @": (subtree(element(0x81, b"a@b@c.example")), "name-constraints-malformed"),
    "a minimum": (subtree(dns("a.example"), element(0x80, b"\x01")), "name-constraints-malformed"),
    "a maximum": (subtree(dns("a.example"), element(0x81, b"\x01")), "name-constraints-malformed"),
    "a minimum of zero": (subtree(dns("a.example"), element(0x80, b"\0")), "default-encoded"),
    "features that are no numbers": (extension("1.3.6.1.5.5.7.1.24", seq(NULL)), "extension-malformed"),
    "timestamps that are cut": (extension("1.3.6.1.4.1.11129.2.4.2", octets(b"\0\x04\0\x09ab")), "extension-malformed"),
    "timestamps of another length": (extension("1.3.6.1.4.1.11129.2.4.2", octets(b"\0\x09\0\x02ab")), "extension-malformed"),
    "no timestamp": (extension("1.3.6.1.4.1.11129.2.4.2", octets(b"\0\0")), "extension-empty"),
    "poison that is a number": (extension("1.3.6.1.4.1.11129.2.4.3", integer(1)), "extension-malformed"),
    "nocheck that is a number": (extension("1.3.6.1.5.5.7.48.1.5", integer(1)), "extension-minor"),
    "an issuer's name with a space": (extension("2.5.29.18", seq(dns("a b"))), "extension-minor"),
    "no access to the subject": (extension("1.3.6.1.5.5.7.1.11", seq()), "extension-minor"),
    "a freshest list without a name": (extension("2.5.29.46", seq(seq())), "extension-minor"),
    "a period of nothing": (extension("2.5.29.16", seq(integer(1))), "extension-minor"),
    "a period of odd times": (extension("2.5.29.16", seq(element(0x80, b"2025"))), "extension-minor"),
    "an attribute without values": (extension("2.5.29.9", seq(seq(oid("1.2.3")))), "extension-minor"),
    "a Netscape type of text": (extension("2.16.840.1.113730.1.1", text("x", 0x16)), "extension-malformed"),
    "a Netscape comment in bits": (extension("2.16.840.1.113730.1.13", bits(b"x")), "extension-minor"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_extension_is_a_problem_of_its_own(case: str) -> None:
    damaged, code = DAMAGED[case]
    found = read(damaged)
    assert [problem.code for problem in found.problems] == [code]
    assert found.problems[0].extension
    place = found.der.index(damaged)
    assert place <= found.problems[0].offset <= place + len(damaged)
    assert found.dns_names == ("good.example",)


SOUND = {
    "an authority": extension(CONSTRAINTS, seq(boolean(True), integer(3)), critical=boolean(True)),
    "a leaf": extension(CONSTRAINTS, seq()),
    "networks": extension(NAME_CONSTRAINTS, seq(element(0xA0, seq(element(0x87, bytes([10, 0, 0, 0, 255, 0, 0, 0])))))),
    "all addresses": extension(NAME_CONSTRAINTS, seq(element(0xA1, seq(element(0x87, bytes(32)))))),
    "mailboxes": extension(NAME_CONSTRAINTS, seq(element(0xA0, seq(element(0x81, b"*@a.example")), seq(element(0x81, b".a.example"))))),
    "mappings": extension("2.5.29.33", seq(seq(oid("1.2.3"), oid("1.2.4")))),
    "limits": extension("2.5.29.36", seq(element(0x80, b"\0"), element(0x81, b"\x05"))),
    "no any": extension("2.5.29.54", integer(0)),
    "a period": extension("2.5.29.16", seq(element(0x80, generalized("20250101000000Z")[2:]))),
    "attributes": extension("2.5.29.9", seq(seq(oid("1.2.3"), set_of(integer(1))))),
    "a Netscape comment": extension("2.16.840.1.113730.1.13", text("x", 0x16)),
    "a Netscape type": extension("2.16.840.1.113730.1.1", bits(b"\x40", 6)),
    "what nobody knows": extension("1.2.3.4.5", b"anything"),
}


@pytest.mark.parametrize("case", SOUND)
def test_a_sound_extension_raises_nothing(case: str) -> None:
    assert read(SOUND[case]).problems == ()


NAMES = {
    "empty": (dns(""), "general-name-malformed"),
    "a space": (dns("a b.example"), "general-name-malformed"),
    "a leading dot": (dns(".a.example"), "general-name-malformed"),
    "an empty label": (dns("a..example"), "general-name-malformed"),
    "a U-label": (dns("bücher.example"), "general-name-malformed"),
    "an underscore": (dns("a_b.example"), "general-name-odd"),
    "an address as a name": (dns("192.0.2.1"), "general-name-odd"),
    "a long name with a space": (dns("a b" * 40), "general-name-malformed"),
    "an address of five bytes": (element(0x87, bytes(5)), "general-name-malformed"),
    "two @": (element(0x81, b"a@b@c.example"), "general-name-malformed"),
    "a relative URI": (element(0x86, b"there"), "general-name-malformed"),
    "a registered identifier that is none": (element(0x88, b"\x80"), "extension-malformed"),
    "an other name that is none": (element(0xA0, b"\x06"), "extension-malformed"),
    "a directory name that is none": (element(0xA4, NULL), "extension-malformed"),
    "an unknown tag": (element(0x8A, b"x"), "extension-malformed"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_bad_name_does_not_cost_the_others(case: str) -> None:
    bad, code = NAMES[case]
    found = read_certificate(certificate(extensions=[alternative(dns("a.example"), bad, dns("b.example"))]))
    assert [problem.code for problem in found.problems] == [code]
    assert found.dns_names[0] == "a.example"
    assert found.dns_names[-1] == "b.example"


def test_an_other_name_that_cannot_be_read_is_shown_as_bytes() -> None:
    found = read_certificate(certificate(extensions=[alternative(element(0xA0, b"\x06"))]))
    assert found.general_names[0].text == "otherName 06"


def test_a_quoted_at_sign_is_no_second_one() -> None:
    assert read_certificate(certificate(extensions=[alternative(element(0x81, b'"a@b"@c.example'))])).problems == ()


def test_every_code_is_in_the_documentation_with_its_grade() -> None:
    page = (Path(__file__).parents[2] / "docs" / "certificates.md").read_text(encoding="utf-8")
    for code, kind in PROBLEMS.items():
        assert f"| `{code}` | {kind.grade.value} | {kind.meaning} |" in page


def test_nothing_is_fatal_in_an_extension_that_openssl_does_not_read() -> None:
    assert grade_of("extension-malformed", "2.5.29.32") is Grade.STRICT
    assert grade_of("extension-malformed", "2.5.29.17") is Grade.FATAL
    assert grade_of("extension-minor", "2.5.29.32") is Grade.REMARK
    assert grade_of("a code of tomorrow") is Grade.STRICT
