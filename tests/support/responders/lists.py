"""Revocation lists made to order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tlsdiag.testing import Authority, Issued

Entry = tuple[int, str | None]


def listing(
    authority: Authority,
    *entries: Entry,
    now: datetime,
    begins: timedelta = timedelta(hours=-1),
    ends: timedelta | None = timedelta(days=7),
    number: int | None = 5,
    delta: int | None = None,
    scope: dict[str, Any] | None = None,
    freshest: str = "",
    signer: Issued | None = None,
    owners: Sequence[x509.Name | None] = (),
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
    entry_extensions: Sequence[tuple[x509.ExtensionType, bool]] = (),
) -> bytes:
    """A list with these serial numbers and reasons ("key_compromise", ...), DER. `owners` are the certificateIssuers of the entries of an indirect list."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(authority.issued.certificate.subject).last_update(now + begins)
    builder = builder.next_update(now + (ends if ends is not None else timedelta(days=7)))
    if number is not None:
        builder = builder.add_extension(x509.CRLNumber(number), False)
    if delta is not None:
        builder = builder.add_extension(x509.DeltaCRLIndicator(delta), True)
    if scope is not None:
        builder = builder.add_extension(_scope(**scope), True)
    if freshest:
        point = x509.DistributionPoint([x509.UniformResourceIdentifier(freshest)], None, None, None)
        builder = builder.add_extension(x509.FreshestCRL([point]), False)
    key = authority.issued.certificate.public_key()
    builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key), False)  # type: ignore[arg-type]
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    for place, entry in enumerate(entries):
        owner = owners[place] if place < len(owners) else None
        builder = builder.add_revoked_certificate(_entry(entry, now, owner, entry_extensions))
    return builder.sign((signer or authority.issued).private_key, hashes.SHA256()).public_bytes(Encoding.DER)


def _scope(**given: Any) -> x509.IssuingDistributionPoint:
    urls = given.pop("urls", None)
    fields: dict[str, Any] = {
        "relative_name": None, "only_contains_user_certs": False, "only_contains_ca_certs": False, "only_some_reasons": None, "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }  # fmt: skip
    return x509.IssuingDistributionPoint(full_name=[x509.UniformResourceIdentifier(url) for url in urls] if urls else None, **{**fields, **given})


def _entry(entry: Entry, now: datetime, owner: x509.Name | None, extensions: Sequence[tuple[x509.ExtensionType, bool]]) -> x509.RevokedCertificate:
    serial, reason = entry
    builder = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(now - timedelta(days=2))
    if reason is not None:
        builder = builder.add_extension(x509.CRLReason(x509.ReasonFlags[reason]), False)
    if owner is not None:
        builder = builder.add_extension(x509.CertificateIssuer([x509.DirectoryName(owner)]), True)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.build()
