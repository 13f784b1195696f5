"""The chain file that a server wants: its certificate first, each issuer after what it has issued, no root, nothing twice (RFC 8446 section 4.4.2)."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence

from ..certificates import Certificate, signed_by

_MOST = 20
"""Longer than any chain that works."""


def chain_above(leaf: Certificate, known: Iterable[Certificate]) -> tuple[tuple[Certificate, ...], bool]:
    """The leaf and its issuers among `known`, upwards, without a root; and whether a root ends it. Of several issuers the first in `known` is taken."""
    pool = [item for item in known if item != leaf]
    chain = [leaf]
    while len(chain) < _MOST and not _is_root(chain[-1]):
        top = chain[-1]
        issuers = [item for item in pool if item.subject.raw == top.issuer.raw and item not in chain and signed_by(top, item) is not False]
        if not issuers:
            return tuple(chain), False
        if _is_root(issuers[0]):
            return tuple(chain), True
        chain.append(issuers[0])
    return tuple(chain), _is_root(chain[-1])


def _is_root(certificate: Certificate) -> bool:
    return certificate.is_self_issued and signed_by(certificate, certificate) is not False


def pem_text(certificates: Sequence[Certificate]) -> bytes:
    """Certificates in PEM, with lines of 64 characters and a line break at the end."""
    return b"".join(_block(item.der) for item in certificates)


def _block(der: bytes) -> bytes:
    text = base64.b64encode(der)
    lines = b"\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + lines + b"\n-----END CERTIFICATE-----\n"
