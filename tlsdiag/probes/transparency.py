"""Transparency: the timestamps of the served certificate, from all three ways, their signatures tried. Derived: it opens no connection."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from ..certificates import Certificate, StoreError, TrustStore, build_paths, read_certificate, signed_by
from ..certificates.oids import SCT_LIST
from ..certificates.transparency import Candidate, CtLog, Delivery, LogList, Sct, fitting, is_signed, read_sct, shipped_logs
from ..certificates.transparency.stapled import stapled_scts
from ..plugin import ChainPaths, HandshakeOutcome, LogSeen, Note, Probe, Scene, SctSeen, ServedChain, Transparency, Unavailable, Why

_MAX_SCTS = 16
"""More than any certificate has; each costs a signature."""


class TransparencyProbe(Probe):
    """`public` makes the store whose roots are public authorities; a test may have others."""

    name = "transparency"
    provides = Transparency
    needs = (ServedChain,)
    wants = (HandshakeOutcome, ChainPaths)

    def __init__(self, public: Callable[[], TrustStore] = TrustStore.certifi) -> None:
        self._public = public

    async def run(self, scene: Scene) -> Transparency | Unavailable:
        """Read, verify, and look whose root it is."""
        served = scene.seen(ServedChain)
        if served is None or not served.certificates:
            return Unavailable(why=Why.NOT_APPLICABLE, detail="no certificate was served", by=self.name)
        try:
            public = self._public()
        except StoreError as exc:
            return Unavailable(why=Why.FAILED, detail=f"the roots of public authorities cannot be read: {exc}", by=self.name)
        logs = shipped_logs() if scene.ct_logs is None else scene.ct_logs
        leaf, *sent = (read_certificate(der) for der in served.certificates)
        anchor = _anchor(leaf, sent, public, scene)
        known = _known(sent, scene.seen(ChainPaths), anchor)
        scts, problems = _delivered(leaf, scene.seen(HandshakeOutcome))
        own = _candidate(leaf, known)
        entries = {way: own.entries(way) for way in dict.fromkeys(delivery for delivery, _ in scts)}
        others = [_candidate(item, known) for item in _others(served)] if scts else []
        return Transparency(
            certificate=leaf.der,
            public=anchor is not None,
            anchor=anchor[-1].label if anchor else "",
            scts=tuple(_seen(delivery, sct, entries[delivery], others, logs) for delivery, sct in scts[:_MAX_SCTS]),
            problems=problems,
            complete=_same(leaf, scene.seen(HandshakeOutcome)),
            list_date=logs.date,
            list_origin=logs.origin,
            list_programs=logs.programs,
        )


def _anchor(leaf: Certificate, sent: Sequence[Certificate], public: TrustStore, scene: Scene) -> tuple[Certificate, ...] | None:
    """A path to a public root whose signatures are right; dates and names are another matter."""
    for path in build_paths(leaf, sent=tuple(sent), store=public, at=scene.now).paths:
        links = zip(path.certificates, path.certificates[1:], strict=False)
        if path.anchored and all(signed_by(child, issuer) for child, issuer in links):
            return path.certificates
    return None


def _known(sent: Iterable[Certificate], paths: ChainPaths | None, anchor: Iterable[Certificate] | None) -> tuple[Certificate, ...]:
    """Every certificate that may be an issuer, also those that were found elsewhere."""
    found = [read_certificate(der) for path in (paths.paths if paths is not None else ()) for der in path.certificates[1:]]
    return tuple(dict.fromkeys((*(anchor or ()), *sent, *found)))


def _candidate(certificate: Certificate, known: Iterable[Certificate]) -> Candidate:
    issuers = tuple({item.spki: item for item in known if item.subject.raw == certificate.issuer.raw and signed_by(certificate, item)}.values())
    return Candidate(certificate=certificate, issuers=issuers)


def _others(served: ServedChain) -> Iterator[Certificate]:
    """The other certificates that this server has shown."""
    attempts = (served.without_name, served.rsa, served.ecdsa)
    ders = {item.certificates[0] for item in attempts if item is not None and item.certificates} - {served.certificates[0]}
    return map(read_certificate, sorted(ders))


def _delivered(leaf: Certificate, ours: HandshakeOutcome | None) -> tuple[list[tuple[Delivery, Sct]], tuple[Note, ...]]:
    found = [(Delivery.CERTIFICATE, raw) for raw in leaf.sct_list]
    problems = [Note(code=Delivery.CERTIFICATE, detail=item.detail) for item in leaf.problems if item.extension == SCT_LIST]
    if ours is not None and _same(leaf, ours):
        stapled, problem = stapled_scts(ours.ocsp_response or b"")
        found += [(Delivery.TLS, raw) for raw in ours.scts] + [(Delivery.OCSP, raw) for raw in stapled]
        problems += [Note(code=Delivery.OCSP, detail=problem)] if problem else []
    return [(delivery, read_sct(raw)) for delivery, raw in found], tuple(problems)


def _same(leaf: Certificate, ours: HandshakeOutcome | None) -> bool:
    return ours is not None and ours.certificates[:1] == (leaf.der,)


def _seen(delivery: Delivery, sct: Sct, entries: Sequence[bytes], others: Sequence[Candidate], logs: LogList) -> SctSeen:
    seen = SctSeen(delivery=delivery.value, version=sct.version, log_id=sct.log_id, time=sct.time, problem=sct.problem)
    log = logs.find(sct.log_id)
    if log is None:
        return seen
    seen = attrs.evolve(seen, log=_log_seen(log))
    if sct.problem:
        return seen
    signed = is_signed(sct, log.key, entries)
    other = fitting(sct, log.key, delivery, others) if signed is False else None
    return attrs.evolve(seen, signed=signed, fits=_named(other.certificate) if other else "")


def _named(certificate: Certificate) -> str:
    return f"{certificate.label} (serial {certificate.serial or 0:x})"


def _log_seen(log: CtLog) -> LogSeen:
    return LogSeen(
        description=log.description,
        operator=log.operator,
        is_static=log.is_static,
        log_type=log.log_type,
        begins=log.begins,
        ends=log.ends,
        chrome_state=log.chrome.name if log.chrome else None,
        chrome_since=log.chrome.since if log.chrome else None,
        apple_state=log.apple.name if log.apple else None,
        apple_since=log.apple.since if log.apple else None,
    )
