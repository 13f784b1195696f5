"""The probes of the machine: what they see with an environment of the test's own. They open no connection."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tlsdiag import Diagnosis
from tlsdiag.demo.servers import listening, tls
from tlsdiag.local import Configuration
from tlsdiag.plugin import ClientCredentials, LocalLibrary, StoreVerdicts, TrustSources, Unavailable
from tlsdiag.probes import local_library
from tlsdiag.target import Target
from tlsdiag.testing import Authority

ROOT = Authority.root(number=300)
ISSUED = ROOT.intermediate(number=301).issue("server.example")


def observed(environment: dict[str, str] | None = None, **options: Any) -> Any:
    """The observations of a diagnosis of a sound server."""
    with listening(tls(ISSUED.chain_pem, ISSUED.key_pem)) as server:
        target = Target.parse("server.example", port=server.port, addresses=["127.0.0.1"], **options)
        return asyncio.run(Diagnosis(depth="quick", environment=environment or {}).run(target)).observations


def test_sources_and_verdicts_agree_on_a_store(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_bytes(ROOT.pem)
    bag = observed({"REQUESTS_CA_BUNDLE": str(tmp_path / "root.pem")})
    sources, verdicts = bag.get(TrustSources), bag.get(StoreVerdicts, bag.endpoints[0])
    assert [item.name for item in sources.variables] == ["REQUESTS_CA_BUNDLE"]
    assert verdicts.of("requests").anchored
    assert not verdicts.of("this client").anchored
    assert not verdicts.of("mozilla").anchored
    assert sources.python_is_used


def test_a_given_store_is_this_clients() -> None:
    bag = observed(trust=ROOT.pem)
    verdicts = bag.get(StoreVerdicts, bag.endpoints[0])
    assert verdicts.of("this client").anchored
    assert not verdicts.of("python").anchored
    assert not bag.get(TrustSources).python_is_used


def test_a_given_file_is_looked_at(tmp_path: Path) -> None:
    bag = observed(trust=str(tmp_path / "no.pem"))
    assert bag.get(TrustSources).given.problem == "missing"
    assert bag.get(StoreVerdicts, bag.endpoints[0]).of("this client").authorities == 0


def test_a_key_store_with_a_password_of_its_own_judges_nothing(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"\xce\xce\xce\xce\0\0")
    bag = observed({"JAVA_TOOL_OPTIONS": f"-Djavax.net.ssl.trustStore={tmp_path / 'store'}"})
    assert bag.get(StoreVerdicts, bag.endpoints[0]).of("java") is None
    (variable,) = bag.get(TrustSources).variables
    assert variable.problem == ""


def test_an_option_with_a_store_that_is_missing_is_told() -> None:
    bag = observed({"JAVA_TOOL_OPTIONS": "-Djavax.net.ssl.trustStore=/no/such/store"})
    (variable,) = bag.get(TrustSources).variables
    assert (variable.name, variable.problem, variable.read_by) == ("JAVA_TOOL_OPTIONS", "missing", ("java",))


def test_several_directories_of_a_variable_count_together(tmp_path: Path) -> None:
    (tmp_path / "01234567.0").write_bytes(ROOT.pem)
    bag = observed({"SSL_CERT_DIR": f"/no/such:{tmp_path}"})
    variable = next(item for item in bag.get(TrustSources).variables if item.name == "SSL_CERT_DIR")
    assert variable.problem == ""
    assert bag.get(StoreVerdicts, bag.endpoints[0]).of("this client").anchored


def test_what_is_damaged_is_judged_as_in_vain(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(ROOT.pem + ROOT.pem[:200])
    bag = observed({"SSL_CERT_FILE": str(tmp_path / "ca.pem")})
    (vain,) = [item for item in bag.get(StoreVerdicts, bag.endpoints[0]).verdicts if item.in_vain]
    assert (vain.store, vain.anchored, vain.clients) == (str(tmp_path / "ca.pem"), True, ())


def test_without_a_chain_there_is_no_verdict() -> None:
    with listening(lambda connection: None) as server:
        target = Target.parse("server.example", port=server.port, addresses=["127.0.0.1"])
        bag = asyncio.run(Diagnosis(depth="quick").run(target)).observations
    assert bag.get(StoreVerdicts, bag.endpoints[0]) is None


def test_without_a_client_certificate_there_is_nothing_to_read() -> None:
    import ssl

    for options, said in (({}, "no client certificate was given"), ({"client": ssl.create_default_context()}, "a context does not tell")):
        found = observed(**options).find(ClientCredentials)
        assert isinstance(found, Unavailable)
        assert said in found.detail


def test_the_library_is_described(tmp_path: Path) -> None:
    (tmp_path / "openssl.cnf").write_text("openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMinProtocol = TLSv1.2\n")
    library = observed({"OPENSSL_CONF": str(tmp_path / "openssl.cnf")}).get(LocalLibrary)
    assert isinstance(library, LocalLibrary)
    assert library.library.startswith("OpenSSL")
    assert (library.chosen_by, library.setting("Other", "minprotocol")) == ("OPENSSL_CONF", "TLSv1.2")
    assert library.limits
    assert library.setting("Other") is None


@pytest.mark.parametrize(
    ("version", "level", "said", "unsaid"),
    [
        ((1, 1, 1), 1, "security level 1", "RFC 5746"),
        ((3, 0, 2), 2, "RFC 5746", "post-quantum"),
        ((3, 5, 0), None, "post-quantum", "level 2"),
        ((3, 0, 2), 0, "close_notify", "SHA-1"),
        ((1, 0, 2), 0, "", "SSL 2.0"),
    ],
)
def test_what_a_library_refuses_depends_on_its_version_and_level(version: tuple[int, ...], level: int | None, said: str, unsaid: str) -> None:
    text = "; ".join(local_library.limits(version, level))
    assert said in text
    assert unsaid not in text


def test_validated_implementations_are_told_by_openssl_or_else_by_its_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    assert local_library.fips_mode(Configuration(path="")) is False
    monkeypatch.setattr("importlib.import_module", lambda name: object())
    assert local_library.fips_mode(Configuration(path="")) is None
    assert local_library.fips_mode(Configuration(path="", properties="fips = yes")) is True


def test_a_missing_file_within_a_sound_directory_is_told(tmp_path: Path) -> None:
    (tmp_path / "01234567.0").write_bytes(ROOT.pem)
    bag = observed({"SSL_CERT_DIR": str(tmp_path), "SSL_CERT_FILE": str(tmp_path / "missing.pem")})
    problems = {item.name: item.problem for item in bag.get(TrustSources).variables}
    assert problems == {"SSL_CERT_DIR": "", "SSL_CERT_FILE": "missing"}


def test_an_option_with_a_quoted_store_is_read(tmp_path: Path) -> None:
    store = tmp_path / "a store.pem"
    store.write_bytes(ROOT.pem)
    bag = observed({"JAVA_TOOL_OPTIONS": f'-Djavax.net.ssl.trustStore="{store}"'})
    (variable,) = bag.get(TrustSources).variables
    assert (variable.problem, bag.get(StoreVerdicts, bag.endpoints[0]).of("java").anchored) == ("", True)


def test_a_directory_where_a_file_is_read_gives_nothing(tmp_path: Path) -> None:
    (tmp_path / "01234567.0").write_bytes(ROOT.pem)
    bag = observed({"SSL_CERT_FILE": str(tmp_path), "SSL_CERT_DIR": "/no/such"})
    variable = next(item for item in bag.get(TrustSources).variables if item.name == "SSL_CERT_FILE")
    assert variable.problem == "not-pem"
    assert "is a directory, and a file is read there" in variable.detail
    verdicts = bag.get(StoreVerdicts, bag.endpoints[0])
    assert not verdicts.of("this client").anchored
    assert [item.store for item in verdicts.verdicts if item.in_vain and item.anchored] == [str(tmp_path)]


def test_a_directory_is_fine_for_those_who_read_one(tmp_path: Path) -> None:
    (tmp_path / "01234567.0").write_bytes(ROOT.pem)
    bag = observed({"REQUESTS_CA_BUNDLE": str(tmp_path)})
    assert next(item for item in bag.get(TrustSources).variables if item.name == "REQUESTS_CA_BUNDLE").problem == ""
