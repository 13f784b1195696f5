"""The chain as it was sent: its order, what is too much in it, and what is missing (RFC 8446 section 4.4.2).

An issuer that is neither sent nor trusted may be an intermediate that the server forgot, or an authority that this client does not
know. Python's `verify_code` is 20 for both; the cure differs. The issuer itself tells, where it can be found (`completion`); where it
cannot, there are points for and against a forgotten intermediate:

    the certificate says where its issuer can be fetched (caIssuers)       +2   roots are not published for download this way
    a trusted anchor has the same organisation or domain as the issuer     +2
    the issuer's name says Intermediate, Issuing, Sub or Server CA         +2
    the server sent the leaf alone                                         +1
    the issuer's name says Root                                            -3
    the issuer is a root in another known store                            it is no intermediate, whatever else

Two points make it a missing intermediate.

A certificate with the issuer's name that has not signed is a namesake. Where the key identifiers say that it should have signed, the certificate
itself is damaged; else the namesake is another generation of the authority, and the wrong one was installed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from .certificate import Certificate, Name
from .name_keys import name_key
from .signature import signed_by
from .stores import TrustStore

_INTERMEDIATE = re.compile(r"\b(intermediate|issuing|subordinate|sub[ -]?ca|server ca|tls ca|[dmo]v ca)\b", re.IGNORECASE)
_ROOT = re.compile(r"\broot\b", re.IGNORECASE)
_ENOUGH = 2
_ORGANIZATION, _DOMAIN = "2.5.4.10", "0.9.2342.19200300.100.1.25"


@attrs.frozen(kw_only=True)
class ChainShape:
    """Positions count from 0 in the order of sending. `right_order` is the path from the leaf upwards, as positions."""

    order_ok: bool = True
    right_order: tuple[int, ...] = ()
    leaf: int = 0
    duplicates: tuple[int, ...] = ()
    extras: tuple[int, ...] = ()
    root_sent: int | None = None
    leaf_self_signed: bool = False
    top_self_signed: bool = False
    missing_issuer: str | None = None
    intermediate_missing: bool = False
    missing_reasons: tuple[str, ...] = ()
    issuer_urls: tuple[str, ...] = ()
    issuer_is_public: bool = False
    namesake: str = ""
    namesake_fits: bool = False
    wrong_issuer: int | None = None


def describe_chain(sent: Sequence[Certificate], store: TrustStore, other_stores: Sequence[TrustStore] = ()) -> ChainShape:
    """Describe a sent chain; `other_stores` are looked into for the issuer that `store` does not have."""
    if not sent:
        return ChainShape()
    leaf = _leaf(sent)
    order = _walk(sent, leaf)
    top = sent[order[-1]]
    duplicates = tuple(at for at, item in enumerate(sent) if item in sent[:at])
    shape = ChainShape(
        order_ok=list(order) == sorted(order) and leaf == 0,
        right_order=order,
        leaf=leaf,
        duplicates=duplicates,
        extras=tuple(at for at in range(len(sent)) if at not in duplicates and _is_extra(at, sent, order)),
        root_sent=order[-1] if len(order) > 1 and _self_signed(top) else None,
        leaf_self_signed=_self_signed(sent[leaf]),
        top_self_signed=_self_signed(top),
        issuer_urls=top.ca_issuers,
    )
    if shape.top_self_signed or store.contains(top) or _is_trusted(top, store):
        return shape
    shape = _with_namesake(shape, sent, top, store)
    return _with_missing(shape, top, len(sent), store, other_stores)


def _with_namesake(shape: ChainShape, sent: Sequence[Certificate], top: Certificate, store: TrustStore) -> ChainShape:
    """What was sent, or is trusted, in the issuer's place: a namesake that has not signed, or an authority of another name."""
    named = [item for item in (*sent, *store.find_by_name(top.issuer.raw)) if _is_named(item, top)]
    fitting = next((item for item in named if _key_ids_fit(top, item)), None)
    found = fitting or next(iter(named), None)
    if fitting is not None and fitting in sent:
        # it is the issuer down to the key, and belongs there with what is above it: it is the signature that is wrong
        known = (*shape.right_order, *_walk(sent, sent.index(fitting)))
        shape = attrs.evolve(shape, extras=tuple(at for at in shape.extras if _is_extra(at, sent, known)))
    others = [at for at in shape.extras if sent[at].is_ca and not _self_signed(sent[at])]
    return attrs.evolve(
        shape,
        namesake=found.label if found is not None else "",
        namesake_fits=fitting is not None,
        wrong_issuer=others[0] if others else None,
    )


