"""The rules of a path, a file a subject; each yields what the path breaks. Who refuses for it stands in `profiles`."""

from __future__ import annotations

from ..judging import Rule
from . import authority, encoding, ending, extensions, names, policies, strength, usage, validity

RULES: tuple[Rule, ...] = (
    ending.rule,
    encoding.rule,
    validity.rule,
    authority.rule,
    usage.rule,
    names.constraints,
    names.alternative_names,
    names.distinguished,
    extensions.critical,
    extensions.key_identifiers,
    extensions.criticality,
    extensions.handed_down,
    policies.rule,
    strength.keys,
    strength.signatures,
)
"""In the order in which a reader wants to be told."""
