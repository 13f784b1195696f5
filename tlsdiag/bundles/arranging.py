"""Which certificate of several is a server's own, and which a server would send with it, in the order of the files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import attrs

from ..certificates import Certificate, match_host, signed_by
from ..certificates.oids import SERVER_AUTH

_HOST = re.compile(r"(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
"""A common name that is a host's."""
_MOST_OF_A_CHAIN = 10
"""Authorities in any chain file."""
_MOST_COMPARISONS = 500
"""Signatures that are held against issuers to tell what is there for another leaf."""


@attrs.frozen(kw_only=True)
class Placed:
    """A certificate, the file that it is in (a number), and whether the order in that file means something."""

    certificate: Certificate
    file: int = 0
    ordered: bool = True


@attrs.frozen(kw_only=True)
class Arrangement:
    """Positions count in the sequence that was given. `leaf`: the one that is judged (None: there are authorities only), and `chosen` why: "asked", "first",
    "key", "host", or "any" where nothing speaks for one (empty: there is no other); `leaves` are all of its kind;
    `chain` is what belongs with it, the leaf first and each issuer after what it has issued, what is left at the end; `written` the same in the order of
    the files, as a server would send it (that of `chain` where the files keep none); `is_store`: a list of roots, as clients trust them."""

    leaf: int | None = None
    chosen: str = ""
    leaves: tuple[int, ...] = ()
    chain: tuple[int, ...] = ()
    written: tuple[int, ...] = ()
    is_store: bool = False


def arrange(placed: Sequence[Placed], *, public_keys: Iterable[bytes] = (), host: str = "", number: int | None = None) -> Arrangement:
    """Find the leaf and what goes with it. A file that keeps an order is read as a server reads it: the first leaf is its own, unless the `number` of another
    (from 1) is asked for; then nothing is said of the order, which is not made for that one."""
    keys = set(public_keys)
    leaves = _leaves(placed, keys, host)
    if not leaves:
        return Arrangement(is_store=_is_store(placed))
    asked = number is not None and 1 <= number <= len(leaves)
    leaf, chosen = (leaves[number - 1], "asked") if number is not None and asked else _chosen(placed, leaves, keys, host)
    written = _written(placed, leaf, leaves)
    chain = _sorted(placed, leaf, written)
    in_order = placed[leaf].ordered and leaf == leaves[0]
    return Arrangement(
        leaf=leaf, chosen=chosen if len(leaves) > 1 else "", leaves=tuple(leaves), chain=chain, written=written if in_order else chain
    )


def _is_store(placed: Sequence[Placed]) -> bool:
    """Roots alone; or a long list that is mostly roots, since stores hold cross-signed authorities too."""
    roots = sum(item.certificate.is_self_issued for item in placed)
    return 0 < roots == len(placed) or (len(placed) > _MOST_OF_A_CHAIN and roots * 2 > len(placed))


def _leaves(placed: Sequence[Placed], keys: set[bytes], host: str) -> list[int]:
    """Every end entity, each once. An authority is one only where nothing else is: it signed itself and names a host, or the key belongs to it."""
    issuers = {item.certificate.issuer.raw for item in placed if not item.certificate.is_self_issued}
    unique = _unique(placed)
    ends = [at for at in unique if not placed[at].certificate.is_ca and not _is_issuer(placed[at].certificate, issuers, keys)]
    if ends:
        return ends
    own = [at for at in unique if _serves(placed[at].certificate, keys, host, alone=len(unique) == 1)]
    return own[:1] or [at for at in unique if _looks_like_a_server(placed[at].certificate) and not _is_issuer(placed[at].certificate, issuers, keys)][:1]


def _unique(placed: Sequence[Placed]) -> list[int]:
    first: dict[bytes, int] = {}
    for at, item in enumerate(placed):
        first.setdefault(item.certificate.der, at)
    return list(first.values())


