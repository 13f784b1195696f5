"""The case: what is known of a failed handshake before anything is tried; and a variant of its hello."""

from __future__ import annotations

import attrs

from ..facts import TrialOutcome
from ..handshake import edits
from ..handshake.offer import Offer
from ..iana import AlertDescription, CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme
from ..wire import ClientHello

UNCHANGED = "unchanged"
# What a server's certificate may be made for and our own core cannot complete: enough to be answered with a ServerHello.
# brainpool (RFC 7027, RFC 8734), secp256k1, P-192, P-224 (RFC 4492); DHE_DSS (RFC 5246 appendix A.5, RFC 5288).
_RARE_GROUPS = tuple(NamedGroup(code) for code in (0x001A, 0x001B, 0x001C, 0x001F, 0x0020, 0x0021, 0x0016, 0x0013, 0x0015))
_RARE_SCHEMES = tuple(SignatureScheme(code) for code in (0x081A, 0x081B, 0x081C, 0x0402, 0x0502, 0x0602, 0x0202))
_RARE_SUITES = tuple(CipherSuite(code) for code in (0x00A2, 0x00A3, 0x0040, 0x006A, 0x0032, 0x0038))


@attrs.frozen(kw_only=True)
class Variant:
    """A hello to be sent: the client's own, changed in one thing.

    `change`, `part` and `words` are as in `Trial`. `pieces` cuts the first flight into TCP segments of so many bytes, `max_segment` is TCP_MAXSEG, `to_the_end`
    asks for a handshake to its end where the stage of the case would be earlier, `number` tells repetitions apart.
    """

    change: str
    words: str
    offer: Offer
    part: str = ""
    pieces: int | None = None
    max_segment: int | None = None
    to_the_end: bool = False
    number: int = 0

    @property
    def hello(self) -> ClientHello:
        """The hello that is sent, but for its random values."""
        assert self.offer.raw is not None, "a variant is made of a hello"
        return self.offer.raw


@attrs.frozen(kw_only=True)
class Case:
    """A client's hello that failed, and what tells where to look first.

    `symptom` is how it ended, `alert` the code where it was an alert. `broad` is our own widest offer, from which values are added; `broad_works` says
    that it got through, so that what it has in common with the hello is not to blame; `broad_silent` that it met silence too. `host` is the name
    to send where the client sent none. `lowest` is the oldest version that the client accepts. `stage` is a value of `StopAfter`: how far a
    handshake has to come to count as accepted. `client_refuses`: the client itself ended it. `retry_group` is the group that a HelloRetryRequest
    asked the client for. `besides` is what else is changed in every variant, in words.
    """

    hello: ClientHello
    symptom: TrialOutcome
    broad: Offer
    alert: int | None = None
    broad_works: bool = False
    broad_silent: bool = False
    host: str | None = None
    lowest: int = ProtocolVersion.TLS1_0
    record_version: int = ProtocolVersion.TLS1_0
    record_fragment: int | None = None
    stage: str = "server-hello"
    client_refuses: bool = False
    retry_group: NamedGroup | None = None
    besides: str = ""

    @property
    def dropped(self) -> bool:
        """True when the connection ended, or hung, without a word of TLS that says why."""
        return self.symptom in (TrialOutcome.RESET, TrialOutcome.CLOSED, TrialOutcome.SILENT)

    @property
    def cannot_agree(self) -> bool:
        """True when the peer says that the two sides have too little in common (RFC 8446 section 6.2)."""
        return self.alert in (AlertDescription.HANDSHAKE_FAILURE, AlertDescription.INSUFFICIENT_SECURITY)

    @property
    def widest(self) -> Offer:
        """`broad`, and where a ServerHello is enough the values that our own core cannot complete: what lists are added from."""
        if self.stage != "server-hello":
            return self.broad
        return self.broad.with_(
            groups=(*self.broad.groups, *_RARE_GROUPS),
            signature_schemes=(*self.broad.signature_schemes, *_RARE_SCHEMES),
            cipher_suites=(*self.broad.cipher_suites, *_RARE_SUITES),
        )

    @property
    def below_tls13(self) -> Case | None:
        """The same without TLS 1.3; None where that is no other case.

        A server that chooses TLS 1.3 before it looks at its key (OpenSSL with a callback for names) refuses a client there
        that it would take with one group more below.
        """
        versions = self.offer(self.hello).versions
        if ProtocolVersion.TLS1_3 not in versions or ProtocolVersion.TLS1_2 not in versions or self.stage != "server-hello":
            return None
        return attrs.evolve(self, hello=edits.at_most(self.hello, ProtocolVersion.TLS1_2), besides=", and TLS 1.2 as the newest version")

    def offer(self, hello: ClientHello, **delivery: object) -> Offer:
        """An offer of a hello, in records as the client makes them."""
        made = Offer.from_client_hello(hello)
        framing = {"record_version": ProtocolVersion(self.record_version), "record_fragment": self.record_fragment, **delivery}
        return made.with_(**framing)

    def variant(self, change: str, words: str, hello: ClientHello, *, part: str = "", to_the_end: bool = False) -> Variant:
        """The hello changed as `words` say."""
        return Variant(change=change, words=words + self.besides, offer=self.offer(hello), part=part, to_the_end=to_the_end)

    def unchanged(self, number: int = 0) -> Variant:
        """The hello as the client sent it."""
        return Variant(change=UNCHANGED, words="the hello as it was", offer=self.offer(self.hello), number=number)
