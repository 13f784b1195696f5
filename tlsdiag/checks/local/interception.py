"""Interception: something between client and server answers with a certificate of its own making.

It is told by three signs. The authority is named like that of a known product; a public service that everybody knows has a certificate of a private
authority; or a server name that was made up a moment ago gets a certificate for just that name, which proves that certificates are made
on the spot. An ordinary private authority that serves its own servers has none of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from ...certificates import Certificate, match_host, read_certificate
from ...certificates.interception import DATE, Evidence, Interceptor, Kind, is_well_known, portal_of, recognise_chain
from ...plugin import (
    Blame,
    ChainPaths,
    Check,
    ClientOutcome,
    Confidence,
    Finding,
    HandshakeOutcome,
    InterceptionFinding,
    Layer,
    MadeUpName,
    Rule,
    Seen,
    ServedChain,
    Severity,
)
from ..common import CONSEQUENCE, refuses_certificates
from .interception_advice import PORTAL, UNKNOWN, fix_for

OF_ITS_CHAIN = ("chain-duplicate", "chain-extra", "chain-wrong-order", "strict-clients-refuse")
"""What is wrong with a chain that is made on the spot is none of the server's business."""
INTERCEPTION = Rule(
    code="interception",
    title="The connection is intercepted",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="A program between client and server (security software, a proxy, a filter, a debugging tool, malware) decrypts the connection and shows a certificate of its own. Browsers accept it where its root is in the system's store; programs with a store of their own (Python with certifi, Java, Node, git) do not. The server has nothing to do with it.",
    fix=UNKNOWN,
    references=("RFC 8446 section 9.3", "RFC 7457", "https://www.rfc-editor.org/rfc/rfc6761#section-6.4"),
    explains=(*CONSEQUENCE, "issuer-untrusted", "private-authority", "intermediate-missing", "certificate-self-signed", "weak-key", "weak-signature", "trust-stores-disagree", *OF_ITS_CHAIN),
    failing="a certificate of an authority that is named like a product's, and one for a made-up name from the same authority",
    passing="a certificate of a private authority that serves its own servers",
)
PRESENT = Rule(
    code="interception-present",
    title="The connection is intercepted, and the client trusts it",
    layer=Layer.LOCAL,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="What is seen here is the interceptor and not the server: versions, suites and certificate are its own. In many companies that is as it should be; client certificates and pinned keys do not work through it.",
    fix=UNKNOWN,
    references=("RFC 8446 section 9.3",),
    explains=OF_ITS_CHAIN,
    failing="a chain of a known proxy whose root is in the client's store",
    passing="a chain of a private authority whose root is in the client's store",
)
PORTAL_RULE = Rule(
    code="captive-portal-certificate",
    title="A captive portal answers in place of the server",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="The network wants a login first and leads every connection to its portal, whose certificate is for the portal.",
    fix=PORTAL,
    references=("RFC 8952", "RFC 8910"),
    explains=(*CONSEQUENCE, "name-mismatch"),
    failing="the certificate of a known portal at another host",
    passing="the certificate of a known portal at the portal itself",
)
_WORDS = {
    Kind.ANTIVIRUS: "security software on this machine", Kind.CORPORATE: "a proxy or firewall of the network", Kind.PARENTAL: "a filter for parents or schools",
    Kind.DEBUGGING: "a debugging tool", Kind.ADBLOCK: "an advertisement blocker on this machine", Kind.MALWARE: "malware", Kind.STATE: "interception by a state",
    Kind.PREINSTALLED: "a root that a maker of computers left behind", Kind.TEST: "a test authority", Kind.DEVELOPMENT: "a local authority",
}  # fmt: skip
_ON_THE_NETWORK = (Kind.CORPORATE, Kind.PARENTAL, Kind.STATE)
_CONFIDENCE = {Evidence.DOCUMENTED: Confidence.LIKELY, Evidence.KNOWN: Confidence.POSSIBLE}


@attrs.frozen(kw_only=True)
class _Signs:
    """What speaks for interception."""

    product: Interceptor | None
    minted_for: str | None = None
    unchanged: bool = False
    well_known: bool = False

    @property
    def confidence(self) -> Confidence | None:
        """None where the signs are not enough."""
        if self.minted_for is not None:
            return Confidence.PROVEN
        found = _CONFIDENCE.get(self.product.evidence) if self.product is not None else None
        if self.well_known:
            return max(found or Confidence.LIKELY, Confidence.LIKELY)
        return Confidence.POSSIBLE if found is not None and self.unchanged else found