def _is_issuer(certificate: Certificate, issuers: set[bytes], keys: set[bytes]) -> bool:
    """An authority that does not say so: a root of version 1, or what others name as their issuer, unless the given key is its own."""
    if certificate.subject.attributes and certificate.subject.raw in issuers and certificate.spki not in keys:
        return True
    return certificate.is_ca is None and certificate.version < 3 and certificate.is_self_issued


def _serves(certificate: Certificate, keys: set[bytes], host: str, *, alone: bool) -> bool:
    """A self-signed server certificate that calls itself an authority, as 'openssl req -x509' makes them; or the authority whose key was given."""
    if certificate.spki in keys:
        return True
    named = bool(certificate.dns_names or certificate.ip_addresses)
    alike = alone and (bool(host) or _HOST.fullmatch(certificate.subject.common_name or "") is not None)
    return certificate.is_self_issued and (named or alike)


def _looks_like_a_server(certificate: Certificate) -> bool:
    """A server's certificate that was issued with CA:TRUE by mistake: it is for servers, and has hosts for names, which authorities have not."""
    named = bool(certificate.dns_names or certificate.ip_addresses)
    return named and not certificate.is_self_issued and SERVER_AUTH in (certificate.extended_key_usage or ())


def _chosen(placed: Sequence[Placed], leaves: list[int], keys: set[bytes], host: str) -> tuple[int, str]:
    first = leaves[0]
    if placed[first].ordered:
        return first, "first"
    of_key = [(at, "key") for at in leaves if placed[at].certificate.spki in keys]
    for_host = [(at, "host") for at in leaves if host and match_host(placed[at].certificate, host).matched]
    return next(iter([*of_key, *for_host, (first, "any")]))


def _written(placed: Sequence[Placed], leaf: int, leaves: list[int]) -> tuple[int, ...]:
    """The leaf's file first, then the others; other leaves are left out, with what is there for them alone, and what a file repeats of another. Where the
    leaf's own issuer is not there, whatever is may be needed above it."""
    home = placed[leaf].file
    order = [at for at, item in enumerate(placed) if item.file == home] + [at for at, item in enumerate(placed) if item.file != home]
    others = [at for at in leaves if at != leaf]
    own, foreign = _lines(placed, [leaf]), _lines(placed, others)
    if len(own) == 1 and not placed[leaf].certificate.is_self_issued:
        foreign = {placed[at].certificate.der for at in others}
    kept: list[int] = []
    seen: dict[bytes, int] = {}
    for at in order:
        der = placed[at].certificate.der
        for_another = der in foreign and (der not in own or der in seen)
        if for_another or seen.setdefault(der, placed[at].file) != placed[at].file:
            continue
        kept.append(at)
    return tuple(kept)


def _lines(placed: Sequence[Placed], leaves: Sequence[int]) -> set[bytes]:
    """These leaves and the authorities above them that are there, as far as so many comparisons tell: a file may be made of namesakes."""
    by_name: dict[bytes, list[Certificate]] = {}
    for item in placed if leaves else ():
        by_name.setdefault(item.certificate.subject.raw, []).append(item.certificate)
    found: dict[bytes, Certificate] = {}
    waiting, left = [placed[at].certificate for at in leaves], _MOST_COMPARISONS
    while waiting:
        child = waiting.pop()
        if child.der not in found:
            found[child.der] = child
            named = by_name.get(child.issuer.raw, ())[: max(0, left)]
            left -= len(named)
            waiting += [issuer for issuer in named if _issued(issuer, child)]
    return set(found)


def _sorted(placed: Sequence[Placed], leaf: int, kept: Sequence[int]) -> tuple[int, ...]:
    order, left = [leaf], [at for at in kept if at != leaf]
    while True:
        top = placed[order[-1]].certificate
        above = next((at for at in left if _issued(placed[at].certificate, top)), None)
        if above is None:
            return (*order, *left)
        order.append(above)
        left.remove(above)


def _issued(issuer: Certificate, child: Certificate) -> bool:
    return issuer.subject.raw == child.issuer.raw and signed_by(child, issuer) is not False
