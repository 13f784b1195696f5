"""The built-in checks: judgement, one file a check, by family. `CHECKS` is what the entry point `tlsdiag.checks` leads to."""

from __future__ import annotations

from ..plugin import Check
from .balance.addresses import AddressesCheck
from .balance.backends import BackendsCheck
from .balance.tickets import TicketsCheck
from .certificate.authorities import AuthoritiesCheck
from .certificate.clients import ClientsCheck
from .certificate.encoding import EncodingCheck
from .certificate.keys import KeysCheck
from .certificate.leaves import LeavesCheck
from .certificate.lifetime import LifetimeCheck
from .certificate.name_forms import NameFormsCheck
from .certificate.names import NamesCheck
from .certificate.revocation import RevocationCheck
from .certificate.serials import SerialsCheck
from .certificate.shape import ShapeCheck
from .certificate.soundness import SoundnessCheck
from .certificate.staple import StapleCheck
from .certificate.strict import StrictCheck
from .certificate.transparency import TransparencyCheck
from .certificate.trust import TrustCheck
from .certificate.usage import UsageCheck
from .certificate.validity import ValidityCheck
from .client.certificate import ClientCertificateCheck
from .client.context import ContextCheck
from .client.credentials import CredentialsCheck
from .client.outcome import ClientOutcomeCheck
from .client.page import PageCheck
from .client.refusals import RefusalsCheck
from .client.revocation import RevocationListCheck
from .counterfactual.agreement import AgreementCheck
from .counterfactual.in_vain import InVainCheck
from .counterfactual.intolerance import IntoleranceCheck
from .counterfactual.repetition import RepetitionCheck
from .counterfactual.size import SizeCheck
from .dns.caa import CaaCheck
from .dns.dane import DaneCheck
from .dns.mail import MailPolicyCheck
from .dns.services import ServiceRecordsCheck
from .dns.zone import ZoneCheck
from .files.bundle import FileBundleCheck
from .files.contents import FileContentsCheck
from .files.demands import FileDemandsCheck
from .files.keys import FileKeysCheck
from .local.clock import ClockCheck
from .local.interception import InterceptionCheck
from .local.policy import PolicyCheck
from .local.stores import StoresComparedCheck, TrustStoresCheck
from .local.variables import TrustVariablesCheck
from .network.families import FamiliesCheck
from .network.limits import LimitsCheck
from .network.lost import LostConnectionCheck
from .network.portal import PortalCheck
from .network.reachability import ReachabilityCheck
from .network.resolution import ResolutionCheck
from .network.sinkhole import SinkholeCheck
from .protocol.alert import AlertCheck
from .protocol.ciphers import CiphersCheck
from .protocol.deviations import DeviationsCheck
from .protocol.proxy_line import ProxyLineCheck
from .protocol.server_name import ServerNameCheck
from .protocol.spoken import SpokenCheck
from .protocol.versions import VersionsCheck
from .proxy.answer import ProxyAnswerCheck
from .proxy.configuration import ProxyConfigurationCheck
from .proxy.other_way import OtherWayCheck
from .proxy.reachability import ProxyReachabilityCheck
from .proxy.scheme import ProxySchemeCheck
from .starttls.dialogue import StarttlsCheck

CHECKS: tuple[type[Check], ...] = (
    ResolutionCheck,
    ReachabilityCheck,
    ProxyConfigurationCheck,
    ProxyReachabilityCheck,
    ProxyAnswerCheck,
    ProxySchemeCheck,
    OtherWayCheck,
    LostConnectionCheck,
    LimitsCheck,
    SinkholeCheck,
    FamiliesCheck,
    PortalCheck,
    BackendsCheck,
    AddressesCheck,
    TicketsCheck,
    StarttlsCheck,
    SpokenCheck,
    ProxyLineCheck,
    AlertCheck,
    ServerNameCheck,
    VersionsCheck,
    CiphersCheck,
    DeviationsCheck,
    SizeCheck,
    IntoleranceCheck,
    AgreementCheck,
    InVainCheck,
    RepetitionCheck,
    ClientOutcomeCheck,
    RefusalsCheck,
    ClientCertificateCheck,
    PageCheck,
    RevocationListCheck,
    ValidityCheck,
    LifetimeCheck,
    NamesCheck,
    NameFormsCheck,
    TrustCheck,
    AuthoritiesCheck,
    ShapeCheck,
    SoundnessCheck,
    EncodingCheck,
    KeysCheck,
    UsageCheck,
    SerialsCheck,
    LeavesCheck,
    StrictCheck,
    StapleCheck,
    RevocationCheck,
    TransparencyCheck,
    ClientsCheck,
    ContextCheck,
    CredentialsCheck,
    TrustVariablesCheck,
    TrustStoresCheck,
    StoresComparedCheck,
    PolicyCheck,
    ClockCheck,
    InterceptionCheck,
    ZoneCheck,
    CaaCheck,
    DaneCheck,
    ServiceRecordsCheck,
    MailPolicyCheck,
    FileContentsCheck,
    FileDemandsCheck,
    FileBundleCheck,
    FileKeysCheck,
)
