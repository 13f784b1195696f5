"""The built-in probes, one job each: they look, and never judge. `PROBES` is what the entry point `tlsdiag.probes` leads to."""

from __future__ import annotations

from ..plugin import Probe
from .chain_paths import ChainPathsProbe
from .client import ClientProbe
from .client_credentials import ClientCredentialsProbe
from .counterfactuals import CounterfactualsProbe
from .forward_secrecy import ForwardSecrecyProbe
from .handshake import HandshakeProbe
from .local_library import LocalLibraryProbe
from .reachability import ReachabilityProbe
from .resolution import ResolutionProbe
from .served_chain import ServedChainProbe
from .spoken import SpokenProtocolProbe
from .store_verdicts import StoreVerdictsProbe
from .trust_sources import TrustSourcesProbe
from .versions import VersionsProbe

PROBES: tuple[type[Probe], ...] = (
    ResolutionProbe,
    ReachabilityProbe,
    ClientProbe,
    HandshakeProbe,
    VersionsProbe,
    ServedChainProbe,
    ForwardSecrecyProbe,
    SpokenProtocolProbe,
    ChainPathsProbe,
    TrustSourcesProbe,
    StoreVerdictsProbe,
    LocalLibraryProbe,
    ClientCredentialsProbe,
    CounterfactualsProbe,
)
