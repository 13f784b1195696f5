"""Extensions that must be there, that must be critical or must not, and that nobody knows (RFC 5280 section 4.2; Baseline Requirements 7.1.2)."""

from __future__ import annotations

from collections.abc import Iterator

from ... import oids
from ...certificate import Certificate
from ...oids import UNDERSTOOD
from ..issuers import key_ids_fit
from ..judging import Broken, Judged

_POLICY_CONSTRAINTS = "2.5.29.36"

_KNOWN_TO_SOME = {oids.TLS_FEATURE: ":feature", _POLICY_CONSTRAINTS: ":policy-constraints", oids.INHIBIT_ANY_POLICY: ":inhibit-any"}
"""Extensions that only some clients know."""


def critical(judged: Judged) -> Iterator[Broken]:
    """Critical extensions that clients do not know."""
    for depth, item in enumerate(judged.chain):
        for extension in item.extensions:
            if extension.critical and (extension.oid not in UNDERSTOOD or extension.oid in _KNOWN_TO_SOME):
                variant, who = _KNOWN_TO_SOME.get(extension.oid, ""), "some" if extension.oid in _KNOWN_TO_SOME else "most"
                detail = f"{item.label} has the critical extension {extension.oid}, which {who} clients do not know"
                yield f"unknown-critical-extension{variant}", depth, detail


def key_identifiers(judged: Judged) -> Iterator[Broken]:
    """authorityKeyIdentifier and subjectKeyIdentifier (RFC 5280 sections 4.2.1.1, 4.2.1.2)."""
    for depth, item in enumerate(judged.chain):
        authority, subject = item.extension(oids.AUTHORITY_KEY_IDENTIFIER), item.extension(oids.SUBJECT_KEY_IDENTIFIER)
        rooted = depth == judged.top and item.is_self_issued
        if authority is None and not rooted and item.version >= 3:
            yield "authority-key-missing", depth, f"{item.label} has no authorityKeyIdentifier"
        elif authority is not None:
            yield from _authority_key(item, depth, critical=authority.critical, rooted=rooted)
        if depth < judged.top and key_ids_fit(item, judged.chain[depth + 1]) is False:
            where = ":anchor" if judged.is_anchor(depth + 1) else ""
            detail = f"the authorityKeyIdentifier of {item.label} is not the key of {judged.chain[depth + 1].label}, which signed it"
            yield f"authority-key-differs{where}", depth, detail
        elif judged.is_anchor(depth + 1) and _names_another(item, judged.chain[depth + 1]):
            detail = f"the authorityKeyIdentifier of {item.label} has another serial number than {judged.chain[depth + 1].label}, which signed it"
            yield "authority-key-differs:anchor-serial", depth, detail
        if subject is None and item.is_ca and depth > 0:
            yield "subject-key-missing", depth, f"{item.label} is an authority without subjectKeyIdentifier"
        elif subject is not None and subject.critical:
            yield "subject-key-critical", depth, f"{item.label} has a subjectKeyIdentifier that is marked critical"


def _names_another(item: Certificate, issuer: Certificate) -> bool:
    named = item.authority_key
    return named is not None and named.serial is not None and issuer.serial is not None and named.serial != issuer.serial


def handed_down(judged: Judged) -> Iterator[Broken]:
    """TLS features of an authority that a certificate below it lacks (RFC 7633 section 4.2.2); the rule of GnuTLS alone."""
    for depth, item in judged.authorities():
        missing = set(item.tls_features) - set(judged.chain[depth - 1].tls_features)
        if missing:
            below = judged.chain[depth - 1].label
            yield "feature-not-handed-down", depth, f"{item.label} wants TLS features ({', '.join(map(str, sorted(missing)))}) that {below} does not have"


def _authority_key(item: Certificate, depth: int, *, critical: bool, rooted: bool) -> Iterator[Broken]:
    """What it holds: the Baseline Requirements (7.1.2.11.1) want the key's identifier and nothing else."""
    if critical:
        yield "authority-key-critical", depth, f"{item.label} has an authorityKeyIdentifier that is marked critical"
    found = item.authority_key
    if found is None:
        return  # it cannot be read, which is told as a malformed extension
    if found.key_id is None:
        yield "authority-key-odd:no-key", depth, f"the authorityKeyIdentifier of {item.label} names no key"
    elif rooted and item.subject_key_id is not None and found.key_id != item.subject_key_id:
        yield "authority-key-odd", depth, f"{item.label} has issued itself, and its authorityKeyIdentifier is not its own subjectKeyIdentifier"
    if found.issuer or found.serial is not None:
        yield "authority-key-odd", depth, f"the authorityKeyIdentifier of {item.label} names its issuer's certificate and not the key alone"


def criticality(judged: Judged) -> Iterator[Broken]:
    """Extensions that are marked the wrong way round."""
    for depth, item in enumerate(judged.chain):
        access, limits = item.extension(oids.AUTHORITY_INFORMATION), item.extension(_POLICY_CONSTRAINTS)
        if access is not None and access.critical:
            yield "authority-access-critical", depth, f"{item.label} has an authorityInfoAccess that is marked critical"
        if limits is not None and not limits.critical:
            yield "policy-constraints-not-critical", depth, f"{item.label} has policyConstraints that are not marked critical"
