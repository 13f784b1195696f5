"""Which certificate is the server's own, what a server would send with it, and what is written."""

from __future__ import annotations

import pytest
from cryptography import x509

from tlsdiag.bundles import Arrangement, Placed, arrange, chain_above, pem_text, read_bundle
from tlsdiag.bundles.ber import definite
from tlsdiag.bundles.pem import MAX_ITEMS
from tlsdiag.certificates import Certificate, DerError, read_certificate, signed_by
from tlsdiag.testing import Authority, self_signed

SERVERS = x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH])
ROOT = Authority.root(number=980)
MIDDLE = ROOT.intermediate(number=981)
LOWER = MIDDLE.intermediate("Test Lower CA", number=982)
LEAF = LOWER.issue("server.example", number=983)
OTHER = MIDDLE.issue("other.example", number=984)
CERTIFICATES = {
    "root": ROOT.issued, "middle": MIDDLE.issued, "lower": LOWER.issued, "leaf": LEAF, "other": OTHER,
    "self": self_signed("self.example", number=985), "own authority": self_signed("own.example", number=986, authority=True),
    "nameless authority": self_signed("Some CA", number=987, authority=True, subject_alt_name=False),
    "host authority": self_signed("host.example", number=988, authority=True, subject_alt_name=False),
    "server as authority": LOWER.issue("server.example", number=989, authority=True, extensions=((SERVERS, False),)),
    "for servers": ROOT.intermediate("Test CA for servers", number=990, extensions=((SERVERS, False),)).issued,
}  # fmt: skip


def placed(*names: str, ordered: bool = True) -> list[Placed]:
    """Certificates by name; a number before the name is that of the file."""
    parts = [name.split(":") if ":" in name else ["0", name] for name in names]
    return [Placed(certificate=read_certificate(CERTIFICATES[name].der), file=int(file), ordered=ordered) for file, name in parts]


@pytest.mark.parametrize(
    ("names", "leaf", "written"),
    [
        (["leaf", "lower", "middle"], 0, (0, 1, 2)),
        (["middle", "lower", "leaf"], 2, (0, 1, 2)),
        (["leaf", "other", "middle"], 0, (0, 2)),
        (["leaf", "leaf", "lower"], 0, (0, 1, 2)),
        (["0:middle", "1:leaf", "1:lower"], 1, (1, 2, 0)),
        (["0:leaf", "1:leaf", "1:lower", "2:lower"], 0, (0, 2)),
        (["self"], 0, (0,)),
        (["own authority"], 0, (0,)),
        (["host authority"], 0, (0,)),
        (["server as authority", "lower", "middle"], 0, (0, 1, 2)),
        (["lower", "server as authority"], 1, (0, 1)),
        (["for servers", "root"], None, ()),
        (["root", "middle"], None, ()),
        (["nameless authority"], None, ()),
        ([], None, ()),
    ],
)
def test_the_leaf_and_what_belongs_with_it_are_found_as_they_stand_in_the_file(names: list[str], leaf: int | None, written: tuple[int, ...]) -> None:
    found = arrange(placed(*names))
    assert (found.leaf, found.written) == (leaf, written)


@pytest.mark.parametrize(
    ("names", "chain"),
    [
        (["leaf", "lower", "middle"], (0, 1, 2)),
        (["root", "middle", "lower", "leaf"], (3, 2, 1, 0)),
        (["leaf", "middle", "lower"], (0, 2, 1)),
        (["middle", "leaf", "nameless authority"], (1, 0, 2)),
    ],
)
def test_a_chain_is_judged_in_the_right_order_with_what_is_left_at_its_end(names: list[str], chain: tuple[int, ...]) -> None:
    assert arrange(placed(*names)).chain == chain


def test_roots_alone_are_a_store() -> None:
    assert arrange(placed("root", "nameless authority")) == Arrangement(is_store=True)
    assert not arrange(placed("root", "middle")).is_store
    assert not arrange([]).is_store


def test_a_long_list_of_roots_is_a_store_though_it_holds_a_cross_sign() -> None:
    roots = [Placed(certificate=read_certificate(Authority.root(f"Root {number}", number=989).issued.der)) for number in range(10)]
    assert arrange([*roots, *placed("middle")]).is_store
    assert not arrange([*roots[:2], *placed("middle")]).is_store


def test_what_has_no_order_is_put_in_order() -> None:
    found = arrange(placed("root", "lower", "leaf", "middle", ordered=False))
    assert found.chain == (2, 1, 3, 0)


def test_in_what_has_no_order_the_key_or_the_host_says_which_is_meant() -> None:
    names = placed("leaf", "other", ordered=False)
    spki = read_certificate(OTHER.der).spki
    assert arrange(names, public_keys=[spki]).leaf == 1
    assert arrange(names, host="other.example").leaf == 1
    assert arrange(names).leaf == 0
    assert arrange(placed("leaf", "other"), public_keys=[spki]).leaf == 0


def test_an_authority_whose_key_is_given_is_what_is_judged() -> None:
    assert arrange(placed("middle"), public_keys=[read_certificate(MIDDLE.issued.der).spki]).leaf == 0


