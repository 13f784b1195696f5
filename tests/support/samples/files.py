"""Samples of the family files: what the files hold is made to order, read and arranged by the code that reads a caller's files."""

from __future__ import annotations

import functools
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs12 import PBES
from responders import listing, naming

from tlsdiag.check import Seen
from tlsdiag.local import Material
from tlsdiag.offline import observations_of, survey
from tlsdiag.target import Target
from tlsdiag.testing import Authority, Issued, Window, self_signed
from tlsdiag.testing.observations import NOW

from .common import NAME, Samples

PASSWORD = b"open sesame"
PARAMETERS = b"-----BEGIN DH PARAMETERS-----\nMAYCAQsCAQI=\n-----END DH PARAMETERS-----\n"


@functools.cache
def issuing() -> Authority:
    return Authority.root(number=900, now=NOW).intermediate(number=901)


@functools.cache
def leaf(name: str = NAME, number: int = 902) -> Issued:
    return issuing().issue(name, number=number, now=NOW)


@functools.cache
def demanding() -> Issued:
    return issuing().issue(NAME, number=906, now=NOW, extensions=naming(staple=True))


@functools.cache
def old_root() -> Issued:
    window = Window(not_before=NOW - timedelta(days=4000), not_after=NOW - timedelta(days=1))
    return self_signed("Old Root CA", authority=True, subject_alt_name=False, number=903, window=window)


def given(*contents: bytes, key: bytes | None = None, password: bytes | None = None, open_to_all: bool = False, wanted: bool = False) -> Seen:
    """What a caller of `diagnose_certificates` would have it look at."""
    materials = [Material(name=f"file{number}.pem", data=data, open_to_all=open_to_all) for number, data in enumerate(contents, 1)]
    key_material = None if key is None else Material(name="key.pem", data=key, open_to_all=open_to_all)
    files = survey(materials, key_material, password, host=NAME, key_wanted=wanted or key is not None)
    target = Target.of_files([item.name for item in materials], host=NAME)
    return Seen(target=target, now=NOW, observations=observations_of(files))


def sound() -> Seen:
    return given(leaf().chain_pem, key=leaf().key_pem)


def before_its_leaf() -> Seen:
    return given(issuing().pem + leaf().pem)


def locked_key() -> bytes:
    found: bytes = leaf().private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(PASSWORD))
    return found


def without_a_line(pem: bytes) -> bytes:
    lines = pem.splitlines(keepends=True)
    return b"".join(lines[:3] + lines[4:])


def cut_key() -> bytes:
    lines = leaf().key_pem.splitlines(keepends=True)
    return b"".join([lines[0], lines[1][:32] + b"\n", *lines[2:]])


@functools.cache
def container(*, old: bool = False) -> bytes:
    kind = PBES.PBESv1SHA1And3KeyTripleDESCBC if old else PBES.PBESv2SHA256AndAES256CBC
    encryption = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(kind).build(PASSWORD)
    return pkcs12.serialize_key_and_certificates(b"x", leaf().private_key, leaf().certificate, None, encryption)


def roots(*more: bytes) -> Seen:
    return given(leaf().full_chain_pem[len(leaf().chain_pem) :] + issuing_root("Other Root CA", 905).pem + b"".join(more))


@functools.cache
def issuing_root(name: str, number: int) -> Authority:
    return Authority.root(name, number=number, now=NOW)


def pem_list() -> bytes:
    return x509.load_der_x509_crl(listing(issuing(), now=NOW)).public_bytes(Encoding.PEM)


def der_key() -> bytes:
    found: bytes = leaf().private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return found


SAMPLES: Samples = {
    "file-wrong-order": (before_its_leaf, sound),
    "file-holds-no-certificate": (
        lambda: given(b"<!DOCTYPE html><html><body>404</body></html>"),
        lambda: given(b"Bag Attributes\n  x: <html>\n" + leaf().chain_pem),
    ),
    "file-damaged": (lambda: given(without_a_line(leaf().pem)), sound),
    "file-form-unreadable": (lambda: given(leaf().chain_pem.decode().encode("utf-16")), lambda: given(leaf().chain_pem.replace(b"\n", b"\r\n"))),
    "file-not-pem": (lambda: given(leaf().der), sound),
    "keystore-algorithm-old": (lambda: given(container(old=True), password=PASSWORD), lambda: given(container(), password=PASSWORD)),
    "file-without-leaf": (lambda: given(issuing().pem), sound),
    "file-demands-staple": (lambda: given(demanding().chain_pem), sound),
    "file-holds-more": (lambda: given(leaf().chain_pem + pem_list()), lambda: given(leaf().chain_pem + PARAMETERS)),
    "file-several-leaves": (lambda: given(leaf().pem + leaf("other.example", 904).chain_pem), lambda: given(leaf().pem + leaf().chain_pem)),
    "trust-store-file": (roots, lambda: given(leaf().full_chain_pem)),
    "file-certificate-expired": (lambda: roots(old_root().pem), roots),
    "file-key-mismatch": (lambda: given(leaf().chain_pem, key=leaf("other.example", 904).key_pem), sound),
    "file-locked": (lambda: given(leaf().pem, key=locked_key()), lambda: given(leaf().pem, key=locked_key(), password=PASSWORD)),
    "file-key-missing": (lambda: given(leaf().chain_pem, wanted=True), lambda: given(leaf().chain_pem + leaf().key_pem, wanted=True)),
    "file-key-unreadable": (lambda: given(leaf().pem, key=cut_key()), lambda: given(leaf().pem, key=der_key())),
    "file-holds-key": (lambda: given(leaf().key_pem + leaf().chain_pem), sound),
    "file-key-exposed": (
        lambda: given(leaf().pem, key=leaf().key_pem, open_to_all=True),
        lambda: given(leaf().pem, key=locked_key(), password=PASSWORD, open_to_all=True),
    ),
}
