"""`tlsdiag.explain`: what a caught exception or an error text means, what else it may be, and what would tell.

`walking` follows an exception to all that is behind it, `tlsdiag.logs` reads the words, `judging` turns causes into possibilities and findings,
`finding_out` tells the destination and the client's context, `asking` holds the calls, and `noting` the context manager.
"""

from __future__ import annotations

from .asking import explain, explain_async
from .model import Destination, ErrorSeen, Explanation, Possibility
from .noting import Explaining, explaining

__all__ = ["Destination", "ErrorSeen", "Explaining", "Explanation", "Possibility", "explain", "explain_async", "explaining"]
