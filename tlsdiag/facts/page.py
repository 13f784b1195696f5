"""What the server wants for one page, once the handshake is complete."""

from __future__ import annotations

from typing import ClassVar

import attrs

from ..failure import Failure
from ..iana import ProtocolVersion
from ..observation import Observation
from .common import AlertSeen


@attrs.frozen(kw_only=True)
class PageRequest(Observation):
    """One HTTP request for the path of the target's URL, over our own handshake, without a client certificate.

    `asked_by` says how the server asked for a certificate then: "post-handshake" (a CertificateRequest of TLS 1.3, RFC 8446 section 4.6.2, which it may send
    only to a client that offers it, as ours did), "renegotiation" (a HelloRequest before TLS 1.3), or None: it did not. `authorities` are DER names.
    `status` is the first line of the answer, where one came.
    """

    name: ClassVar[str] = "page-request"

    path: str
    version: ProtocolVersion | None = None
    asked_by: str | None = None
    authorities: tuple[bytes, ...] = ()
    status: str = ""
    late_alert: AlertSeen | None = None
    failure: Failure | None = None
