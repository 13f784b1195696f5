"""RDP (MS-RDPBCGR section 2.2.1.1 and 2.2.1.2): an X.224 connection request that names the security protocols, and the one that is chosen, or why none.

    TPKT (03 00 length) | length, CR or CC, destination, source, class | 01 or 02 or 03, flags, 08 00, protocols or failure code (little-endian)
"""

from __future__ import annotations

from ...starttls import StarttlsRefusal, StarttlsStep
from .dialogue import Ask, Notes, Refused, Script, Speaker
from .framing import shown, tpkt

_TLS, _CREDSSP, _CREDSSP_EARLY = 1, 2, 8  # CredSSP (network level authentication) begins with the same TLS handshake
_REQUEST = bytes.fromhex("030000130ee000000000000100080003000000")
_NAMES = {0: "PROTOCOL_RDP", 1: "PROTOCOL_SSL", 2: "PROTOCOL_HYBRID", 4: "PROTOCOL_RDSTLS", 8: "PROTOCOL_HYBRID_EX", 16: "PROTOCOL_RDSAAD"}
_FAILURES = {
    1: ("SSL_REQUIRED_BY_SERVER", StarttlsRefusal.REFUSED),
    2: ("SSL_NOT_ALLOWED_BY_SERVER", StarttlsRefusal.NOT_OFFERED),
    3: ("SSL_CERT_NOT_ON_SERVER", StarttlsRefusal.REFUSED),
    4: ("INCONSISTENT_FLAGS", StarttlsRefusal.REFUSED),
    5: ("HYBRID_REQUIRED_BY_SERVER", StarttlsRefusal.REFUSED),
    6: ("SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER", StarttlsRefusal.REFUSED),
}
_RESPONSE, _FAILURE = 2, 3


def rdp(notes: Notes) -> Script:
    """Ask for TLS or CredSSP."""
    answer = yield Ask(step=StarttlsStep.REQUEST, send=_REQUEST, until=tpkt)
    if len(answer) < 11 or answer[5] & 0xF0 != 0xD0:
        hung_up = answer[5:6] == b"\x80"  # a disconnect request
        kind = StarttlsRefusal.REFUSED if hung_up else StarttlsRefusal.WRONG_PROTOCOL
        raise Refused(kind, f"the connection request is answered with {shown(answer)}")
    negotiation = answer[11:19]
    if len(negotiation) < 8:
        raise Refused(StarttlsRefusal.NOT_OFFERED, "the server does not negotiate: it knows only RDP's own encryption")
    value = int.from_bytes(negotiation[4:8], "little")
    if negotiation[0] == _FAILURE:
        name, refusal = _FAILURES.get(value, (f"code {value}", StarttlsRefusal.REFUSED))
        raise Refused(refusal, f"the negotiation fails with {name} ({value})")
    if negotiation[0] != _RESPONSE:
        raise Refused(StarttlsRefusal.WRONG_PROTOCOL, f"the connection request is answered with {shown(answer)}")
    notes.offered = (_NAMES.get(value, str(value)),)
    if value not in (_TLS, _CREDSSP, _CREDSSP_EARLY):
        raise Refused(StarttlsRefusal.NOT_OFFERED, f"the server chose {notes.offered[0]}, which is without TLS")


SPEAKERS: dict[str, Speaker] = {"rdp": rdp}
