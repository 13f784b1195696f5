"""DANE: do the TLSA records stand for the chain that is served? Servers of mail look, some of chat too; browsers do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...certificates import Certificate, match_host, read_certificate, signed_by
from ...certificates.dane import DANE_EE, DANE_TA, PKIX_EE, PKIX_TA, USAGES, Unusable, association, matches, why_unusable
from ...plugin import (
    Blame,
    ChainPaths,
    Check,
    Depth,
    DnsFinding,
    DnsTlsa,
    Finding,
    Fix,
    Layer,
    Rule,
    Seen,
    ServedChain,
    Severity,
    TlsaRecord,
    between_mail_servers,
)
from ..certificate.common import evidence, server_certificate

MISMATCH = Rule(
    code="tlsa-mismatch",
    title="No TLSA record stands for the certificate that is served",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="A client that does DANE (Postfix, Exim and others that deliver mail) refuses the server: mail waits and comes back. Others notice nothing. Mostly the certificate was renewed with a new key and the record was not.",
    fix=Fix(
        summary="Publish a record for the present key, keep the old one until its TTL is over; before the next renewal publish the next key's record first, or renew with the same key.",
        snippets={
            "zone": "_PORT._tcp.NAME. IN TLSA 3 1 1 DIGEST",
            "shell": "openssl x509 -in cert.pem -noout -pubkey | openssl pkey -pubin -outform DER | openssl dgst -sha256",
            "postfix": "posttls-finger -l dane -c NAME",
        },
    ),
    references=("RFC 6698 section 2.1", "RFC 7671 section 8.1", "RFC 7672 section 2.2"),
    failing="a record with the digest of another key, in a signed zone",
    passing="two records, of which one has the digest of the key that is served",
)
UNUSABLE = Rule(
    code="tlsa-unusable",
    title="A TLSA record cannot be used",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="Clients pass over a record whose numbers they do not know, or whose data has the wrong length. Where no other is left, they no longer check who the server is.",
    fix=Fix(summary="Publish '3 1 1' (the server's key, by its SHA-256) and take away what cannot be used.", snippets={"zone": "_PORT._tcp.NAME. IN TLSA 3 1 1 DIGEST"}),
    references=("RFC 6698 section 4.1", "RFC 7671 section 5", "RFC 7672 section 3.1.3"),
    failing="a SHA-256 of 20 bytes",
    passing="a SHA-256 of 32 bytes",
)
_WHY = {
    Unusable.USAGE: "its certificate usage is not known",
    Unusable.SELECTOR: "its selector is not known",
    Unusable.MATCHING: "its matching type is not known",
    Unusable.LENGTH: "its data has the wrong length for its matching type",
    Unusable.NOT_FOR_MAIL: "servers of mail do not use PKIX-TA and PKIX-EE (RFC 7672 section 3.1.3)",
}


class DaneCheck(Check):
    """Compares each record with the chain."""

    name = "dns/dane"
    rules = (MISMATCH, UNUSABLE)
    needs = (DnsTlsa, ServedChain)
    wants = (ChainPaths,)
    depth = Depth.FULL
    about = "connections"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what a client that does DANE would refuse, or pass over."""
        tlsa, found = seen[DnsTlsa], server_certificate(seen)
        if found is None:
            return
        position, leaf = found
        mail = between_mail_servers(seen.target.starttls, seen.target.port)
        usable = [record for record in tlsa.records if why_unusable(record, mail=mail) is None]
        common = {**evidence(leaf, position), "name": tlsa.base, "record_type": "TLSA", "resolver": tlsa.answer.server, "authenticated": tlsa.secure}
        yield from _unusable(tlsa, usable, common, mail=mail)
        view = _View(seen, leaf)
        if usable and not any(view.holds(record) for record in usable):
            yield _mismatch(tlsa, usable, view, common)


def _unusable(tlsa: DnsTlsa, usable: Sequence[TlsaRecord], common: dict[str, object], *, mail: bool) -> Iterator[Finding]:
    bad = [(str(record), _WHY[reason]) for record in tlsa.records if (reason := why_unusable(record, mail=mail)) is not None]
    bad += [("a record that cannot be read", why) for why in tlsa.answer.unreadable]
    if not bad:
        return
    severity = Severity.INFO if not tlsa.secure else Severity.LOW if usable else Severity.MEDIUM
    words, left = "; ".join(f"{record}: {why}" for record, why in bad[:4]), "" if usable else " No other is left."
    records = tuple(record for record, _ in bad)
    yield DnsFinding.of(UNUSABLE, f"{tlsa.base}: {words}.{left}{_ignored(tlsa)}", severity=severity, **common, records=records)


