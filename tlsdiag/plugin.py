"""The door for authors of checks and probes: everything that a plugin imports, built-in ones too."""

from __future__ import annotations

from .check import Check, Seen
from .depth import Depth, Limits
from .facts import (
    AcceptedVersions,
    AlertSeen,
    Attempt,
    Bound,
    ChainPaths,
    ClientOutcome,
    ClientSettings,
    ClockEvidence,
    Counterfactuals,
    DialogueStep,
    ForwardSecrecy,
    HandshakeOutcome,
    MadeUpName,
    Note,
    OfferSeen,
    OtherWay,
    PathSeen,
    ProxyStep,
    ProxyWay,
    Reachability,
    ServedChain,
    ServerDate,
    ShapeSeen,
    SpokenProtocol,
    StarttlsDialogue,
    StarttlsRefusal,
    StarttlsStep,
    TimeSource,
    Trial,
    TrialOutcome,
    VersionAttempt,
    Voucher,
    ZoneSeen,
)
from .failure import Blame, Failure, FailureKind, Phase
from .finding import Confidence, Finding, Fix, Layer, Rule, Severity, Software
from .finding_types import (
    AgreementFinding,
    AlertFinding,
    CertificateFinding,
    ChainFinding,
    CipherFinding,
    ClientFinding,
    ClockFinding,
    DeviationFinding,
    InterceptionFinding,
    NameFinding,
    NetworkFinding,
    ProxyFinding,
    ServerNameFinding,
    SizeFinding,
    SpokenFinding,
    StarttlsFinding,
    TrialFinding,
    VersionFinding,
)
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .probe import Cost, Delivery, Exchange, Probe, Scene, Scope
from .proxies import ProxyServer
from .starttls import StarttlsProtocol, protocol_named
from .target import ClientCertificate, Endpoint, Target

__all__ = [
    "AcceptedVersions", "AgreementFinding", "AlertFinding", "AlertSeen", "Attempt", "Blame", "Bound", "CertificateFinding", "ChainFinding",
    "ChainPaths", "Check", "CipherFinding", "ClientCertificate", "ClientFinding", "ClientOutcome", "ClientSettings", "ClockEvidence",
    "ClockFinding", "Confidence", "Cost", "Counterfactuals", "Delivery", "Depth", "DeviationFinding", "DialogueStep", "Endpoint", "Exchange",
    "Failure", "FailureKind", "Finding", "Fix", "ForwardSecrecy", "HandshakeOutcome", "InterceptionFinding", "Layer", "Limits", "MadeUpName",
    "NameFinding", "NetworkFinding", "Note", "Observation", "Observations", "OfferSeen", "OtherWay", "PathSeen", "Phase", "Probe",
    "ProxyFinding", "ProxyServer", "ProxyStep", "ProxyWay", "Reachability", "Resolution", "Rule", "Scene", "Scope", "Seen", "ServedChain",
    "ServerDate", "ServerNameFinding", "Severity", "ShapeSeen", "SizeFinding", "Software", "SpokenFinding", "SpokenProtocol",
    "StarttlsDialogue", "StarttlsFinding", "StarttlsProtocol", "StarttlsRefusal", "StarttlsStep", "Target", "TimeSource", "Trial",
    "TrialFinding", "TrialOutcome", "Unavailable", "VersionAttempt", "VersionFinding", "Voucher", "Why", "ZoneSeen", "protocol_named",
]  # fmt: skip
