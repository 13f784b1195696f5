"""STARTTLS as sans-IO dialogues: a table of protocols, a file for each family, and the leg of the way that walks one."""

from __future__ import annotations

from .dialogue import Dialogue
from .leg import StarttlsLeg, converse, starttls_leg
from .table import SPEAKERS

__all__ = ["SPEAKERS", "Dialogue", "StarttlsLeg", "converse", "starttls_leg"]
