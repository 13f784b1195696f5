"""Name constraints of an authority (RFC 5280 section 4.2.1.10): for which names the certificates below it may be.

    NameConstraints ::= SEQUENCE { permittedSubtrees [0] GeneralSubtrees OPTIONAL, excludedSubtrees [1] GeneralSubtrees OPTIONAL }
    GeneralSubtree  ::= SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum [1] OPTIONAL }

A name is compared with the subtrees of its own kind; where permitted subtrees of a kind are there, a name of that kind has to be in one of them.
Subtrees are kept by what a name would have to be made of (its suffixes, its networks, its first relative names), so that thousands of names
against thousands of subtrees cost one look each.
"""

from __future__ import annotations

import functools
import ipaddress
import itertools
import re
from collections.abc import Iterable, Iterator

import attrs

from . import oids
from .certificate import Certificate
from .der import SEQUENCE, DerError, Element, read_element
from .name_keys import name_key
from .remembering import remembered

_EMAIL, _DNS, _DIRECTORY, _URI, _IP = 0x81, 0x82, 0xA4, 0x86, 0x87
_MAX_SUBTREES = 10_000
_MOST_COMPARISONS = 250_000
"""Names times subtrees; Go and rustls give up there, OpenSSL at 2**20."""
_MAX_REASONS = 5
UNREADABLE, EMPTY = "they cannot be read", "they permit and exclude nothing"
WILDCARD = "has a wildcard"
_EMAIL_ATTRIBUTE = "1.2.840.113549.1.9.1"


@attrs.frozen
class Subtree:
    """A base name: `kind` is its tag as a GeneralName, `base` its content, `text` the same for people."""

    kind: int
    base: bytes
    text: str


@attrs.frozen(kw_only=True, eq=False)
class NameConstraints:
    """What an authority is limited to. Compared by identity: there may be thousands of subtrees, and what is made of them is remembered."""

    permitted: tuple[Subtree, ...] = ()
    excluded: tuple[Subtree, ...] = ()


@attrs.frozen
class _Named:
    """A name of a certificate: `kind` as in `Subtree`, `value` its content, `text` for people."""

    kind: int
    value: bytes
    text: str


def constraints_of(authority: Certificate) -> NameConstraints | None:
    """The constraints of an authority; None when it has none that can be read."""
    extension = authority.extension(oids.NAME_CONSTRAINTS)
    return None if extension is None else _read(extension.value)


@remembered(512)
def _read(value: bytes) -> NameConstraints | None:
    try:
        parts = read_element(value).expect(SEQUENCE).children()
        found = {part.tag: tuple(_subtree(item) for item in part.children()[:_MAX_SUBTREES]) for part in parts}
    except (DerError, IndexError):
        return None
    return NameConstraints(permitted=found.get(0xA0, ()), excluded=found.get(0xA1, ()))


@remembered(512)
def broken_names(authority: Certificate, certificate: Certificate) -> tuple[str, ...]:
    """Why names of a certificate are outside what an authority above it may issue for, a few of them; remembered, since many paths share both."""
    found = constraints_of(authority)
    return () if found is None else tuple(itertools.islice(dict.fromkeys(breaks(found, certificate)), _MAX_REASONS))


def breaks(constraints: NameConstraints, certificate: Certificate) -> Iterator[str]:
    """Why each name of a certificate that must not be there must not, in words."""
    excluded, permitted = _trees_of(constraints)
    for named in _names_of(certificate):
        out = excluded.holding(named)
        if out is not None:
            yield f"{named.text} is in {out.text}, which is excluded"
            continue
        same = permitted.of_kind(named.kind)
        if same and permitted.holding(named) is None:
            yield f"{named.text} is in none of those permitted ({', '.join(tree.text for tree in same[:4])}{' ...' if len(same) > 4 else ''})"


