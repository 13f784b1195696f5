"""Names: which a certificate is valid for (`matching`), which is nearest and why it does not match (`near`), names that no client can use or that public
authorities may not certify (`forms`), and certificates that software or a platform shows where it has no better one (`defaults`)."""

from __future__ import annotations

from .defaults import DefaultCertificate, default_certificate, special_issuer
from .forms import NameFault, forbidden_names, unusable_names
from .matching import NameMatch, address_of, in_common_name, match_host, matches_dns
from .near import NearName

__all__ = [
    "DefaultCertificate", "NameFault", "NameMatch", "NearName", "address_of", "default_certificate", "forbidden_names", "in_common_name", "match_host",
    "matches_dns", "special_issuer", "unusable_names",
]  # fmt: skip
