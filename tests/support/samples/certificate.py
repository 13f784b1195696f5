"""Samples of the family certificate."""

from __future__ import annotations

import functools
from datetime import timedelta
from typing import Any

import attrs
from cryptography import x509
from failures.forge import forged, key_usage, serial

from tlsdiag.certificates import TrustStore, build_paths, describe_chain, read_certificate
from tlsdiag.check import Seen
from tlsdiag.facts import BrokenRule, ChainPaths, PathSeen, ServedChain, ShapeSeen
from tlsdiag.testing import Authority, Issued, Window, self_signed
from tlsdiag.testing.observations import NOW, client_outcome, seen

from .common import NAME, Samples


@functools.cache
def root() -> Authority:
    return Authority.root(number=300, now=NOW)


@functools.cache
def issuing() -> Authority:
    return root().intermediate(number=301)


def window(before: float, after: float) -> Window:
    return Window(not_before=NOW + timedelta(days=before), not_after=NOW + timedelta(days=after))


def leaf(*names: str, **faults: Any) -> Issued:
    faults.setdefault("window", window(-30, 60))
    return issuing().issue(*(names or (NAME,)), **faults)


def chain(*ders: bytes, verify_code: int | None = 20, trust: bytes | None = None, **options: Any) -> Seen:
    """What a client that refused these certificates would have observed."""
    store = TrustStore.from_pem(trust or root().pem)
    sent = tuple(read_certificate(der) for der in ders)
    shape = ShapeSeen(**attrs.asdict(describe_chain(sent, store)))
    search = build_paths(sent[0], sent=sent[1:], store=store, at=NOW)
    paths = tuple(
        PathSeen(
            certificates=tuple(item.der for item in path.certificates),
            anchored=path.anchored,
            violations=tuple(
                BrokenRule(code=item.code, detail=item.detail, depth=item.depth, profiles=tuple(sorted(item.profiles))) for item in path.violations
            ),
        )
        for path in search.paths
    )
    trusted = any(path.valid for path in search.paths)
    observed = ChainPaths(store="sample", anchors=len(store), at=NOW, trusted=trusted, paths=paths, shape=shape, **options)
    refused = client_outcome(completed=verify_code is None, verify_code=verify_code, error_type="ssl.SSLCertVerificationError")
    return seen(ServedChain(certificates=ders), observed, refused)


def issued(item: Issued, **options: Any) -> Seen:
    return chain(*item.chain, **options)


def sound() -> Seen:
    return issued(leaf(), verify_code=None)


def sha1_leaf() -> bytes:
    """A certificate whose signature algorithm says sha1WithECDSA: the identifier is exchanged in place, for the check reads no more."""
    sha256, sha1 = bytes.fromhex("06082a8648ce3d040302"), bytes.fromhex("06072a8648ce3d0401")
    assert sha256 in leaf().der
    return _shrunk(leaf().der, sha256, sha1)


