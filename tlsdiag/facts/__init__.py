"""The built-in observations: what our probes see, as plain frozen facts, a file for each subject.

Code points are integers as on the wire (`tlsdiag.iana` names them), certificates are DER, times are in seconds. No judgement here.
"""

from __future__ import annotations

from .between import AnswerPace, OtherPorts, PortSeen
from .chain import ChainPaths, PathSeen, ShapeSeen
from .client import ClientOutcome, ClientSettings
from .common import AlertSeen, Attempt, Note, OfferSeen
from .network import Reachability, SpokenProtocol
from .repeats import ChainSeen, Pace, RepeatOutcome, Repeats, RepeatSeen
from .server import AcceptedVersions, ForwardSecrecy, HandshakeOutcome, ServedChain, VersionAttempt
from .tickets import Resumptions

__all__ = [
    "AcceptedVersions",
    "AlertSeen",
    "AnswerPace",
    "Attempt",
    "ChainPaths",
    "ChainSeen",
    "ClientOutcome",
    "ClientSettings",
    "ForwardSecrecy",
    "HandshakeOutcome",
    "Note",
    "OfferSeen",
    "OtherPorts",
    "Pace",
    "PathSeen",
    "PortSeen",
    "Reachability",
    "RepeatOutcome",
    "RepeatSeen",
    "Repeats",
    "Resumptions",
    "ServedChain",
    "ShapeSeen",
    "SpokenProtocol",
    "VersionAttempt",
]
