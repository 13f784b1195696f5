"""The door for authors of checks and probes: everything that a plugin imports, built-in ones too."""

from __future__ import annotations

from .check import Check, Seen
from .depth import Depth, Limits
from .facts import (
    AcceptedVersions,
    AlertSeen,
    AnswerPace,
    Attempt,
    Bound,
    ChainPaths,
    ChainSeen,
    ClientCredentials,
    ClientOutcome,
    ClientSettings,
    ClockEvidence,
    Counterfactuals,
    DialogueStep,
    ForwardSecrecy,
    HandshakeOutcome,
    LocalLibrary,
    MadeUpName,
    Note,
    OfferSeen,
    OtherPorts,
    OtherWay,
    Pace,
    PathSeen,
    PolicySetting,
    PortSeen,
    ProxyStep,
    ProxyWay,
    Reachability,
    RepeatOutcome,
    Repeats,
    RepeatSeen,
    Resumptions,
    ServedChain,
    ServerDate,
    ShapeSeen,
    SpokenProtocol,
    StarttlsDialogue,
    StarttlsRefusal,
    StarttlsStep,
    StorePlace,
    StoreVerdict,
    StoreVerdicts,
    TimeSource,
    Trial,
    TrialOutcome,
    TrustSources,
    TrustUser,
    TrustVariable,
    VersionAttempt,
    Voucher,
    ZoneSeen,
)
from .failure import Blame, Failure, FailureKind, Phase
from .fetching import Fetched, Fetches, FetchSeen
from .finding import Confidence, Finding, Fix, Layer, Rule, Severity, Software
from .finding_types import (
    AgreementFinding,
    AlertFinding,
    BackendFinding,
    CertificateFinding,
    ChainFinding,
    CipherFinding,
    ClientFinding,
    ClockFinding,
    CredentialFinding,
    DeviationFinding,
    InterceptionFinding,
    LocalFinding,
    NameFinding,
    NetworkFinding,
    ProxyFinding,
    ServerNameFinding,
    SizeFinding,
    SpokenFinding,
    StarttlsFinding,
    TrialFinding,
    TrustFinding,
    VersionFinding,
)
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .probe import Cost, Delivery, Exchange, Probe, Scene, Scope
from .proxies import ProxyServer
from .starttls import StarttlsProtocol, protocol_named
from .target import ClientCertificate, Endpoint, Target

__all__ = [
    "AcceptedVersions", "AgreementFinding", "AlertFinding", "AlertSeen", "AnswerPace", "Attempt", "BackendFinding", "Blame", "Bound",
    "CertificateFinding", "ChainFinding", "ChainPaths", "ChainSeen", "Check", "CipherFinding", "ClientCertificate", "ClientCredentials",
    "ClientFinding", "ClientOutcome", "ClientSettings", "ClockEvidence", "ClockFinding", "Confidence", "Cost", "Counterfactuals",
    "CredentialFinding", "Delivery", "Depth", "DeviationFinding", "DialogueStep", "Endpoint", "Exchange", "Failure", "FailureKind",
    "FetchSeen", "Fetched", "Fetches", "Finding", "Fix", "ForwardSecrecy", "HandshakeOutcome", "InterceptionFinding", "Layer", "Limits",
    "LocalFinding", "LocalLibrary", "MadeUpName", "NameFinding", "NetworkFinding", "Note", "Observation", "Observations", "OfferSeen",
    "OtherPorts", "OtherWay", "Pace", "PathSeen", "Phase", "PolicySetting", "PortSeen", "Probe", "ProxyFinding", "ProxyServer", "ProxyStep",
    "ProxyWay", "Reachability", "RepeatOutcome", "RepeatSeen", "Repeats", "Resolution", "Resumptions", "Rule", "Scene", "Scope", "Seen",
    "ServedChain", "ServerDate", "ServerNameFinding", "Severity", "ShapeSeen", "SizeFinding", "Software", "SpokenFinding", "SpokenProtocol",
    "StarttlsDialogue", "StarttlsFinding", "StarttlsProtocol", "StarttlsRefusal", "StarttlsStep", "StorePlace", "StoreVerdict",
    "StoreVerdicts", "Target", "TimeSource", "Trial", "TrialFinding", "TrialOutcome", "TrustFinding", "TrustSources", "TrustUser",
    "TrustVariable", "Unavailable", "VersionAttempt", "VersionFinding", "Voucher", "Why", "ZoneSeen", "protocol_named",
]  # fmt: skip
