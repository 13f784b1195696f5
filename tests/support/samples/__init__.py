"""For every built-in rule a sample that must raise it, and a near miss that must not; a file for each family of checks."""

from __future__ import annotations

from . import (
    authorities,
    balance,
    between,
    certificate,
    client,
    clock,
    counterfactual,
    dns,
    files,
    interception,
    judged,
    local,
    network,
    protocol,
    proxy,
    revocation,
    starttls,
    transparency,
    views,
)
from .common import Samples

SAMPLES: Samples = {
    **transparency.SAMPLES,
    **network.SAMPLES,
    **proxy.SAMPLES,
    **starttls.SAMPLES,
    **protocol.SAMPLES,
    **client.SAMPLES,
    **certificate.SAMPLES,
    **judged.SAMPLES,
    **authorities.SAMPLES,
    **counterfactual.SAMPLES,
    **clock.SAMPLES,
    **interception.SAMPLES,
    **local.SAMPLES,
    **balance.SAMPLES,
    **between.SAMPLES,
    **revocation.SAMPLES,
    **views.SAMPLES,
    **files.SAMPLES,
    **dns.SAMPLES,
}
