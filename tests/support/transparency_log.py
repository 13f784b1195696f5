"""A Certificate Transparency log with a key of our own, on loopback (RFC 6962 sections 4.1 and 4.2), and an authority that logs before it issues.

    with log_server(CtLogKey("First")) as log:
        issued = logged(authority, "server.example", logs=[log])     # the precertificate goes to the log, its answer into the certificate
        tlsdiag.diagnose(..., ct_logs=log_list(log))

It signs whatever it is given: no tree, no proofs, no roots that it would insist on.
"""

from __future__ import annotations

import base64
import contextlib
import json
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from der import element

from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.transparency import CtLog, Sct, entry_of_precertificate, signed_data, x509_entry
from tlsdiag.testing import Authority, Issued
from tlsdiag.testing.certificates import new_key

SCT_LIST, PRECERTIFICATE_SIGNING = "1.3.6.1.4.1.11129.2.4.2", "1.3.6.1.4.1.11129.2.4.4"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.define(kw_only=True)
class CtLogKey:
    """A log: what the list says of it, and the key that it signs with. `at` is the time that it puts into timestamps (None: now)."""

    name: str
    operator: str = "First Operator"
    kind: str = "ecdsa"
    number: int = 800
    at: datetime | None = None
    extensions: bytes = b""
    state: str | None = "usable"
    apple: str | None = None
    since: datetime = datetime(2024, 1, 1, tzinfo=UTC)
    interval: tuple[datetime, datetime] | None = None
    url: str | None = "https://log.example/"
    seen: list[str] = attrs.field(factory=list)

    @property
    def private_key(self) -> Any:
        """Its key."""
        return new_key(self.kind, self.number)

    @property
    def key(self) -> bytes:
        """SubjectPublicKeyInfo in DER."""
        found: bytes = self.private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return found

    @property
    def log_id(self) -> bytes:
        """SHA-256 of the key."""
        return CtLog(key=self.key).log_id

    def sct(self, entry: bytes) -> bytes:
        """Sign an entry: a serialized SCT."""
        timestamp = (self.at or datetime.now(UTC)) - _EPOCH
        sct = Sct(raw=b"", version=0, log_id=self.log_id, timestamp=timestamp // timedelta(milliseconds=1), extensions=self.extensions)
        return serialized(sct, self.signature(signed_data(sct, entry)), algorithm=3 if self.kind == "ecdsa" else 1)

    def signature(self, data: bytes) -> bytes:
        """The raw signature."""
        found: bytes
        if self.kind == "ecdsa":
            found = self.private_key.sign(data, ec.ECDSA(hashes.SHA256()))
        else:
            found = self.private_key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        return found

    def add_chain(self, ders: Sequence[bytes]) -> bytes:
        """An SCT for a certificate."""
        return self.sct(x509_entry(read_certificate(ders[0])))

    def add_pre_chain(self, ders: Sequence[bytes]) -> bytes:
        """An SCT for a precertificate; where a Precertificate Signing Certificate has signed it, the issuer is the next one."""
        precertificate, signer, *rest = map(read_certificate, ders)
        special = PRECERTIFICATE_SIGNING in (signer.extended_key_usage or ())
        entry = entry_of_precertificate(precertificate, signer, rest[0] if special else None)
        assert entry is not None and precertificate.is_precertificate
        return self.sct(entry)

    def listed(self) -> dict[str, Any]:
        """Its entry in a list of our own shape."""
        begins, ends = self.interval or (None, None)
        state = lambda name: None if name is None else {"state": name, "since": self.since.isoformat()}  # noqa: E731 - two uses, one line
        return {
            "key": base64.b64encode(self.key).decode(), "description": self.name, "operator": self.operator, "url": self.url, "log_type": None,
            "temporal_interval": begins and ends and {"start_inclusive": begins.isoformat(), "end_exclusive": ends.isoformat()},
            "chrome_state": state(self.state), "apple_state": state(self.apple or self.state),
        }  # fmt: skip


def serialized(sct: Sct, signature: bytes, *, algorithm: int = 3) -> bytes:
    """The bytes of an SCT (RFC 6962 section 3.2)."""
    head = bytes([sct.version or 0]) + sct.log_id + sct.timestamp.to_bytes(8, "big") + len(sct.extensions).to_bytes(2, "big") + sct.extensions
    return head + bytes([4, algorithm]) + len(signature).to_bytes(2, "big") + signature


def sct_list(*scts: bytes) -> bytes:
    """SignedCertificateTimestampList (section 3.3)."""
    block = b"".join(len(sct).to_bytes(2, "big") + sct for sct in scts)
    return len(block).to_bytes(2, "big") + block


def log_list(*logs: CtLogKey, date: datetime | None = None) -> bytes:
    """A list of these logs, of today."""
    return json.dumps({"list_date": (date or datetime.now(UTC)).isoformat(), "logs": [log.listed() for log in logs]}).encode()


def precertificate(authority: Authority, *names: str, **faults: Any) -> Issued:
    """A certificate with the poison."""
    return authority.issue(*names, extensions=((x509.PrecertPoison(), True),), **faults)


def final(authority: Authority, pre: Issued, *scts: bytes, **changes: Any) -> Issued:
    """The certificate of a precertificate: with a list in the place of the poison, and otherwise the same but for `changes` (`extra` extensions)."""
    old, issuer = pre.certificate, authority.issued
    builder = x509.CertificateBuilder(
        issuer.certificate.subject, old.subject, old.public_key(), old.serial_number, old.not_valid_before_utc, old.not_valid_after_utc
    )
    for extension in old.extensions:
        kept = extension.value
        if isinstance(kept, x509.AuthorityKeyIdentifier):
            kept = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.private_key.public_key())
        if not isinstance(kept, x509.PrecertPoison):
            builder = builder.add_extension(kept, extension.critical)
    for extra in changes.get("extra", ()):
        builder = builder.add_extension(extra, False)
    if scts:
        value = element(0x04, changes.get("raw") or sct_list(*scts))
        builder = builder.add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier(SCT_LIST), value), False)
    certificate = builder.sign(issuer.private_key, hashes.SHA256())
    issuers = () if issuer.root is issuer.certificate else (issuer.certificate, *issuer.issuers)
    return Issued(certificate=certificate, private_key=pre.private_key, issuers=issuers, root=issuer.root)


