"""LDAP (RFC 4511 section 4.14): an extended request, and its result code.

    LDAPMessage ::= SEQUENCE { messageID, extendedReq [APPLICATION 23] SEQUENCE { requestName [0] LDAPOID } }
    extendedResp [APPLICATION 24] SEQUENCE { resultCode ENUMERATED, matchedDN, diagnosticMessage, ... }
"""

from __future__ import annotations

from ...starttls import StarttlsRefusal, StarttlsStep
from .dialogue import Ask, Notes, Refused, Script, Speaker
from .framing import ber_element, shown

_REQUEST = bytes.fromhex("301d02010177188016") + b"1.3.6.1.4.1.1466.20037"
_SUCCESS, _PROTOCOL_ERROR, _UNAVAILABLE = 0, 2, 52
_CODES = {
    1: "operationsError", 2: "protocolError", 10: "referral", 13: "confidentialityRequired", 50: "insufficientAccessRights",
    51: "busy", 52: "unavailable", 53: "unwillingToPerform", 80: "other",
}  # fmt: skip
_NO_TLS = b"could not initialize tls"


def ldap(notes: Notes) -> Script:
    """The client speaks first; there is nothing that offers."""
    answer = yield Ask(step=StarttlsStep.REQUEST, send=_REQUEST, until=ber_element)
    code, text = _result(answer)
    if code == _SUCCESS:
        return
    words = f"StartTLS is answered with {_CODES.get(code, code)} ({code})" + (f": {shown(text, 120)}" if text else "")
    # OpenLDAP says `unavailable` where no certificate is configured; the RFC has protocolError for a server without TLS
    missing = code == _PROTOCOL_ERROR or (code == _UNAVAILABLE and _NO_TLS in text.lower())
    raise Refused(StarttlsRefusal.NOT_OFFERED if missing else StarttlsRefusal.REFUSED, words)


def _result(message: bytes) -> tuple[int, bytes]:
    """The result code and the diagnostic message of an LDAP message that holds a response."""
    _, body, _ = _element(message)
    _, _, rest = _element(body)  # messageID
    tag, response, _ = _element(rest)
    if tag != 0x78:
        raise Refused(StarttlsRefusal.WRONG_PROTOCOL, f"the answer is no extended response: {shown(message)}")
    _, code, rest = _element(response)
    _, _, rest = _element(rest)  # matchedDN
    _, text, _ = _element(rest)
    return int.from_bytes(code, "big"), text


def _element(data: bytes) -> tuple[int, bytes, bytes]:
    """The tag and content of the first element, and what follows it."""
    count = data[1] & 0x7F if len(data) > 1 and data[1] & 0x80 else 0
    length = int.from_bytes(data[2 : 2 + count], "big") if count else (data[1] if len(data) > 1 else 0)
    start = 2 + count
    if len(data) < 2 or count > 4 or len(data) < start + length:
        raise Refused(StarttlsRefusal.WRONG_PROTOCOL, "the answer is no LDAP message")
    return data[0], data[start : start + length], data[start + length :]


SPEAKERS: dict[str, Speaker] = {"ldap": ldap}
