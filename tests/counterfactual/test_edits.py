"""Edits of a hello: each differs from the original in what it says, and in nothing else."""

from __future__ import annotations

from collections.abc import Callable

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded_client import CORPUS, recorded_hello

from tlsdiag.handshake import Offer, edits
from tlsdiag.handshake.hello import build_hello
from tlsdiag.iana import CipherSuite, ExtensionType, NamedGroup, ProtocolVersion, SignatureScheme
from tlsdiag.wire import ClientHello, DecodeError

T = ExtensionType


def _is_tls(name: str) -> bool:
    try:
        return recorded_hello(name).extensions is not None
    except DecodeError:
        return False  # an SSL 2.0 hello


NAMES = [name for name in sorted(path.stem for path in CORPUS.glob("*.bin")) if _is_tls(name)]
HELLOS = {name: recorded_hello(name) for name in NAMES}
hellos = st.sampled_from(NAMES).map(HELLOS.__getitem__)


def others(hello: ClientHello, *kinds: int) -> tuple[object, ...]:
    """Everything of a hello but the bodies of these extensions, which have their place all the same."""
    extensions = tuple((item.type, b"" if item.type in kinds else item.body) for item in hello.extensions or ())
    return (hello.legacy_version, hello.random, hello.session_id, hello.compression_methods, hello.cipher_suites, extensions)


@given(hellos, st.data())
def test_leaving_out_an_extension_leaves_the_rest_in_order(hello: ClientHello, data: st.DataObject) -> None:
    gone = data.draw(st.sampled_from(edits.extension_types(hello)))
    left = edits.without_extensions(hello, (gone,))
    assert left.extensions == tuple(item for item in hello.extensions or () if item.type != gone)
    assert attrs.evolve(left, extensions=hello.extensions) == hello


@given(hellos, st.lists(st.integers(0, 0xFFFF).map(CipherSuite), min_size=1))
def test_other_suites_change_nothing_else(hello: ClientHello, suites: list[CipherSuite]) -> None:
    changed = edits.with_suites(hello, suites)
    assert changed.cipher_suites == tuple(suites)
    assert attrs.evolve(changed, cipher_suites=hello.cipher_suites) == hello


@given(hellos, st.lists(st.integers(0, 0xFFFF).map(SignatureScheme), min_size=1, max_size=30))
def test_other_schemes_change_one_body(hello: ClientHello, schemes: list[SignatureScheme]) -> None:
    changed = edits.with_schemes(hello, schemes)
    assert changed.signature_schemes == tuple(schemes)
    if hello.extension(T.SIGNATURE_ALGORITHMS) is not None:
        assert others(changed, T.SIGNATURE_ALGORITHMS) == others(hello, T.SIGNATURE_ALGORITHMS)


@given(hellos, st.data())
def test_fewer_groups_take_their_shares_with_them(hello: ClientHello, data: st.DataObject) -> None:
    kept = [group for group in hello.supported_groups if data.draw(st.booleans())]
    changed = edits.with_groups(hello, kept)
    assert changed.supported_groups == tuple(kept)
    assert set(edits.share_groups(changed)) <= set(kept)
    if hello.extension(T.SUPPORTED_GROUPS) is not None:
        assert others(changed, T.SUPPORTED_GROUPS, T.KEY_SHARE) == others(hello, T.SUPPORTED_GROUPS, T.KEY_SHARE)


@given(hellos)
def test_the_same_list_is_the_same_hello(hello: ClientHello) -> None:
    same: dict[str, Callable[[], ClientHello]] = {
        "suites": lambda: edits.with_suites(hello, hello.cipher_suites),
        "groups": lambda: edits.with_groups(hello, hello.supported_groups) if hello.supported_groups else hello,
        "schemes": lambda: edits.with_schemes(hello, hello.signature_schemes) if hello.signature_schemes else hello,
        "alpn": lambda: edits.with_alpn(hello, hello.alpn),
        "shares": lambda: edits.with_shares(hello, edits.share_groups(hello)) if hello.extension(T.KEY_SHARE) else hello,
        "name": lambda: edits.with_server_name(hello, hello.server_name) if hello.server_name else hello,
    }
    assert {name: make() == hello for name, make in same.items()} == dict.fromkeys(same, True)


