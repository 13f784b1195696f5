"""The names that are nearest to the one that was wanted, and why each of them does not match after all."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Sequence

import attrs

from ..suffixes import is_public_suffix

_SHOWN = 3
_ESCAPE = re.compile(r"\\x([0-9a-f]{2})")
_COMPARED = 200
"""Names that are compared letter by letter, which is slow; a certificate with more is looked through by its labels."""
_LONGEST = 1100
"""No host name is longer, and none that was written with four characters a byte."""


@attrs.frozen(kw_only=True)
class NearName:
    """A presented name, and why it does not match."""

    name: str
    reason: str


def nearest_names(wanted: str, presented: Sequence[str], *, is_address: bool = False) -> tuple[NearName, ...]:
    """Up to three of the presented names, the nearest first, each with the reason; `wanted` is in A-labels, lower case, without a trailing dot."""
    if not presented:
        return ()
    ranked: list[tuple[int, int, str, str]] = []
    for at, name in enumerate(presented):
        plain = name.lower()
        if len(name) > _LONGEST or not (is_address or _may_relate(wanted, plain)):
            continue
        found = _of_address(wanted, name) if is_address else _of_name(wanted, plain, name)
        if found is not None:
            ranked.append((found[0], at, name, found[1]))
    ranked.sort()
    near = tuple(NearName(name=name, reason=reason) for _, _, name, reason in ranked[:_SHOWN])
    return near or (NearName(name=_most_alike(wanted, presented), reason=""),)


def _may_relate(wanted: str, name: str) -> bool:
    """A quick look that leaves out most names of a certificate that has thousands: alike in length, in the top or in the beginning, or odd in itself."""
    if abs(len(wanted) - len(name)) < 2 or "*" in name or "\\" in name or wanted.endswith(name):
        return True
    labels = wanted.split(".")
    return name.endswith(".".join(labels[-2:])) or name.startswith(".".join(labels[:-1]) + ".")


def _most_alike(wanted: str, presented: Sequence[str]) -> str:
    """No relation is known: what is written most alike."""
    few = [name for name in presented[:_COMPARED] if len(name) <= _LONGEST]
    found = difflib.get_close_matches(wanted, [name.lower() for name in few], n=1, cutoff=0.0)
    return next((name for name in few if found and name.lower() == found[0]), presented[0])


def _of_address(wanted: str, name: str) -> tuple[int, str] | None:
    if name == wanted:
        return 0, "the address is there as a dNSName; an address has to be an iPAddress"
    return None


def _of_name(wanted: str, name: str, shown: str) -> tuple[int, str] | None:
    """The first relation that holds, with its rank."""
    for rank, relation in enumerate(_RELATIONS):
        if (reason := relation(wanted, name, shown)) is not None:
            return rank, reason
    return None


def _with_a_dot(wanted: str, name: str, shown: str) -> str | None:
    return f"{shown} ends with a dot, and clients compare it as it is" if name.endswith(".") and name.rstrip(".") == wanted else None


def _not_ascii(wanted: str, name: str, shown: str) -> str | None:
    """A U-label in the certificate, where an A-label belongs; the reader has written bytes outside ASCII as escapes."""
    if "\\x" not in name:
        return None
    from .matching import in_a_labels

    text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), name)  # each escape is one byte
    plain = text.encode("latin-1", "replace").decode("utf-8", "replace")
    if wanted in (in_a_labels(plain), in_a_labels(text)):
        return f"{shown} is written with letters outside ASCII, and a dNSName has to be in A-labels ({wanted})"
    return None


def _too_deep(wanted: str, name: str, shown: str) -> str | None:
    if _is_wildcard(name) and wanted.endswith(name[1:]) and "." in wanted[: -len(name[1:])]:
        return f"the wildcard {shown} stands for one label, and {wanted} has more before {name[2:]}"
    return None


def _apex(wanted: str, name: str, shown: str) -> str | None:
    return f"the wildcard {shown} does not stand for {wanted} itself" if _is_wildcard(name) and name[2:] == wanted else None


def _wide(wanted: str, name: str, shown: str) -> str | None:
    if name == "*":
        return "the wildcard * stands for nothing by itself"
    if _is_wildcard(name) and "." not in name[2:] and wanted.partition(".")[2] == name[2:]:
        return f"the wildcard {shown} is directly below a top-level domain, and OpenSSL, GnuTLS and browsers do not take it"
    return None


def _partial(wanted: str, name: str, shown: str) -> str | None:
    if "*" not in name or (_is_wildcard(name) and "*" not in name[2:]) or name == "*":
        return None
    labels, own = name.split("."), wanted.split(".")
    if len(labels) != len(own) or any("*" not in label and label != other for label, other in zip(labels, own, strict=True)):
        return None
    return f"a wildcard has to be the whole left-most label and no other, which the one in {shown} is not"


def _www(wanted: str, name: str, shown: str) -> str | None:
    if name == f"www.{wanted}" or wanted == f"www.{name}":
        return f"{shown} and {wanted} are two names, with and without www, and each has to be there by itself"
    return None


def _typo(wanted: str, name: str, shown: str) -> str | None:
    if len(name) <= 3 or not _one_edit(wanted, name):
        return None
    return f"{shown} differs from it in {'the order of two characters' if sorted(wanted) == sorted(name) else 'one character'}"


def _parent(wanted: str, name: str, shown: str) -> str | None:
    if wanted.endswith(f".{name}"):
        return f"{shown} is a domain above it, and a name without a wildcard stands for itself alone"
    return None


def _child(wanted: str, name: str, shown: str) -> str | None:
    return f"{shown} is a name below it, and stands for itself alone" if name.endswith(f".{wanted}") else None


def _sibling(wanted: str, name: str, shown: str) -> str | None:
    """Another name in the same domain; two labels at least have to be the same, for all names share their top."""
    above, other = wanted.partition(".")[2], name.partition(".")[2]
    if "." in above and above == other and not is_public_suffix(above):
        return f"{shown} is another name below {above}"
    domain = ".".join(wanted.split(".")[-2:])
    related = "." in domain and name.endswith(f".{domain}") and not is_public_suffix(domain)
    return f"{shown} is another name in the domain {domain}" if related else None


def _other_ending(wanted: str, name: str, shown: str) -> str | None:
    above, _, ending = wanted.rpartition(".")
    other, _, theirs = name.rpartition(".")
    return f"{shown} ends with .{theirs}, and not with .{ending}" if above and above == other else None


def _is_wildcard(name: str) -> bool:
    return name.startswith("*.")


def _one_edit(one: str, other: str) -> bool:
    """Whether one character was left out, put in, or exchanged, or two neighbours have changed places."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    rest, others = one[start:], other[start:]
    swapped = rest[:2] == others[:2][::-1] and rest[2:] == others[2:]
    return rest[1:] == others[1:] or rest[1:] == others or rest == others[1:] or swapped


_Relation = Callable[[str, str, str], str | None]
_RELATIONS: tuple[_Relation, ...] = (
    _with_a_dot, _not_ascii, _apex, _too_deep, _wide, _partial, _www, _typo, _other_ending, _parent, _child, _sibling,
)  # fmt: skip
