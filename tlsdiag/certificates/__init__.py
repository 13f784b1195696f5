"""Certificates, pure: reading them however broken, names, keys, trust stores, paths and the shape of a chain. No socket, no clock."""

from __future__ import annotations

from .certificate import AuthorityKeyIdentifier, Certificate, Extension, GeneralName, KeyInfo, Name, Problem, SignatureInfo
from .chain import ChainShape, describe_chain
from .der import DerError
from .keys import Weakness, weak_key, weak_signature
from .names import NameMatch, NearName, match_host, matches_dns
from .paths import CLIENTS, DEFAULT, PROFILES, ClientVerdict, Path, PathSearch, Profile, Violation, build_paths, client_verdicts
from .problems import PROBLEMS, Grade, ProblemKind
from .reading import read_certificate, read_name_der
from .signature import signed_by
from .stores import StoreError, TrustStore, pem_to_der
from .strict import StrictFault, strict_faults

__all__ = [
    "CLIENTS", "DEFAULT", "PROBLEMS", "PROFILES", "AuthorityKeyIdentifier", "Certificate", "ChainShape", "ClientVerdict", "DerError", "Extension",
    "GeneralName", "Grade", "KeyInfo", "Name", "NameMatch", "NearName", "Path", "PathSearch", "Problem", "ProblemKind", "Profile", "SignatureInfo",
    "StoreError", "StrictFault", "TrustStore", "Violation", "Weakness", "build_paths", "client_verdicts", "describe_chain", "match_host",
    "matches_dns", "pem_to_der", "read_certificate", "read_name_der", "signed_by", "strict_faults", "weak_key", "weak_signature",
]  # fmt: skip