def _shrunk(der: bytes, old: bytes, new: bytes) -> bytes:
    """Write the certificate again with another algorithm identifier in both places."""
    from tlsdiag.certificates.der import read_element

    def again(element_der: bytes) -> bytes:
        element = read_element(element_der)
        if element.raw == old:
            return new
        if element.tag not in (0x30,):
            return element.raw
        content = b"".join(again(child.raw) for child in element.children())
        size = len(content)
        length = bytes([size]) if size < 128 else bytes([0x80 | (size.bit_length() + 7) // 8]) + size.to_bytes((size.bit_length() + 7) // 8, "big")
        return b"\x30" + length + content

    return again(der)


def by_a_leaf() -> Seen:
    bad = Authority(issued=root().issue("ca.example", number=5, window=window(-30, 60)), window=window(-30, 60))
    return issued(bad.issue(NAME, window=window(-30, 60)))


def with_extension(critical: bool) -> Seen:
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.1"), b"\x05\x00")
    return issued(leaf(extensions=((extension, critical),)), verify_code=34 if critical else None)


def constrained(name: str) -> Seen:
    """Below an authority that may issue for a name only."""
    limits = x509.NameConstraints(permitted_subtrees=[x509.DNSName(name)], excluded_subtrees=None)
    below = root().intermediate("Test Constrained CA", number=320, extensions=((limits, True),))
    return issued(below.issue(NAME, window=window(-30, 60)), verify_code=47)


def by_a_namesake(number: int) -> Seen:
    """The intermediate that is sent has the issuer's name, and its key where the numbers are the same."""
    return chain(root().intermediate(number=number).issue(NAME, window=window(-30, 60)).der, issuing().issued.der)


def damaged(*edits: Any, signer: int = 301, verify_code: int | None = 7) -> Seen:
    """A certificate that was changed, and signed again by the issuer's key or by another."""
    from tlsdiag.testing.certificates import new_key

    return chain(forged(leaf().certificate, new_key("ecdsa", signer), *edits), *leaf().chain[1:], verify_code=verify_code)


def narrow(**allowed: bool) -> Seen:
    return damaged(key_usage(**allowed), verify_code=None)


def long(length: int) -> Seen:
    return sent(*(root().intermediate(f"Spare CA {number}", number=330).issued.der for number in range(length - 2)))


def large(size: int) -> Seen:
    """A certificate with a large extension, and a client that OpenSSL's limit keeps from reading it."""
    import attrs as records

    from tlsdiag.facts import ClientOutcome

    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.55555.2"), b"\x04\x83" + size.to_bytes(3, "big") + bytes(size))
    view = issued(leaf(extensions=((extension, False),)), verify_code=None)
    client = view[ClientOutcome]
    refused = records.evolve(client, completed=False, error_type="ssl.SSLError", reason="EXCESSIVE_MESSAGE_SIZE")
    view.observations.put(ClientOutcome, view.endpoint, refused)
    return view


def old_root(after: float) -> Seen:
    """A path up to a root that ends so many days from now; the root itself is not sent."""
    above = Authority(issued=self_signed("Old Root CA", number=351, authority=True, window=window(-4000, after)), window=window(-30, 60))
    return issued(above.issue(NAME, window=window(-30, 60)), verify_code=10 if after < 0 else None, trust=above.pem)


def stranger() -> Authority:
    return Authority.root("Stranger Root CA", organization="Strangers", number=310, now=NOW)


def reordered() -> Seen:
    lower = issuing().intermediate("Test Lower CA", number=303).issue(NAME, window=window(-30, 60))
    first, second, third = lower.chain
    return chain(first, third, second, verify_code=None)


def sent(*more: bytes, again: bool = False) -> Seen:
    first = leaf().chain
    return chain(*first, *(first[:1] if again else ()), *more, verify_code=None)


def cross_sign(name: str, number: int) -> bytes:
    """The certificate that an older authority has issued for one of this name and key."""
    return Authority.root("Older Root CA", number=352, now=NOW).intermediate(name, number=number).issued.der


SAMPLES: Samples = {
    "certificate-expired": (lambda: issued(leaf(window=window(-90, -1))), sound),
    "certificate-not-yet-valid": (lambda: issued(leaf(window=window(1, 90))), sound),
    "trusted-root-expired": (lambda: old_root(-1), lambda: old_root(400)),
    "certificate-expiring": (lambda: issued(leaf(window=window(-87, 3)), verify_code=None), lambda: issued(leaf(window=window(-4, 6)), verify_code=None)),
    "name-mismatch": (lambda: issued(leaf("other.example"), verify_code=62), lambda: issued(leaf("*.example.org", NAME), verify_code=None)),
    "name-in-common-name": (
        lambda: issued(leaf(subject_alt_name=False), verify_code=62),
        lambda: issued(leaf("other.example", common_name=NAME), verify_code=62),
    ),
    "certificate-self-signed": (lambda: issued(self_signed(NAME, window=window(-30, 60)), verify_code=18), sound),
    "intermediate-missing": (lambda: chain(leaf().der), lambda: chain(stranger().issue(NAME).der)),
    "intermediate-wrong": (lambda: by_a_namesake(399), lambda: by_a_namesake(301)),
    "certificate-bad-signature": (lambda: damaged(signer=398), lambda: by_a_namesake(399)),
    "issuer-untrusted": (lambda: chain(stranger().issue(NAME).der), lambda: chain(leaf().der)),
    "private-authority": (
        lambda: chain(stranger().issue(NAME).der, stranger().issued.der, verify_code=19),
        lambda: chain(stranger().issue(NAME).der, stranger().issued.der, verify_code=None, trust=stranger().pem),
    ),
    "path-search-incomplete": (lambda: chain(leaf().der, complete=False), lambda: issued(leaf(), complete=False, verify_code=None)),
    "trust-store-unreadable": (lambda: chain(leaf().der, store_error="gone"), lambda: chain(leaf().der)),
    "chain-wrong-order": (reordered, lambda: sent(cross_sign("Test Issuing CA", 301))),
    "chain-duplicate": (lambda: sent(again=True), lambda: sent(cross_sign("Test Issuing CA", 301))),
    "chain-extra": (lambda: sent(stranger().issued.der), lambda: sent(cross_sign("Test Issuing CA", 301))),
    "root-sent": (lambda: sent(root().issued.der), lambda: sent(cross_sign("Test Root CA", 300))),
    "weak-key": (lambda: issued(leaf(key="rsa1024"), verify_code=66), lambda: issued(leaf(key="rsa"), verify_code=None)),
    "weak-signature": (lambda: chain(sha1_leaf(), verify_code=68), sound),
    "certificate-wrong-usage": (lambda: issued(leaf(usages=("client",)), verify_code=26), lambda: issued(leaf(usages=("client", "server")), verify_code=None)),
    "issuer-not-authority": (by_a_leaf, sound),
    "name-constraints-violated": (lambda: constrained("other.example"), lambda: constrained("example")),
    "key-usage-narrow": (lambda: narrow(key_encipherment=True), lambda: narrow(key_encipherment=True, digital_signature=True)),
    "chain-too-long": (lambda: long(11), lambda: long(10)),
    "chain-too-large": (lambda: large(120_000), lambda: large(3_000)),
    "certificate-unknown-extension": (lambda: with_extension(True), lambda: with_extension(False)),
    "certificate-malformed": (lambda: damaged(serial(-1), verify_code=None), lambda: damaged(serial(0), verify_code=None)),
    "certificate-untidy": (lambda: damaged(serial(0), verify_code=None), sound),
}