@remembered(512)
def uncompared(authority: Certificate, certificate: Certificate) -> frozenset[str]:
    """The kinds of subtrees that make all the difference, for clients that do not compare them; each is there, too, where nothing is broken.

    "directory": Go compares no directory names. "permitted-other": GnuTLS compares neither URIs nor directory names with those permitted. "everything":
    Java excludes no DNS name where all are excluded.
    """
    found = constraints_of(authority)
    if found is None or not broken_names(authority, certificate):
        return frozenset(_WITHOUT)
    return frozenset(kind for kind, without in _WITHOUT.items() if next(breaks(without(found), certificate), None) is None)


def _without_directories(found: NameConstraints) -> NameConstraints:
    permitted, excluded = (tuple(tree for tree in trees if tree.kind != _DIRECTORY) for trees in (found.permitted, found.excluded))
    return NameConstraints(permitted=permitted, excluded=excluded)


def _without_permitted_others(found: NameConstraints) -> NameConstraints:
    return NameConstraints(permitted=tuple(tree for tree in found.permitted if tree.kind not in (_URI, _DIRECTORY)), excluded=found.excluded)


def _without_everything(found: NameConstraints) -> NameConstraints:
    return NameConstraints(permitted=found.permitted, excluded=tuple(tree for tree in found.excluded if tree.kind != _DNS or tree.base))


_WITHOUT = {"directory": _without_directories, "permitted-other": _without_permitted_others, "everything": _without_everything}


@remembered(512)
def common_name_broken(authority: Certificate, leaf: Certificate) -> tuple[str, ...]:
    """Why the common name of a server's certificate without a dNSName is outside, for the clients that take it for one."""
    found, name = constraints_of(authority), leaf.subject.common_name
    if found is None or leaf.dns_names or name is None or "." not in name or not name.isascii() or " " in name:
        return ()
    named = Certificate(der=b"", dns_names=(name,))
    return tuple(itertools.islice(breaks(found, named), _MAX_REASONS))


def odd_kinds(authority: Certificate) -> frozenset[str]:
    """The kinds of subtrees that not every client knows: "directory", "excluded-directory", "uri", "odd"."""
    found = constraints_of(authority)
    if found is None:
        return frozenset()
    directories = ("excluded-directory", found.excluded), ("directory", found.permitted)
    kinds = {kind for kind, trees in directories if any(tree.kind == _DIRECTORY for tree in trees)}
    every = {tree.kind for tree in (*found.permitted, *found.excluded)}
    return frozenset(kinds | ({"uri"} if _URI in every else set()) | ({"odd"} if every - {_EMAIL, _DNS, _DIRECTORY, _URI, _IP} else set()))


@remembered(512)
def literally_outside(authority: Certificate, certificate: Certificate) -> tuple[str, ...]:
    """Names outside DNS bases that make no sense (`*.example`), for clients that compare them letter by letter all the same."""
    found = constraints_of(authority)
    bases = [tree for tree in found.permitted if tree.kind == _DNS] if found is not None else []
    if not bases or any(_fault(tree) is None for tree in bases):
        return ()
    texts = tuple(tree.text.lower() for tree in bases)
    outside = (name for name in certificate.dns_names if not name.lower().endswith(texts))
    return tuple(itertools.islice((f"{name} does not end in {bases[0].text}" for name in outside), _MAX_REASONS))


@remembered(512)
def wildcards_reaching(authority: Certificate, certificate: Certificate) -> tuple[str, ...]:
    """Wildcards that stand, among others, for a name that is excluded; clients differ about these."""
    found = constraints_of(authority)
    if found is None or not found.excluded:
        return ()
    parents = {tree.text.lower().partition(".")[2]: tree.text for tree in found.excluded if tree.kind == _DNS and not tree.text.startswith(".")}
    reached = ((name, parents.get(name[2:].lower().rstrip("."))) for name in certificate.dns_names if name.startswith("*."))
    reasons = (f"{name} stands for {base} too, which is excluded" for name, base in reached if base is not None)
    return tuple(itertools.islice(reasons, _MAX_REASONS))


