"""How long it takes: importing the package, and diagnosing a healthy nginx on loopback. Run: `python tests/benchmarks/bench_diagnosis.py`.

The first diagnosis of a process loads what the others find loaded; both are shown.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

ROUNDS = 15
FIRST = "import tlsdiag, time; began = time.perf_counter(); tlsdiag.diagnose({host!r}, port={port}, addresses=['127.0.0.1'], depth={depth!r}, trust={trust!r})"


def python(code: str) -> float:
    """Milliseconds that a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout)


def imported() -> None:
    """`import tlsdiag`, over what a bare interpreter has."""
    code = "import time; began = time.perf_counter(); import tlsdiag; print((time.perf_counter() - began) * 1000)"
    show("import tlsdiag", [python(code) for _ in range(ROUNDS)])


def diagnosed() -> None:
    """QUICK and STANDARD, the first in a process and the later ones."""
    from servers import serve

    import tlsdiag
    from tlsdiag.testing import Authority

    root = Authority.root()
    issued = root.intermediate().issue("server.example")
    with serve("nginx", chain_pem=issued.chain_pem, key_pem=issued.key_pem) as server:
        for depth in ("quick", "standard"):
            values = {"host": "server.example", "port": server.port, "depth": depth, "trust": root.pem}
            code = FIRST.format(**values) + "; print((time.perf_counter() - began) * 1000)"
            show(f"{depth}, the first in a process", [python(code) for _ in range(ROUNDS)])
            times, connections = [], 0
            for _ in range(ROUNDS):
                began = time.perf_counter()
                report = tlsdiag.diagnose("server.example", port=server.port, addresses=["127.0.0.1"], depth=depth, trust=root.pem)
                times.append((time.perf_counter() - began) * 1000)
                connections = report.connections
            show(f"{depth}, later ({connections} connections)", times[1:])


def show(what: str, times: list[float]) -> None:
    """The least, the median and the most, in milliseconds."""
    print(f"{what:40} {min(times):8.1f} {statistics.median(times):8.1f} {max(times):8.1f} ms")


if __name__ == "__main__":
    imported()
    diagnosed()
