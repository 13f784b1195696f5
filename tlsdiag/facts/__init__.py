"""The built-in observations: what our probes see, as plain frozen facts, a file for each subject.

Code points are integers as on the wire (`tlsdiag.iana` names them), certificates are DER, times are in seconds. No judgement here.
"""

from __future__ import annotations

from ..starttls import DialogueStep, StarttlsRefusal, StarttlsStep
from .authorities import DistrustSeen, IssuingAuthority, OwnerSeen
from .between import AnswerPace, OtherPorts, PortSeen
from .chain import BrokenRule, ChainPaths, PathSeen, ShapeSeen
from .client import ClientOutcome, ClientSettings
from .clock import Bound, ClockEvidence, ServerDate, TimeSource, Voucher, ZoneSeen
from .common import AlertSeen, Attempt, Note, OfferSeen
from .counterfactuals import Counterfactuals, Trial, TrialOutcome
from .dns import CaaLevel, CaaProperty, DnsCaa, DnsMail, DnssecState, DnsServices, DnsTlsa, DnsZone, MailPolicy, ServiceSeen, TlsaRecord
from .files import CertificateFiles, FileItem, FileSeen, KeySeen, LeafSeen, OtherLeaves
from .interception import MadeUpName
from .issuers import ChainEnd, IssuerFetch, IssuerFound, IssuerProblem, IssuerSearch
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
from .page import PageRequest
from .proxy import OtherWay, ProxyStep, ProxyWay
from .repeats import ChainSeen, Pace, RepeatOutcome, Repeats, RepeatSeen, outcome_of_failure, refusal_of
from .revocation import RevocationSources, SourceKind, SourceSeen, Stapled
from .server import AcceptedVersions, ForwardSecrecy, HandshakeOutcome, ServedChain, VersionAttempt
from .starttls import StarttlsDialogue, StarttlsTry
from .tickets import Resumptions
from .transparency import LogSeen, SctSeen, Transparency
from .views import ClientView, ClientViews

__all__ = [
    "AcceptedVersions",
    "AlertSeen",
    "AnswerPace",
    "Attempt",
    "Bound",
    "BrokenRule",
    "CaaLevel",
    "CaaProperty",
    "CertificateFiles",
    "ChainEnd",
    "ChainPaths",
    "ChainSeen",
    "ClientCredentials",
    "ClientOutcome",
    "ClientSettings",
    "ClientView",
    "ClientViews",
    "ClockEvidence",
    "Counterfactuals",
    "DialogueStep",
    "DistrustSeen",
    "DnsCaa",
    "DnsMail",
    "DnsServices",
    "DnsTlsa",
    "DnsZone",
    "DnssecState",
    "FileItem",
    "FileSeen",
    "ForwardSecrecy",
    "HandshakeOutcome",
    "IssuerFetch",
    "IssuerFound",
    "IssuerProblem",
    "IssuerSearch",
    "IssuingAuthority",
    "KeySeen",
    "LeafSeen",
    "LocalLibrary",
    "LogSeen",
    "MadeUpName",
    "MailPolicy",
    "Note",
    "OfferSeen",
    "OtherLeaves",
    "OtherPorts",
    "OtherWay",
    "OwnerSeen",
    "Pace",
    "PageRequest",
    "PathSeen",
    "PolicySetting",
    "PortSeen",
    "ProxyStep",
    "ProxyWay",
    "Reachability",
    "RepeatOutcome",
    "RepeatSeen",
    "Repeats",
    "Resumptions",
    "RevocationSources",
    "SctSeen",
    "ServedChain",
    "ServerDate",
    "ServiceSeen",
    "ShapeSeen",
    "SourceKind",
    "SourceSeen",
    "SpokenProtocol",
    "Stapled",
    "StarttlsDialogue",
    "StarttlsRefusal",
    "StarttlsStep",
    "StarttlsTry",
    "StorePlace",
    "StoreVerdict",
    "StoreVerdicts",
    "TimeSource",
    "TlsaRecord",
    "Transparency",
    "Trial",
    "TrialOutcome",
    "TrustSources",
    "TrustUser",
    "TrustVariable",
    "VersionAttempt",
    "Voucher",
    "ZoneSeen",
    "outcome_of_failure",
    "refusal_of",
]