def logged(authority: Authority, *names: str, logs: Sequence[CtLogKey | LogServer], **faults: Any) -> Issued:
    """What an authority does: log the precertificate with each of these, and issue with the answers."""
    pre = precertificate(authority, *names, **faults)
    chain = (pre.der, authority.issued.der)
    return final(authority, pre, *(log.add_pre_chain(chain) for log in logs))


@attrs.define
class LogServer:
    """A log that answers over HTTP."""

    log: CtLogKey
    port: int

    def add_chain(self, ders: Sequence[bytes]) -> bytes:
        """Submit a certificate."""
        return self._submit("add-chain", ders)

    def add_pre_chain(self, ders: Sequence[bytes]) -> bytes:
        """Submit a precertificate."""
        return self._submit("add-pre-chain", ders)

    def _submit(self, method: str, ders: Sequence[bytes]) -> bytes:
        body = json.dumps({"chain": [base64.b64encode(der).decode() for der in ders]}).encode()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://127.0.0.1:{self.port}/ct/v1/{method}", body, timeout=10) as response:
            plain = json.load(response)
        signed = base64.b64decode(plain["signature"])
        sct = Sct(
            raw=b"", version=plain["sct_version"], log_id=base64.b64decode(plain["id"]), timestamp=plain["timestamp"],
            extensions=base64.b64decode(plain["extensions"]),
        )  # fmt: skip
        return serialized(sct, signed[4:], algorithm=signed[1])


@contextlib.contextmanager
def log_server(log: CtLogKey) -> Iterator[LogServer]:
    """Run a log on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            method = self.path.rpartition("/")[2]
            ders = [base64.b64decode(item) for item in body["chain"]]
            log.seen.append(method)
            raw = {"add-chain": log.add_chain, "add-pre-chain": log.add_pre_chain}[method](ders)
            self._answer(_plain(raw))

        def _answer(self, plain: dict[str, Any]) -> None:
            body = json.dumps(plain).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the test's standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield LogServer(log, server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


def _plain(raw: bytes) -> dict[str, Any]:
    size = int.from_bytes(raw[41:43], "big")
    encode = lambda part: base64.b64encode(part).decode()  # noqa: E731 - three uses, three lines
    return {
        "sct_version": raw[0], "id": encode(raw[1:33]), "timestamp": int.from_bytes(raw[33:41], "big"),
        "extensions": encode(raw[43 : 43 + size]), "signature": encode(raw[43 + size :]),
    }  # fmt: skip
