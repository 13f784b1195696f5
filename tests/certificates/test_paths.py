"""The search for paths: which are found, in which order, what is said of those that lead nowhere, and what it costs on hostile graphs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import hostile
import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from hostile import NOW, Graph
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.certificates import CLIENTS, Certificate, PathSearch, TrustStore, build_paths, client_verdicts, read_certificate
from tlsdiag.certificates.name_keys import name_key
from tlsdiag.testing import Authority, Issued, Window

ROOT = Authority.root("Paths Root CA", number=1300, now=NOW)
ISSUING = ROOT.intermediate("Paths Issuing CA", number=1301)
WINDOW = Window.around(NOW)
STRANGER = Authority.root("Stranger Root CA", number=1302, now=NOW)


def leaf(authority: Authority = ISSUING) -> Certificate:
    return read(authority.issue("server.example", window=Window.around(NOW)))


def read(item: Authority | Issued) -> Certificate:
    return read_certificate(item.issued.der if isinstance(item, Authority) else item.der)


def search(first: Certificate, *sent: Authority | Certificate, trusted: tuple[Authority, ...] = (ROOT,), **options: object) -> PathSearch:
    certificates = [item if isinstance(item, Certificate) else read(item) for item in sent]
    store = TrustStore.from_certificates([item.issued.der for item in trusted])
    return build_paths(first, sent=certificates, store=store, at=NOW, **options)  # type: ignore[arg-type]


def labels(found: PathSearch) -> list[str]:
    return [" < ".join(item.label for item in path.certificates) for path in found.paths]


def codes(found: PathSearch) -> set[str]:
    return {item.code for item in found.paths[0].violations}


def crossed(lower: Authority, upper: Authority, name: str, number: int, window: Window | None = None) -> Certificate:
    """The lower authority's name and key, certified by the upper one."""
    return read(Authority(issued=upper.issued, window=window or upper.window).intermediate(name, number=number))


def test_every_way_is_found_and_the_anchored_ones_come_first() -> None:
    other = crossed(ISSUING, STRANGER, "Paths Issuing CA", 1301)
    found = search(leaf(), other, read(STRANGER), ISSUING)
    assert [path.anchored for path in found.paths] == [True, False]
    assert labels(found) == ["server.example < Paths Issuing CA < Paths Root CA", "server.example < Paths Issuing CA < Stranger Root CA"]


def test_of_two_anchored_ways_the_one_without_a_fault_comes_first() -> None:
    gone = Window(not_before=NOW - timedelta(days=900), not_after=NOW - timedelta(days=1))
    expired = crossed(ISSUING, STRANGER, "Paths Issuing CA", 1301, gone)
    found = search(leaf(), expired, ISSUING, trusted=(STRANGER, ROOT))
    assert [path.accepted_by("openssl-3") for path in found.paths] == [True, False]
    assert found.best is found.paths[0] and found.best.valid


def test_of_two_sound_ways_the_shorter_one_comes_first() -> None:
    found = search(leaf(), ISSUING, crossed(ROOT, STRANGER, "Paths Root CA", 1300), trusted=(ROOT, STRANGER))
    assert [len(path.certificates) for path in found.paths] == [3, 4]


def test_certificates_that_were_found_elsewhere_count_as_sent_ones() -> None:
    assert not search(leaf()).paths[0].anchored
    assert search(leaf(), extra=[read(ISSUING)]).paths[0].anchored


def test_nobody_who_is_not_there_is_an_unknown_issuer() -> None:
    (path,) = search(leaf()).paths
    (broken,) = (item for item in path.violations if item.code == "unknown-issuer")
    assert "Paths Issuing CA" in broken.detail
    assert {"go", "openssl-3", "gnutls"} <= broken.profiles


def test_a_namesake_with_another_key_is_re_keyed() -> None:
    bare = ISSUING.issue("server.example", window=Window.around(NOW))
    found = search(read(bare), ROOT.intermediate("Paths Issuing CA", number=1303))
    assert "re-keyed" in codes(found)
    assert "bad-signature" not in codes(found)


def test_a_namesake_whose_key_identifier_fits_makes_a_bad_signature() -> None:
    sound = ISSUING.issue("server.example", window=Window.around(NOW)).der
    damaged = read_certificate(sound[:-1] + bytes([sound[-1] ^ 1]))
    assert codes(search(damaged, ISSUING)) & {"bad-signature", "re-keyed", "unknown-issuer"} == {"bad-signature"}


def test_a_root_that_is_sent_and_not_trusted_ends_a_path() -> None:
    found = search(leaf(), ISSUING, ROOT, trusted=(STRANGER,))
    assert "root-untrusted" in codes(found)
    alone = read(STRANGER)
    assert "self-signed" in codes(search(alone))


def test_authorities_that_have_certified_each_other_make_no_endless_path() -> None:
    one, two = (Authority.root(f"Circle {number}", number=1310 + number, now=NOW) for number in range(2))
    circle = [crossed(one, two, "Circle 0", 1310), crossed(two, one, "Circle 1", 1311)]
    found = search(leaf(one), *circle)
    assert found.complete
    assert not any(path.anchored for path in found.paths)
    assert codes(found) >= {"unknown-issuer"} and "re-keyed" not in codes(found)


