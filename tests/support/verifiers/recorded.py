"""The record of what the clients said: `tests/data/client_verdicts.json`. An empty text is consent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import attrs

from .verdict import Answers, Verdict

PLACE = Path(__file__).parents[2] / "data" / "client_verdicts.json"
SCHEMA = "tlsdiag-client-verdicts/1"


@attrs.frozen(kw_only=True)
class Record:
    """Versions by client, and what each client said of each chain: `verdicts[chain][client]`."""

    versions: dict[str, str]
    verdicts: dict[str, dict[str, Verdict]]

    def of(self, client: str) -> dict[str, Verdict]:
        """A client's verdicts by chain."""
        return {chain: said[client] for chain, said in self.verdicts.items() if client in said}


def read_record() -> Record:
    """The record as it is; empty where there is none yet."""
    plain = json.loads(PLACE.read_text(encoding="utf-8")) if PLACE.exists() else {"versions": {}, "verdicts": {}}
    verdicts = {chain: {client: Verdict.said(text) for client, text in said.items()} for chain, said in plain["verdicts"].items()}
    return Record(versions=plain["versions"], verdicts=verdicts)


def write_record(names: list[str], answers: Mapping[str, Answers]) -> None:
    """Put new answers in place of the old; what clients said that are not here now is kept, for chains that are still there."""
    known = read_record()
    versions = {**known.versions, **{client: found.version for client, found in answers.items()}}
    verdicts = {
        name: {
            **{client: said.text for client, said in known.verdicts.get(name, {}).items()},
            **{client: found.verdicts[name].text for client, found in answers.items()},
        }
        for name in names
    }
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(said)}" for name, said in verdicts.items())
    head = f' "schema": {json.dumps(SCHEMA)},\n "versions": {json.dumps(versions, indent=2)},\n'
    PLACE.write_text(f'{{\n{head} "verdicts": {{\n{rows}\n }}\n}}\n', encoding="utf-8")
