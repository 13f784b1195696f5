"""The calls: `diagnose`, `diagnose_async`, `diagnose_many`. Thin: they build a target, a `Diagnosis`, and run it."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Coroutine, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TypeVar

from .authority_data import AuthoritySource
from .check import Check
from .depth import Depth, Limits
from .diagnosis import Diagnosis
from .fetching import Fetching
from .report import Report
from .resolver import Resolving
from .target import ClientCertificate, Target, Trust
from .transparency import LogSource

T = TypeVar("T")


async def diagnose_async(
    host: str,
    *,
    port: int | None = None,
    server_name: str | Literal[False] | None = None,
    addresses: Sequence[str] | None = None,
    client: ssl.SSLContext | None = None,
    trust: Trust = None,
    stores: Sequence[Trust] = (),
    client_certificate: ClientCertificate | tuple[str | Path | bytes, str | Path | bytes] | None = None,
    alpn: Sequence[str] | None = None,
    starttls: str | Literal[False] | None = None,
    proxy: str | Literal[False] | None = None,
    depth: Depth | str = Depth.STANDARD,
    checks: Sequence[Check | type[Check] | str] | None = None,
    limits: Limits | None = None,
    fetch: Fetching = "public",
    dns: Resolving = None,
    revocation: bool | None = None,
    ct_logs: LogSource = None,
    authority_data: AuthoritySource = None,
    now: datetime | None = None,
) -> Report:
    """Say why a TLS connection to `host` fails, or what is wrong with it; see `tlsdiag.diagnose`."""
    target = Target.parse(
        host,
        port=port,
        server_name=server_name,
        addresses=addresses,
        client=client,
        trust=trust,
        stores=stores,
        client_certificate=client_certificate,
        alpn=alpn,
        starttls=starttls,
        proxy=proxy,
        now=now,
    )
    diagnosis = Diagnosis(
        checks, depth=depth, limits=limits, fetch=fetch, dns=dns, revocation=revocation, ct_logs=ct_logs, authority_data=authority_data
    )
    return await diagnosis.run(target)


def diagnose(
    host: str,
    *,
    port: int | None = None,
    server_name: str | Literal[False] | None = None,
    addresses: Sequence[str] | None = None,
    client: ssl.SSLContext | None = None,
    trust: Trust = None,
    stores: Sequence[Trust] = (),
    client_certificate: ClientCertificate | tuple[str | Path | bytes, str | Path | bytes] | None = None,
    alpn: Sequence[str] | None = None,
    starttls: str | Literal[False] | None = None,
    proxy: str | Literal[False] | None = None,
    depth: Depth | str = Depth.STANDARD,
    checks: Sequence[Check | type[Check] | str] | None = None,
    limits: Limits | None = None,
    fetch: Fetching = "public",
    dns: Resolving = None,
    revocation: bool | None = None,
    ct_logs: LogSource = None,
    authority_data: AuthoritySource = None,
    now: datetime | None = None,
) -> Report:
    """Say why a TLS connection to `host` fails (or what is wrong with it), who is to blame, and what to change.

    `host` is a name, an address, "host:port" or a URL; a port in it wins over `port`, and 443 is the default. `server_name=False` sends no SNI; `addresses`
    pins what the name resolves to; `client` is the caller's own `ssl.SSLContext` (default: `ssl.create_default_context()`); `trust` is a CA file,
    a directory, PEM bytes, certificates, "certifi" or "system" (default: what the client would use). `starttls` names the protocol that goes over to
    TLS on request ("smtp", "imap", "postgres", ...): without it, it is taken from the scheme or a well-known port, and the report says so; False takes none.
    `proxy` is the URL of an HTTP or SOCKS5 proxy; left out, it is the one that the environment names (HTTPS_PROXY, NO_PROXY, ...), False goes without.
    `fetch` says where URLs that stand in certificates may lead (to find a missing issuer): "public" addresses and those of the target's own kind, "any",
    or False: nothing is fetched. `dns=True` asks this machine's resolver for what bears on the connection beside the addresses (CAA, TLSA, DNSSEC, HTTPS
    records, MTA-STS), an address such as "127.0.0.1:5353" that resolver (`pip install tlsdiag[dns]`); without it nobody is asked.
    `ct_logs` is a list of certificate transparency logs, newer than the shipped one: Chrome's log_list.json as a file or bytes.
    `revocation=True` asks the authorities whether the certificates have been revoked (OCSP and lists), as the depth "full" does.
    `authority_data` are newer tables of authorities, their addresses and their distrust, than the shipped ones: a file, bytes,
    or several (docs: Authorities). `stores` are further trust stores (each as for `trust`) that the chain is judged by, side by side.
    `now` is a clock under test: dates are judged as by a client whose clock shows that time, and where the other sources of time
    contradict it, the clock is what is told to be wrong.

    Works from plain code, from a thread, inside a running event loop and in a notebook alike. It never raises for what the network or the
    peer did; it raises `TargetError` for a target that makes no sense and `UnknownCheckError` for a check that is not installed.
    """
    return run_anywhere(
        lambda: diagnose_async(
            host,
            port=port,
            server_name=server_name,
            addresses=addresses,
            client=client,
            trust=trust,
            stores=stores,
            client_certificate=client_certificate,
            alpn=alpn,
            starttls=starttls,
            proxy=proxy,
            depth=depth,
            checks=checks,
            limits=limits,
            fetch=fetch,
            dns=dns,
            revocation=revocation,
            ct_logs=ct_logs,
            authority_data=authority_data,
            now=now,
        )
    )


def diagnose_many(hosts: Iterable[str], *, parallel: int = 4, **options: Any) -> dict[str, Report]:
    """Diagnose several hosts, `parallel` at a time, with the same options as `diagnose`; the reports by host as given."""
    wanted = list(dict.fromkeys(hosts))

    async def all_of_them() -> dict[str, Report]:
        room = asyncio.Semaphore(parallel)

        async def one(host: str) -> Report:
            async with room:
                return await diagnose_async(host, **options)

        reports = await asyncio.gather(*(one(host) for host in wanted))
        return dict(zip(wanted, reports, strict=True))

    return run_anywhere(all_of_them)


def run_anywhere(make: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run a coroutine to its end, in a thread of its own where this one already runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(make())
    result: list[T] = []
    problem: list[BaseException] = []

    def work() -> None:
        try:
            result.append(asyncio.run(make()))
        except BaseException as exc:  # noqa: BLE001 - handed on to the caller's thread below
            problem.append(exc)

    thread = threading.Thread(target=work, name="tlsdiag", daemon=True)
    thread.start()
    thread.join()
    if problem:
        raise problem[0]
    return result[0]
