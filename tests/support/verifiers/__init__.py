"""The real clients that run here, each asked about every chain of the matrix: `ask(client, chains)` gives its verdicts.

Where a client can be fed bytes, it is a TLS client that meets the chain in a handshake (`flight`), in one process for all chains; the commands of OpenSSL,
GnuTLS and NSS are run once a chain.
"""

from __future__ import annotations

from .clients import CLIENTS, Client, Verdict, ask

__all__ = ["CLIENTS", "Client", "Verdict", "ask"]
