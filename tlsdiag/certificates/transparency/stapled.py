"""The SCTs of an OCSP answer (RFC 6962 section 3.3): in an extension of the SingleResponse (RFC 6960 section 4.2.1)."""

from __future__ import annotations

from ..der import OCTET_STRING, DerError, read_element
from ..revocation.fields import extension_value
from ..revocation.ocsp import TIMESTAMPS, read_ocsp_response
from .scts import split_list


def stapled_scts(response: bytes) -> tuple[tuple[bytes, ...], str]:
    """The serialized SCTs of an OCSPResponse, and what is wrong with their list; an answer that cannot be read, or is none, has none."""
    found: list[bytes] = []
    problem = ""
    for single in read_ocsp_response(response).responses:
        value = extension_value(single.extensions, TIMESTAMPS)
        if value is None:
            continue
        try:
            scts, fault = split_list(read_element(value).expect(OCTET_STRING).content)
        except DerError as exc:
            scts, fault = (), str(exc)
        found += scts
        problem = problem or fault
    return tuple(found), problem