class _View:
    """The chain as a client that does DANE sees it."""

    def __init__(self, seen: Seen, leaf: Certificate) -> None:
        self._sent = [leaf, *(item for der in seen[ServedChain].certificates if (item := read_certificate(der)) != leaf)]
        paths = seen.get(ChainPaths)
        self._path = [read_certificate(der) for der in paths.paths[0].certificates] if paths is not None and paths.paths else []
        self._trusted = paths is not None and paths.trusted
        self._named = match_host(leaf, seen.target.reference_name).matched
        self.leaf = leaf

    def holds(self, record: TlsaRecord) -> bool:
        """Whether a client takes the server by this record. For the server's own key (DANE-EE) neither name nor dates matter (RFC 7671 section 5.1)."""
        if record.usage == DANE_EE:
            return matches(record, self._sent) is not None
        if record.usage == DANE_TA:
            return self._named and self._leads_to(record)
        chain = self._path if record.usage == PKIX_TA else self._sent
        return self._trusted and self._named and matches(record, chain) is not None

    def _leads_to(self, record: TlsaRecord) -> bool:
        """Whether the leaf was issued below what the record stands for: a certificate that is sent, or one that the record holds whole."""
        chain = _lineage(self._sent)
        if matches(record, chain) is not None:
            return True
        if record.matching != 0 or not chain:
            return False
        held = read_certificate(record.data) if record.selector == 0 else Certificate(der=record.data, spki=record.data)
        return any(signed_by(child, held) for child in chain)

    def near(self, record: TlsaRecord) -> str:
        """Why it does not hold, where more is to be said than that the data is another."""
        chain = self._path if record.usage == PKIX_TA else self._sent
        if record.usage in (PKIX_TA, PKIX_EE) and matches(record, chain) is not None:
            return "it stands for this chain, which does not hold by itself, as this usage demands"
        if record.usage == DANE_TA and self._leads_to(record):
            return "it stands for this chain, and the certificate is for another name"
        if record.usage == DANE_TA and any(association(item, record) == record.data for item in self._path[1:]):
            return "it stands for an authority that the server does not send"
        if record.usage in (PKIX_TA, DANE_TA) and association(self.leaf, record) == record.data:
            return f"it stands for the server's own certificate, and {USAGES[record.usage]} wants an authority"
        if record.usage in (PKIX_EE, DANE_EE) and any(association(item, record) == record.data for item in self._sent[1:]):
            return f"it stands for an authority, and {USAGES[record.usage]} wants the server's own certificate"
        other = 1 - record.selector
        if record.usage == DANE_EE and association(self.leaf, TlsaRecord(usage=3, selector=other, matching=record.matching, data=b"")) == record.data:
            return "its data is that of the other selector"
        return ""


def _lineage(sent: Sequence[Certificate]) -> list[Certificate]:
    """The leaf and what issued it, one after another, as far as it was sent."""
    chain = list(sent[:1])
    while chain and not chain[-1].is_self_issued:
        above = next((item for item in sent if item not in chain and item.subject.raw == chain[-1].issuer.raw and signed_by(chain[-1], item)), None)
        if above is None:
            break
        chain.append(above)
    return chain


def _mismatch(tlsa: DnsTlsa, usable: Sequence[TlsaRecord], view: _View, common: dict[str, object]) -> Finding:
    own = association(view.leaf, TlsaRecord(usage=DANE_EE, selector=1, matching=1, data=b"")).hex()
    rows = "; ".join(f"{record} ({USAGES[record.usage]}){f': {why}' if (why := view.near(record)) else ''}" for record in usable[:4])
    more = f"; and {len(usable) - 4} more" if len(usable) > 4 else ""
    detail = f"{tlsa.base} has {rows}{more}. The server's certificate would be 3 1 1 {own}.{_ignored(tlsa)}"
    snippets = {**MISMATCH.fix.snippets, "zone": f"{tlsa.base}. IN TLSA 3 1 1 {own}"}
    severity = Severity.HIGH if tlsa.secure else Severity.INFO
    records = tuple(str(record) for record in usable)
    return DnsFinding.of(MISMATCH, detail, severity=severity, fix=Fix(summary=MISMATCH.fix.summary, snippets=snippets), **common, records=records)


def _ignored(tlsa: DnsTlsa) -> str:
    """What an unsigned zone makes of it."""
    return "" if tlsa.secure else " The resolver does not call the records authentic (no DNSSEC, or it does not validate), so that clients do not look at them."