def _is_named(issuer: Certificate, child: Certificate) -> bool:
    """Whether it has the name of the child's issuer (RFC 5280 section 7.1)."""
    return name_key(issuer.subject.raw) == name_key(child.issuer.raw)


def _key_ids_fit(child: Certificate, issuer: Certificate) -> bool:
    """Whether the child's authority key identifier is the issuer's own (RFC 5280 section 4.2.1.1)."""
    return child.authority_key_id is not None and child.authority_key_id == issuer.subject_key_id


def _leaf(sent: Sequence[Certificate]) -> int:
    """The first certificate, as the protocol says; unless that is an authority and the only end entity stands elsewhere."""
    if not sent[0].is_ca:
        return 0
    ends = [at for at, item in enumerate(sent) if not item.is_ca]
    if len(ends) == 1 and any(_is_named(item, sent[ends[0]]) for item in sent):
        return ends[0]
    return 0


def _walk(sent: Sequence[Certificate], leaf: int) -> tuple[int, ...]:
    order = [leaf]
    while not _self_signed(sent[order[-1]]):
        child = sent[order[-1]]
        following = next((at for at in _candidates(sent, child) if sent[at] not in [sent[known] for known in order]), None)
        if following is None:
            break
        order.append(following)
    return tuple(order)


def _candidates(sent: Sequence[Certificate], child: Certificate) -> list[int]:
    return [at for at, item in enumerate(sent) if _is_named(item, child) and signed_by(child, item) is not False]


def _is_extra(at: int, sent: Sequence[Certificate], order: tuple[int, ...]) -> bool:
    """Neither on the path nor another certificate of an authority on it (a cross-sign is there for older clients)."""
    if at in order:
        return False
    return not any(sent[at].spki == sent[known].spki or _has_signed(sent[at], sent[known]) for known in order)


def _has_signed(issuer: Certificate, child: Certificate) -> bool:
    return _is_named(issuer, child) and signed_by(child, issuer) is True


def _self_signed(certificate: Certificate) -> bool:
    return certificate.is_self_issued and signed_by(certificate, certificate) is not False


def _is_trusted(top: Certificate, store: TrustStore) -> bool:
    return any(signed_by(top, anchor) is not False for anchor in store.find_by_name(top.issuer.raw))


def _with_missing(
    shape: ChainShape, top: Certificate, length: int, store: TrustStore, other_stores: Sequence[TrustStore]
) -> ChainShape:
    issuer = top.issuer
    known = next((other.name for other in other_stores if _is_trusted(top, other)), None)
    if known is not None:
        reasons: tuple[str, ...] = (f"{issuer.text} is a root in {known}",)
        return attrs.evolve(shape, missing_issuer=issuer.text, missing_reasons=reasons, issuer_is_public=True)
    points = list(_points(top, length, store))
    return attrs.evolve(
        shape,
        missing_issuer=issuer.text,
        intermediate_missing=sum(value for value, _ in points) >= _ENOUGH,
        missing_reasons=tuple(reason for _, reason in points),
    )


def _points(top: Certificate, length: int, store: TrustStore) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    name = top.issuer.common_name or top.issuer.text
    if top.ca_issuers:
        found.append((2, f"the certificate says where its issuer can be fetched: {top.ca_issuers[0]}"))
    if (relative := _relative(top.issuer, store)) is not None:
        found.append((2, f"the trusted authority {relative} belongs to the same organisation"))
    if _ROOT.search(name):
        found.append((-3, f"{name!r} calls itself a root"))
    elif _INTERMEDIATE.search(name):
        found.append((2, f"{name!r} is the name of an intermediate"))
    if length == 1:
        found.append((1, "the server sent its own certificate alone"))
    return found


def _relative(issuer: Name, store: TrustStore) -> str | None:
    """An anchor with the issuer's organisation or domain components."""
    wanted = {(oid, value.casefold()) for oid, value in issuer.attributes if oid in (_ORGANIZATION, _DOMAIN)}
    organisations = {pair for pair in wanted if pair[0] == _ORGANIZATION} or wanted
    if not organisations:
        return None
    for anchor in store.anchors:
        theirs = {(oid, value.casefold()) for oid, value in anchor.subject.attributes}
        if organisations <= theirs:
            return anchor.label
    return None
