"""Keys: what can be broken is found, in bounded time, and no key that is trusted today is taken for broken."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from primes import after, roca_prime
from samples.judged import key_of, published, with_key

from tlsdiag.certificates import Certificate, KeyInfo, SignatureInfo, TrustStore, read_certificate, weak_key, weak_signature
from tlsdiag.certificates.keys import broken_key, explicit_parameters, key_remarks, little_supported, published_key
from tlsdiag.certificates.keys.broken import LONGEST, fermat, has_roca_fingerprint, small_factor
from tlsdiag.testing.certificates import new_key

CORPUS = Path(__file__).parents[1] / "corpus"
SOUND = new_key("rsa").public_key().public_numbers().n


def rsa(modulus: int, exponent: int = 65537) -> Certificate:
    """A certificate with an RSA key, as it is read."""
    return Certificate(der=b"", key=KeyInfo(kind="RSA", bits=modulus.bit_length(), modulus=modulus, exponent=exponent))


def fault(modulus: int) -> str | None:
    found = broken_key(rsa(modulus))
    return found.code if found is not None else None


def test_a_sound_key_is_not_broken() -> None:
    assert fault(SOUND) is None


@pytest.mark.parametrize("factor", [2, 3, 751, 65521, 65537])
def test_a_small_factor_is_found_and_named(factor: int) -> None:
    found = broken_key(rsa(SOUND * factor))
    assert found is not None and found.code == "small-factor"
    assert f"divisible by {factor}" in found.detail


def test_a_factor_above_the_bound_is_not_looked_for() -> None:
    assert small_factor(SOUND * 65539) is None


def test_a_square_is_found() -> None:
    assert fault(after(3 << 1022) ** 2) == "square"


@pytest.mark.parametrize("distance", [2, 1000, 1 << 500])
def test_close_primes_are_found(distance: int) -> None:
    first = after(3 << 1022)
    assert fault(first * after(first + distance)) == "close-primes"


def test_primes_that_are_not_close_enough_take_too_many_rounds() -> None:
    first = after(3 << 1022)
    assert fermat(first * after(first + (1 << 519))) is None


@given(st.integers(3, 10**6), st.integers(0, 60))
def test_a_product_of_neighbours_is_always_found(number: int, distance: int) -> None:
    one = 2 * number + 1
    assert fermat(one * (one + 2 * distance)) is not None


@given(st.integers(2, 1 << 200))
def test_any_number_may_be_given(number: int) -> None:
    broken_key(rsa(number))
    fermat(number)


def test_a_key_of_infineons_library_is_found() -> None:
    assert fault(roca_prime(1024, 1) * roca_prime(1024, 2)) == "roca"


def test_one_such_prime_alone_leaves_no_fingerprint() -> None:
    assert not has_roca_fingerprint(roca_prime(1024, 3) * after(3 << 1022))


@pytest.mark.parametrize("modulus", [0, 1, -5, -SOUND])
def test_a_modulus_that_is_none_is_passed_over(modulus: int) -> None:
    assert broken_key(rsa(modulus)) is None


def test_a_key_longer_than_any_client_takes_is_not_looked_at() -> None:
    assert fault(3 << LONGEST) is None
    assert [item.code for item in key_remarks(rsa(1 << LONGEST))] == ["odd-size", "too-long"]


@pytest.mark.parametrize("modulus", [(1 << LONGEST) - 1, (3 << LONGEST // 2 - 2) ** 2 + 2, SOUND**8 | 1], ids=["ones", "nearly a square", "a power"])
def test_the_longest_keys_take_a_blink(modulus: int) -> None:
    """The bound is ten times what a slow machine needs: it is there for a search that does not end."""
    started = time.perf_counter()
    broken_key(rsa(modulus))
    assert time.perf_counter() - started < 0.5


def test_no_root_that_is_trusted_today_is_broken_or_public() -> None:
    stores = [TrustStore.certifi()]
    if Path("/etc/ssl/certs/ca-certificates.crt").exists():
        stores.append(TrustStore.from_file("/etc/ssl/certs/ca-certificates.crt"))
    for store in stores:
        for root in store.anchors:
            assert broken_key(root) is None, root.label
            assert published_key(root) is None, root.label
            assert not explicit_parameters(root)


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (KeyInfo(kind="Ed25519", bits=256), "browsers, NSS and Java 11 do not"),
        (KeyInfo(kind="Ed448", bits=456), "browsers, NSS, Go and Java 11 do not"),
        (KeyInfo(kind="ML-DSA-65"), "OpenSSL from 3.5 on"),
        (KeyInfo(kind="EC", bits=256, curve="secp256k1"), "no code point"),
        (KeyInfo(kind="EC", bits=256, curve="brainpoolP256r1"), "have to be told"),
        (KeyInfo(kind="EC", bits=521, curve="secp521r1"), "Chrome does not offer it"),
        (KeyInfo(kind="EC", curve="1.2.3.4"), "hardly a client"),
    ],
)
def test_a_kind_that_few_take_is_told_with_who_does(key: KeyInfo, words: str) -> None:
    found = little_supported(Certificate(der=b"", key=key))
    assert found is not None and words in found.detail


@pytest.mark.parametrize("key", [KeyInfo(kind="RSA", bits=2048), KeyInfo(kind="EC", bits=256, curve="secp256r1"), KeyInfo(kind="EC", curve="explicit")])
def test_a_kind_that_all_take_is_not_told(key: KeyInfo) -> None:
    assert little_supported(Certificate(der=b"", key=key)) is None


def test_a_key_for_pss_alone_is_told() -> None:
    plain, pss = bytes.fromhex("300d06092a864886f70d0101010500"), bytes.fromhex("300b06092a864886f70d01010a")
    spki = read_certificate(with_key(key_of(SOUND))).spki
    found = little_supported(Certificate(der=b"", key=KeyInfo(kind="RSA"), spki=_shorter(spki.replace(plain, pss))))
    assert found is not None and found.code == "pss"


def _shorter(spki: bytes) -> bytes:
    """The length of the outer SEQUENCE put right."""
    return spki[:2] + (len(spki) - 4).to_bytes(2, "big") + spki[4:]


@pytest.mark.parametrize(
    ("modulus", "exponent", "codes"),
    [
        (1 << 2047, 65537, []),
        (1 << 2050, 65537, ["odd-size"]),
        (1 << 2047, 3, ["small-exponent"]),
        (1 << 2047, (1 << 32) + 1, ["long-exponent"]),
        (1 << 2047, 4, []),
        (1 << 9215, 65537, ["long"]),
    ],
)
def test_what_is_odd_about_an_rsa_key_is_told(modulus: int, exponent: int, codes: list[str]) -> None:
    assert [item.code for item in key_remarks(rsa(modulus, exponent))] == codes


def test_a_public_exponent_of_one_and_a_long_even_one_are_weak() -> None:
    one, even = weak_key(rsa(SOUND, 1)), weak_key(rsa(SOUND, 1 << 4000))
    assert one is not None and "its own signature" in one.detail
    assert even is not None and "of 4001 bits" in even.detail


@pytest.mark.parametrize(("name", "words"), [("sha1", "Java (below a private root) take it"), ("md5", "browsers refuse it"), ("md2", "every client")])
def test_a_weak_signature_says_who_refuses_it(name: str, words: str) -> None:
    found = weak_signature(Certificate(der=b"", signature_algorithm=SignatureInfo(name=name, hash=name)))
    assert found is not None and words in found.detail


def test_a_test_key_of_the_rfc_is_known_as_public() -> None:
    assert published_key(read_certificate(with_key(published()))) == "RFC 9500 (testECCP256)"
    assert published_key(read_certificate(with_key(key_of(SOUND)))) is None
    assert published_key(Certificate(der=b"")) is None


@pytest.mark.parametrize(("folder", "module"), [("keys", "keys/_published_tables.py"), ("lifetimes", "_lifetimes_tables.py")])
def test_the_table_is_the_one_that_its_script_makes(folder: str, module: str) -> None:
    import tlsdiag.certificates

    spec = importlib.util.spec_from_file_location(f"generate_{folder}", CORPUS / folder / "generate.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    shipped = Path(tlsdiag.certificates.__file__).parent / module
    assert shipped.read_text(encoding="utf-8") == script.output(), f"run tests/corpus/{folder}/generate.py"
