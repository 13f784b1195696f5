"""Names, keys, stores, paths and the shape of chains."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import attrs
import pytest

from tlsdiag.certificates import (
    Certificate,
    KeyInfo,
    SignatureInfo,
    StoreError,
    TrustStore,
    build_paths,
    describe_chain,
    match_host,
    matches_dns,
    read_certificate,
    weak_key,
    weak_signature,
)
from tlsdiag.testing import Authority, Issued, Window

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ROOT = Authority.root(number=300, now=NOW)
ISSUING = ROOT.intermediate(number=301)
STRANGER = Authority.root("Stranger Root CA", organization="Strangers", number=310, now=NOW)
STORE = TrustStore.from_pem(ROOT.pem)


def leaf(*names: str, authority: Authority = ISSUING) -> Issued:
    return authority.issue(*(names or ("server.example",)), window=Window.around(NOW))


def read(*ders: bytes) -> list[Certificate]:
    return [read_certificate(der) for der in ders]


def test_the_issuer_of_a_damaged_certificate_belongs_to_the_chain_with_what_is_above_it() -> None:
    whole = leaf()
    damaged = whole.der[:-1] + bytes([whole.der[-1] ^ 1])
    lower = ISSUING.intermediate("Lower CA", number=302).issue("server.example", window=Window.around(NOW))
    sent = read(damaged, *whole.chain[1:])
    assert describe_chain(sent, STORE).extras == ()
    assert describe_chain(read(lower.der[:-1] + bytes([lower.der[-1] ^ 1]), *lower.chain[1:]), STORE).extras == ()
    assert describe_chain([*sent, *read(STRANGER.issued.der)], STORE).extras == (2,)


@pytest.mark.parametrize(
    ("pattern", "host", "matches"),
    [
        ("server.example", "server.example", True),
        ("SERVER.example", "server.EXAMPLE.", True),
        ("server.example.", "server.example", False),
        ("*.example.org", "www.example.org", True),
        ("*.example.org", "a.www.example.org", False),
        ("*.example.org", "example.org", False),
        ("*.org", "example.org", False),
        ("w*.example.org", "www.example.org", False),
        ("*.*.example.org", "a.b.example.org", False),
        ("", "", False),
    ],
)
def test_a_wildcard_stands_for_one_whole_label(pattern: str, host: str, matches: bool) -> None:
    assert matches_dns(pattern, host) is matches


@pytest.mark.parametrize(
    ("names", "host", "reason"),
    [
        (("*.server.example",), "a.b.server.example", "stands for one label"),
        (("*.server.example",), "server.example", "does not stand for"),
        (("other.example",), "server.example", "no dNSName"),
        (("server.example",), "192.0.2.1", "no iPAddress"),
        ((), "server.example", "common name only"),
        ((), "other.example", "no subjectAltName"),
    ],
)
def test_a_mismatch_says_why(names: tuple[str, ...], host: str, reason: str) -> None:
    issued = ISSUING.issue(*names, common_name="server.example", window=Window.around(NOW))
    match = match_host(read_certificate(issued.der), host)
    assert not match.matched
    assert reason in match.reason


def test_an_address_as_a_dns_name_does_not_match() -> None:
    certificate = Certificate(der=b"", dns_names=("192.0.2.1",))
    assert "has to be an iPAddress" in match_host(certificate, "192.0.2.1").reason


def test_an_address_matches_in_every_spelling() -> None:
    certificate = read_certificate(leaf("2001:db8::1", "192.0.2.1").der)
    assert match_host(certificate, "2001:0db8:0::1").matched
    assert match_host(certificate, "192.0.2.1").matched


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (KeyInfo(kind="RSA", bits=1024, exponent=65537), "1024 bits"),
        (KeyInfo(kind="RSA", bits=2048, exponent=1), "exponent 1"),
        (KeyInfo(kind="EC", bits=192, curve="secp192r1"), "192 bits"),
        (KeyInfo(kind="DSA", bits=2048), "DSA"),
    ],
)
def test_a_weak_key_is_told(key: KeyInfo, words: str) -> None:
    weakness = weak_key(Certificate(der=b"", key=key))
    assert weakness is not None
    assert words in weakness.detail


@pytest.mark.parametrize("key", [KeyInfo(kind="RSA", bits=2048, exponent=3), KeyInfo(kind="EC", bits=256), KeyInfo(kind="Ed25519", bits=256)])
def test_a_sound_key_is_no_weakness(key: KeyInfo) -> None:
    assert weak_key(Certificate(der=b"", key=key)) is None


def test_a_self_issued_certificate_may_have_an_old_signature() -> None:
    info = SignatureInfo(name="sha1WithRSAEncryption", hash="sha1")
    root = attrs.evolve(read_certificate(ROOT.issued.der), signature_algorithm=info)
    assert weak_signature(root) is None
    assert weak_signature(attrs.evolve(read_certificate(leaf().der), signature_algorithm=info)) is not None


def test_a_store_is_read_from_files_and_directories(tmp_path: Path) -> None:
    (tmp_path / "a.pem").write_bytes(b"# a comment\n" + ROOT.pem + STRANGER.pem)
    (tmp_path / "b.der").write_bytes(ISSUING.issued.der)
    (tmp_path / "notes.txt").write_bytes(b"no certificate")
    assert len(TrustStore.from_file(str(tmp_path / "a.pem"))) == 2
    assert len(TrustStore.from_file(str(tmp_path / "b.der"))) == 1
    store = TrustStore.from_directory(str(tmp_path))
    assert len(store) == 3
    assert [item.label for item in store.find_by_subject(read_certificate(ROOT.issued.der).subject.raw)] == ["Test Root CA"]


def test_a_store_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    (tmp_path / "junk").write_bytes(b"junk")
    for make in (
        lambda: TrustStore.from_file(str(tmp_path / "absent")),
        lambda: TrustStore.from_file(str(tmp_path / "junk")),
        lambda: TrustStore.from_directory(str(tmp_path)),
        lambda: TrustStore.from_directory(str(tmp_path / "absent")),
        lambda: TrustStore.from_pem(b"junk"),
    ):
        with pytest.raises(StoreError):
            make()


def test_the_system_store_follows_the_environment(tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(ROOT.pem)
    assert len(TrustStore.system({"SSL_CERT_FILE": str(path)})) == 1
    assert len(TrustStore.system({"SSL_CERT_DIR": str(tmp_path)})) == 1


def test_certifi_holds_many_roots() -> None:
    store = TrustStore.certifi()
    assert len(store.anchors) == len(store) > 100


def test_a_path_leads_to_the_anchor() -> None:
    issued = leaf()
    first, *rest = read(*issued.chain)
    best = build_paths(first, sent=rest, store=STORE, at=NOW).paths[0]
    assert best.valid
    assert [item.label for item in best.certificates] == ["server.example", "Test Issuing CA", "Test Root CA"]


def test_a_leaf_may_have_the_very_key_of_its_authority() -> None:
    """As proxies give it that make certificates on the fly."""
    authority = Authority.root("On The Fly CA", number=640, now=NOW)
    leaf = read_certificate(authority.issue("server.example", number=640, now=NOW).der)
    root = read_certificate(authority.issued.der)
    search = build_paths(leaf, sent=(root,), store=TrustStore.from_certificates([root.der]), at=NOW)
    assert leaf.spki == root.spki
    assert search.paths[0].anchored and len(search.paths[0].certificates) == 2


def test_extra_certificates_complete_a_path() -> None:
    issued = leaf()
    search = build_paths(read_certificate(issued.der), sent=(), store=STORE, extra=read(issued.chain[1]), at=NOW)
    assert search.paths[0].valid
    assert not build_paths(read_certificate(issued.der), sent=(), store=STORE, at=NOW).paths[0].anchored


def test_an_issuer_with_the_right_name_and_a_wrong_signature_is_none() -> None:
    twin = Authority.root(number=311, now=NOW)
    search = build_paths(read_certificate(leaf(authority=ROOT).der), sent=(), store=TrustStore.from_pem(twin.pem), at=NOW)
    assert [path.anchored for path in search.paths] == [False]


def test_a_leaf_that_is_an_anchor_is_trusted() -> None:
    issued = leaf(authority=STRANGER)
    search = build_paths(read_certificate(issued.der), sent=(), store=TrustStore.from_certificates([issued.der]), at=NOW)
    assert search.paths[0].anchored
    assert search.paths[0].accepted_by("go")


def test_openssl_wants_a_root_at_the_end_of_a_path() -> None:
    issued = leaf(authority=STRANGER)
    (path,) = build_paths(read_certificate(issued.der), sent=(), store=TrustStore.from_certificates([issued.der]), at=NOW).paths
    (broken,) = path.refusals("openssl-3")
    assert broken.code == "partial-chain"
    assert path.accepted_by("openssl-3-strict")


def violations(issued: Issued, at: datetime = NOW) -> set[str]:
    first, *rest = read(*issued.chain)
    return {item.code for item in build_paths(first, sent=rest, store=STORE, at=at).paths[0].violations}


def test_a_path_says_every_rule_that_it_breaks() -> None:
    short = ROOT.intermediate("Short CA", number=303, path_length=0).intermediate("Below CA", number=304)
    assert violations(leaf(authority=short)) == {"path-too-long"}
    assert violations(leaf(), NOW + timedelta(days=100)) == {"expired"}
    assert violations(leaf(), NOW - timedelta(days=100)) == {"not-yet-valid"}
    assert violations(ISSUING.issue("a.example", usages=("client",), window=Window.around(NOW))) == {"wrong-usage"}
    impostor = Authority(issued=ROOT.issue("ca.example", number=5, window=Window.around(NOW)), window=ROOT.window)
    assert violations(leaf(authority=impostor)) == {"not-a-ca", "no-cert-sign"}
    assert violations(ISSUING.issue("a.example", key="rsa1024", window=Window.around(NOW))) == {"weak-key"}


def test_a_maze_of_authorities_ends_with_the_budget() -> None:
    maze = [Authority.root("Maze CA", number=500 + number, now=NOW) for number in range(4)]
    crossed = [upper.intermediate("Maze CA", number=500 + lower) for upper in maze for lower in range(4)]
    pool = [read_certificate(item.issued.der) for item in crossed]
    issued = leaf(authority=maze[0])
    search = build_paths(read_certificate(issued.der), sent=pool, store=STORE, at=NOW, budget=20)
    assert not search.complete
    assert len(search.paths) <= 32


def test_an_empty_chain_has_an_empty_shape() -> None:
    assert describe_chain((), STORE).right_order == ()


def test_a_chain_from_the_root_downwards_has_its_leaf_last() -> None:
    issued = leaf()
    shape = describe_chain(read(ROOT.issued.der, issued.chain[1], issued.der), STORE)
    assert (shape.leaf, shape.right_order, shape.order_ok) == (2, (2, 1, 0), False)


def test_a_cross_sign_is_not_extra() -> None:
    crossed = STRANGER.intermediate(number=301)
    shape = describe_chain(read(*leaf().chain, crossed.issued.der), STORE)
    assert shape.extras == ()


MISSING = {
    "an issuing authority of the same organisation": (lambda: leaf(), True),
    "an issuer that calls itself a root": (lambda: leaf(authority=STRANGER), False),
    "a place to fetch it from": (
        lambda: Authority.root("Plain CA", organization=None, number=320).issue("a.example", issuer_urls=("http://ca.example/x.der",)),
        True,
    ),
    "a bare authority": (lambda: Authority.root("Plain CA", organization=None, number=320).issue("a.example"), False),
}


@pytest.mark.parametrize("name", MISSING)
def test_a_forgotten_intermediate_is_told_from_an_unknown_authority(name: str) -> None:
    make, expected = MISSING[name]
    shape = describe_chain(read(make().der), STORE)
    assert shape.missing_issuer is not None
    assert shape.intermediate_missing is expected


def test_an_issuer_that_is_a_root_elsewhere_is_public_and_no_intermediate() -> None:
    shape = describe_chain(read(leaf(authority=STRANGER).der), STORE, [TrustStore.from_pem(STRANGER.pem, "other")])
    assert shape.issuer_is_public
    assert not shape.intermediate_missing
