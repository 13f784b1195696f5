"""A TLS server made of tlslite-ng, run as a program of its own: `python tlslite_server.py SETTINGS.json`.

It is pure Python and does not look at what it serves, so it can speak SSL 3.0 and send any chain.
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from pathlib import Path
from typing import Any

from tlslite.api import (
    X509,
    HandshakeSettings,
    SessionCache,
    TLSConnection,
    X509CertChain,
    parsePEMKey,
)
from tlslite.constants import AlertDescription
from tlslite.errors import TLSError

_VERSIONS = {"SSLv3": (3, 0), "TLSv1": (3, 1), "TLSv1.1": (3, 2), "TLSv1.2": (3, 3), "TLSv1.3": (3, 4)}
_ANSWER = b"HTTP/1.0 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n"
_BLOCK = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def read_chain(path: str) -> X509CertChain:
    """Every certificate of the file, in its order."""
    certificates = []
    for block in _BLOCK.findall(Path(path).read_text("ascii")):
        certificate = X509()
        certificate.parse(block)
        certificates.append(certificate)
    return X509CertChain(certificates)


def within(wanted: HandshakeSettings, version: tuple[int, int]) -> bool:
    """Whether a version lies between the lowest and the highest."""
    return bool(wanted.minVersion <= version <= wanted.maxVersion)


def handshake_settings(settings: dict[str, Any]) -> HandshakeSettings:
    """The versions, and whatever `extra` names: numbers as numbers, the rest as lists of words."""
    wanted = HandshakeSettings()
    lowest, highest = settings["versions"]
    wanted.minVersion, wanted.maxVersion = _VERSIONS[lowest], _VERSIONS[highest]
    wanted.versions = [v for v in sorted(_VERSIONS.values(), reverse=True) if within(wanted, v)]
    wanted.eccCurves = [name for name in wanted.eccCurves if not name.startswith("brainpool")]
    # SHA-512 comes first by default, which is too long for PSS with a key of 1024 bits.
    wanted.rsaSigHashes = sorted(wanted.rsaSigHashes, key=lambda name: name != "sha256")
    if wanted.minVersion < (3, 3):
        wanted.minKeySize = 512
        wanted.cipherNames = [*wanted.cipherNames, "rc4", "3des"]
        wanted.macNames = [*wanted.macNames, "md5"]
    for assignment in settings["extra"]:
        name, _, value = assignment.partition("=")
        if not hasattr(wanted, name):
            raise SystemExit(f"tlslite-ng has no setting {name}")
        setattr(wanted, name, int(value) if value.isdigit() else [word for word in value.split(",") if word])
    return wanted


def converse(plain: socket.socket, settings: dict[str, Any], cache: SessionCache) -> None:
    """One connection: handshake, read a request, answer, close."""
    connection = TLSConnection(plain)
    try:
        connection.handshakeServer(
            certChain=read_chain(settings["chain"]),
            privateKey=parsePEMKey(Path(settings["key"]).read_text("ascii"), private=True),
            settings=handshake_settings(settings),
            reqCert=settings["client_ca"] is not None,
            alpn=[bytearray(name, "ascii") for name in settings["alpn"]] or None,
            sessionCache=cache,
        )
        if settings["client_ca"] and settings["client_required"] and not connection.session.clientCertChain:
            for _ in connection._sendError(AlertDescription.certificate_required):
                pass
        connection.recv(4096)
        connection.sendall(_ANSWER)
        connection.close()
    except (TLSError, OSError) as error:
        print(f"{type(error).__name__}: {error}", flush=True)
    finally:
        plain.close()


def main() -> None:
    """Accept for ever, a thread for each connection."""
    settings = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    handshake_settings(settings).validate()
    cache = SessionCache()
    listener = socket.create_server(tuple(settings["address"]))
    while True:
        plain, _ = listener.accept()
        threading.Thread(target=converse, args=(plain, settings, cache), daemon=True).start()


if __name__ == "__main__":
    main()
