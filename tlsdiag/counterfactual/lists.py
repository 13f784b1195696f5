"""The lists of a hello (groups, cipher suites, signature schemes): narrowed to the one value that is too much, or the one that is missing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from ..facts import Trial
from ..handshake import edits
from ..handshake.offer import Offer
from ..iana import CodePoint
from ..wire import ClientHello
from .case import Case, Variant
from .delta import names, smallest_part
from .log import Answer, Log, Steps

_LISTED = 4
"""Values of the server's list that are looked for beyond the first."""


@attrs.frozen(kw_only=True)
class Listed:
    """One list: how it is read and written in a hello, where more of it comes from, and what the server chose of it in a trial."""

    name: str
    noun: str
    read: Callable[[ClientHello], Sequence[CodePoint]]
    write: Callable[[ClientHello, Sequence[int]], ClientHello]
    pool: Callable[[Offer], Sequence[CodePoint]]
    chosen: Callable[[Trial], CodePoint | None]

    def less(self, case: Case, log: Log, best: Answer) -> Steps[Answer]:
        """From a list cut down to its most common values, to the value that had to go."""
        own, left = self.read(case.hello), self.read(best[0].hello)

        def without(values: Sequence[CodePoint]) -> Variant:
            part = names(values)
            hello = self.write(case.hello, [value for value in own if value not in values])
            return case.variant(f"fewer-{self.name}", f"without the {self.noun} {part}", hello, part=part)

        return (yield from smallest_part(log, best, [value for value in own if value not in left], without))

    def more(self, case: Case, log: Log, best: Answer) -> Steps[tuple[Answer, tuple[CodePoint, ...]]]:
        """From a list with everything added, to the value that was missing; and which others the server takes."""
        own = self.read(case.hello)
        offer = case.broad if best[0].to_the_end else case.widest
        missing = [value for value in self.pool(offer) if value not in own]
        first = self.chosen(best[1])
        if first is None or first in own:
            # what the server chose is not what it missed: that may be the curve of its certificate
            asked = {self._with(case, best, (value,)): value for value in missing}
            least = yield from smallest_part(log, best, missing, lambda values: self._with(case, best, values))
            return least, tuple(value for variant, value in asked.items() if variant == least[0])
        alone = self._with(case, best, (first,))
        found = [first]
        answers = yield from log.ask(alone, self._but(case, best, missing, found))
        proof = next((answer for answer in answers if answer[0] == alone and answer[1].accepted), best)
        while len(found) <= _LISTED:
            taken = [self.chosen(trial) for variant, trial in answers if variant != alone and trial.accepted]
            if not taken or taken[0] is None or taken[0] in found:
                break
            found.append(taken[0])
            answers = yield from log.ask(self._but(case, best, missing, found))
        return proof, tuple(found)

    def _with(self, case: Case, best: Answer, values: Sequence[CodePoint]) -> Variant:
        part = names(values)
        hello = self.write(case.hello, [*self.read(case.hello), *values])
        return case.variant(f"more-{self.name}", f"with the {self.noun} {part} added", hello, part=part, to_the_end=best[0].to_the_end)

    def _but(self, case: Case, best: Answer, missing: Sequence[CodePoint], found: Sequence[CodePoint]) -> Variant:
        hello = self.write(case.hello, [*self.read(case.hello), *(value for value in missing if value not in found)])
        return case.variant(f"other-{self.name}", f"with every {self.noun} but {names(found)}", hello, to_the_end=best[0].to_the_end)


LISTS = {
    item.name: item
    for item in (
        Listed(
            name="groups", noun="group", read=lambda hello: hello.supported_groups, write=edits.with_groups,
            pool=lambda offer: offer.groups, chosen=lambda trial: trial.group,
        ),
        Listed(
            name="suites", noun="cipher suite", read=lambda hello: hello.cipher_suites, write=edits.with_suites,
            pool=lambda offer: offer.cipher_suites, chosen=lambda trial: trial.cipher_suite,
        ),
        Listed(
            name="schemes", noun="signature scheme", read=lambda hello: hello.signature_schemes, write=edits.with_schemes,
            pool=lambda offer: offer.signature_schemes, chosen=lambda trial: trial.signature_scheme,
        ),
    )
}  # fmt: skip


def facts_of(name: str, values: Sequence[CodePoint]) -> dict[str, Any]:
    """The keyword of `Counterfactuals` that holds what the server takes of a list."""
    return {f"accepts_{name}": tuple(values)}
