"""How long the tests wait.

A server that is there and answers gets time, since the machine may be busy with something else; only where a test is about silence, the wait is short.
"""

from __future__ import annotations

import tlsdiag

PATIENT = tlsdiag.Limits(connect_timeout=8, handshake_timeout=12)
HASTY = tlsdiag.Limits(connect_timeout=1.5, handshake_timeout=3)
