"""The door for authors of checks and probes: everything that a plugin imports, built-in ones too."""

from __future__ import annotations

from .check import Check, Seen
from .depth import Depth, Limits
from .facts import (
    AcceptedVersions,
    AlertSeen,
    Attempt,
    ChainPaths,
    ClientCredentials,
    ClientOutcome,
    ClientSettings,
    Counterfactuals,
    ForwardSecrecy,
    HandshakeOutcome,
    LocalLibrary,
    Note,
    OfferSeen,
    PathSeen,
    PolicySetting,
    Reachability,
    ServedChain,
    ShapeSeen,
    SpokenProtocol,
    StorePlace,
    StoreVerdict,
    StoreVerdicts,
    Trial,
    TrialOutcome,
    TrustSources,
    TrustUser,
    TrustVariable,
    VersionAttempt,
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
    CredentialFinding,
    DeviationFinding,
    LocalFinding,
    NameFinding,
    NetworkFinding,
    ServerNameFinding,
    SizeFinding,
    SpokenFinding,
    TrialFinding,
    TrustFinding,
    VersionFinding,
)
from .observation import Observation, Observations, Resolution, Unavailable, Why
from .probe import Cost, Delivery, Exchange, Probe, Scene, Scope
from .target import ClientCertificate, Endpoint, Target

__all__ = [
    "AcceptedVersions", "AgreementFinding", "AlertFinding", "AlertSeen", "Attempt", "Blame", "CertificateFinding", "ChainFinding",
    "ChainPaths", "Check", "CipherFinding", "ClientCertificate", "ClientCredentials", "ClientFinding", "ClientOutcome", "ClientSettings",
    "Confidence", "Cost", "Counterfactuals", "CredentialFinding", "Delivery", "Depth", "DeviationFinding", "Endpoint", "Exchange",
    "Failure", "FailureKind", "Finding", "Fix", "ForwardSecrecy", "HandshakeOutcome", "Layer", "Limits", "LocalFinding", "LocalLibrary",
    "NameFinding", "NetworkFinding", "Note", "Observation", "Observations", "OfferSeen", "PathSeen", "Phase", "PolicySetting", "Probe",
    "Reachability", "Resolution", "Rule", "Scene", "Scope", "Seen", "ServedChain", "ServerNameFinding", "Severity", "ShapeSeen",
    "SizeFinding", "Software", "SpokenFinding", "SpokenProtocol", "StorePlace", "StoreVerdict", "StoreVerdicts", "Target", "Trial",
    "TrialFinding", "TrialOutcome", "TrustFinding", "TrustSources", "TrustUser", "TrustVariable", "Unavailable", "VersionAttempt",
    "VersionFinding", "Why",
]  # fmt: skip
