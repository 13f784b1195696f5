"""Signature algorithms (RFC 4055, RFC 5758, RFC 8017, RFC 8410, RFC 9881): what an AlgorithmIdentifier says, and whether its parameters are in order."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from . import oids
from .certificate import SignatureInfo
from .der import NULL, OID, SEQUENCE, DerError, Element, read_element

_MGF1 = "1.2.840.113549.1.1.8"
_MAX_SALT = 1024


@attrs.frozen(kw_only=True)
class PssParameters:
    """RSASSA-PSS-params (RFC 4055 section 3.1); a hash that is not known here is its dotted OID."""

    hash: str = "sha1"
    mask_hash: str = "sha1"
    salt_length: int = 20
    trailer: int = 1


def signature_info(algorithm: Element) -> SignatureInfo:
    """The algorithm with its name and hash."""
    parts = algorithm.expect(SEQUENCE).children()
    oid = _first(parts, algorithm).oid()
    known = oids.SIGNATURES.get(oid)
    hash_name = known.hash if known else None
    if oid == oids.RSA_PSS and len(parts) > 1:
        hash_name = pss_parameters(parts[1]).hash
    return SignatureInfo(oid=oid, name=known.name if known else oid, hash=hash_name)


def pss_parameters(element: Element) -> PssParameters:
    """The parameters, defaults filled in."""
    found = PssParameters()
    for part in element.expect(SEQUENCE).children():
        inside = part.children()[0]
        if part.tag == 0xA0:
            found = attrs.evolve(found, hash=_hash(inside))
        elif part.tag == 0xA1:
            found = attrs.evolve(found, mask_hash=_mask(inside))
        elif part.tag == 0xA2:
            found = attrs.evolve(found, salt_length=inside.integer())
        elif part.tag == 0xA3:
            found = attrs.evolve(found, trailer=inside.integer())
        else:
            raise DerError(f"an element with tag 0x{part.tag:02x} in the parameters of RSASSA-PSS", part.offset)
    return found


def pss_parameters_of(algorithm_der: bytes) -> PssParameters | None:
    """The parameters of an encoded AlgorithmIdentifier of RSASSA-PSS; None where they cannot be read or make no sense."""
    try:
        parts = read_element(algorithm_der).expect(SEQUENCE).children()
        found = pss_parameters(parts[1]) if len(parts) > 1 else None
    except (DerError, IndexError):
        return None
    return found if found is not None and 0 <= found.salt_length <= _MAX_SALT and found.trailer == 1 else None


def algorithm_faults(algorithm: Element) -> Iterator[tuple[str, str, int]]:
    """What is wrong with the parameters of a signature algorithm: code, words, offset."""
    parts = algorithm.expect(SEQUENCE).children()
    known = oids.SIGNATURES.get(_first(parts, algorithm).oid())
    if known is None:
        return
    if len(parts) > 2:
        yield "signature-parameters", f"{known.name} has more than one parameter", parts[2].offset
    if known.key == "RSA":
        if len(parts) == 1:
            yield "signature-parameters-absent", f"{known.name} lacks its NULL parameters", algorithm.offset
        elif parts[1].tag != NULL:
            yield "signature-parameters", f"{known.name} has parameters other than NULL", parts[1].offset
    elif known.key == "RSA-PSS":
        yield from _pss_faults(parts, algorithm)
    elif len(parts) > 1 and known.key != "DSA":
        what = "NULL parameters" if parts[1].tag == NULL else "parameters"
        yield "signature-parameters", f"{known.name} has {what}, and has to have none", parts[1].offset


def _pss_faults(parts: list[Element], algorithm: Element) -> Iterator[tuple[str, str, int]]:
    if len(parts) == 1:
        yield "signature-parameters", "rsassaPss lacks its parameters", algorithm.offset
        return
    found = pss_parameters(parts[1])
    if found.trailer != 1:
        yield "signature-parameters", f"rsassaPss has the trailer field {found.trailer}; 1 is the only one", parts[1].offset
    if not 0 <= found.salt_length <= _MAX_SALT:
        yield "signature-parameters", f"rsassaPss has a salt of {found.salt_length} bytes", parts[1].offset
    if found.hash != found.mask_hash:
        detail = f"rsassaPss hashes with {found.hash} and masks with {found.mask_hash}, which Go and others do not take"
        yield "signature-parameters", detail, parts[1].offset


def _first(parts: list[Element], algorithm: Element) -> Element:
    if not parts:
        raise DerError("an algorithm without its identifier", algorithm.offset)
    return parts[0].expect(OID)


def _hash(algorithm: Element) -> str:
    oid = _first(algorithm.expect(SEQUENCE).children(), algorithm).oid()
    return oids.HASHES.get(oid, oid)


def _mask(algorithm: Element) -> str:
    parts = algorithm.expect(SEQUENCE).children()
    oid = _first(parts, algorithm).oid()
    if oid != _MGF1 or len(parts) < 2:
        return oid
    return _hash(parts[1])


