"""Which store each client reads, for every variable that changes it."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from tlsdiag.local import StoreUser, store_users
from tlsdiag.local.clients import program

CERTIFI = "/certifi.pem"


def user(client: str, **environment: str) -> StoreUser:
    return next(item for item in store_users(environment, CERTIFI) if item.client == client)


def test_openssl_reads_a_file_and_directories() -> None:
    found = user("python", SSL_CERT_FILE="/a.pem", SSL_CERT_DIR="/b:/c:")
    assert (found.files, found.directories, found.variables) == (("/a.pem",), ("/b", "/c"), ("SSL_CERT_FILE", "SSL_CERT_DIR"))


def test_openssl_has_built_in_places() -> None:
    built_in = ssl.get_default_verify_paths()
    found = user("python")
    assert (found.files, found.directories) == ((built_in.openssl_cafile,), (built_in.openssl_capath,))


@pytest.mark.parametrize(
    ("environment", "files", "variables"),
    [
        ({}, (CERTIFI,), ()),
        ({"SSL_CERT_FILE": "/a.pem"}, (CERTIFI,), ()),
        ({"REQUESTS_CA_BUNDLE": ""}, (CERTIFI,), ()),
        ({"CURL_CA_BUNDLE": "/c.pem"}, ("/c.pem",), ("CURL_CA_BUNDLE",)),
        ({"CURL_CA_BUNDLE": "/c.pem", "REQUESTS_CA_BUNDLE": "/r.pem"}, ("/r.pem",), ("REQUESTS_CA_BUNDLE",)),
    ],
)
def test_requests_reads_one_place(environment: dict[str, str], files: tuple[str, ...], variables: tuple[str, ...]) -> None:
    found = user("requests", **environment)
    assert (found.files, found.variables) == (files, variables)


def test_requests_takes_a_directory_too(tmp_path: Path) -> None:
    assert user("requests", REQUESTS_CA_BUNDLE=str(tmp_path)).directories == (str(tmp_path),)


def test_pip_has_a_variable_of_its_own() -> None:
    assert user("pip", PIP_CERT="/p.pem", REQUESTS_CA_BUNDLE="/r.pem").files == ("/p.pem",)
    assert user("pip").note


def test_httpx_reads_the_file_or_else_the_directory_or_else_certifi() -> None:
    assert user("httpx", SSL_CERT_FILE="/a.pem", SSL_CERT_DIR="/b").files == ("/a.pem",)
    assert user("httpx", SSL_CERT_DIR="/b").directories == ("/b",)
    assert user("httpx").files == (CERTIFI,)


@pytest.mark.parametrize(
    ("environment", "place", "variables"),
    [
        ({"CURL_CA_BUNDLE": "/c.pem", "SSL_CERT_FILE": "/a.pem"}, "/c.pem", ("CURL_CA_BUNDLE",)),
        ({"SSL_CERT_FILE": "/a.pem", "SSL_CERT_DIR": "/b"}, "/b", ("SSL_CERT_DIR",)),
        ({"SSL_CERT_FILE": "/a.pem"}, "/a.pem", ("SSL_CERT_FILE",)),
    ],
)
def test_curl_follows_its_variables_in_order(environment: dict[str, str], place: str, variables: tuple[str, ...]) -> None:
    found = user("curl", **environment)
    assert place in (*found.files, *found.directories)
    assert found.variables == variables


def test_git_has_variables_of_its_own() -> None:
    found = user("git", GIT_SSL_CAINFO="/g.pem", GIT_SSL_CAPATH="/g")
    assert (found.files, found.directories, found.variables) == (("/g.pem",), ("/g",), ("GIT_SSL_CAINFO", "GIT_SSL_CAPATH"))


def test_node_adds_to_what_it_brings_along() -> None:
    found = user("node", NODE_EXTRA_CA_CERTS="/n.pem")
    assert (found.files, found.bundled, found.variables) == (("/n.pem",), True, ("NODE_EXTRA_CA_CERTS",))
    assert user("node").files == ()


def test_node_can_be_told_to_read_other_stores() -> None:
    found = user("node", NODE_OPTIONS="--use-openssl-ca", SSL_CERT_FILE="/a.pem")
    assert (found.client, found.files, found.bundled) == ("node", ("/a.pem",), False)
    assert user("node", NODE_USE_SYSTEM_CA="1", NODE_EXTRA_CA_CERTS="/n.pem").files[-1] == "/n.pem"


def test_java_is_found_by_its_home(tmp_path: Path) -> None:
    store = tmp_path / "jre" / "lib" / "security" / "cacerts"
    store.parent.mkdir(parents=True)
    store.touch()
    found = user("java", JAVA_HOME=str(tmp_path))
    assert (found.files, found.here) == ((str(store),), True)
    assert user("java", JAVA_HOME="/no/such").files == ("/no/such/lib/security/cacerts",)


def test_java_is_found_along_the_path(tmp_path: Path) -> None:
    binary = tmp_path / "home" / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.touch(mode=0o755)
    (tmp_path / "java").symlink_to(binary)
    assert user("java", PATH=str(tmp_path)).files == (str(tmp_path / "home" / "lib/security/cacerts"),)
    assert (user("java").files, user("java").here) == ((), False)


def test_java_follows_its_options() -> None:
    assert user("java", JAVA_TOOL_OPTIONS='-Xmx1g "-Dx=y" -Djavax.net.ssl.trustStore=/t.p12').files == ("/t.p12",)


def test_a_program_is_looked_for_along_the_path(tmp_path: Path) -> None:
    (tmp_path / "tool").touch(mode=0o755)
    (tmp_path / "text").touch(mode=0o644)
    assert program("tool", {"PATH": f":{tmp_path}"}) == str(tmp_path / "tool")
    assert program("text", {"PATH": str(tmp_path)}) is None
    assert program("tool", {}) is None