def comparisons(authority: Certificate, certificate: Certificate) -> int:
    """How many comparisons a client that compares one by one would make."""
    found = constraints_of(authority)
    names = len(certificate.general_names) + len(certificate.subject.attributes) + 1
    return 0 if found is None else names * (len(found.permitted) + len(found.excluded))


def too_many(authority: Certificate, certificate: Certificate) -> bool:
    """Whether clients with a limit give up over these constraints and names."""
    return comparisons(authority, certificate) > _MOST_COMPARISONS


@remembered(512)
def malformed_constraints(authority: Certificate) -> tuple[str, ...]:
    """What is wrong with the constraints as such, in words, a few of them; "." in front of a DNS name is told by `dotted_constraints`."""
    extension = authority.extension(oids.NAME_CONSTRAINTS)
    if extension is None:
        return ()
    found = constraints_of(authority)
    if found is None:
        return (UNREADABLE,)
    if not found.permitted and not found.excluded:
        return (EMPTY,)
    trees = itertools.chain(found.permitted, found.excluded)
    return tuple(itertools.islice((reason for tree in trees if (reason := _fault(tree)) is not None), _MAX_REASONS))


def dotted_constraints(authority: Certificate) -> tuple[str, ...]:
    """DNS subtrees that begin with a dot: RFC 5280 does not have them, and clients take them for all that is below."""
    found = constraints_of(authority)
    trees = () if found is None else (*found.permitted, *found.excluded)
    return tuple(itertools.islice((tree.text for tree in trees if tree.kind == _DNS and tree.base.startswith(b".")), _MAX_REASONS))


_PLAIN = re.compile(rb"\.?[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9][A-Za-z0-9_-]*)*")
"""What most bases are: a name, or a dot and a name, of which nothing more has to be asked. There may be thousands."""


def _fault(tree: Subtree) -> str | None:
    if tree.kind == _IP and (len(tree.base) not in (8, 32) or _network(tree.base) is None):
        return f"{tree.text} is no network"
    if tree.kind not in (_DNS, _EMAIL, _URI) or _PLAIN.fullmatch(tree.base):
        return None
    if not tree.base.isascii():
        return f"{tree.text} has characters beyond ASCII"
    text = tree.base.decode("ascii")
    host = text.rpartition("@")[2] if tree.kind == _EMAIL else text
    labels = host.removeprefix(".").split(".") if host not in ("", ".") else []
    if "*" in host:
        return f"{tree.text} {WILDCARD}"
    if any(not label or not label.replace("-", "").replace("_", "").isalnum() for label in labels):
        return f"{tree.text} is no name of a host or domain"
    if tree.kind == _EMAIL and "@" in text and (text.count("@") > 1 or text.startswith("@") or not labels or host.startswith(".")):
        return f"{tree.text} is no mailbox"
    return None


