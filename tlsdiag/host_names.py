"""Host names in A-labels, as clients look them up: one way for targets, proxies, certificates and the resolver.

IDNA 2008 (RFC 5891) with the mapping of UTS 46 comes first. Emoji and other symbols are not in IDNA 2008, but there are names with them below some top-level
domains, and browsers, curl and Python's `ssl` look them up by UTS 46 alone: so is it done here with what the standard refuses for a symbol.
"""

from __future__ import annotations

import unicodedata

_SYMBOLS = ("So", "Sm")
_JOINERS = "\u200c\u200d"
_LONGEST_LABEL = 63


def a_labels(name: str) -> str:
    """The name in A-labels; one in ASCII stays as it is. ValueError, with the reason, where it has no such form."""
    if name.isascii():
        return name
    import idna

    try:
        return idna.encode(name, uts46=True).decode("ascii")
    except idna.InvalidCodepoint:
        mapped = idna.uts46_remap(name, std3_rules=True, transitional=False)
        if not any(unicodedata.category(char) in _SYMBOLS for char in mapped):
            raise
    labels = mapped.removesuffix(".").split(".")
    return ".".join(map(_a_label, labels)) + ("." if mapped.endswith(".") else "")


def _a_label(label: str) -> str:
    """One label, of symbols or not."""
    import idna

    if label.isascii() or not any(unicodedata.category(char) in _SYMBOLS for char in label):
        return str(idna.alabel(label).decode("ascii"))
    if label.startswith("-") or label.endswith("-"):
        raise ValueError(f"the label {label!r} begins or ends with a hyphen")
    if any(joiner in label for joiner in _JOINERS):
        raise ValueError(f"the label {label!r} has a joiner, which browsers take between letters only")
    found = "xn--" + label.encode("punycode").decode("ascii")
    if len(found) > _LONGEST_LABEL:
        raise ValueError(f"a label of more than {_LONGEST_LABEL} characters")
    return found