def test_an_authority_with_a_new_key_of_its_own_name_is_on_the_path() -> None:
    rolled = ROOT.intermediate("Paths Root CA", number=1306)
    found = search(leaf(rolled), rolled)
    assert labels(found) == ["server.example < Paths Root CA < Paths Root CA"]


def test_too_many_authorities_are_told_where_a_number_is_given() -> None:
    assert codes(search(leaf(), ISSUING, most_authorities=0)) >= {"too-deep"}
    assert "too-deep" not in codes(search(leaf(), ISSUING, most_authorities=1))


def test_a_spent_budget_is_no_unknown_issuer() -> None:
    graph = hostile.namesakes(20)
    found = build_paths(graph.leaf, sent=graph.sent, store=graph.store, at=NOW, budget=1)
    assert not found.complete
    assert {item.code for item in found.paths[0].violations} >= {"search-incomplete"}
    assert not {"unknown-issuer", "re-keyed"} & {item.code for item in found.paths[0].violations}


def test_a_name_is_the_same_however_it_is_written() -> None:
    def named(value: str, kind: x509.name._ASN1Type) -> bytes:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, value, kind)]).public_bytes()

    utf8, printable = x509.name._ASN1Type.UTF8String, x509.name._ASN1Type.PrintableString
    same = {name_key(named("Paths  Trust", utf8)), name_key(named("PATHS TRUST", printable)), name_key(named(" paths trust ", utf8))}
    assert len(same) == 1
    assert name_key(named("Paths Trust 2", utf8)) not in same
    assert name_key(b"no name") != name_key(b"another")


def test_an_issuer_whose_name_is_written_in_another_way_is_found_and_some_clients_do_not_find_it() -> None:
    shouting = Authority.root("Paths SHOUTING Root", number=1307, now=NOW)
    whispering = Authority.root("paths shouting root", number=1307, now=NOW)
    (path,) = search(leaf(whispering), trusted=(shouting,)).paths
    assert path.anchored and path.valid
    assert not path.accepted_by("go")
    assert {item.code for item in path.refusals("go")} == {"names-written-differently"}


# What it costs


def verified(graph: Graph, **options: int) -> PathSearch:
    return build_paths(graph.leaf, sent=graph.sent, store=graph.store, at=NOW, **options)


def test_of_a_hundred_namesakes_the_one_with_the_right_key_identifier_is_tried_first() -> None:
    found = verified(hostile.namesakes())
    assert found.paths[0].anchored
    assert found.signatures <= 4


def test_namesakes_with_one_key_cost_one_signature() -> None:
    same = [ISSUING.issued.der, *(ROOT.intermediate("Paths Issuing CA", number=1301).issued.der for _ in range(50))]
    found = build_paths(leaf(), sent=[read_certificate(der) for der in same], store=TrustStore.from_pem(ROOT.pem), at=NOW)
    assert found.signatures <= 55  # one for the leaf, one for each of the others' own
    assert found.paths[0].valid


@pytest.mark.parametrize(("size", "trusted"), [(12, False), (12, True), (30, True)])
def test_a_mesh_costs_no_more_than_the_budget_and_its_anchor_is_found(size: int, trusted: bool) -> None:
    found = verified(hostile.mesh(size, trusted=trusted))
    assert found.signatures <= 300
    assert found.paths[0].anchored is trusted
    assert len(found.paths) <= 40


def test_that_no_way_of_a_million_leads_to_an_anchor_is_known_for_certain() -> None:
    found = verified(hostile.ladder())
    assert found.complete
    assert not found.paths[0].anchored
    assert found.signatures < 50


def test_a_large_certificate_counts_for_more_than_one() -> None:
    graph = hostile.large(3_000_000)
    assert not verified(graph, budget=6).complete
    assert verified(graph, budget=60).complete


def test_a_long_way_is_found() -> None:
    found = verified(hostile.tower())
    assert found.paths[0].valid
    assert len(found.paths[0].certificates) == 92


def test_thousands_of_names_below_thousands_of_subtrees_are_compared_and_some_clients_give_up() -> None:
    found = verified(hostile.constrained())
    assert found.paths[0].anchored
    assert {item.code for item in found.paths[0].violations} >= {"constraints-too-many"}


def test_fractions_of_a_second_do_not_count() -> None:
    ends = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
    issued = ISSUING.issue("server.example", window=Window(not_before=NOW - timedelta(days=1), not_after=ends))
    late = ends + timedelta(milliseconds=900)
    found = build_paths(read(issued), sent=[read(ISSUING)], store=TrustStore.from_pem(ROOT.pem), at=late)
    assert found.paths[0].valid


# Whatever is sent


@given(place=st.integers(0, 2), at=st.integers(0, 400), content=st.binary(max_size=4), left_out=st.integers(0, 4))
def test_no_bytes_in_a_chain_end_the_search_or_the_verdicts_with_an_exception(place: int, at: int, content: bytes, left_out: int) -> None:
    ders = [ISSUING.issue("server.example", number=1320, window=WINDOW).der, ISSUING.issued.der, ROOT.issued.der]
    ders[place] = ders[place][:at] + content + ders[place][at + left_out :]
    first, middle, top = (read_certificate(der) for der in ders)
    store = TrustStore.from_certificates([top.der])
    assert build_paths(first, sent=[middle], store=store, at=NOW).paths
    assert len(client_verdicts(first, sent=[middle], store=store, at=NOW, host="server.example")) == len(CLIENTS)
