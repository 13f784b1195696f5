"""Diagnose an endpoint from code, and act on the cause: here an embedded server with an expired certificate."""

from __future__ import annotations

import tlsdiag
from tlsdiag.demo.scenarios import NAME, SCENARIOS
from tlsdiag.demo.servers import listening

scene = next(scenario for scenario in SCENARIOS if scenario.name == "expired").build()
with listening(scene.converse) as server:
    report = tlsdiag.diagnose(NAME, port=server.port, addresses=["127.0.0.1"], **scene.options)

cause = report.root_cause
assert cause is not None
print(f"{cause.code}: {cause.detail}")
print(f"to blame: {cause.blame}; change: {cause.fix.summary}")
assert cause.code == "certificate-expired"
