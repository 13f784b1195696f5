"""LocalLibrary: this interpreter's OpenSSL, what the machine's configuration tells it, and what it no longer does. It opens nothing."""

from __future__ import annotations

import importlib
import os
import platform
import ssl
import sys
from collections.abc import Iterator

from ..local import Configuration, read_configuration
from ..plugin import LocalLibrary, PolicySetting, Probe, Scene, Scope
from .client_context import version_name


class LocalLibraryProbe(Probe):
    """Asks the library and reads OpenSSL's configuration."""

    name = "local-library"
    provides = LocalLibrary
    scope = Scope.TARGET

    async def run(self, scene: Scene) -> LocalLibrary:
        """Say what is in force here."""
        built_in = os.path.join(os.path.dirname(ssl.get_default_verify_paths().openssl_capath), "openssl.cnf")
        found = read_configuration(scene.environment, built_in)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        level = getattr(context, "security_level", None)
        return LocalLibrary(
            library=ssl.OPENSSL_VERSION,
            python=platform.python_version(),
            configuration=found.path,
            chosen_by=found.chosen_by,
            problem=found.problem,
            settings=tuple(PolicySetting(name=name, value=value) for name, value in found.settings),
            security_level=level,
            minimum_version=version_name(context.minimum_version),
            maximum_version=version_name(context.maximum_version),
            strict=sys.version_info >= (3, 13),
            fips=fips_mode(found),
            policy=found.policy,
            limits=tuple(limits(ssl.OPENSSL_VERSION_INFO, level)),
        )


def fips_mode(found: Configuration) -> bool | None:
    """Whether OpenSSL is told to fetch validated implementations only: as it says itself, else as its configuration does."""
    try:
        return bool(importlib.import_module("_hashlib").get_fips_mode())
    except (ImportError, AttributeError, ValueError):
        return True if "fips=yes" in found.properties.replace(" ", "") else None


def limits(version: tuple[int, ...], level: int | None) -> Iterator[str]:
    """What an OpenSSL of this version, at this security level, refuses (its own CHANGES and SSL_CTX_set_security_level(3))."""
    known = level if level is not None else 1
    if version >= (1, 1, 0):
        yield "SSL 2.0 is not in it, and SSL 3.0 is left out of most builds"
    if version >= (3, 0) and known >= 1:
        yield "TLS 1.0 and 1.1 need security level 0, since their signatures are over SHA-1"
        yield "certificates and handshakes that are signed with SHA-1 or MD5 are refused"
    if version >= (3, 0):
        yield "a server without secure renegotiation (RFC 5746) is refused, unless OP_LEGACY_SERVER_CONNECT is set"
        yield "an end of the connection without close_notify is an error (unexpected EOF)"
    if known in _LEAST:
        rsa, curve = _LEAST[known]
        yield f"security level {known}: RSA and DH below {rsa} bits and curves below {curve} bits are refused"
    if version >= (3, 5):
        yield "a post-quantum key share (X25519MLKEM768) is offered by default, which makes the ClientHello larger than one packet"


_LEAST = {1: (1024, 160), 2: (2048, 224), 3: (3072, 256), 4: (7680, 384), 5: (15360, 512)}
