"""PostgreSQL (SSLRequest, one byte of answer) and MySQL or MariaDB (the server greets; CLIENT_SSL among its capabilities)."""

from __future__ import annotations

from ...starttls import StarttlsRefusal, StarttlsStep
from .dialogue import Ask, Notes, Refused, Script, Speaker
from .framing import Framing, Unlike, exactly, mysql_packet, nothing, shown

_SSL_REQUEST = bytes.fromhex("0000000804d2162f")
_CLIENT_SSL = 0x0800
# CLIENT_LONG_PASSWORD, CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH
_CAPABILITIES = 0x0000_0001 | 0x0000_0200 | _CLIENT_SSL | 0x0000_8000 | 0x0008_0000
_CAPABILITY_NAMES = {0x0800: "CLIENT_SSL", 0x0020: "CLIENT_COMPRESS", 0x0200: "CLIENT_PROTOCOL_41", 0x8000: "CLIENT_SECURE_CONNECTION"}


def postgres(notes: Notes) -> Script:
    """`S`: go ahead. `N`: no TLS here. `E`: an error, in words (the server has no room, or is older than TLS)."""
    answer = yield Ask(step=StarttlsStep.REQUEST, send=_SSL_REQUEST, until=_one_of(b"SNE"))
    if answer == b"S":
        return
    if answer == b"N":
        raise Refused(StarttlsRefusal.NOT_OFFERED, "SSLRequest is answered with 'N': the server does not do TLS")
    text = yield Ask(step=StarttlsStep.REQUEST, until=_error_text)
    raise Refused(StarttlsRefusal.REFUSED, f"SSLRequest is answered with an error: {shown(_message(text), 200)}")


def _one_of(letters: bytes) -> Framing:
    def framing(buffer: bytes) -> int | None:
        if buffer and (buffer[0] not in letters or buffer.startswith(b"SSH-")):
            raise Unlike(f"the answer begins with {shown(buffer)}")
        return exactly(1)(buffer)

    return framing


def _error_text(buffer: bytes) -> int | None:
    """What follows an `E`: a length and fields (protocol 3), or text up to a zero byte (protocol 2)."""
    if len(buffer) < 4:
        return None
    if buffer[0] == 0:
        length = int.from_bytes(buffer[:4], "big")
        return length if len(buffer) >= length else None
    end = buffer.find(b"\0")
    return end + 1 if end >= 0 else None


def _message(text: bytes) -> bytes:
    """The field `M` of an error (or all of the text of protocol 2)."""
    if text[:1] != b"\0":
        return text.rstrip(b"\0")
    fields = {field[:1]: field[1:] for field in text[4:].split(b"\0")}
    return fields.get(b"M", text[4:])


def mysql(notes: Notes) -> Script:
    """Protocol 10: version, thread, half a nonce, capabilities. The client sends the first part of its login and begins: nothing says "go ahead"."""
    packet = yield Ask(step=StarttlsStep.GREETING, until=mysql_packet)
    payload = packet[4:]
    if payload[:1] == b"\xff":
        raise Refused(StarttlsRefusal.GREETING, f"the server greets with error {int.from_bytes(payload[1:3], 'little')}: {shown(_error(payload), 200)}")
    version, zero, rest = payload[1:].partition(b"\0")
    if payload[:1] != b"\x0a" or not zero or len(rest) < 15:
        raise Refused(StarttlsRefusal.WRONG_PROTOCOL, f"the answer begins with {shown(packet)}")
    notes.software = version.decode("latin-1")[:120]
    capabilities = int.from_bytes(rest[13:15], "little")  # after the thread (4), the nonce (8) and a zero byte
    notes.offered = tuple(name for bit, name in _CAPABILITY_NAMES.items() if capabilities & bit)
    if not capabilities & _CLIENT_SSL:
        raise Refused(StarttlsRefusal.NOT_OFFERED, "CLIENT_SSL is not among the server's capabilities")
    request = _CAPABILITIES.to_bytes(4, "little") + (1 << 24).to_bytes(4, "little") + b"\x21" + bytes(23)
    yield Ask(step=StarttlsStep.REQUEST, send=len(request).to_bytes(3, "little") + b"\x01" + request, until=nothing)


def _error(payload: bytes) -> bytes:
    """The text of an error packet: after the number, and the SQL state where there is one."""
    text = payload[3:]
    return text[6:] if text[:1] == b"#" else text


SPEAKERS: dict[str, Speaker] = {"postgres": postgres, "mysql": mysql}
