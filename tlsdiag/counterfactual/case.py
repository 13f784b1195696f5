"""The case: what is known of a failed handshake before anything is tried; and a variant of its hello."""

from __future__ import annotations

import attrs

from ..facts import TrialOutcome
from ..handshake.offer import Offer
from ..iana import NamedGroup, ProtocolVersion
from ..wire import ClientHello

UNCHANGED = "unchanged"


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
    asked the client for.
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

    @property
    def dropped(self) -> bool:
        """True when the connection ended, or hung, without a word of TLS that says why."""
        return self.symptom in (TrialOutcome.RESET, TrialOutcome.CLOSED, TrialOutcome.SILENT)

    def offer(self, hello: ClientHello, **delivery: object) -> Offer:
        """An offer of a hello, in records as the client makes them."""
        made = Offer.from_client_hello(hello)
        framing = {"record_version": ProtocolVersion(self.record_version), "record_fragment": self.record_fragment, **delivery}
        return made.with_(**framing)

    def variant(self, change: str, words: str, hello: ClientHello, *, part: str = "", to_the_end: bool = False) -> Variant:
        """The hello changed as `words` say."""
        return Variant(change=change, words=words, offer=self.offer(hello), part=part, to_the_end=to_the_end)

    def unchanged(self, number: int = 0) -> Variant:
        """The hello as the client sent it."""
        return Variant(change=UNCHANGED, words="the hello as it was", offer=self.offer(self.hello), number=number)