def test_a_chain_goes_up_to_the_root_and_leaves_it_out() -> None:
    leaf, lower, middle, root = (read_certificate(item.der) for item in (LEAF, LOWER.issued, MIDDLE.issued, ROOT.issued))
    assert chain_above(leaf, [root, middle, leaf, lower]) == ((leaf, lower, middle), True)
    assert chain_above(leaf, [lower]) == ((leaf, lower), False)
    assert chain_above(leaf, []) == ((leaf,), False)
    own = read_certificate(CERTIFICATES["self"].der)
    assert chain_above(own, [leaf]) == ((own,), True)


def test_what_is_written_reads_back() -> None:
    text = pem_text([read_certificate(LEAF.der), read_certificate(LOWER.issued.der)])
    assert text == LEAF.pem + LOWER.issued.pem
    assert [item.der for item in read_bundle(text).items] == [LEAF.der, LOWER.issued.der]


def test_a_file_has_no_more_blocks_than_any_store() -> None:
    found = read_bundle(b"-----BEGIN X-----\n-----END X-----\n" * (MAX_ITEMS + 1))
    assert len(found.items) == MAX_ITEMS
    assert [remark.code for remark in found.remarks] == ["too-many"]
    assert len(read_bundle(b"\x30\x02\x05\x00" * (MAX_ITEMS + 1)).items) == MAX_ITEMS


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"\x30\x80\x02\x01\x05\0\0", b"\x30\x03\x02\x01\x05"),
        (b"\x30\x80\x24\x80\x04\x01a\x04\x01b\0\0\0\0", b"\x30\x04\x04\x02ab"),
        (b"\x30\x80\xa0\x80\x04\x01a\x04\x01b\0\0\0\0", b"\x30\x04\x80\x02ab"),
        (b"\x30\x80\x04\x81\x80" + bytes(128) + b"\0\0", b"\x30\x81\x83\x04\x81\x80" + bytes(128)),
        (b"\x30\x04\x30\x80\0\0", b"\x30\x02\x30\x00"),
    ],
)
def test_indefinite_lengths_become_definite(data: bytes, found: bytes) -> None:
    assert definite(data) == found


@pytest.mark.parametrize("data", [b"", b"\x30", b"\x30\x85\1\1\1\1\1", b"\x30\x05\x02", b"\x30\x80\x02\x01\x05", b"\x30\x80" * 30, b"\x30\x03\x30\x80\0\0"])
def test_lengths_that_cannot_be_are_refused(data: bytes) -> None:
    with pytest.raises(DerError):
        definite(data)


@pytest.mark.parametrize(
    ("der", "kind"),
    [
        ("3003020101", "unknown"),
        ("300602010502010a", "parameters"),
        ("30080201050203010001", "public-key"),
        ("300d06092a864886f70d010101", "parameters"),
        ("3000", "unknown"),
        ("30053003020101", "unknown"),
        ("30120600060006000600060006000600", "unknown"),
    ],
)
def test_outlines_that_fit_nothing_are_unknown(der: str, kind: str) -> None:
    data = bytes.fromhex(der)
    found = read_bundle(data)
    assert {item.kind for item in found.items} <= {kind}


SIGNED_DATA = "06092a864886f70d010702"


@pytest.mark.parametrize("data", [f"300b{SIGNED_DATA}", "300b06092a864886f70d010701", f"3010{SIGNED_DATA}a0033001ff", f"3011{SIGNED_DATA}a00430020500"])
def test_a_container_that_is_none_is_damaged_or_empty(data: str) -> None:
    found = read_bundle(bytes.fromhex(data))
    assert not found.certificates
    assert found.problem in ("damaged", "")


@pytest.mark.parametrize(
    ("names", "number", "leaf", "chosen", "chain"),
    [
        (["leaf", "lower", "middle", "other", "middle"], None, 0, "first", (0, 1, 2)),
        (["leaf", "lower", "middle", "other", "middle"], 2, 3, "asked", (3, 2)),
        (["other", "middle", "leaf", "lower", "middle"], None, 0, "first", (0, 1)),
        (["other", "middle", "leaf", "lower", "middle"], 2, 2, "asked", (2, 3, 1)),
        (["leaf", "self", "lower", "middle"], 2, 1, "asked", (1,)),
        (["leaf", "lower"], 1, 0, "", (0, 1)),
        (["leaf", "lower"], 2, 0, "", (0, 1)),
    ],
)
def test_what_is_there_for_another_leaf_is_no_part_of_the_chain(names: list[str], number: int | None, leaf: int, chosen: str, chain: tuple[int, ...]) -> None:
    found = arrange(placed(*names), number=number)
    assert (found.leaf, found.chosen, found.chain) == (leaf, chosen, chain)


def test_the_order_of_a_file_is_that_of_its_first_leaf() -> None:
    assert arrange(placed("middle", "other", "leaf", "lower")).written == (0, 1)
    assert arrange(placed("middle", "other", "leaf", "lower"), number=2).written == (2, 3, 0)


def test_a_file_of_namesakes_costs_no_more_than_some_comparisons(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counted(child: Certificate, issuer: Certificate) -> bool | None:
        asked.append(child)
        return signed_by(child, issuer)

    monkeypatch.setattr("tlsdiag.bundles.arranging.signed_by", counted)
    namesakes = [ROOT.intermediate("Same CA", number=4000 + number) for number in range(40)]
    leaves = [authority.issue(f"h{number}.example", number=4100 + number) for number, authority in enumerate(namesakes)]
    found = arrange([Placed(certificate=read_certificate(item.der)) for item in (*leaves, *(authority.issued for authority in namesakes))])
    assert len(found.leaves) == 40
    assert len(asked) < 40 * 40 / 2
