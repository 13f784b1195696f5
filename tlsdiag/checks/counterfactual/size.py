"""How much and in what pieces: a hello that is too large, segments that are too large, records and segments that are cut in the wrong place."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import Blame, Check, Counterfactuals, Finding, Fix, Layer, Rule, Seen, Severity, SizeFinding
from ..proof import SYMPTOMS, change_of, halves, pair, proof

HELLO_TOO_LARGE = Rule(
    code="hello-too-large",
    title="The ClientHello is too large for something on the way, or for the server",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="Some middleboxes and servers read only the first packet, or a fixed number of bytes, of a ClientHello. Post-quantum key shares make it larger than one packet, so that what worked for years fails after an update of the client.",
    fix=Fix(
        summary="Update the firewall, load balancer or server that cannot read a large hello. Until then let the client say less: no post-quantum group, fewer ALPN names.",
        snippets={
            "openssl": "openssl s_client -groups X25519:P-256 ...",
            "curl": "curl --curves X25519:P-256 https://...",
            "java": "-Djdk.tls.namedGroups=x25519,secp256r1",
            "go": "GODEBUG=tlsmlkem=0",
        },
    ),
    references=("RFC 8446 section 4.1.2", "RFC 8446 section 9.3", "https://tldr.fail"),
    explains=SYMPTOMS,
    blocking=True,
    failing="a middlebox that resets every hello above 512 bytes",
    passing="a server that chokes on one extension, at any size",
)
MTU_BLACK_HOLE = Rule(
    code="mtu-black-hole",
    title="Large packets are lost on the way (path MTU black hole)",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="A link (a VPN, a tunnel, PPPoE) carries smaller packets than the two ends believe, and the message that says so is filtered. Small packets pass, so that TCP connects; the first large one, of the hello or of the certificate, is lost again and again.",
    fix=Fix(
        summary="Let ICMP 'fragmentation needed' (IPv4) and 'packet too big' (IPv6) through, or clamp the segment size at the tunnel, or set the right MTU on the interface.",
        snippets={
            "shell": "ip link set dev IFACE mtu MTU\nping -M do -s SIZE HOST",
            "nftables": "nft add rule ip filter forward tcp flags syn tcp option maxseg size set rt mtu",
            "sysctl": "sysctl net.ipv4.tcp_mtu_probing=1",
        },
    ),
    references=("RFC 8899", "RFC 4821", "RFC 1191", "RFC 2923 section 2.1"),
    explains=SYMPTOMS,
    blocking=True,
    failing="a way that loses packets above 600 bytes without a word",
    passing="a server that is silent whatever the size of the segments",
)
FRAMING = Rule(
    code="hello-framing-intolerant",
    title="It depends on how the ClientHello is cut into records or segments",
    layer=Layer.NETWORK,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="TLS may be cut into records, and TCP into segments, at any byte. Something on the way reads the hello in one piece only (or looks only into the first), and ends or lets pass the connection for that.",
    fix=Fix(summary="Take the middlebox (filter, load balancer, security software) out of the way or update it; the framing that works is in the finding."),
    references=("RFC 8446 section 5.1", "RFC 9325 section 3.7"),
    explains=SYMPTOMS,
    blocking=True,
    failing="a filter that resets a hello which comes in one record, and lets one in several records pass",
    passing="a server that answers in the same way however the hello is cut",
)
_FRAMING = ("whole-record", "split-records", "split-segments", "record-version")
_TCP_AND_IP = 40
"""Bytes of the headers of TCP and IPv4, without options."""


class SizeCheck(Check):
    """Reads what became of smaller hellos and segments, and of other cuts."""

    name = "counterfactual/size"
    rules = (HELLO_TOO_LARGE, MTU_BLACK_HOLE, FRAMING)
    needs = (Counterfactuals,)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield the one that fits."""
        found = proof(seen)
        if found is None:
            return
        change = change_of(found)
        if found.size_refused is not None:
            detail = f"{pair(seen, found)} The size is what matters: {found.size_accepted} bytes pass, {found.size_refused} do not."
            yield SizeFinding.of(HELLO_TOO_LARGE, detail, accepted=found.size_accepted, refused=found.size_refused, **halves(found))
        elif change == "small-segments" and found.segment_accepted is not None:
            lost = min((trial.max_segment for trial in found.trials if trial.refused and trial.max_segment is not None), default=None)
            larger = f"those of {lost + _TCP_AND_IP}" if lost is not None else "larger ones"
            detail = f"{pair(seen, found)} Nothing else is different: packets of {found.segment_accepted + _TCP_AND_IP} bytes (IPv4) pass, {larger} are lost."
            yield SizeFinding.of(MTU_BLACK_HOLE, detail, accepted=found.segment_accepted, refused=lost, **halves(found))
        elif change in _FRAMING:
            yield SizeFinding.of(FRAMING, pair(seen, found), **halves(found))
