"""HandshakeOutcome: the handshake of our own core with its broadest offer, which works where the client's own does not."""

from __future__ import annotations

from ..handshake import Offer
from ..handshake.credential import ClientCredential, CredentialError
from ..plugin import Cost, Exchange, HandshakeOutcome, Probe, Scene
from .common import alert_seen, broad_offer, load_credential, notes, offer_seen


class HandshakeProbe(Probe):
    """One handshake to the end; when a client certificate is asked for, it waits to see whether one is required."""

    name = "handshake"
    provides = HandshakeOutcome
    cost = Cost(connections=1)

    async def run(self, scene: Scene) -> HandshakeOutcome:
        """Send the broad offer."""
        offer = broad_offer(scene.target)
        began = scene.clock()
        exchange = await scene.handshake(offer, credential=credential_of(scene))
        return outcome_of(exchange, offer, round(scene.clock() - began, 4))


def credential_of(scene: Scene) -> ClientCredential | None:
    """The caller's client certificate, the same object whenever it is asked for; None when there is none to read."""
    given = scene.target.client_certificate
    try:
        return None if given is None else load_credential(given)
    except CredentialError:
        return None  # the client's own handshake reports what is wrong with it


def outcome_of(exchange: Exchange, offer: Offer, elapsed: float) -> HandshakeOutcome:
    """An exchange as a fact."""
    result = exchange.result
    request = result.certificate_request
    return HandshakeOutcome(
        completed=result.completed,
        offer=offer_seen(offer),
        failure=exchange.failure,
        problem=str(result.problem) if result.problem else None,
        problem_detail=result.problem_detail,
        alert_received=alert_seen(result.alert_received),
        alert_sent=alert_seen(result.alert_sent),
        non_tls=result.non_tls,
        version=result.version,
        cipher_suite=result.cipher_suite,
        group=result.group,
        signature_scheme=result.server_signature_scheme,
        dh_bits=result.dh_bits,
        alpn=result.alpn,
        certificates=result.certificates,
        ocsp_response=result.ocsp_response,
        scts=result.scts,
        hello_retry=result.hello_retry,
        extended_master_secret=result.extended_master_secret,
        encrypt_then_mac=result.encrypt_then_mac,
        secure_renegotiation=result.secure_renegotiation,
        compression_method=result.compression_method,
        certificate_requested=request is not None,
        certificate_authorities=request.authorities if request else (),
        certificate_schemes=request.signature_schemes if request else (),
        certificate_types=request.certificate_types if request else (),
        late_alert=alert_seen(result.late_alert),
        late_failure=exchange.late_failure,
        late_answer=exchange.late_answer,
        warnings=tuple(seen for item in result.warnings_received if (seen := alert_seen(item))),
        deviations=notes(result),
        messages=result.messages,
        bytes_received=result.bytes_received,
        elapsed=elapsed,
    )
