"""Samples of the family dns: a resolver's answers beside a chain."""

from __future__ import annotations

import functools
import hashlib
from typing import Any

import attrs

from tlsdiag.certificates import TrustStore, read_certificate
from tlsdiag.certificates.authorities import owner_of
from tlsdiag.check import Seen
from tlsdiag.facts import (
    CaaLevel,
    CaaProperty,
    ChainPaths,
    DnsCaa,
    DnsMail,
    DnssecState,
    DnsServices,
    DnsTlsa,
    DnsZone,
    MailPolicy,
    PathSeen,
    ServiceSeen,
    TlsaRecord,
)
from tlsdiag.observation import Observation
from tlsdiag.resolver import DnsAnswer, DnsRecord, LookupStatus
from tlsdiag.testing import Authority, Issued
from tlsdiag.testing.observations import ENDPOINT, NOW, handshake_outcome, seen

from .certificate import issued, leaf, window
from .common import NAME, Samples
from .judged import public

RESOLVER = "192.0.2.53:53"
IDENTIFIER = "letsencrypt.org"


def answer(kind: str, *texts: str, name: str = NAME, status: LookupStatus | None = None, **options: Any) -> DnsAnswer:
    records = tuple(DnsRecord(data=b"", text=text) for text in texts)
    found = status or (LookupStatus.ANSWERED if texts else LookupStatus.NO_DATA)
    return DnsAnswer(name=name, kind=kind, status=found, records=records, server=RESOLVER, **options)


def zone(*, status: LookupStatus | None = None, addresses: tuple[str, ...] = (ENDPOINT.address,), **options: Any) -> DnsZone:
    four = answer("A", *addresses, status=status) if status is None else answer("A", status=status)
    state = DnssecState.BOGUS if status is LookupStatus.BOGUS else DnssecState.INSECURE
    return DnsZone(host=NAME, state=state, answers=(four, answer("AAAA")), addresses=addresses, **options)


def with_these(view: Seen, *observations: Observation) -> Seen:
    for item in observations:
        view.observations.put(type(item), None, item)
    return view


def whole(*observations: Observation, **target: Any) -> Seen:
    """A view of the target as a whole."""
    return with_these(seen(endpoint=None, **target), *observations)


# CAA


@functools.cache
def known_root() -> bytes:
    """A root of certifi's whose owner goes by `IDENTIFIER`."""
    owners = ((item, owner_of(item)) for item in TrustStore.certifi().anchors)
    return next(item.der for item, owner in owners if owner is not None and IDENTIFIER in owner.caa_identifiers)


def level(*properties: str, name: str = NAME, status: LookupStatus | None = None, **options: Any) -> CaaLevel:
    """Properties are given as "0 issue ca.example"."""
    found = tuple(CaaProperty(flags=int(flags), tag=tag, value=value) for flags, tag, value in (item.split(" ", 2) for item in properties))
    return CaaLevel(name=name, answer=answer("CAA", *properties, name=name, status=status), properties=found, **options)


def by_known(*levels: CaaLevel, names: tuple[str, ...] = (NAME,), known: bool = True, **faults: Any) -> Seen:
    """A certificate that leads to a root whose owner is known, or to one of Mozilla's list that the table does not have."""
    above = Authority.root("Sample CA", organization="Let's Encrypt", number=372, now=NOW)
    one = above.issue(*names, **{"window": window(-30, 60), **faults})
    view = issued(one, verify_code=None, trust=above.pem)
    if known:
        paths = view[ChainPaths]
        path = PathSeen(certificates=(*one.chain, known_root()), anchored=True)
        view.observations.put(ChainPaths, view.endpoint, ChainPaths(store=paths.store, anchors=1, at=NOW, trusted=True, paths=(path,)))
    else:
        view = public(view)
    return with_these(view, zone(), DnsCaa(host=NAME, levels=(*levels, level(name="example"))))


