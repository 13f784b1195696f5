"""Samples of the family client."""

from __future__ import annotations

from typing import Any

from tlsdiag.check import Seen
from tlsdiag.plugin import PageRequest
from tlsdiag.target import ClientCertificate
from tlsdiag.testing.observations import client_outcome, handshake_outcome, seen

from .common import Samples, alert


def client(**changes: Any) -> Seen:
    return seen(client_outcome(**changes))


def mutual(*, given: bool = False, **changes: Any) -> Seen:
    options = {"client_certificate": ClientCertificate(certificate=b"", key=b"")} if given else {}
    return seen(client_outcome(), handshake_outcome(certificate_requested=True, **changes), **options)


def page(**changes: Any) -> Seen:
    return seen(client_outcome(), handshake_outcome(), PageRequest(path="/private", **changes))


SAMPLES: Samples = {
    "client-handshake-failed": (lambda: client(completed=False, error_type="ssl.SSLError"), client),
    "client-misconfigured": (lambda: client(completed=False, problem="no such file"), lambda: client(completed=False)),
    "verification-off": (lambda: client(verify_mode="CERT_NONE"), client),
    "revocation-list-missing": (lambda: client(completed=False, verify_code=3), lambda: client(completed=False, verify_code=23)),
    "revocation-list-outdated": (lambda: client(completed=False, verify_code=12), lambda: client(completed=False, verify_code=3)),
    "certificate-breaks-profile": (lambda: client(completed=False, verify_code=85), lambda: client(completed=False, verify_code=79)),
    "client-certificate-required": (lambda: mutual(late_alert=alert(116)), mutual),
    "client-certificate-revoked": (lambda: mutual(given=True, late_alert=alert(44)), lambda: mutual(given=True, late_alert=alert(48))),
    "client-certificate-refused": (lambda: mutual(given=True, late_alert=alert(48)), lambda: mutual(given=True)),
    "client-certificate-required-late": (lambda: page(asked_by="post-handshake"), lambda: page(status="HTTP/1.1 200 OK")),
    "client-certificate-requested": (mutual, lambda: seen(client_outcome(), handshake_outcome())),
}
