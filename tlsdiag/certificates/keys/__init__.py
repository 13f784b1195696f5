"""Keys and signatures: what clients refuse (`weak`), what can be broken (`broken`), what is unusual (`unusual`), whose private half is public (`published`)."""

from __future__ import annotations

from .broken import KeyFault, broken_key
from .published import published_key
from .unusual import explicit_parameters, key_remarks, little_supported
from .weak import Weakness, bad_exponent, weak_key, weak_signature

__all__ = [
    "KeyFault", "Weakness", "bad_exponent", "broken_key", "explicit_parameters", "key_remarks", "little_supported", "published_key", "weak_key",
    "weak_signature",
]  # fmt: skip
