"""Samples of clients that differ: rows of the matrix of chains, as a client would have observed them."""

from __future__ import annotations

import functools
from typing import Any

from chains import Chain, chains

from tlsdiag.certificates import TrustStore, read_certificate
from tlsdiag.check import Seen
from tlsdiag.facts import ClientViews, ServedChain
from tlsdiag.probes.client_views import views_of
from tlsdiag.testing.observations import client_outcome, seen

from .common import Samples


@functools.cache
def rows() -> dict[str, Chain]:
    """The matrix by name."""
    return {row.name: row for row in chains()}


def served(name: str, *, verify_code: int | None = None, **client: Any) -> Seen:
    """A row of the matrix, and this interpreter's client that took it (OpenSSL 3), or refused it with a code."""
    row = rows()[name]
    sent = tuple(read_certificate(der) for der in row.sent)
    views = views_of(sent, store=TrustStore.from_certificates(row.store), at=row.at, host=row.host)
    refused: dict[str, Any] = {"completed": False, "verify_code": verify_code, "error_type": "ssl.SSLCertVerificationError"} if verify_code else {}
    observed = ClientViews(store="sample", at=row.at, host=row.host, views=views)
    return seen(ServedChain(certificates=row.sent), observed, client_outcome(**refused, **client), host=row.host, now=row.at)


SAMPLES: Samples = {
    "good-path-missed": (lambda: served("untrusted-way-first", verify_code=20), lambda: served("cross-sign")),
    "refused-by-some-clients": (lambda: served("common-name-only"), lambda: served("plain")),
}
