"""Certificate Transparency, pure (RFC 6962): timestamps, what logs sign, the logs that browsers know, and what browsers want. No socket, no clock."""

from __future__ import annotations

from .entries import entry_of_precertificate, precert_entry, signed_data, x509_entry
from .logs import CtLog, LogList, LogListError, LogState, read_log_list, shipped_logs
from .policies import PolicyVerdict, Witness, apple_policy, chrome_policy
from .scts import Sct, read_sct
from .verifying import Candidate, Delivery, fitting, is_signed

__all__ = [
    "Candidate", "CtLog", "Delivery", "LogList", "LogListError", "LogState", "PolicyVerdict", "Sct", "Witness", "apple_policy", "chrome_policy",
    "entry_of_precertificate", "fitting", "is_signed", "precert_entry", "read_log_list", "read_sct", "shipped_logs", "signed_data", "x509_entry",
]  # fmt: skip
