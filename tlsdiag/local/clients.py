"""Which files and directories each client takes its authorities from, on this machine and with these environment variables.

Told from the clients' own documentation and from what they did when they were tried: OpenSSL reads a file *and* a directory, each with a variable;
requests, pip and httpx take one place; curl keeps its built-in directory beside a file that a variable names; Node adds to what it brings along.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Callable, Mapping

import attrs

Environment = Mapping[str, str]
BUNDLED = "certifi"
_FILES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem")
_DIRECTORIES = ("/etc/ssl/certs", "/etc/pki/tls/certs")
_TRUST_STORE = re.compile(r"-Djavax\.net\.ssl\.trustStore=(\"[^\"]*\"|\S+)")
_CACERTS = ("lib/security/jssecacerts", "lib/security/cacerts", "jre/lib/security/cacerts")


@attrs.frozen(kw_only=True)
class StoreUser:
    """A client and its places. `bundled`: it brings Mozilla's authorities along besides (or instead); `variables` are those that chose; `here`: the program
    is installed (None for a Python package, which every environment has or has not by itself)."""

    client: str
    files: tuple[str, ...] = ()
    directories: tuple[str, ...] = ()
    bundled: bool = False
    variables: tuple[str, ...] = ()
    here: bool | None = None
    note: str = ""


def store_users(environment: Environment, certifi_path: str) -> tuple[StoreUser, ...]:
    """Every client that is known, with its places; `certifi_path` is the bundle of this interpreter's certifi."""
    system = _first(_FILES, os.path.isfile)
    directory = _first(_DIRECTORIES, os.path.isdir)
    return (
        python_user(environment),
        _requests("requests", ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), environment, certifi_path),
        _httpx(environment, certifi_path),
        _pip(environment, certifi_path),
        _curl(environment, system, directory),
        _git(environment, system, directory),
        _node(environment),
        _java(environment),
    )


def python_user(environment: Environment) -> StoreUser:
    """OpenSSL's default places, as `ssl.create_default_context()` reads them; an empty variable counts as set."""
    built_in = ssl.get_default_verify_paths()
    chosen = tuple(name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if name in environment)
    directories = environment.get("SSL_CERT_DIR", built_in.openssl_capath).split(os.pathsep)
    return StoreUser(
        client="python",
        files=(environment.get("SSL_CERT_FILE", built_in.openssl_cafile),),
        directories=tuple(name for name in directories if name),
        variables=chosen,
        note="Python's ssl module, with the OpenSSL that this interpreter uses",
    )


def _requests(client: str, names: tuple[str, ...], environment: Environment, bundle: str) -> StoreUser:
    name = next((name for name in names if environment.get(name)), None)
    if name is None:
        return StoreUser(client=client, files=(bundle,), bundled=True, note="certifi of this environment")
    return _one_place(client, name, environment[name])


def _one_place(client: str, name: str, path: str) -> StoreUser:
    if os.path.isdir(path):
        return StoreUser(client=client, directories=(path,), variables=(name,))
    return StoreUser(client=client, files=(path,), variables=(name,))


def _httpx(environment: Environment, bundle: str) -> StoreUser:
    if path := environment.get("SSL_CERT_FILE"):
        return StoreUser(client="httpx", files=(path,), variables=("SSL_CERT_FILE",))
    if path := environment.get("SSL_CERT_DIR"):
        return StoreUser(client="httpx", directories=(path,), variables=("SSL_CERT_DIR",))
    return StoreUser(client="httpx", files=(bundle,), bundled=True, note="certifi of this environment")


def _pip(environment: Environment, bundle: str) -> StoreUser:
    found = _requests("pip", ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), environment, bundle)
    return found if found.variables else attrs.evolve(found, note="pip's own certifi; from pip 24.2 on the system's store too")


def _curl(environment: Environment, system: str | None, directory: str | None) -> StoreUser:
    """As curl 7.88 does it: with SSL_CERT_DIR set it does not look at SSL_CERT_FILE; newer ones read both."""
    here = program("curl", environment) is not None
    files, directories = _some(system), _some(directory)
    if path := environment.get("CURL_CA_BUNDLE"):
        return StoreUser(client="curl", files=(path,), directories=directories, variables=("CURL_CA_BUNDLE",), here=here)
    if path := environment.get("SSL_CERT_DIR"):
        return StoreUser(client="curl", files=files, directories=(path,), variables=("SSL_CERT_DIR",), here=here)
    if path := environment.get("SSL_CERT_FILE"):
        return StoreUser(client="curl", files=(path,), directories=directories, variables=("SSL_CERT_FILE",), here=here)
    return StoreUser(client="curl", files=files, directories=directories, here=here, note="the usual built-in places; curl -v says which")


def _git(environment: Environment, system: str | None, directory: str | None) -> StoreUser:
    names = tuple(name for name in ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH") if environment.get(name))
    return StoreUser(
        client="git",
        files=_some(environment.get("GIT_SSL_CAINFO") or system),
        directories=_some(environment.get("GIT_SSL_CAPATH") or directory),
        variables=names,
        here=program("git", environment) is not None,
        note="http.sslCAInfo of git's own configuration is not read here",
    )


def _node(environment: Environment) -> StoreUser:
    here = program("node", environment) is not None
    options = environment.get("NODE_OPTIONS", "").split()
    if "--use-openssl-ca" in options:
        return attrs.evolve(python_user(environment), client="node", here=here, note="--use-openssl-ca: OpenSSL's default places")
    extra = environment.get("NODE_EXTRA_CA_CERTS")
    own = "Node brings Mozilla's authorities along; certifi stands in for them here"
    if "--use-system-ca" in options or environment.get("NODE_USE_SYSTEM_CA") == "1":
        system = _first(_FILES, os.path.isfile)
        return StoreUser(client="node", files=(*_some(system), *_some(extra)), bundled=True, variables=_named(extra), here=here, note=own)
    return StoreUser(client="node", files=_some(extra), bundled=True, variables=_named(extra), here=here, note=own)


def _named(extra: str | None) -> tuple[str, ...]:
    return ("NODE_EXTRA_CA_CERTS",) if extra else ()


def _java(environment: Environment) -> StoreUser:
    for name in ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"):
        if found := _TRUST_STORE.search(environment.get(name, "")):
            return StoreUser(client="java", files=(found.group(1).strip('"'),), variables=(name,), here=True)
    home = environment.get("JAVA_HOME") or _java_home(environment)
    if not home:
        return StoreUser(client="java", here=False, note="no Java was found")
    store = _first([os.path.join(home, name) for name in _CACERTS], os.path.isfile) or os.path.join(home, "lib/security/cacerts")
    return StoreUser(client="java", files=(store,), here=program("java", environment) is not None or "JAVA_HOME" in environment)


def _java_home(environment: Environment) -> str | None:
    found = program("java", environment)
    return os.path.dirname(os.path.dirname(os.path.realpath(found))) if found else None


def program(name: str, environment: Environment) -> str | None:
    """Where a program is found along PATH."""
    for folder in environment.get("PATH", "").split(os.pathsep):
        path = os.path.join(folder, name)
        if folder and os.access(path, os.X_OK) and os.path.isfile(path):
            return path
    return None


def _first(paths: list[str] | tuple[str, ...], exists: Callable[[str], bool]) -> str | None:
    return next((path for path in paths if exists(path)), None)


def _some(path: str | None) -> tuple[str, ...]:
    return (path,) if path else ()
