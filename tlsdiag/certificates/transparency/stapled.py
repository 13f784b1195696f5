"""The SCTs of an OCSP answer (RFC 6962 section 3.3): in an extension of the SingleResponse (RFC 6960 section 4.2.1)."""

from __future__ import annotations

from ..der import OCTET_STRING, SEQUENCE, DerError, Element, read_element

TIMESTAMPS = "1.3.6.1.4.1.11129.2.4.5"
_SINGLE_EXTENSIONS = 0xA1


def stapled_scts(response: bytes) -> tuple[tuple[bytes, ...], str]:
    """The serialized SCTs of an OCSPResponse, and what is wrong with their list; an answer that cannot be read, or is none, has none."""
    try:
        values = _values(read_element(response).expect(SEQUENCE).children())
    except (DerError, IndexError):
        return (), ""
    found: list[bytes] = []
    problem = ""
    for value in values:
        try:
            scts, fault = split_list(read_element(value).expect(OCTET_STRING).content)
        except DerError as exc:
            scts, fault = (), str(exc)
        found += scts
        problem = problem or fault
    return tuple(found), problem


def split_list(data: bytes) -> tuple[tuple[bytes, ...], str]:
    """The members of a SignedCertificateTimestampList, as far as they can be told apart, and what is wrong with it."""
    if len(data) < 2 or int.from_bytes(data[:2], "big") != len(data) - 2:
        return (), "the length of the list is not that of its bytes"
    found: list[bytes] = []
    at = 2
    while at < len(data):
        size = int.from_bytes(data[at : at + 2], "big")
        item = data[at + 2 : at + 2 + size]
        if not size or len(item) != size:
            return tuple(found), "an SCT that is cut short"
        found.append(item)
        at += 2 + size
    return tuple(found), "" if found else "no SCT"


def _values(parts: list[Element]) -> list[bytes]:
    """The extension of every SingleResponse."""
    answer = parts[1].children()[0].children()[1].expect(OCTET_STRING)
    fields = read_element(answer.content).children()[0].children()
    singles = next(field for field in fields if field.tag == SEQUENCE and field.content[:1] == b"\x30").children() if fields else []
    extensions = [item for single in singles for part in single.children() if part.tag == _SINGLE_EXTENSIONS for item in part.children()[0].children()]
    return [item.children()[-1].expect(OCTET_STRING).content for item in extensions if item.children()[0].oid() == TIMESTAMPS]
