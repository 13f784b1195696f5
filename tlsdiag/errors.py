"""Exceptions: the caller's mistakes and our own bugs, nothing else.

What the network or a peer does is never an exception on the way out of this package: it is a
`Failure`, an observation or a finding.
"""

from __future__ import annotations


class TlsdiagError(Exception):
    """Base of every exception that this package raises on purpose."""


class TargetError(TlsdiagError, ValueError):
    """The target makes no sense: an empty host, a port out of range, an unreadable client certificate."""


class PluginError(TlsdiagError):
    """A plugin breaks the contract of `tlsdiag.plugin`; the message names plugin, version and remedy."""


class ReportFormatError(TlsdiagError, ValueError):
    """A saved report cannot be read: not JSON, another schema, or a value of the wrong shape."""


class UnknownCheckError(TlsdiagError, LookupError):
    """A check was asked for by a name that no installed plugin has."""
