"""The caller's context: settings of an `ssl.SSLContext` with which no handshake, or no trust, can come about."""

from __future__ import annotations

from collections.abc import Iterator

from ...plugin import (
    Blame,
    ChainPaths,
    Check,
    ClientFinding,
    ClientOutcome,
    Confidence,
    Finding,
    Fix,
    Layer,
    LocalLibrary,
    Rule,
    Seen,
    Severity,
    StoreVerdicts,
)
from ..common import CONSEQUENCE
from ..local.common import OF_TRUST, clients_text, issuer_refused, others_that_trust, programs

_CONTEXT = ("https://docs.python.org/3/library/ssl.html#ssl.SSLContext",)
WITHOUT_ROOTS = Rule(
    code="context-without-roots",
    title="The client's context has no authorities",
    layer=Layer.LOCAL,
    severity=Severity.HIGH,
    blame=Blame.CLIENT,
    why="ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) verifies and trusts nobody until authorities are loaded; only ssl.create_default_context() loads those of the system by itself.",
    fix=Fix(
        summary="Load authorities into the context, or make it with ssl.create_default_context().",
        snippets={"python": "context.load_default_certs()   # or load_verify_locations('ca.pem')"},
    ),
    references=("https://docs.python.org/3/library/ssl.html#ssl.SSLContext.load_default_certs", *_CONTEXT),
    explains=(*CONSEQUENCE, *OF_TRUST, "trust-stores-disagree"),
    failing="SSLContext(PROTOCOL_TLS_CLIENT) as it is",
    passing="the same context after load_default_certs()",
)
SERVER_SIDE = Rule(
    code="context-server-side",
    title="A context for servers is used for a client",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="PROTOCOL_TLS_SERVER makes a context that can only accept connections; Python refuses to connect with it.",
    fix=Fix(summary="Make the context for the client's side.", snippets={"python": "ssl.create_default_context(ssl.Purpose.SERVER_AUTH)   # SERVER_AUTH: to authenticate servers"}),
    references=("https://docs.python.org/3/library/ssl.html#ssl.PROTOCOL_TLS_SERVER", *_CONTEXT),
    explains=(*CONSEQUENCE, "client-misconfigured"),
    failing="SSLContext(PROTOCOL_TLS_SERVER) as the client",
    passing="SSLContext(PROTOCOL_TLS_CLIENT) as the client",
)
OFFERS_NOTHING = Rule(
    code="context-offers-nothing",
    title="The client's settings leave nothing to offer",
    layer=Layer.LOCAL,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The oldest version is above the newest one, or no cipher suite is left for the versions that are: the handshake ends before a byte is sent, and the server sees a connection that closes.",
    fix=Fix(summary="Set minimum and maximum version, options and ciphers so that they meet.", snippets={"python": "context.minimum_version = ssl.TLSVersion.TLSv1_2\ncontext.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED"}),
    references=("https://docs.python.org/3/library/ssl.html#ssl.SSLContext.minimum_version", *_CONTEXT),
    explains=(*CONSEQUENCE, "client-policy-forbids", "client-misconfigured"),
    blocking=True,
    failing="a minimum version above the maximum version",
    passing="a minimum version below the maximum version",
)
NAME_CHECK_OFF = Rule(
    code="name-check-off",
    title="The client does not compare names",
    layer=Layer.LOCAL,
    severity=Severity.MEDIUM,
    blame=Blame.CLIENT,
    why="With check_hostname off any certificate of any trusted authority passes, whoever it was issued to.",
    fix=Fix(summary="Leave check_hostname on; where the name differs, give the right one as server_hostname.", snippets={"python": "context.check_hostname = True"}),
    references=("RFC 9525", "https://docs.python.org/3/library/ssl.html#ssl.SSLContext.check_hostname"),
    failing="a context that verifies with check_hostname off",
    passing="the default context",
)
_NOTHING = ("NO_PROTOCOLS_AVAILABLE", "NO_CIPHERS_AVAILABLE")


class ContextCheck(Check):
    """Reads the settings and what became of them."""

    name = "client/context"
    rules = (WITHOUT_ROOTS, SERVER_SIDE, OFFERS_NOTHING, NAME_CHECK_OFF)
    needs = (ClientOutcome,)
    wants = (ChainPaths, StoreVerdicts, LocalLibrary)

    def run(self, seen: Seen) -> Iterator[Finding]:
        """Yield what is wrong with the context itself."""
        client = seen[ClientOutcome]
        settings = client.settings
        if client.reason in _NOTHING:
            yield ClientFinding.of(OFFERS_NOTHING, f"{_bounds(client)}{_source(seen)}", **_evidence(client))
        if settings.is_default:
            return
        if settings.protocol == "PROTOCOL_TLS_SERVER":
            detail = f"The context was made with PROTOCOL_TLS_SERVER; Python says: {client.error_text or 'nothing'}."
            yield ClientFinding.of(SERVER_SIDE, detail, blocks=not client.completed, **_evidence(client))
            return
        if settings.verify_mode == "CERT_REQUIRED" and settings.loaded_certificates == 0 and not client.completed:
            yield _without_roots(seen, client)
        if settings.verify_mode != "CERT_NONE" and not settings.check_hostname:
            yield ClientFinding.of(NAME_CHECK_OFF, f"The client's context has verify_mode {settings.verify_mode}, and check_hostname is off.")


def _without_roots(seen: Seen, client: ClientOutcome) -> Finding:
    """A directory of authorities does not count as loaded, so that this is likely and not proven, but where a store of this machine would do."""
    paths = seen.get(ChainPaths)
    itself = paths is not None and paths.shape.leaf_self_signed
    others = tuple(name for item in others_that_trust(seen.get(StoreVerdicts)) for name in programs(item.clients))
    would = f" The store of {clients_text(others)} leads to this chain." if others else ""
    return ClientFinding.of(
        WITHOUT_ROOTS,
        f"The context verifies (CERT_REQUIRED), and no certificate is loaded into it.{would}",
        blocks=issuer_refused(seen.observations, seen.endpoint) and not itself,
        confidence=Confidence.LIKELY,
        **_evidence(client),
    )


def _bounds(client: ClientOutcome) -> str:
    settings = client.settings
    off = [name for name in settings.options if name.startswith(("OP_NO_TLS", "OP_NO_SSL"))]
    options = f", with {', '.join(off)}" if off else ""
    return f"Versions from {settings.minimum_version} to {settings.maximum_version}{options}; {len(settings.ciphers)} cipher suites. OpenSSL says {client.reason}."


def _source(seen: Seen) -> str:
    """Where the machine sets one of the bounds: then the program's own settings look right."""
    library = seen.get(LocalLibrary)
    told = [f"{name} = {value}" for name in _MACHINE if library is not None and (value := library.setting(name)) is not None]
    return f" {library.configuration} sets {', '.join(told)}." if library is not None and told else ""


_MACHINE = ("MinProtocol", "MaxProtocol", "Protocol", "CipherString", "Ciphersuites")


def _evidence(client: ClientOutcome) -> dict[str, object]:
    return {"error_type": client.error_type, "error_text": client.error_text, "reason": client.reason, "verify_code": client.verify_code}
