"""Name constraints of an authority (RFC 5280 section 4.2.1.10): for which names the certificates below it may be.

    NameConstraints ::= SEQUENCE { permittedSubtrees [0] GeneralSubtrees OPTIONAL, excludedSubtrees [1] GeneralSubtrees OPTIONAL }
    GeneralSubtree  ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }

A name is compared with the subtrees of its own kind; where permitted subtrees of a kind are there, a name of that kind has to be in one of them.
"""

from __future__ import annotations

import functools
import ipaddress
import itertools
from collections.abc import Iterator

import attrs

from . import oids
from .certificate import Certificate
from .der import SEQUENCE, DerError, Element, read_element

_DNS, _DIRECTORY, _IP = 0x82, 0xA4, 0x87
_MAX_SUBTREES = 1000
"""More than any authority has; beyond it a hostile certificate would cost time and tell nothing."""
_MAX_COMPARISONS = 2**18
"""Names times subtrees; OpenSSL gives up at 2**20."""
_MAX_REASONS = 5


@attrs.frozen
class Subtree:
    """A base name: `kind` is its tag as a GeneralName, `base` its content, `text` the same for people."""

    kind: int
    base: bytes
    text: str


@attrs.frozen(kw_only=True)
class NameConstraints:
    """What an authority is limited to."""

    permitted: tuple[Subtree, ...] = ()
    excluded: tuple[Subtree, ...] = ()


def constraints_of(authority: Certificate) -> NameConstraints | None:
    """The constraints of an authority; None when it has none that can be read."""
    extension = authority.extension(oids.NAME_CONSTRAINTS)
    if extension is None:
        return None
    try:
        parts = read_element(extension.value).expect(SEQUENCE).children()
        found = {part.tag: tuple(_subtree(item) for item in part.children()[:_MAX_SUBTREES]) for part in parts}
    except (DerError, IndexError):
        return None
    return NameConstraints(permitted=found.get(0xA0, ()), excluded=found.get(0xA1, ()))


@functools.lru_cache(maxsize=512)
def broken_names(authority: Certificate, certificate: Certificate) -> tuple[str, ...]:
    """Why names of a certificate are outside what an authority above it may issue for, a few of them; remembered, since many paths share both."""
    found = constraints_of(authority)
    return () if found is None else tuple(itertools.islice(dict.fromkeys(breaks(found, certificate)), _MAX_REASONS))


def breaks(constraints: NameConstraints, certificate: Certificate) -> Iterator[str]:
    """Why each name of a certificate that must not be there must not, in words."""
    trees = len(constraints.excluded) + len(constraints.permitted)
    for kind, name, shown in itertools.islice(_names_of(certificate), _MAX_COMPARISONS // max(1, trees)):
        out = next((tree for tree in constraints.excluded if tree.kind == kind and _within(tree, name)), None)
        if out is not None:
            yield f"{shown} is in {out.text}, which is excluded"
            continue
        same = [tree for tree in constraints.permitted if tree.kind == kind]
        if same and not any(_within(tree, name) for tree in same):
            yield f"{shown} is in none of those permitted ({', '.join(tree.text for tree in same[:4])}{' ...' if len(same) > 4 else ''})"


def _names_of(certificate: Certificate) -> Iterator[tuple[int, bytes, str]]:
    for name in certificate.dns_names:
        yield _DNS, name.encode(), name
    for address in certificate.ip_addresses:
        yield _IP, ipaddress.ip_address(address).packed, address
    if certificate.subject.attributes:
        yield _DIRECTORY, certificate.subject.raw, certificate.subject.text


def _subtree(item: Element) -> Subtree:
    base = item.expect(SEQUENCE).children()[0]
    return Subtree(base.tag, base.content, _text(base))


def _text(base: Element) -> str:
    if base.tag == _IP:
        network = _network(base.content)
        return str(network) if network is not None else f"a network of {len(base.content)} bytes"
    if base.tag == _DIRECTORY:
        from .reading import read_name_der

        return read_name_der(base.content).text or "every directory name"
    return base.content.decode("ascii", "backslashreplace") or "every name"


def _within(tree: Subtree, name: bytes) -> bool:
    if tree.kind == _DNS:
        return _dns_within(tree.base.decode("ascii", "backslashreplace").lower(), name.decode().lower())
    if tree.kind == _IP:
        network = _network(tree.base)
        return network is not None and len(name) * 2 == len(tree.base) and ipaddress.ip_address(name) in network
    return _directory_within(tree.base, name)


def _dns_within(base: str, name: str) -> bool:
    """`example.com` holds itself and all below it; with a dot in front, as some authorities write it, only what is below."""
    name = name.removeprefix("*.").rstrip(".")
    if base.startswith("."):
        return name.endswith(base)
    return not base or name == base or name.endswith("." + base)


def _network(content: bytes) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    half = len(content) // 2
    try:
        address = ipaddress.ip_address(content[:half])
        bits = bin(int.from_bytes(content[half:], "big")).count("1")
        return ipaddress.ip_network((address, bits), strict=False)
    except ValueError:
        return None


def _directory_within(base: bytes, name: bytes) -> bool:
    """Whether a distinguished name begins with the base's relative names."""
    try:
        wanted = [item.raw for item in read_element(base).expect(SEQUENCE).children()]
        have = [item.raw for item in read_element(name).expect(SEQUENCE).children()]
    except DerError:
        return False
    return have[: len(wanted)] == wanted
