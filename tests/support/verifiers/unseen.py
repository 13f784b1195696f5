"""How profiles do on chains that nobody fitted them to: `PYTHONPATH=tests/support python -m verifiers.unseen FIRST COUNT` asks the clients that are here.

The commands that are run once a chain see the first few hundred only.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

from chains import Chain
from chains.random_chains import random_chains

from .clients import CLIENTS, Client, ask
from .differences import WITHOUT_HOST, Difference, predictions
from .reasons import kind_of
from .verdict import Answers

_SLOW = frozenset({"openssl-verify", "openssl-verify-strict", "gnutls", "nss"})
_MOST_FOR_SLOW = 300


def disagreements(client: Client, rows: Sequence[Chain], answers: Answers) -> Iterator[Difference]:
    """Every chain that a client judges otherwise than its profile."""
    for row in rows:
        predicted = predictions(row, host=client.name not in WITHOUT_HOST)[client.profile]
        said = answers.verdicts[row.name]
        if said.accepts != predicted.accepts:
            yield Difference(client=client, chain=row, accepts=said.accepts, said=said.text, predicted=predicted)


def main(first: int, count: int) -> int:
    """Print the agreement of each client, then what differs without a known reason; 0."""
    rows = [item.chain for item in random_chains(first, count)]
    for client in CLIENTS:
        shown = rows[:_MOST_FOR_SLOW] if client.name in _SLOW else rows
        answers = None if client.name == "chromium" else ask(client, shown)
        if answers is None:
            continue
        found = list(disagreements(client, shown, answers))
        unknown = [item for item in found if kind_of(item) is None]
        print(f"{client.name}: {len(shown) - len(found)} of {len(shown)} agree; {len(found) - len(unknown)} differ for known reasons")
        for item in unknown:
            codes = ", ".join(violation.code for violation in item.predicted.violations) or "accepts"
            print(f"    {item.chain.name} ({item.chain.about}): predicted {codes}, said {item.said or 'yes'}")
    return 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
