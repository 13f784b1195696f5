"""A STARTTLS dialogue, sans-IO: bytes in, bytes out, up to where TLS begins or the step that refused.

A *script* (a generator, one for each protocol) yields what it asks and is sent the whole answer; `Dialogue` feeds it from bytes as they come,
keeps the transcript and the caps. A script knows its protocol and no network; it raises `Refused` where the way ends.
"""

from __future__ import annotations

from collections.abc import Callable, Generator

import attrs

from ...failure import Failure, FailureKind
from ...starttls import DialogueStep, StarttlsRefusal, StarttlsStep
from .framing import Framing, Unlike

MOST = 8 * 1024
"""Bytes of one answer: a list of capabilities is a few hundred, and what has no end must end somewhere."""
KEPT = 2048
"""Bytes of each direction that one step of the transcript keeps."""
_TLS_STARTS = tuple(bytes((kind, 3)) for kind in range(0x14, 0x18))


@attrs.frozen(kw_only=True)
class Ask:
    """What a script says (or nothing) and how it knows that the answer is whole."""

    step: StarttlsStep
    send: bytes = b""
    until: Framing


class Refused(Exception):
    """The way ends here: raised by a script, and by nothing else."""

    def __init__(self, refusal: StarttlsRefusal, detail: str) -> None:
        super().__init__(detail)
        self.refusal = refusal
        self.detail = detail


@attrs.define(kw_only=True)
class Notes:
    """What a script is told (the `name` to speak to, whether to `insist` where nothing is offered) and what it learns on the way.

    `offered` are the peer's capabilities, `garbled` the one that something has written over, `software` what the peer calls itself, `speaks` the
    protocol that it says it speaks instead; `accepted_anyway` is the answer to a request that nothing had offered.
    """

    name: str
    insist: bool = False
    offered: tuple[str, ...] = ()
    garbled: str = ""
    software: str = ""
    speaks: str | None = None
    accepted_anyway: bool | None = None


Script = Generator[Ask, bytes, None]
Speaker = Callable[[Notes], Script]


class Dialogue:
    """One run of a script. `start` first, then `receive` for all that comes, `ended` when nothing more will; `done` says when to stop.

    Then `completed` tells whether TLS may begin. `early` are bytes of TLS that came with the last answer, `injected` bytes that are none: said in the
    clear after the go-ahead, they are no part of anything that TLS protects.
    """

    def __init__(self, speaker: Speaker, name: str, *, insist: bool = False) -> None:
        self.notes = Notes(name=name, insist=insist)
        self.steps: list[DialogueStep] = []
        self.completed = False
        self.refusal: StarttlsRefusal | None = None
        self.detail = ""
        self.failure: Failure | None = None
        self.early = b""
        self.injected = b""
        self._script = speaker(self.notes)
        self._buffer = b""
        self._ask: Ask | None = None

    @property
    def done(self) -> bool:
        """Whether the dialogue has come to its end, good or bad."""
        return self.completed or self.refusal is not None

    @property
    def at(self) -> StarttlsStep:
        """The step that it is in, or ended in."""
        return self.steps[-1].step if self.steps else StarttlsStep.GREETING

    def start(self) -> bytes:
        """What to send first; empty where the peer speaks first."""
        return self._go_on(None)

    def receive(self, data: bytes) -> bytes:
        """Take what came; what to send next."""
        if self.done:
            self._left_over(data)
            return b""
        self._buffer += data
        if self._buffer.startswith(_TLS_STARTS):
            self._refuse(StarttlsRefusal.TLS_ALREADY, "the answer is a TLS record: TLS begins at once on this port")
            return b""
        return self._answered()

    def ended(self, failure: Failure) -> None:
        """Nothing more will come: the peer is silent, has closed, or was reset."""
        if self.done:
            return
        self.failure = failure
        silent = failure.kind is FailureKind.TIMED_OUT
        self._refuse(StarttlsRefusal.SILENCE if silent else StarttlsRefusal.CLOSED, failure.detail)

    def _go_on(self, answer: bytes | None) -> bytes:
        try:
            self._ask = next(self._script) if answer is None else self._script.send(answer)
        except StopIteration:
            self._complete()
            return b""
        except Refused as refused:
            self._end(refused.refusal, refused.detail)
            return b""
        return self._ask.send + self._answered()

    def _answered(self) -> bytes:
        """Hand the answer on when it is whole."""
        assert self._ask is not None, "start() comes first"
        try:
            length = self._ask.until(self._buffer)
        except Unlike as unlike:
            self._refuse(StarttlsRefusal.WRONG_PROTOCOL, str(unlike))
            return b""
        if length is None:
            if len(self._buffer) > MOST:
                self._refuse(StarttlsRefusal.WRONG_PROTOCOL, f"an answer of more than {MOST} bytes that has no end")
            return b""
        answer, self._buffer = self._buffer[:length], self._buffer[length:]
        self._note(answer)
        return self._go_on(answer)

    def _complete(self) -> None:
        self.completed = True
        self._left_over(self._buffer)

    def _left_over(self, data: bytes) -> None:
        """What comes after the end: TLS, or what is none."""
        if self.early or data.startswith(_TLS_STARTS):
            self.early += data
        else:
            self.injected += data[: KEPT - len(self.injected)]

    def _refuse(self, refusal: StarttlsRefusal, detail: str) -> None:
        """End in the middle of an answer: what there is of it goes into the transcript."""
        self._note(self._buffer)
        self._end(refusal, detail)

    def _end(self, refusal: StarttlsRefusal, detail: str) -> None:
        self.refusal, self.detail = refusal, detail
        self._script.close()

    def _note(self, answer: bytes) -> None:
        if self._ask is not None:
            step = DialogueStep(step=self._ask.step, sent=self._ask.send[:KEPT], answered=answer[:KEPT])
            self.steps.append(step)
