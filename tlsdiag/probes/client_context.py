"""The context of the client under diagnosis: this interpreter's default one, with what the target adds, and what a context was told."""

from __future__ import annotations

import contextlib
import enum
import os
import re
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..local import read_credential
from ..plugin import ClientCertificate, ClientSettings, Target
from .trust import pem_of

KEY_LOG = "SSLKEYLOGFILE"


def default_context(target: Target, environment: Mapping[str, str] | None = None) -> tuple[ssl.SSLContext | None, str]:
    """What `ssl.create_default_context()` gives, with the target's trust and certificate; and what kept it from being made."""
    try:
        context = _trusting(target)
        if target.server_name is None and not target.is_address:
            context.check_hostname = False  # Python cannot check a name that it does not send
        if target.alpn:
            context.set_alpn_protocols(list(target.alpn))
        if target.client_certificate is not None:
            _load(context, target.client_certificate)
    except (OSError, ValueError) as exc:
        return None, f"the client's context cannot be made: {_reason(exc, environment or {})}"
    return context, ""


def _reason(error: Exception, environment: Mapping[str, str]) -> str:
    """What kept it from being made; a log of keys that cannot be written keeps every default context of Python from it."""
    path = environment.get(KEY_LOG)
    if path and isinstance(error, OSError) and error.filename == path:
        return f"{KEY_LOG} names {path}, which cannot be written ({error.strerror}); unset the variable, or name a file that can be"
    return str(error)


def _trusting(target: Target) -> ssl.SSLContext:
    trust = target.trust
    if trust is None or trust == "system":
        return ssl.create_default_context()
    if trust == "certifi":
        import certifi

        return ssl.create_default_context(cafile=certifi.where())
    if isinstance(trust, (str, Path)):
        where = os.fspath(trust)
        return ssl.create_default_context(capath=where) if os.path.isdir(where) else ssl.create_default_context(cafile=where)
    return ssl.create_default_context(cadata=pem_of(trust).decode("ascii", "replace"))


def _load(context: ssl.SSLContext, given: ClientCertificate) -> None:
    with _as_file(given.certificate) as certificate, _as_file(given.key) as key:
        try:
            # without a password OpenSSL would ask for one at the terminal
            context.load_cert_chain(certificate, key, given.password if given.password is not None else "")
        except (OSError, ValueError) as exc:
            read = read_credential(given.certificate, given.key, given.password)
            raise ValueError(f"{read.detail} ({exc})" if read.detail else str(exc)) from exc


@contextlib.contextmanager
def _as_file(source: str | Path | bytes) -> Iterator[str]:
    """A path; PEM bytes go into a private file for as long as they are read, since `ssl` takes nothing else."""
    if not isinstance(source, bytes):
        yield os.fspath(source)
        return
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(source)
        yield path
    finally:
        os.unlink(path)


def settings_of(context: ssl.SSLContext, *, is_default: bool) -> ClientSettings:
    """What can be read off a context."""
    ciphers = tuple(str(item["name"]) for item in context.get_ciphers())
    loaded = context.cert_store_stats()
    return ClientSettings(
        is_default=is_default,
        library=ssl.OPENSSL_VERSION,
        verify_mode=context.verify_mode.name,
        check_hostname=context.check_hostname,
        minimum_version=version_name(context.minimum_version),
        maximum_version=version_name(context.maximum_version),
        ciphers=ciphers,
        security_level=getattr(context, "security_level", None),
        loaded_authorities=loaded.get("x509_ca", 0),
        has_certificate=None,
        protocol=getattr(context.protocol, "name", str(context.protocol)),
        loaded_certificates=loaded.get("x509", 0),
        options=_names(context.options),
        verify_flags=_verify_flags(context.verify_flags),
        keylog=getattr(context, "keylog_filename", None) or None,
        not_readable=("alpn", "client certificate"),
        post_handshake_auth=context.post_handshake_auth,
    )


def _verify_flags(flags: ssl.VerifyFlags) -> tuple[str, ...]:
    """The names of what is set; VERIFY_CRL_CHECK_CHAIN has two bits, one of which has no name of its own."""
    chain = ("VERIFY_CRL_CHECK_CHAIN",) if ssl.VERIFY_CRL_CHECK_CHAIN in flags else ()
    return (*_names(flags), *chain)


def _names(flags: enum.IntFlag) -> tuple[str, ...]:
    """The names of the bits that are set; bits that this Python has no name for are left out."""
    return tuple(flag.name for flag in type(flags) if flag.name and flag in flags)


def version_name(value: int) -> str:
    """A version as people write it: "TLSv1.2", or "MINIMUM_SUPPORTED" and the like."""
    try:
        name = ssl.TLSVersion(value).name
    except ValueError:
        return str(value)
    return re.sub(r"^TLSv1$", "TLSv1.0", name.replace("_", ".")) if name.startswith("TLS") else name