@given(hellos)
def test_without_grease_has_none_and_keeps_all_else(hello: ClientHello) -> None:
    changed = edits.without_grease(hello)
    assert not edits.has_grease(changed)
    assert changed.cipher_suites == tuple(suite for suite in hello.cipher_suites if not suite.is_grease)
    assert edits.extension_types(changed) == tuple(kind for kind in edits.extension_types(hello) if not kind.is_grease)
    assert edits.has_grease(edits.with_grease(changed))


@given(hellos)
def test_without_post_quantum_there_is_a_classical_share_left(hello: ClientHello) -> None:
    changed = edits.without_post_quantum(hello)
    assert edits.post_quantum_groups(changed) == ()
    if edits.share_groups(hello):
        assert [group for group in edits.share_groups(changed) if not group.is_grease]


@given(hellos, st.integers(200, 3000))
def test_padding_makes_the_size_that_is_asked_for(hello: ClientHello, size: int) -> None:
    bare = edits.without_extensions(hello, (T.PADDING,))
    changed = edits.padded(hello, size)
    if size >= edits.size_of(bare) + 4:
        assert edits.size_of(changed) == size
        assert edits.without_extensions(changed, (T.PADDING,)) == bare
    else:
        assert changed == hello


@pytest.mark.parametrize("version", [ProtocolVersion.TLS1_2, ProtocolVersion.TLS1_1])
@given(hello=hellos)
def test_a_lower_version_is_all_that_is_offered(version: ProtocolVersion, hello: ClientHello) -> None:
    changed = edits.at_most(hello, version)
    assert max(Offer.from_client_hello(changed).versions) <= version
    gone = {*edits.extension_types(hello)} - {*edits.extension_types(changed)}
    assert gone <= {T.SUPPORTED_VERSIONS, T.KEY_SHARE, T.PSK_KEY_EXCHANGE_MODES, T.PRE_SHARED_KEY, T.EARLY_DATA, T.COOKIE}
    assert changed.cipher_suites == hello.cipher_suites


@given(hellos)
def test_a_new_extension_comes_last_but_for_a_pre_shared_key(hello: ClientHello) -> None:
    with_key = edits.with_extension(hello, T.PRE_SHARED_KEY, b"\0\0")
    changed = edits.with_extension(with_key, 0xFABC, b"x")
    assert edits.extension_types(changed)[-2:] == (0xFABC, T.PRE_SHARED_KEY)


def test_a_blank_share_is_filled_when_the_hello_is_built() -> None:
    hello = edits.with_shares(HELLOS["python-3.11-ssl-default"], [NamedGroup.SECP384R1, NamedGroup.X25519MLKEM768])
    built = build_hello(Offer.from_client_hello(hello), lambda count: b"\x07" * count).hello
    assert edits.size_of(built) == edits.size_of(hello)
    assert edits.share_groups(built) == (NamedGroup.SECP384R1, NamedGroup.X25519MLKEM768)
    assert built.extension(T.KEY_SHARE) != hello.extension(T.KEY_SHARE)


def test_a_share_that_cannot_be_read_is_left_alone() -> None:
    hello = edits.with_extension(HELLOS["python-3.11-ssl-default"], T.KEY_SHARE, b"\0\x09\0\x1d")
    assert edits.share_groups(hello) == ()
    assert edits.with_groups(hello, [NamedGroup.SECP256R1]).extension(T.KEY_SHARE) == hello.extension(T.KEY_SHARE)


def test_a_hello_without_extensions_stays_one() -> None:
    hello = attrs.evolve(HELLOS["python-3.11-ssl-default"], extensions=None)
    assert edits.without_extensions(hello, (T.SERVER_NAME,)) == hello
    assert edits.extension_types(hello) == ()
