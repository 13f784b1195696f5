"""What a server says in TLS 1.2 up to its certificates: a client judges them before it asks for more, so that no key and no server are needed.

A client that refuses ends the handshake with its own words; one that accepts waits for the rest.
"""

from __future__ import annotations

from chains import Chain

from tlsdiag.certificates import read_certificate

_ECDSA, _RSA = b"\xc0\x2b", b"\xc0\x2f"  # TLS_ECDHE_*_WITH_AES_128_GCM_SHA256
_EXTENSIONS = bytes.fromhex("ff01000100" "000b00020100")  # renegotiation_info, ec_point_formats
_RECORD = 16_000


def server_flight(chain: Chain) -> bytes:
    """ServerHello and Certificate in records (RFC 5246 sections 7.4.1.3 and 7.4.2)."""
    suite = _RSA if read_certificate(chain.leaf).key.kind == "RSA" else _ECDSA
    hello = b"\x03\x03" + bytes(range(1, 33)) + b"\0" + suite + b"\0" + _long(2, _EXTENSIONS)
    certificates = b"".join(_long(3, der) for der in chain.sent)
    messages = b"\x02" + _long(3, hello) + b"\x0b" + _long(3, _long(3, certificates))
    pieces = [messages[at : at + _RECORD] for at in range(0, len(messages), _RECORD)]
    return b"".join(b"\x16\x03\x03" + _long(2, piece) for piece in pieces)


def _long(size: int, content: bytes) -> bytes:
    return len(content).to_bytes(size, "big") + content
