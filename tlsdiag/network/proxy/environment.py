"""Which proxy the environment names for a host, read as requests reads it, and as curl does; they differ.

Pure: the variables are an argument. The rules are those of the code of requests 2.34 (`utils.should_bypass_proxies`), of CPython's
`urllib.request.getproxies_environment` and `proxy_bypass_environment`, which requests calls, and of curl 7.88 (`Curl_check_noproxy`):

                          requests                                   curl
    variables             https_proxy, HTTPS_PROXY, all_..., ALL_... the same
    empty lower case one  switches the upper case one off            as if it were not there
    NO_PROXY=example.com  the domain and what is below it; before    the domain and what is below it
                          2.34 also notexample.com
    NO_PROXY="a b"        one name that holds no space               two names
    NO_PROXY=name:8443    that port, where the URL names it          never
    NO_PROXY=10.0.0.0/8   IPv4 only                                  IPv4 and IPv6
    NO_PROXY=*            alone in the list                          alone in the list
    port left out         80                                         1080

Neither exempts localhost by itself. pip uses requests; httpx and Go have rules of their own.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping

import attrs

from ...errors import TargetError
from ...proxies import ProxyServer
from ...starttls import PROTOCOLS
from ...target import SCHEME_PORTS, Target

_WEB_SCHEMES = (None, "https", "wss", "http", "ws")
_SOCKS4 = ("socks4", "socks4a", "socks")
_OTHER_PORTS = {*SCHEME_PORTS.values(), *(port for row in PROTOCOLS for port in row.names.values())} - {443}


@attrs.frozen(kw_only=True)
class Choice:
    """What a program makes of the environment. `problem`: the variable holds what cannot be read; `unsupported`: a scheme that programs know and we do not;
    `exempted_by`: the entry of the variable `exempting`."""

    proxy: ProxyServer | None = None
    variable: str = ""
    problem: str = ""
    unsupported: str = ""
    exempted_by: str = ""
    exempting: str = ""


def consulted(target: Target) -> bool:
    """Whether clients of this target read the environment at all: those of the web do, where nothing pins the address that is dialled."""
    pinned = target.addresses is not None and not target.is_address
    mail_or_such = target.starttls is not None or target.scheme not in _WEB_SCHEMES or (target.scheme is None and target.port in _OTHER_PORTS)
    return target.proxy is None and not pinned and not mail_or_such


def with_environment(target: Target, environment: Mapping[str, str]) -> Target:
    """The target with the proxy that the environment names for it, where it names one and the caller said nothing."""
    if not consulted(target):
        return target
    chosen = as_requests(target.host, target.port, environment).proxy
    return target if chosen is None else attrs.evolve(target, proxy=chosen)


def as_requests(host: str, port: int, environment: Mapping[str, str]) -> Choice:
    """The choice of requests, and so of pip."""
    variables = _variables(environment)
    found = variables.get("https") or variables.get("all")
    if found is None:
        return Choice()
    listed = next(((name, environment[name]) for name in ("no_proxy", "NO_PROXY") if environment.get(name)), ("", ""))
    if (entry := _requests_exempts(host, port, listed[1])) is not None:
        return Choice(variable=found[0], exempted_by=entry, exempting=listed[0])
    also = variables.get("no", ("", ""))
    if (entry := _urllib_exempts(host, also[1])) is not None:
        return Choice(variable=found[0], exempted_by=entry, exempting=also[0])
    return _read(*found)


def as_curl(host: str, port: int, environment: Mapping[str, str]) -> Choice:
    """The choice of curl. `port` does not matter to it."""
    names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    variable = next((name for name in names if environment.get(name)), None)
    if variable is None:
        return Choice()
    listed = next((name for name in ("no_proxy", "NO_PROXY") if environment.get(name)), "")
    if listed and (entry := _curl_exempts(host, environment[listed])) is not None:
        return Choice(variable=variable, exempted_by=entry, exempting=listed)
    return _read(variable, environment[variable])


def difference(host: str, port: int, environment: Mapping[str, str]) -> str:
    """What curl, or an older requests, does otherwise than requests for this host, in words; empty where they agree."""
    requests, curl = as_requests(host, port, environment), as_curl(host, port, environment)
    if requests.proxy is not None and (older := _older(host, environment)):
        return older
    if requests.proxy is not None and (entry := _star(host, environment)):
        return f"the entry {entry!r} in NO_PROXY has a star, which Go and Node.js understand: they go directly; requests and curl go through {requests.proxy}"
    if requests.proxy is not None and requests.proxy == curl.proxy:
        if requests.proxy.scheme == "http" and not requests.proxy.port_given:
            return f"{requests.variable} names no port: requests takes 80, curl 1080"
        return ""
    first, second = _in_words(requests), _in_words(curl)
    return "" if first == second else f"requests {first}, curl {second}"


def _star(host: str, environment: Mapping[str, str]) -> str:
    """The entry such as "*.example.com" that would exempt the host, if the star meant anything to requests and curl."""
    listed = next((environment[name] for name in ("no_proxy", "NO_PROXY") if environment.get(name)), "")
    entries = (entry.strip().lower() for entry in listed.split(","))
    return next((entry for entry in entries if entry.startswith("*.") and host.endswith(entry[1:])), "")


def _older(host: str, environment: Mapping[str, str]) -> str:
    listed = next((name for name in ("no_proxy", "NO_PROXY") if environment.get(name)), "")
    entry = _older_requests_exempt(host, environment[listed]) if listed else None
    if entry is None:
        return ""
    return f"requests goes through a proxy, but before 2.34 it takes the entry {entry!r} in {listed} for the end of any name, and goes directly"


def _in_words(choice: Choice) -> str:
    if choice.problem:
        return f"cannot read {choice.variable}"
    if choice.unsupported:
        return f"goes through a {choice.unsupported} proxy ({choice.variable})"
    if choice.proxy is not None:
        return f"goes through {choice.proxy} ({choice.variable})"
    return f"goes there directly ({choice.exempting} has {choice.exempted_by!r})" if choice.exempted_by else "goes there directly"


def _read(variable: str, value: str) -> Choice:
    scheme = value.strip().partition("://")[0].lower()
    if scheme in _SOCKS4:
        return Choice(variable=variable, unsupported=scheme)
    try:
        return Choice(variable=variable, proxy=ProxyServer.parse(value, origin=variable))
    except TargetError as exc:
        return Choice(variable=variable, problem=str(exc))


def _variables(environment: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    """Protocol -> (variable, value): lower case wins, and an empty one in lower case switches off."""
    names = [name for name in environment if name.lower().endswith("_proxy")]
    found = {name[:-6].lower(): (name, environment[name]) for name in names if environment[name]}
    for name in names:
        if name.endswith("_proxy"):
            if environment[name]:
                found[name[:-6].lower()] = (name, environment[name])
            else:
                found.pop(name[:-6].lower(), None)
    return found


def _requests_exempts(host: str, port: int, listed: str) -> str | None:
    entries = [entry for entry in listed.replace(" ", "").split(",") if entry]
    address = _literal(host)
    if isinstance(address, ipaddress.IPv4Address):
        return next((entry for entry in entries if _covers(entry, address) or entry == host), None)
    names = {host, host if port == 443 else f"{host}:{port}"}
    for entry in entries:
        domain = entry.lstrip(".")
        if any(name == domain or name.endswith(f".{domain}") for name in names):
            return entry
    return None


def _older_requests_exempt(host: str, listed: str) -> str | None:
    """requests before 2.34 takes every entry for the end of a name, wherever that begins."""
    return None if _literal(host) is not None else next((entry for entry in listed.replace(" ", "").split(",") if entry and host.endswith(entry)), None)


def _urllib_exempts(host: str, listed: str) -> str | None:
    if listed == "*":
        return listed
    for entry in (item.strip() for item in listed.split(",")):
        name = entry.lstrip(".").lower()
        if name and (host == name or host.endswith(f".{name}")):
            return entry
    return None


def _curl_exempts(host: str, listed: str) -> str | None:
    if listed == "*":
        return listed
    entries = [entry for entry in re.split(r"[ \t,]+", listed) if entry]
    address = _literal(host)
    if address is not None:
        return next((entry for entry in entries if _covers(entry, address) or _literal(entry) == address), None)
    name = host.removesuffix(".").lower()
    for entry in entries:
        domain = entry.lower().removesuffix(".").removeprefix(".")
        if domain and (name == domain or name.endswith(f".{domain}")):
            return entry
    return None


def _covers(entry: str, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if "/" not in entry:
        return False
    try:
        return address in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False


def _literal(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
