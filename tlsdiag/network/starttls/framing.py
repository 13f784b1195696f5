"""When is an answer whole? Framings take what has come so far and give the length of the whole answer, or None while more is to come.

`Unlike` is raised as soon as the bytes cannot be an answer of the protocol: another one speaks.
"""

from __future__ import annotations

import re
from collections.abc import Callable

Framing = Callable[[bytes], int | None]


class Unlike(Exception):
    """The bytes are no answer of this protocol."""


def nothing(buffer: bytes) -> int:
    """No answer is waited for."""
    return 0


def exactly(count: int) -> Framing:
    """An answer of a fixed size."""
    return lambda buffer: count if len(buffer) >= count else None


def lines_until(last: bytes, first: bytes = b"") -> Framing:
    """Lines up to the first that matches the pattern `last`; what begins unlike the pattern `first` is another protocol."""
    ends, begins = re.compile(last, re.IGNORECASE), re.compile(first, re.IGNORECASE)

    def framing(buffer: bytes) -> int | None:
        at = 0
        while (end := buffer.find(b"\n", at)) >= 0:
            line = buffer[at:end].rstrip(b"\r")
            if at == 0 and not begins.match(line):
                raise Unlike(f"the answer begins with {shown(line)}")
            if ends.match(line):
                return end + 1
            at = end + 1
        return None

    return framing


def reply(buffer: bytes) -> int | None:
    """A reply of SMTP, FTP or NNTP: three digits, on every line or on the first and last one (RFC 5321 section 4.2.1, RFC 959 section 4.2)."""
    if not re.match(rb"\d{0,3}$|\d{3}[ \-\r\n]", buffer[:4]):
        raise Unlike(f"the answer begins with {shown(buffer)}")
    if buffer[3:4] != b"-":
        end = buffer.find(b"\n")
        return end + 1 if end >= 0 else None
    return lines_until(re.escape(buffer[:3]) + rb"(?: |$)")(buffer)


def tpkt(buffer: bytes) -> int | None:
    """A packet of RFC 1006 section 6: version 3, reserved, the length of all in two bytes."""
    if not b"\x03\x00".startswith(buffer[:2]):
        raise Unlike(f"the answer begins with {shown(buffer)}")
    return _announced(buffer, 4, int.from_bytes(buffer[2:4], "big"))


def ber_element(buffer: bytes) -> int | None:
    """One element of BER, as a SEQUENCE (X.690 section 8.1.3); an indefinite length is none that LDAP allows (RFC 4511 section 5.1)."""
    if buffer[:1] not in (b"", b"\x30"):
        raise Unlike(f"the answer begins with {shown(buffer)}")
    if len(buffer) < 2:
        return None
    count = buffer[1] & 0x7F if buffer[1] & 0x80 else 0
    if buffer[1] == 0x80 or count > 4:
        raise Unlike(f"the answer begins with {shown(buffer)}")
    length = int.from_bytes(buffer[2 : 2 + count], "big") if count else buffer[1]
    return _announced(buffer, 2 + count, 2 + count + length)


def mysql_packet(buffer: bytes) -> int | None:
    """Three bytes of length, little-endian, a number, the payload; no greeting is longer than a few hundred bytes."""
    length = int.from_bytes(buffer[:3], "little")
    if len(buffer) >= 3 and not 0 < length < 4096:
        raise Unlike(f"the answer begins with {shown(buffer)}")
    return _announced(buffer, 4, 4 + length)


def tds_packet(buffer: bytes) -> int | None:
    """MS-TDS section 2.2.3.1: type, status, the length of all in two bytes, four bytes more; a response is of type 4."""
    if buffer[:1] not in (b"", b"\x04", b"\x12"):
        raise Unlike(f"the answer begins with {shown(buffer)}")
    return _announced(buffer, 8, max(8, int.from_bytes(buffer[2:4], "big")))


def _announced(buffer: bytes, header: int, length: int) -> int | None:
    return length if len(buffer) >= max(header, length) else None


def shown(data: bytes, most: int = 60) -> str:
    """Bytes of the peer in one line of a message: its first line where it is text."""
    line = data.strip().split(b"\n", 1)[0].strip()
    if line.isascii() and line.decode("ascii").isprintable():
        return repr(line[:most].decode("ascii"))
    return repr(data[:most])[1:]
