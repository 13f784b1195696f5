"""The chain as a list: in the wrong order, with too much in it, too long or too large."""

from __future__ import annotations

from collections.abc import Iterator

from ...certificates import read_certificate
from ...plugin import Blame, ChainFinding, ChainPaths, Check, ClientOutcome, Finding, Fix, Layer, Rule, Seen, ServedChain, Severity
from ..common import CONSEQUENCE, refuses_certificates
from ..files.words import in_words
from .size import TOO_LARGE, TOO_LONG, oversized

_ORDER = {
    "nginx": "cat server.pem intermediate.pem > fullchain.pem",
    "apache": "SSLCertificateFile fullchain.pem   # the server's certificate first",
    "haproxy": "cat server.pem intermediate.pem key.pem > /etc/haproxy/cert.pem",
}
WRONG_ORDER = Rule(
    code="chain-wrong-order",
    title="The certificates are in the wrong order",
    layer=Layer.CERTIFICATE,
    severity=Severity.MEDIUM,
    blame=Blame.SERVER,
    why="The server's own certificate comes first, and each that follows certifies the one before. Many clients sort it out, strict and small ones do not; where the first is not the server's own, all fail.",
    fix=Fix(summary="Put the server's certificate first and each issuer after what it has issued.", snippets=_ORDER),
    references=("RFC 5246 section 7.4.2", "RFC 8446 section 4.4.2"),
    explains=(*CONSEQUENCE, "name-mismatch", "certificate-wrong-usage"),
    failing="a chain with the intermediate after the root",
    passing="a chain from the leaf upwards, with a cross-signed copy of the intermediate at its end",
)
DUPLICATE = Rule(
    code="chain-duplicate",
    title="A certificate is sent twice",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="It costs bytes in every handshake, and some strict clients stumble over it. Often both the certificate and the chain file hold the leaf.",
    fix=Fix(summary="Remove the repeated certificate from the file.", snippets=_ORDER),
    references=("RFC 8446 section 4.4.2",),
    failing="a chain with the leaf twice",
    passing="two certificates for one intermediate with one key, from two roots",
)
EXTRA = Rule(
    code="chain-extra",
    title="A certificate is sent that does not belong to the chain",
    layer=Layer.CERTIFICATE,
    severity=Severity.LOW,
    blame=Blame.SERVER,
    why="It certifies nothing here; it costs bytes, and it is a sign that the file was put together by mistake.",
    fix=Fix(summary="Remove it from the file.", snippets=_ORDER),
    references=("RFC 8446 section 4.4.2",),
    failing="a chain with a certificate of another authority",
    passing="a chain with an alternative cross-signed intermediate",
)
ROOT_SENT = Rule(
    code="root-sent",
    title="The root is sent along",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.SERVER,
    why="A client either has the root already or does not trust it for being sent; it costs about a kilobyte in every handshake.",
    fix=Fix(summary="Leave the root out of the file.", snippets=_ORDER),
    references=("RFC 8446 section 4.4.2",),
    failing="a chain with its root",
    passing="a chain with the root's cross-sign by an older root",
)


class ShapeCheck(Check):
    """Reads the shape of what was sent."""

    name = "certificate/shape"
    rules = (WRONG_ORDER, DUPLICATE, EXTRA, ROOT_SENT, TOO_LONG, TOO_LARGE)
    needs = (ChainPaths, ServedChain)
    wants = (ClientOutcome,)

    @in_words
    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is not as it should be."""
        shape, served = seen[ChainPaths].shape, seen[ServedChain]
        labels = [read_certificate(der).label for der in served.certificates]

        def named(positions: tuple[int, ...]) -> str:
            return ", ".join(f"{at} ({labels[at]})" for at in positions if at < len(labels))

        if not shape.order_ok:
            detail = f"The order is {named(tuple(range(len(labels))))}; it should be {named(shape.right_order)}."
            first_is_wrong = shape.leaf != 0
            yield ChainFinding.of(
                WRONG_ORDER,
                detail,
                blocks=first_is_wrong and refuses_certificates(seen),
                severity=Severity.CRITICAL if first_is_wrong else Severity.MEDIUM,
                positions=tuple(range(len(labels))),
                right_order=shape.right_order,
            )
        if shape.duplicates:
            yield ChainFinding.of(DUPLICATE, f"Sent again at {named(shape.duplicates)}.", positions=shape.duplicates)
        if shape.extras:
            yield ChainFinding.of(EXTRA, f"Not part of the chain: {named(shape.extras)}.", positions=shape.extras)
        if shape.root_sent is not None:
            yield ChainFinding.of(ROOT_SENT, f"The root is at {named((shape.root_sent,))}.", positions=(shape.root_sent,))
        yield from oversized(seen, served.certificates)
