"""Making a peer's text safe to show on a terminal: no control, no direction change, no invisible character survives."""

from __future__ import annotations

import unicodedata

_KEPT = {"\n"}
_HIDDEN_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def terminal(text: str, *, keep_lines: bool = False) -> str:
    r"""Return `text` with every control, format and unassigned character written as `\x1b` or `\u202e`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char, keep_lines) for char in text)


def _shown(char: str, keep_lines: bool) -> str:
    if keep_lines and char in _KEPT:
        return char
    if unicodedata.category(char) not in _HIDDEN_CATEGORIES:
        return char
    number = ord(char)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
