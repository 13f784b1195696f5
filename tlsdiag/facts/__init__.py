"""The built-in observations: what our probes see, as plain frozen facts, a file for each subject.

Code points are integers as on the wire (`tlsdiag.iana` names them), certificates are DER, times are in seconds. No judgement here.
"""

from __future__ import annotations

from .chain import ChainPaths, PathSeen, ShapeSeen
from .client import ClientOutcome, ClientSettings
from .common import AlertSeen, Attempt, Note, OfferSeen
from .counterfactuals import Counterfactuals, Trial, TrialOutcome
from .local import (
    ClientCredentials,
    LocalLibrary,
    PolicySetting,
    StorePlace,
    StoreVerdict,
    StoreVerdicts,
    TrustSources,
    TrustUser,
    TrustVariable,
)
from .network import Reachability, SpokenProtocol
from .server import AcceptedVersions, ForwardSecrecy, HandshakeOutcome, ServedChain, VersionAttempt

__all__ = [
    "AcceptedVersions",
    "AlertSeen",
    "Attempt",
    "ChainPaths",
    "ClientCredentials",
    "ClientOutcome",
    "ClientSettings",
    "Counterfactuals",
    "ForwardSecrecy",
    "HandshakeOutcome",
    "LocalLibrary",
    "Note",
    "OfferSeen",
    "PathSeen",
    "PolicySetting",
    "Reachability",
    "ServedChain",
    "ShapeSeen",
    "SpokenProtocol",
    "StorePlace",
    "StoreVerdict",
    "StoreVerdicts",
    "Trial",
    "TrialOutcome",
    "TrustSources",
    "TrustUser",
    "TrustVariable",
    "VersionAttempt",
]
