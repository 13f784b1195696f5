"""A certificate whose authorityKeyIdentifier names another issuer than the one that signed it: OpenSSL and GnuTLS go by it and find nobody, others pass it over.

It comes of authorities that are certified again under the same key with another serial number, while certificates name the old one.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...certificates import Certificate, signed_by
from ...plugin import ClientView, Fix

RIGHT_IDENTIFIER = Fix(
    summary="Have it issued again with an authorityKeyIdentifier that fits its issuer, by the key alone; or send the issuer's certificate that it names, where there is one that is still valid.",
    snippets={"openssl": "authorityKeyIdentifier = keyid   # and not issuer:always", "shell": "openssl x509 -in cert.pem -noout -ext authorityKeyIdentifier"},
)


def misnaming(known: Sequence[Certificate], view: ClientView) -> str | None:
    """What a certificate says of its issuer, where the client's path breaks off at it for that; None where the path ends for another reason."""
    length = len(view.path)
    if not 0 < length < len(view.better) or view.better[:length] != view.path:
        return None
    for child in (item for item in known if item.label == view.path[-1]):
        for issuer in (item for item in known if item.label == view.better[length]):
            if (said := _difference(child, issuer)) is not None and signed_by(child, issuer):
                return said
    return None


def _difference(child: Certificate, issuer: Certificate) -> str | None:
    named = child.authority_key
    if named is None:
        return None
    head = f"{child.label} says in its authorityKeyIdentifier that its issuer has the"
    if named.key_id is not None and issuer.subject_key_id is not None and named.key_id != issuer.subject_key_id:
        return f"{head} key {named.key_id.hex()[:40]}, and that of {issuer.label}, which signed it, is {issuer.subject_key_id.hex()[:40]}"
    if named.serial is not None and named.serial != issuer.serial:
        return f"{head} serial number {_hex(named.serial)}, and that of {issuer.label}, which signed it, is {_hex(issuer.serial)}"
    return None


def _hex(number: int | None) -> str:
    return f"{number:x}"[:40] if number is not None else "unreadable"