# TLSA


@functools.cache
def ours() -> Issued:
    return leaf()


def record(usage: int = 3, selector: int = 1, matching: int = 1, *, of: bytes | None = None, data: bytes | None = None) -> TlsaRecord:
    """The record of the sample's leaf, or of another certificate."""
    certificate = read_certificate(of or ours().der)
    selected = certificate.der if selector == 0 else certificate.spki
    digest = {0: lambda: selected, 1: lambda: hashlib.sha256(selected).digest(), 2: lambda: hashlib.sha512(selected).digest()}
    return TlsaRecord(usage=usage, selector=selector, matching=matching, data=digest[matching]() if data is None else data)


def other() -> TlsaRecord:
    return record(data=bytes(32))


def pinned(*records: TlsaRecord, secure: bool = True, view: Seen | None = None, port: int = 443, **target: Any) -> Seen:
    """The sample's chain with these records."""
    found = view or issued(ours(), verify_code=None)
    if target:
        found = Seen(target=seen(port=port, **target).target, now=found.now, observations=found.observations, endpoint=found.endpoint)
    base = f"_{port}._tcp.{NAME}"
    told = answer("TLSA", *(str(item) for item in records), name=base, authenticated=secure)
    return with_these(found, DnsTlsa(base=base, answer=told, records=records))


# HTTPS and mail


def service(*, alpn: str | None = None, offered: tuple[str, ...] = ("h2", "http/1.1"), **options: Any) -> Seen:
    """A record, beside a server that took `alpn` from an offer."""
    took = handshake_outcome(alpn=alpn)
    took = attrs.evolve(took, offer=attrs.evolve(took.offer, alpn=offered))
    found = DnsServices(answer=answer("HTTPS", "1 . ..."), services=(ServiceSeen(priority=1, **options),))
    return with_these(seen(took), found, zone(addresses=("192.0.2.1", "192.0.2.2")))


def mail(mode: str, *hosts: str, problem: str = "") -> Seen:
    policy = MailPolicy(mode=mode, hosts=hosts, max_age=86400) if hosts else None
    found = DnsMail(domain="example", exchanges=(NAME,), record="v=STSv1; id=1", policy=policy, problem=problem)
    return whole(found, port=25, starttls="smtp")


SAMPLES: Samples = {
    "dnssec-bogus": (lambda: whole(zone(status=LookupStatus.BOGUS)), lambda: whole(zone(status=LookupStatus.SERVER_FAILED))),
    "dns-not-looked-at": (lambda: whole(zone(status=LookupStatus.REFUSED)), lambda: whole(zone())),
    "caa-forbids-issuer": (
        lambda: by_known(level("0 issue other.example"), window=window(-80, 10)),
        lambda: by_known(level("0 issue other.example", f"0 issue {IDENTIFIER}; validationmethods=dns-01")),
    ),
    "caa-unreadable": (lambda: by_known(level(status=LookupStatus.SERVER_FAILED)), lambda: by_known(level())),
    "caa-issuer-unknown": (
        lambda: by_known(level("0 issue other.example"), known=False),
        lambda: by_known(level("0 iodef mailto:a@example.com"), known=False),
    ),
    "tlsa-mismatch": (lambda: pinned(other()), lambda: pinned(other(), record())),
    "tlsa-unusable": (lambda: pinned(record(data=bytes(20))), lambda: pinned(record())),
    "https-record-disagrees": (lambda: service(ipv4_hints=("192.0.2.9",)), lambda: service(ipv4_hints=("192.0.2.2",))),
    "https-record-ech": (lambda: service(ech=True), lambda: service(alpn="h2")),
    "mta-sts-policy-unmatched": (lambda: mail("enforce", "mx.other.example"), lambda: mail("enforce", "*.example")),
    "mta-sts-unreachable": (lambda: mail("none", problem="HTTP status 404"), lambda: mail("none", NAME)),
}
