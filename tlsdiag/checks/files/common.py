"""What the checks of files share."""

from __future__ import annotations

from ...certificates import Certificate, read_certificate
from ...plugin import CertificateFiles

BELOW = ("intermediate-missing", "issuer-untrusted", "file-key-mismatch", "file-without-leaf", "trust-store-file")
"""What a file that cannot be read, or not wholly, brings with it."""


def certificate_at(files: CertificateFiles, at: int) -> Certificate:
    """The certificate of an item."""
    return read_certificate(files.items[at].certificate)


def labels(files: CertificateFiles, positions: tuple[int, ...], most: int = 4) -> str:
    """Certificates by their names: "a, b and 3 more"."""
    names = [certificate_at(files, at).label for at in positions]
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def counted(number: int, singular: str, plural: str = "") -> str:
    """ "one certificate", "3 certificates"."""
    return f"one {singular}" if number == 1 else f"{number} {plural or singular + 's'}"
