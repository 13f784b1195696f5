"""Ask the clients that are installed about every chain, and keep what they say: `PYTHONPATH=tests/support python -m verifiers`, from a checkout."""

from __future__ import annotations

import sys

from chains import chains

from . import CLIENTS, ask
from .recorded import write_record


def main() -> int:
    """Write the record; 0."""
    rows = chains()
    answers = {}
    for client in CLIENTS:
        found = ask(client, rows)
        if found is not None:
            answers[client.name] = found
        accepted = sum(said.accepts for said in found.verdicts.values()) if found else 0
        print(f"{client.name}: {f'{found.version}, accepts {accepted} of {len(rows)}' if found else 'not installed here'}")
    write_record([row.name for row in rows], answers)
    return 0


sys.exit(main())