class InterceptionCheck(Check):
    """Reads the signs."""

    name = "local/interception"
    rules = (INTERCEPTION, PRESENT, PORTAL_RULE)
    needs = (ServedChain, ChainPaths)
    wants = (MadeUpName, ClientOutcome, HandshakeOutcome)
    about = "connections"

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what stands between, if anything does."""
        chain = tuple(read_certificate(der) for der in seen[ServedChain].certificates)
        if not chain:
            return
        if (portal := _portal(seen, chain[0])) is not None:
            yield portal
            return
        signs = _signs(seen, chain)
        if signs is not None and signs.confidence is not None:
            yield _finding(seen, chain, signs, signs.confidence)


def _portal(seen: Seen, leaf: Certificate) -> Finding | None:
    host = portal_of(leaf)
    wanted = seen.target.reference_name
    if host is None or match_host(leaf, wanted).matched:
        return None
    detail = f"The certificate is for {host}, a known captive portal, and not for {wanted}."
    blocks = refuses_certificates(seen)
    return InterceptionFinding.of(
        PORTAL_RULE, detail, subject=leaf.label, blocks=blocks, confidence=Confidence.LIKELY, issuer=leaf.issuer.text, certificate=leaf.der
    )


def _signs(seen: Seen, chain: tuple[Certificate, ...]) -> _Signs | None:
    """None where the authority is public, or one that issues certificates of servers."""
    paths, made_up = seen[ChainPaths], seen.get(MadeUpName)
    product = recognise_chain(chain)
    if (product is not None and not product.intercepts) or paths.also_trusted_by or paths.shape.issuer_is_public:
        return None
    if _trusted(seen) and (made_up is None or made_up.anchor_is_public):
        return None
    private = not _trusted(seen) or (made_up is not None and made_up.anchor_is_public is False)
    known = private and is_well_known(seen.target.reference_name) and not paths.shape.issuer_urls and not paths.store_error
    return _Signs(product=product, minted_for=_minted(made_up, chain[0]), unchanged=_unchanged(made_up, chain[0]), well_known=known)


def _ends_client_certificates(seen: Seen) -> bool:
    """Whether the client has a certificate that nobody wants to see: who gave it to us expects the server to ask."""
    ours = seen.get(HandshakeOutcome)
    return seen.target.client_certificate is not None and ours is not None and ours.completed and not ours.certificate_requested


def _trusted(seen: Seen) -> bool:
    return any(path.anchored for path in seen[ChainPaths].paths)


def _minted(made_up: MadeUpName | None, leaf: Certificate) -> str | None:
    """The made-up name, when there is a certificate for it from the same issuer."""
    if made_up is None or not made_up.attempt.certificates:
        return None
    other = read_certificate(made_up.attempt.certificates[0])
    names = {name.lower() for name in (*other.dns_names, other.subject.common_name or "")}
    return made_up.server_name if made_up.server_name in names and other.issuer.raw == leaf.issuer.raw else None


def _unchanged(made_up: MadeUpName | None, leaf: Certificate) -> bool:
    return made_up is not None and made_up.attempt.certificates[:1] == (leaf.der,)


def _finding(seen: Seen, chain: tuple[Certificate, ...], signs: _Signs, confidence: Confidence) -> Finding:
    leaf, product = chain[0], signs.product
    trusted = _trusted(seen)
    harmful = product is not None and product.kind.harmful
    ends = confidence >= Confidence.LIKELY and _ends_client_certificates(seen)
    unwanted = Severity.HIGH if harmful else Severity.MEDIUM if ends else Severity.INFO
    mismatch = not match_host(leaf, seen.target.reference_name).matched
    return InterceptionFinding.of(
        PRESENT if trusted else INTERCEPTION,
        _detail(seen, leaf, signs, trusted),
        fix=fix_for(product, seen.target.reference_name),
        severity=unwanted if trusted else Severity.CRITICAL,
        blame=_blame(product, trusted),
        confidence=confidence,
        blocks=not trusted and refuses_certificates(seen),
        also_explains=("name-mismatch",) if mismatch and not trusted else (),
        subject=leaf.issuer.common_name or leaf.issuer.text,
        product=product.product if product else None,
        vendor=product.vendor if product else None,
        product_kind=product.kind.value if product else None,
        source=f"{product.source} ({DATE})" if product else "",
        issuer=leaf.issuer.text,
        minted_for=signs.minted_for,
        certificate=leaf.der,
    )


def _blame(product: Interceptor | None, trusted: bool) -> Blame:
    if product is None or product.kind in _ON_THE_NETWORK:
        return Blame.NOBODY if trusted else Blame.NETWORK
    return Blame.CLIENT if not trusted or product.kind.harmful else Blame.NOBODY


def _detail(seen: Seen, leaf: Certificate, signs: _Signs, trusted: bool) -> str:
    host, product = seen.target.reference_name, signs.product
    parts = [f"The certificate for {host} is from {leaf.issuer.text}{'' if trusted else ', which the client does not trust'}."]
    if product is not None:
        sure = {Evidence.DOCUMENTED: "is how", Evidence.KNOWN: "is, as far as is known, how", Evidence.HINT: "may be how"}[product.evidence]
        parts.append(f"That {sure} {product.product} names its authority: {_WORDS[product.kind]}.")
    if signs.minted_for is not None:
        parts.append(f"The made-up server name {signs.minted_for} got a certificate for just that name from the same authority: they are made on the spot.")
    elif signs.well_known:
        parts.append(f"{host} is a public service and has no certificate of a private authority.")
    elif signs.unchanged:
        parts.append("Another server name gets the same certificate: this may also be the product's own page and no interception.")
    if not leaf.crl_urls and not leaf.ocsp_urls:
        parts.append("It names neither CRL nor OCSP: Schannel (curl on Windows) refuses it even where its root is trusted.")
    if _ends_client_certificates(seen):
        parts.append("This client has a certificate, and is asked for none: the server behind the interception does not see it.")
    return " ".join(parts)
