"""Authorities: the generated tables, who owns a root, and tables that a caller has."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.certificates import Certificate, Name, TrustStore, read_certificate
from tlsdiag.certificates.authorities import AuthorityDataError, Measure, issuing_owner, owner_of, read_tables, shipped, with_tables
from tlsdiag.testing import Authority

CORPUS = Path(__file__).parents[1] / "corpus" / "authorities"
PACKAGE = Path(__file__).parents[2] / "tlsdiag" / "certificates" / "authorities"
ROOTS = {root.label: root for root in TrustStore.certifi().anchors}
PRIVATE = read_certificate(Authority.root(number=300).issued.der)


def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_authorities", CORPUS / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def table(kind: str = "distrust", **parts: Any) -> bytes:
    return json.dumps({"schema": f"tlsdiag-refdata/{kind}/1", "date": "2027-02-03", **parts}).encode()


def test_the_generated_tables_are_what_the_generator_gives() -> None:
    for name, text in generator().outputs().items():
        assert (PACKAGE / name).read_text(encoding="utf-8") == text, "run tests/corpus/authorities/generate.py"


@pytest.mark.parametrize("name", ["ca_contacts.json", "distrust.json"])
def test_the_shipped_rows_are_those_of_the_corpus(name: str) -> None:
    _, date, rows = read_tables((CORPUS / name).read_bytes())
    data = shipped()
    assert (rows, date) in ((data.owners, data.owners_date), (data.distrusts, data.distrusts_date))


def test_every_root_of_certifi_has_an_owner() -> None:
    assert [label for label, root in ROOTS.items() if owner_of(root) is None] == []


def test_an_owner_has_its_address_with_source_and_doubt() -> None:
    found = owner_of(ROOTS["ISRG Root X1"])
    assert found is not None
    assert found.owner == "Internet Security Research Group (Let's Encrypt)"
    assert found.emails == ("cert-prob-reports@letsencrypt.org",)
    assert found.caa_identifiers == ("letsencrypt.org",)
    assert found.source and found.confidence == "high"


def test_an_old_address_is_in_doubt() -> None:
    found = owner_of(ROOTS["Amazon Root CA 1"])
    assert found is not None and found.confidence.startswith("low (old)") and found.source_date == "2017-04"


def test_a_private_authority_has_no_known_owner() -> None:
    assert owner_of(PRIVATE) is None


def test_where_one_authority_signed_the_root_of_another_the_other_has_issued() -> None:
    own, other = ROOTS["GTS Root R1"], ROOTS["ISRG Root X1"]
    found = owner_of(PRIVATE, own, other)
    assert found is not None and found.owner == "Google Trust Services"


def issued_by(organization: str) -> Certificate:
    return Certificate(der=b"leaf", issuer=Name(attributes=(("2.5.4.10", organization),)))


@pytest.mark.parametrize(
    ("organization", "owner"),
    [
        ("Certainly", "Certainly (Fastly)"),
        ("Microsoft Corporation", "Microsoft"),
        ("Apple Inc.", "GoDaddy (incl. Starfield)"),
        ("Starfield Technologies, Inc.", "GoDaddy (incl. Starfield)"),
        ("", "GoDaddy (incl. Starfield)"),
        ("...", "GoDaddy (incl. Starfield)"),
    ],
)
def test_a_young_authority_below_an_old_root_is_told_by_its_organisation(organization: str, owner: str) -> None:
    found = issuing_owner((issued_by(organization), ROOTS["Starfield Root Certificate Authority - G2"]))
    assert found is not None and found.owner == owner


def test_a_newer_table_takes_the_place_of_the_shipped_one() -> None:
    mine = with_tables([("mine.json", table("ca_contacts", owners=[{"owner": "Us", "roots": [{"sha256": PRIVATE.sha256, "spki_sha256": "0" * 64}]}]))])
    found = owner_of(PRIVATE, data=mine)
    assert found is not None and found.owner == "Us" and found.confidence == ""
    assert (mine.owners_date, mine.owners_origin) == ("2027-02-03", "mine.json")
    assert mine.distrusts == shipped().distrusts


def test_a_row_without_a_source_is_marked() -> None:
    (row,) = with_tables([("x", table(leaked_key_roots=[{"product": "Box", "cert_sha256": ["a" * 64]}]))]).distrusts
    assert row.measure is Measure.LEAKED and not row.documented


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "neither of the schemas"),
        (b'{"schema": 7}', "neither of the schemas"),
        (b'{"schema": "tlsdiag-refdata/distrust/2"}', "neither of the schemas"),
        (b" " * (8 * 1024 * 1024 + 1), "more than"),
        (table(date="soon"), "date"),
        (table(incidents={}), "incidents: expected an array"),
        (table(incidents=[7]), r"incidents\[0\]: expected an object"),
        (table(incidents=[{}]), "ca: expected text"),
        (table(incidents=[{"ca": "X", "cert_sha256": "x"}]), "cert_sha256: expected an array"),
        (table(incidents=[{"ca": "X", "cert_sha256": ["x"]}]), "expected a SHA-256"),
        (table("ca_contacts", owners=[{"owner": "X", "problem_reporting": []}, {"owner": "Y", "problem_reporting": [1]}]), r"owners\[1\]: expected an object"),
    ],
)
def test_a_file_that_is_no_table_is_a_clear_error(content: bytes, says: str) -> None:
    with pytest.raises(AuthorityDataError, match=says):
        read_tables(content)


_PLAIN = [None, 0, True, 10**30, "", "x", "2026-01-01", "a" * 64, "\ud800"]
_VALUES: st.SearchStrategy[Any] = st.sampled_from([*_PLAIN, [], {}, [1], [{}], ["x"], {"x": []}, [{"spki": "a" * 64}]])
_PARTS = ["incidents", "leaked_key_roots", "chrome_root_store_constraints", "nss_root_changes", "owners", "date"]
_NAMES = ["ca", "stores", "product", "sha256", "spki_sha256", "cert_sha256", "after", "store", "condition", "change", "bug", "owner", "roots"]
_ROWS = st.lists(st.dictionaries(st.sampled_from(_NAMES), _VALUES), max_size=2) | _VALUES


@given(st.sampled_from(["distrust", "ca_contacts"]), st.dictionaries(st.sampled_from(_PARTS), _ROWS))
def test_no_json_raises_anything_else(kind: str, parts: dict[str, Any]) -> None:
    try:
        read_tables(table(kind, **parts))
    except AuthorityDataError:
        pass
