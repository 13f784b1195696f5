"""What the clients make of single faults beyond the matrix, as they said it themselves when random chains showed where the profiles went astray."""

from __future__ import annotations

from typing import Any

import pytest
from chains.case import Chain, three
from chains.making import NAME, base, constraints, der, extended, made, name, subtrees, usage
from cryptography import x509
from verifiers.differences import predictions

ALL = {"openssl-1.1.1", "openssl-3", "openssl-3-strict", "go", "java", "gnutls", "nss"}
OPENSSL = {"openssl-1.1.1", "openssl-3", "openssl-3-strict"}
PRIVATE = ("private", False, b"\5\0")

ROWS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("middle", {"usage": usage()}, {"go"}),
    ("middle", {"usage": b"\x04\x01\x80"}, {"nss"}),
    ("leaf", {"usage": b"\x04\x01\x80"}, {"gnutls", "nss"}),
    ("root", {"usage": b"\x04\x01\x80"}, {"nss"}),
    ("leaf", {"extended": b"\x30\x03\x02\x01\x01"}, {"java", "nss"}),
    ("middle", {"authority_key": b"\x04\x02ab"}, {"java", "gnutls", "nss"}),
    ("middle", {"authority_key": b"\x30\x00"}, ALL - {"openssl-3-strict"}),
    ("root", {"constraints": bytes.fromhex("30060101ff0201ff")}, {"gnutls"}),
    ("middle", {"constraints": bytes.fromhex("30030101ff0500")}, OPENSSL | {"go"}),
    ("leaf", {"policies": b"\x30\x00"}, ALL),
    ("leaf", {"extra": [PRIVATE, PRIVATE]}, OPENSSL | {"nss"}),
    ("leaf", {"extra": [("usage", True, usage("digital_signature"))]}, {"nss"}),
    ("middle", {"extended": extended("2.16.840.1.113730.4.1")}, ALL - {"go"}),
    ("middle", {"extended": extended("1.3.6.1.4.1.311.10.3.3")}, ALL - {"go", "gnutls"}),
    ("leaf", {"extended": extended("1.3.6.1.4.1.311.10.3.3")}, OPENSSL | {"java"}),
    ("middle", {"extended": extended()}, {"go", "java", "gnutls", "nss"}),
    ("middle", {"extended": extended("1.3.6.1.4.1.55555.2")}, {"java", "nss"}),
    ("root", {"authority_key": der(0x30, der(0x80, bytes(20)))}, ALL - {"openssl-1.1.1", "openssl-3"}),
    ("middle", {"features": bytes.fromhex("3003020105")}, ALL - {"gnutls"}),
    ("leaf", {"before": 0.2}, {"nss"}),
    ("leaf", {"before": 2.0}, set()),
    ("root", {"permitted": subtrees(permitted=[base("dns:*.example")])}, {"java"}),
    ("middle", {"permitted": subtrees(excluded=[base("dns:")])}, {"java"}),
    ("middle", {"permitted": subtrees(permitted=[base("directory:Elsewhere")]), "critical_permitted": False}, {"go", "gnutls"}),
    ("leaf", {"names": ("server.example", "")}, ALL - {"gnutls"}),
    ("leaf", {"names": (), "extra": [("names", False, b"\x30\x03\x02\x01\x01")]}, {"java", "nss"}),
    ("leaf", {"usage": usage("key_encipherment")}, ALL - {"java", "nss"}),
    ("root", {"version": 1, "extensions_all_the_same": True}, {"openssl-1.1.1", "openssl-3", "go", "nss"}),
]


def accepting(chain: Chain) -> set[str]:
    """The profiles that accept; Chromium was not asked."""
    named, nameless = predictions(chain), predictions(chain, host=False)
    return {profile for profile in ALL if (nameless if profile == "nss" else named)[profile].accepts}


def chain_of(sent: list[Any], store: list[Any], *, host: str = NAME) -> Chain:
    return Chain(name="x", family="x", about="x", sent=tuple(item.der for item in sent), store=tuple(item.der for item in store), host=host)


@pytest.mark.parametrize(("place", "change", "expected"), ROWS, ids=[f"{place}-{'-'.join(change)}-{number}" for number, (place, change, _) in enumerate(ROWS)])
def test_a_fault_is_refused_by_those_that_said_so(place: str, change: dict[str, Any], expected: set[str]) -> None:
    found = three(**{place: change})
    assert accepting(chain_of([found.leaf, found.middle], [found.root])) == expected


