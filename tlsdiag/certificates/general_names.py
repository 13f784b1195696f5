"""GeneralName (RFC 5280 section 4.2.1.6): the names of the subjectAltName, of name constraints, of points of distribution, read one by one.

    GeneralName ::= CHOICE {
        otherName [0], rfc822Name [1] IA5String, dNSName [2] IA5String, x400Address [3], directoryName [4] Name,
        ediPartyName [5], uniformResourceIdentifier [6] IA5String, iPAddress [7] OCTET STRING, registeredID [8] OBJECT IDENTIFIER }

A name that is damaged keeps its bytes; what is wrong with it is told apart from the others.
"""

from __future__ import annotations

import ipaddress
import re

from .certificate import GeneralName
from .der import TOO_MANY, DerError, Element, oid_text, read_element
from .distinguished import read_name

KINDS = {
    0xA0: "otherName", 0x81: "rfc822Name", 0x82: "dNSName", 0xA3: "x400Address", 0xA4: "directoryName", 0xA5: "ediPartyName",
    0x86: "uniformResourceIdentifier", 0x87: "iPAddress", 0x88: "registeredID",
}  # fmt: skip
"""The kind of a name by the tag byte of its encoding."""
_FOR_A_NAME = 400
"""Elements of a directory name that is longer than any in use."""
_PARSED = frozenset({"registeredID", "otherName", "directoryName"})
_LABELS = re.compile(rb"(\*|[A-Za-z0-9_*-]+)(\.[A-Za-z0-9_*-]+)*\.?")
"""Letters, digits, hyphens; an underscore or an asterisk in an odd place is another question than the encoding."""
_PLAIN = re.compile(rb"(\*\.)?([A-Za-z0-9-]+\.)+[A-Za-z][A-Za-z0-9-]*")
_IPV4 = re.compile(rb"\d{1,3}(\.\d{1,3}){3}")


def general_name(element: Element) -> GeneralName:
    """A name as it stands; DerError for a tag that no GeneralName has."""
    kind = KINDS.get(element.tag)
    if kind is None:
        raise DerError(f"tag 0x{element.tag:02x} is no GeneralName", element.offset)
    return GeneralName(kind=kind, value=element.content, text=_text(kind, element))


def fault(name: GeneralName) -> tuple[str, str] | None:
    """The code and the words for what is wrong with a name of a subject; None for a good one."""
    if name.kind == "dNSName" and _PLAIN.fullmatch(name.value):
        return None
    if name.kind == "iPAddress" and len(name.value) not in (4, 16):
        return "general-name-malformed", f"an iPAddress of {len(name.value)} bytes"
    if name.kind in ("dNSName", "rfc822Name", "uniformResourceIdentifier"):
        return _fault_of_text(name)
    if name.kind in _PARSED and name.text.startswith(name.kind):
        return "extension-malformed", f"a {name.kind} that cannot be read"
    return None


def _fault_of_text(name: GeneralName) -> tuple[str, str] | None:
    shown = name.text if len(name.text) <= 60 else f"{name.text[:60]}..."
    if not name.value:
        return "general-name-malformed", f"an empty {name.kind}"
    if not name.value.isascii():
        return "general-name-malformed", f"the {name.kind} {shown} has characters beyond ASCII; it has to be an A-label or percent-encoded"
    if name.kind == "rfc822Name" and not is_mailbox(name.value):
        return "general-name-malformed", f"the rfc822Name {shown} is no mailbox"
    if name.kind == "uniformResourceIdentifier" and b":" not in name.value:
        return "general-name-malformed", f"the uniformResourceIdentifier {shown} has no scheme"
    if name.kind != "dNSName":
        return None
    if name.value[:1] == b".":
        return "general-name-malformed", f"the dNSName {shown} begins with a dot"
    if not _LABELS.fullmatch(name.value):
        return "general-name-malformed", f"the dNSName {shown} has an empty label or a character that no host name has"
    if b"_" in name.value:
        return "general-name-odd", f"the dNSName {shown} has an underscore"
    return ("general-name-odd", f"the dNSName {shown} is an address") if _IPV4.fullmatch(name.value) else None


def is_mailbox(value: bytes) -> bool:
    """Whether it is `local-part@domain` (RFC 5321 section 4.1.2): one @ that is not quoted, and a host behind it."""
    local, _, domain = value.rpartition(b"@")
    quoted = len(local) > 1 and local[:1] == local[-1:] == b'"'
    return bool(local) and (quoted or b"@" not in local) and bool(_LABELS.fullmatch(domain) or domain[:1] == b"[")


def _text(kind: str, element: Element) -> str:
    content = element.content
    if kind == "iPAddress":
        return address_text(content)
    if kind == "directoryName" and element.purse is not None and element.purse.left < _FOR_A_NAME:
        return f"a directoryName of {len(content)} bytes"  # there are thousands; to read this one too would cost time
    try:
        if kind == "directoryName":
            return read_name(element.children()[0]).text
        if kind == "registeredID":
            return oid_text(content)
        if kind == "otherName":
            return read_element(content).oid()
    except (DerError, IndexError) as exc:
        if isinstance(exc, DerError) and exc.message == TOO_MANY:
            return f"a {kind} of {len(content)} bytes"
        return f"{kind} {content[:32].hex()}"  # `fault` knows an unreadable one by this
    if kind in ("x400Address", "ediPartyName"):
        return f"{kind} {content[:32].hex()}"
    return content.decode("ascii", "backslashreplace")


def address_text(content: bytes) -> str:
    """An address of 4 or 16 bytes; others in hexadecimal."""
    return str(ipaddress.ip_address(content)) if len(content) in (4, 16) else content[:32].hex()
