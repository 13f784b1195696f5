"""The built-in observations: what our probes see, as plain frozen facts, a file for each subject.

Code points are integers as on the wire (`tlsdiag.iana` names them), certificates are DER, times are in seconds. No judgement here.
"""

from __future__ import annotations

from .chain import ChainPaths, PathSeen, ShapeSeen
from .client import ClientOutcome, ClientSettings
from .common import AlertSeen, Attempt, Note, OfferSeen
from .counterfactuals import Counterfactuals, Trial, TrialOutcome
from .network import Reachability, SpokenProtocol
from .server import AcceptedVersions, ForwardSecrecy, HandshakeOutcome, ServedChain, VersionAttempt

__all__ = [
    "AcceptedVersions",
    "AlertSeen",
    "Attempt",
    "ChainPaths",
    "ClientOutcome",
    "ClientSettings",
    "Counterfactuals",
    "ForwardSecrecy",
    "HandshakeOutcome",
    "Note",
    "OfferSeen",
    "PathSeen",
    "Reachability",
    "ServedChain",
    "ShapeSeen",
    "SpokenProtocol",
    "Trial",
    "TrialOutcome",
    "VersionAttempt",
]
