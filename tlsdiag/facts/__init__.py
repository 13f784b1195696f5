"""The built-in observations: what our probes see, as plain frozen facts, a file for each subject.

Code points are integers as on the wire (`tlsdiag.iana` names them), certificates are DER, times are in seconds. No judgement here.
"""

from __future__ import annotations

from ..starttls import DialogueStep, StarttlsRefusal, StarttlsStep
from .chain import ChainPaths, PathSeen, ShapeSeen
from .client import ClientOutcome, ClientSettings
from .common import AlertSeen, Attempt, Note, OfferSeen
from .counterfactuals import Counterfactuals, Trial, TrialOutcome
from .network import Reachability, SpokenProtocol
from .proxy import OtherWay, ProxyStep, ProxyWay
from .server import AcceptedVersions, ForwardSecrecy, HandshakeOutcome, ServedChain, VersionAttempt
from .starttls import StarttlsDialogue

__all__ = [
    "AcceptedVersions",
    "AlertSeen",
    "Attempt",
    "ChainPaths",
    "ClientOutcome",
    "ClientSettings",
    "Counterfactuals",
    "DialogueStep",
    "ForwardSecrecy",
    "HandshakeOutcome",
    "Note",
    "OfferSeen",
    "OtherWay",
    "PathSeen",
    "ProxyStep",
    "ProxyWay",
    "Reachability",
    "ServedChain",
    "ShapeSeen",
    "SpokenProtocol",
    "StarttlsDialogue",
    "StarttlsRefusal",
    "StarttlsStep",
    "Trial",
    "TrialOutcome",
    "VersionAttempt",
]
