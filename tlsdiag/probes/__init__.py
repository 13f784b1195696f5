"""The built-in probes, one job each: they look, and never judge. `PROBES` is what the entry point `tlsdiag.probes` leads to."""

from __future__ import annotations

from ..plugin import Probe
from .answer_pace import AnswerPaceProbe
from .authorities import AuthoritiesProbe
from .chain_paths import ChainPathsProbe
from .client import ClientProbe
from .client_credentials import ClientCredentialsProbe
from .client_views import ClientViewsProbe
from .clock import ClockProbe
from .counterfactuals import CounterfactualsProbe
from .dns.caa import DnsCaaProbe
from .dns.mail import DnsMailProbe
from .dns.services import DnsServicesProbe
from .dns.tlsa import DnsTlsaProbe
from .dns.zone import DnsZoneProbe
from .forward_secrecy import ForwardSecrecyProbe
from .handshake import HandshakeProbe
from .issuers import IssuersProbe
from .local_library import LocalLibraryProbe
from .made_up_name import MadeUpNameProbe
from .other_leaves import OtherLeavesProbe
from .other_ports import OtherPortsProbe
from .other_way import OtherWayProbe
from .page_request import PageRequestProbe
from .proxy_way import ProxyWayProbe
from .reachability import ReachabilityProbe
from .repeats import RepeatsProbe
from .resolution import ResolutionProbe
from .revocation import RevocationProbe
from .served_chain import ServedChainProbe
from .server_date import ServerDateProbe
from .spoken import SpokenProtocolProbe
from .stapled import StapledProbe
from .starttls import StarttlsProbe
from .store_verdicts import StoreVerdictsProbe
from .tickets import TicketsProbe
from .transparency import TransparencyProbe
from .trust_sources import TrustSourcesProbe
from .versions import VersionsProbe

PROBES: tuple[type[Probe], ...] = (
    ResolutionProbe,
    ReachabilityProbe,
    ProxyWayProbe,
    StarttlsProbe,
    ClientProbe,
    HandshakeProbe,
    VersionsProbe,
    ServedChainProbe,
    ForwardSecrecyProbe,
    RepeatsProbe,
    TicketsProbe,
    AnswerPaceProbe,
    OtherPortsProbe,
    SpokenProtocolProbe,
    ChainPathsProbe,
    OtherLeavesProbe,
    StapledProbe,
    RevocationProbe,
    TransparencyProbe,
    ClientViewsProbe,
    IssuersProbe,
    AuthoritiesProbe,
    TrustSourcesProbe,
    StoreVerdictsProbe,
    LocalLibraryProbe,
    ClientCredentialsProbe,
    OtherWayProbe,
    MadeUpNameProbe,
    PageRequestProbe,
    ServerDateProbe,
    ClockProbe,
    CounterfactualsProbe,
    DnsZoneProbe,
    DnsCaaProbe,
    DnsTlsaProbe,
    DnsServicesProbe,
    DnsMailProbe,
)