class _Trees:
    """Subtrees, to be asked which of them holds a name."""

    def __init__(self, trees: Iterable[Subtree]) -> None:
        self._kinds: dict[int, list[Subtree]] = {}
        self._texts: dict[tuple[int, str], Subtree] = {}
        self._networks: dict[tuple[int, int], dict[int, Subtree]] = {}
        self._directories: dict[tuple[object, ...], Subtree] = {}
        for tree in trees:
            if _fault(tree) is not None:
                continue  # told as malformed; nobody can say what is in it
            self._kinds.setdefault(tree.kind, []).append(tree)
            self._keep(tree)

    def of_kind(self, kind: int) -> list[Subtree]:
        """The subtrees of a kind of name."""
        return self._kinds.get(kind, [])

    def holding(self, named: _Named) -> Subtree | None:
        """The subtree that a name is in, if any."""
        if named.kind not in self._kinds:
            return None
        if named.kind == _IP:
            return self._network_of(named.value)
        if named.kind == _DIRECTORY:
            key = name_key(named.value)
            return next((tree for size in range(len(key) + 1) if (tree := self._directories.get(key[:size])) is not None), None)
        return next((tree for text in _ways_to_say(named) if (tree := self._texts.get((named.kind, text))) is not None), None)

    def _keep(self, tree: Subtree) -> None:
        if tree.kind == _IP:
            if (network := _network(tree.base)) is not None:
                place = (len(tree.base) // 2, network.prefixlen)
                self._networks.setdefault(place, {})[int(network.network_address)] = tree
        elif tree.kind == _DIRECTORY:
            self._directories.setdefault(name_key(tree.base), tree)
        else:
            text = tree.base.decode("ascii", "backslashreplace")
            mailbox, at, host = text.rpartition("@") if tree.kind == _EMAIL else ("", "", text)
            self._texts.setdefault((tree.kind, mailbox + at + host.lower()), tree)

    def _network_of(self, value: bytes) -> Subtree | None:
        number, bits = int.from_bytes(value, "big"), 8 * len(value)
        for (size, prefix), networks in self._networks.items():
            if size == len(value) and (tree := networks.get(number >> (bits - prefix) << (bits - prefix))) is not None:
                return tree
        return None


@functools.lru_cache(maxsize=32)
def _trees_of(constraints: NameConstraints) -> tuple[_Trees, _Trees]:
    """Those excluded and those permitted, to be asked."""
    return _Trees(constraints.excluded), _Trees(constraints.permitted)


def _ways_to_say(named: _Named) -> Iterator[str]:
    """The bases that hold a DNS name, a mailbox or a URI's host (RFC 5280 section 4.2.1.10): itself, what is above it, and everything."""
    text = named.value.decode("ascii", "backslashreplace")
    mailbox, _, host = text.rpartition("@") if named.kind == _EMAIL else ("", "", text)
    host = host.lower().rstrip(".")
    if named.kind == _EMAIL:
        yield f"{mailbox}@{host}"
    yield host
    at = host.find(".")
    while at >= 0:
        if named.kind == _DNS:
            yield host[at + 1 :]
        yield host[at:]  # `.example.com`: what is below, for mailboxes and hosts; authorities write it for DNS names too
        at = host.find(".", at + 1)
    yield ""


def _names_of(certificate: Certificate) -> Iterator[_Named]:
    for name in certificate.dns_names:
        yield _Named(_DNS, name.encode(), name)
    for address in certificate.ip_addresses:
        yield _Named(_IP, ipaddress.ip_address(address).packed, address)
    yield from _other_names(certificate)
    if certificate.subject.attributes:
        yield _Named(_DIRECTORY, certificate.subject.raw, certificate.subject.text)


def _other_names(certificate: Certificate) -> Iterator[_Named]:
    mailboxes = 0
    for name in certificate.general_names:
        if name.kind == "rfc822Name":
            mailboxes += 1
            yield _Named(_EMAIL, name.value, name.text)
        elif name.kind == "uniformResourceIdentifier":
            yield _Named(_URI, _host(name.text).encode(), name.text)
        elif name.kind == "directoryName":
            yield _Named(_DIRECTORY, name.value, name.text)
    if not mailboxes:  # old certificates have the mailbox in the subject alone
        for oid, value in certificate.subject.attributes:
            if oid == _EMAIL_ATTRIBUTE:
                yield _Named(_EMAIL, value.encode("ascii", "backslashreplace"), value)


def _host(uri: str) -> str:
    """The host of a URI (RFC 3986 section 3.2); empty when it has none."""
    _, slashes, rest = uri.partition("://")
    authority = rest.partition("/")[0].partition("?")[0].partition("#")[0] if slashes else ""
    host = authority.rpartition("@")[2]
    return host if host.startswith("[") else host.partition(":")[0]


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


def _network(content: bytes) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """Address and mask; None when the mask has a gap or the length is of no address."""
    half = len(content) // 2
    mask = int.from_bytes(content[half:], "big")
    gap = (~mask & ((1 << (8 * half)) - 1)) + 1
    if gap & (gap - 1):
        return None
    try:
        return ipaddress.ip_network((content[:half], mask.bit_count()), strict=False)
    except ValueError:
        return None