@pytest.mark.parametrize(
    ("names", "host", "expected"),
    [
        ((NAME,), f"{NAME}.", {"go", "java", "nss"}),
        ((f"{NAME}.",), f"{NAME}.", OPENSSL | {"go", "gnutls", "nss"}),
        (("*.a.example",), "my_server.a.example", {"go", "gnutls", "nss"}),
        (("192.0.2.7",), NAME, ALL - {"go", "gnutls"}),
        (("uri:https://server.example/",), NAME, ALL - {"go", "gnutls"}),
        (("email:user@server.example",), NAME, ALL - {"go"}),
        (("::ffff:192.0.2.7",), "192.0.2.7", {"go", "java", "nss"}),
    ],
)
def test_names_are_compared_as_each_client_does(names: tuple[str, ...], host: str, expected: set[str]) -> None:
    found = three(leaf={"names": names, "subject": name(host, None)})
    assert accepting(chain_of([found.leaf, found.middle], [found.root], host=host)) == expected


@pytest.mark.parametrize(
    ("common_names", "expected"),
    [((NAME, "other.example"), OPENSSL | {"nss"}), (("other.example", NAME), OPENSSL | {"java", "nss"}), ((NAME,), ALL - {"go"})],
)
def test_of_several_common_names_each_client_takes_its_own_choice(common_names: tuple[str, ...], expected: set[str]) -> None:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text) for text in common_names]).public_bytes()
    found = three(leaf={"names": (), "subject": subject})
    assert accepting(chain_of([found.leaf, found.middle], [found.root])) == expected


AUTHORITY = {"constraints": constraints(True)}
SERVES = usage("digital_signature", "key_encipherment")
ISSUES = usage("digital_signature", "key_cert_sign")


@pytest.mark.parametrize(
    ("changes", "issued", "itself"),
    [
        ({}, ALL - {"nss"}, ALL - {"gnutls", "nss"}),
        ({"extended": None}, ALL, ALL - {"gnutls"}),
        ({"extended": None, "usage": ISSUES}, ALL, ALL),
        ({"usage": ISSUES}, ALL - {"nss"}, ALL - {"nss"}),
        ({"constraints": bytes.fromhex("30030101ff0500")}, OPENSSL | {"go", "gnutls", "nss"}, OPENSSL | {"go"}),
        ({"constraints": constraints(True, 0), "extended": None}, ALL - {"openssl-3-strict"}, ALL - {"gnutls"}),
    ],
)
def test_an_authority_that_serves_is_taken_by_its_usages_and_by_where_it_stands(changes: dict[str, Any], issued: set[str], itself: set[str]) -> None:
    """Below a root, and as a certificate of the store that has signed itself, as `openssl req -x509` makes them."""
    options = {"usage": SERVES, **AUTHORITY, **changes}
    found = three(leaf=options)
    assert accepting(chain_of([found.leaf, found.middle], [found.root])) == issued
    own = made(NAME, names=(NAME,), **options)
    assert accepting(chain_of([own], [own])) == itself


def test_gnutls_and_nss_take_no_authority_of_the_store_that_another_has_issued() -> None:
    found = three(leaf={"usage": ISSUES, "extended": None, **AUTHORITY})
    assert not accepting(chain_of([found.leaf], [found.leaf])) & {"gnutls", "nss"}


def test_go_and_java_read_what_is_sent_along_and_openssl_does_not() -> None:
    found = three()
    unreadable = made("Elsewhere CA", authority=True, constraints=b"\x04\x00")
    assert accepting(chain_of([found.leaf, found.middle, unreadable], [found.root])) == OPENSSL | {"gnutls", "nss"}


def test_an_anchor_that_is_sent_too_is_read_with_what_is_sent() -> None:
    found = three(root={"version": 4})
    assert accepting(chain_of([found.leaf, found.middle, found.root], [found.root])) == ALL - {"go", "java"}


def test_java_looks_at_an_anchors_dates_when_it_has_to_look_for_a_path() -> None:
    found, gone = three(), three(root={"before": -4000.0, "after": -2.0})
    assert "java" in accepting(chain_of([gone.leaf, gone.middle], [gone.root]))
    assert "java" not in accepting(chain_of([gone.leaf, made("Stranger Root CA", authority=True), gone.middle], [gone.root]))
    assert "java" in accepting(chain_of([found.leaf, made("Stranger Root CA", authority=True), found.middle], [found.root]))


def test_a_leaf_in_the_store_does_not_save_a_strict_client_from_the_chain_that_is_sent() -> None:
    sound, gone = three(), three(middle={"after": -1.0})
    assert "openssl-3-strict" in accepting(chain_of([sound.leaf, sound.middle], [sound.leaf]))
    assert "openssl-3-strict" in accepting(chain_of([gone.leaf], [gone.leaf]))
    assert "openssl-3-strict" not in accepting(chain_of([gone.leaf, gone.middle], [gone.leaf]))


def test_gnutls_goes_on_to_the_root_where_an_authority_below_it_is_trusted_too() -> None:
    found = three(root={"permitted": subtrees(permitted=[base("other.example")])})
    assert "gnutls" not in accepting(chain_of([found.leaf, found.middle], [found.root, found.middle]))
    assert "gnutls" in accepting(chain_of([found.leaf, found.middle], [found.middle]))
