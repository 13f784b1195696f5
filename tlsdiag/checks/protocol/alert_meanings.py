"""What a fatal alert of the server means to the client that gets it (RFC 8446 section 6.2, RFC 5246 section 7.2.2, RFC 6066, RFC 7301): in words, who is to
blame, and what to do."""

from __future__ import annotations

import attrs

from ...plugin import Blame


@attrs.frozen
class Meaning:
    """An alert in words."""

    sentence: str
    blame: Blame
    cure: str


MEANINGS: dict[int, Meaning] = {
    0: Meaning("the server ends the connection in good order, before the handshake is done", Blame.SERVER, "Read the server's log: it gave up without saying why."),
    10: Meaning("the server got a message out of its turn; something between changes the stream, or one side misbehaves", Blame.SERVER, "Compare from another network, and with another client library."),
    20: Meaning("a record did not decrypt at the server: bytes were changed on the way, or the two sides derive other keys", Blame.NETWORK, "Look for a middlebox that rewrites the stream; try another network."),
    21: Meaning("a record did not decrypt at the server", Blame.NETWORK, "Look for a middlebox that rewrites the stream."),
    22: Meaning("the server got a record that is longer than it takes", Blame.CLIENT, "Check record size and fragment settings of the client."),
    40: Meaning(
        "the server found nothing acceptable in the offer (cipher suites, groups, signature schemes), misses a client certificate, or knows no such server name",
        Blame.SERVER,
        "Compare the offer with what the server accepts; give the right server name; read the server's log, which says more.",
    ),
    42: Meaning("the server could not make sense of the client's certificate", Blame.CLIENT, "Present a client certificate that the server's authorities have issued."),
    43: Meaning("the server does not take this kind of client certificate", Blame.CLIENT, "Use a client certificate with another key type."),
    44: Meaning("the server says that the client's certificate is revoked", Blame.CLIENT, "Get a new client certificate."),
    45: Meaning("the server says that the client's certificate has expired", Blame.CLIENT, "Renew the client certificate."),
    46: Meaning("the server does not accept the client's certificate, for a reason that it does not name", Blame.CLIENT, "Read the server's log for the reason."),
    47: Meaning("the server found a value in the hello that is not allowed", Blame.CLIENT, "Compare with another client library; look for a middlebox that changes the hello."),
    48: Meaning("the server does not know the authority that issued the client's certificate", Blame.CLIENT, "Send the client's intermediate certificates, or have the server trust the authority."),
    49: Meaning("the certificate is all right, and access is denied all the same", Blame.SERVER, "Have the server's access rules allow this client."),
    50: Meaning("the server could not read a message: it is old or strict, or the bytes were changed", Blame.SERVER, "Try a smaller and plainer hello (no post-quantum share, fewer extensions)."),
    51: Meaning("a signature or Finished was wrong at the server", Blame.CLIENT, "Check that the client's key belongs to its certificate."),
    70: Meaning("the server knows the offered protocol versions but takes none of them", Blame.SERVER, "Bring the versions of both sides together."),
    71: Meaning("the server wants stronger cipher suites or keys than the client offers", Blame.CLIENT, "Offer modern cipher suites."),
    80: Meaning(
        "the server failed inside; Go, Caddy, Traefik and others say so when they have no certificate for the server name, others when the key cannot be used",
        Blame.SERVER,
        "Check the server name that is sent, and load a certificate for it at the server; else read the server's log: certificate, key or memory is at fault.",
    ),
    86: Meaning("the server saw a fallback that should not be needed", Blame.CLIENT, "Do not fall back to older versions (TLS_FALLBACK_SCSV)."),
    90: Meaning("the handshake was cancelled", Blame.SERVER, "Try again; read the server's log."),
    109: Meaning("the server misses an extension that the offer needs", Blame.CLIENT, "Offer supported_groups, signature_algorithms and server_name as RFC 8446 section 9.2 wants."),
    110: Meaning("the server found an extension that must not be there", Blame.CLIENT, "Compare with another client library."),
    112: Meaning("the server knows no site of the name that was sent", Blame.SERVER, "Configure the name at the server, or send the right one."),
    113: Meaning("the server has a bad OCSP response", Blame.SERVER, "Repair OCSP stapling at the server."),
    115: Meaning("the server does not know the pre-shared key", Blame.CLIENT, "Configure the same identity and key on both sides."),
    116: Meaning("the server requires a client certificate, and none was sent", Blame.CLIENT, "Configure a client certificate."),
    120: Meaning("the server takes none of the application protocols that were offered (ALPN)", Blame.SERVER, "Offer a protocol that the server speaks, or none."),
    121: Meaning("the server wants Encrypted ClientHello", Blame.CLIENT, "Fetch the server's current ECH configuration."),
}
UNKNOWN = Meaning("the server ended the handshake for a reason of its own", Blame.SERVER, "Read the server's log at this time.")
