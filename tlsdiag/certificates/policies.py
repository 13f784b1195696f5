"""What kind of certificate it is: how the authority has looked into who wants it (CA/Browser Forum Baseline Requirements 7.1.6.1).

Public authorities say so with one of four reserved policies. What an authority of its own puts there says nothing that others could rely on.
"""

from __future__ import annotations

import attrs

from .certificate import Certificate

_KINDS = {
    "2.23.140.1.1": ("EV", "extended validation: the organisation and its right to the name were looked into by the guidelines for EV"),
    "2.23.140.1.2.2": ("OV", "organisation validated: the organisation was looked into, and that it controls the name"),
    "2.23.140.1.2.3": ("IV", "individual validated: a person was looked into, and that they control the name"),
    "2.23.140.1.2.1": ("DV", "domain validated: that whoever asked controls the name, and no more"),
}


@attrs.frozen(kw_only=True)
class CertificateKind:
    """"DV", "OV", "IV" or "EV", in words, and the organisation or person that it names."""

    kind: str
    meaning: str
    holder: str | None = None


def kind_of(certificate: Certificate) -> CertificateKind | None:
    """The kind by the reserved policies, the most thorough where there are several; None where there is none."""
    found = set(certificate.policies)
    for oid, (kind, meaning) in _KINDS.items():
        if oid in found:
            return CertificateKind(kind=kind, meaning=meaning, holder=certificate.subject.organization if kind != "DV" else None)
    return None
