"""TDS, the protocol of SQL Server (MS-TDS section 2.2.6.5): PRELOGIN says whether there is encryption; the handshake then goes in TDS packets.

    packet: type, status (1: the last of a message), length of all (2), process (2), number, 0
    PRELOGIN: (option, offset (2), length (2)) ..., FF, the values
"""

from __future__ import annotations

from ...failure import Failure
from ...starttls import StarttlsRefusal, StarttlsStep
from ..connection import Connection
from ..deadline import Deadline
from ..recording import Direction, Recorder, Recording
from .dialogue import Ask, Notes, Refused, Script, Speaker
from .framing import shown, tds_packet

_PRELOGIN, _RESPONSE = 0x12, 0x04
_HEADER = 8
_LARGEST = 4096 - _HEADER
_ENCRYPTION = {0: "ENCRYPT_OFF", 1: "ENCRYPT_ON", 2: "ENCRYPT_NOT_SUP", 3: "ENCRYPT_REQ"}
_NOT_SUPPORTED = 2
_LAST = 1
_ERROR_TOKEN = 0xAA


def packet(kind: int, payload: bytes, *, last: bool = True, number: int = 1) -> bytes:
    """One TDS packet."""
    return bytes((kind, _LAST if last else 0)) + (len(payload) + _HEADER).to_bytes(2, "big") + bytes((0, 0, number & 0xFF, 0)) + payload


def prelogin(encryption: int) -> bytes:
    """The payload of a PRELOGIN message: a version, this word about encryption, no instance, no thread."""
    values = ((0, bytes(6)), (1, bytes((encryption,))), (2, b"\0"), (3, bytes(4)))
    offset = 5 * len(values) + 1
    head = b""
    for option, value in values:
        head += bytes((option,)) + offset.to_bytes(2, "big") + len(value).to_bytes(2, "big")
        offset += len(value)
    return head + b"\xff" + b"".join(value for _, value in values)


def tds(notes: Notes) -> Script:
    """Say that we want encryption, and read what the server says."""
    answer = yield Ask(step=StarttlsStep.REQUEST, send=packet(_PRELOGIN, prelogin(1)), until=tds_packet)
    payload = answer[_HEADER:]
    if payload[:1] == bytes((_ERROR_TOKEN,)):
        raise Refused(StarttlsRefusal.REFUSED, f"PRELOGIN is answered with an error: {shown(payload[9:].replace(bytes(1), b''), 200)}")
    options = _options(payload)
    version = options.get(0, b"")
    if len(version) >= 4:
        notes.software = f"SQL Server {version[0]}.{version[1]}.{int.from_bytes(version[2:4], 'big')}"
    encryption = options.get(1, b"")[:1]
    if not encryption:
        raise Refused(StarttlsRefusal.WRONG_PROTOCOL, f"the answer says nothing of encryption: {shown(answer)}")
    notes.offered = (_ENCRYPTION.get(encryption[0], str(encryption[0])),)
    if encryption[0] == _NOT_SUPPORTED:
        raise Refused(StarttlsRefusal.NOT_OFFERED, "PRELOGIN is answered with ENCRYPT_NOT_SUP: the server has no encryption")


def _options(payload: bytes) -> dict[int, bytes]:
    """The options of a PRELOGIN message; what points outside of it is empty."""
    found: dict[int, bytes] = {}
    for at in range(0, min(len(payload), 5 * 32), 5):
        if payload[at] == 0xFF or len(payload) < at + 5:
            break
        offset, length = int.from_bytes(payload[at + 1 : at + 3], "big"), int.from_bytes(payload[at + 3 : at + 5], "big")
        found[payload[at]] = payload[offset : offset + length]
    return found


class TdsConnection:
    """A connection on which TLS goes in TDS packets for the time of the handshake: it wraps what is sent and unwraps what comes.

    A server that has finished speaks TLS without them; from then on nothing is wrapped either way. The two are told apart by their first byte: a
    packet is of type 0x12 or 0x04, a TLS record of 0x14 to 0x17.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._recorder = Recorder(limit=4 * 1024 * 1024)
        self._packed = b""
        self._unread = b""
        self._bare = False

    @property
    def recording(self) -> Recording:
        """Every byte of TLS, without its packets."""
        return self._recorder.snapshot()

    async def send(self, data: bytes, *, deadline: Deadline) -> Failure | None:
        """Send all of `data`, in packets of at most 4,096 bytes."""
        failure = await self._connection.send(data if self._bare else _wrapped(data), deadline=deadline)
        if failure is None:
            self._recorder.add(Direction.SENT, data, self._now())
        return failure

    async def receive(self, *, deadline: Deadline, size: int = 65536) -> bytes | Failure:
        """What is in the packets that come; bytes that are in none are handed on as they are."""
        while not self._unread:
            found = await self._connection.receive(deadline=deadline)
            if isinstance(found, Failure):
                return found
            self._packed += found
            self._unpack()
        data, self._unread = self._unread[:size], self._unread[size:]
        self._recorder.add(Direction.RECEIVED, data, self._now())
        return data

    def _unpack(self) -> None:
        while self._packed and not self._bare:
            if self._packed[0] not in (_PRELOGIN, _RESPONSE):
                self._bare = True
                break
            if len(self._packed) < _HEADER:
                return
            length = max(_HEADER, int.from_bytes(self._packed[2:4], "big"))
            if len(self._packed) < length:
                return
            self._unread += self._packed[_HEADER:length]
            self._packed = self._packed[length:]
        if self._bare:
            self._unread, self._packed = self._unread + self._packed, b""

    def _now(self) -> float:
        chunks = self._connection.recording.chunks
        return chunks[-1].at if chunks else 0.0

    async def close(self) -> None:
        """End it, quietly and at once."""
        await self._connection.close()


def _wrapped(data: bytes) -> bytes:
    pieces = [data[at : at + _LARGEST] for at in range(0, len(data), _LARGEST)]
    return b"".join(packet(_PRELOGIN, piece, last=piece is pieces[-1], number=number) for number, piece in enumerate(pieces, 1))


SPEAKERS: dict[str, Speaker] = {"tds": tds}
