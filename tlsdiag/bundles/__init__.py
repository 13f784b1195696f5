"""Files of certificates, pure: bytes -> items, each with its kind, its place and what is wrong with it. No file, no socket, no clock.

PEM however it was put together, DER, PKCS#7 and PKCS#12. Arbitrary bytes raise nothing. A private key is opened here to learn its public half;
nothing else of it leaves this room.
"""

from __future__ import annotations

from .arranging import Arrangement, Placed, arrange
from .items import Bundle, Item, Remark
from .reading import MAX_BYTES, read_bundle
from .writing import chain_above, pem_text

__all__ = ["MAX_BYTES", "Arrangement", "Bundle", "Item", "Placed", "Remark", "arrange", "chain_above", "pem_text", "read_bundle"]
