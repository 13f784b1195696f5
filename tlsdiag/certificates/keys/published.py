"""Keys whose private half everybody can have: examples and test keys of well-known software, keys of appliances that were extracted.

The table (`_published_tables`) is small and dated; its rows are SHA-256 hashes of SubjectPublicKeyInfo, with where the private half was published. A whole
collection has hundreds of thousands of rows and does not belong in a library; neither do Debian's weak keys of 2008 (CVE-2008-0166), which public
authorities have had to refuse since.
"""

from __future__ import annotations

import functools
import hashlib

from ..certificate import Certificate
from ._published_tables import DATE, ROWS

__all__ = ["DATE", "published_key"]


@functools.cache
def _rows() -> dict[str, str]:
    return dict(ROWS)


def published_key(certificate: Certificate) -> str | None:
    """Where the private half of a certificate's key was published; None where it is not known to be."""
    return _rows().get(hashlib.sha256(certificate.spki).hexdigest()) if certificate.spki else None
