"""Servers of languages' own TLS stacks: Caddy (Go), Node, Java (JSSE)."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509 import load_pem_x509_certificates

from .options import VERSIONS, Options
from .recipe import path_of, recipe, write
from .running import HOST, Launch

_PROGRAMS = Path(__file__).parent / "programs"
_PASSWORD = "changeit"


@recipe(
    "caddy",
    program="caddy",
    package="caddy",
    understands="second_chain_pem second_key_pem ciphers groups client_ca_pem client_required sites "
    "sni_strict alpn server_names",
    modes="implicit none",
)
def _caddy(options: Options, directory: Path, port: int) -> Launch:
    """Go speaks TLS 1.2 and 1.3 here; `ciphers` and `groups` are Go's names, split by colons."""
    server: dict[str, object] = {
        "listen": [f"{HOST}:{port}"],
        "protocols": ["h1", "h2"],  # no UDP port for HTTP/3
        "automatic_https": {"disable": True},
        "routes": [{"handle": [{"handler": "static_response", "body": "hello\n"}]}],
    }
    apps: dict[str, object] = {"http": {"servers": {"main": server}}}
    if options.tls != "none":
        server["tls_connection_policies"] = [_caddy_policy(options, directory)]
        apps["tls"] = {
            "certificates": {"load_files": _caddy_certificates(options, directory)},
            "automation": {"policies": [{"disable_ocsp_stapling": True}]},
        }
    configuration = {
        "admin": {"disabled": True, "config": {"persist": False}},
        "logging": {"logs": {"default": {"level": "DEBUG"}}},
        "apps": apps,
    }
    path = write(directory, "caddy.json", json.dumps(configuration, indent=1))
    home = {"XDG_DATA_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)}
    return Launch(argv=[path_of("caddy"), "run", "--config", str(path)], environment=home)


def _caddy_policy(options: Options, directory: Path) -> dict[str, object]:
    if VERSIONS.index(options.lowest) < VERSIONS.index("TLSv1.2"):
        raise ValueError("caddy speaks TLS 1.2 and 1.3 only")
    policy: dict[str, object] = {
        "protocol_min": options.lowest.lower().replace("v", ""),
        "protocol_max": options.highest.lower().replace("v", ""),
    }
    if not options.sni_strict and not options.sites:
        policy["certificate_selection"] = {"any_tag": ["main"]}  # else only the certificate's own names
    if options.server_names:
        policy["default_sni"] = options.server_names[0]
    if options.ciphers:
        policy["cipher_suites"] = options.ciphers.split(":")
    if options.groups:
        policy["curves"] = options.groups.split(":")
    if options.alpn:
        policy["alpn"] = list(options.alpn)
    if options.client_ca_pem is not None:
        authority = write(directory, "client-ca.pem", options.client_ca_pem)
        mode = "require_and_verify" if options.client_required else "verify_if_given"
        policy["client_authentication"] = {"trusted_ca_certs_pem_files": [str(authority)], "mode": mode}
    return policy


def _caddy_certificates(options: Options, directory: Path) -> list[dict[str, object]]:
    pairs = [("main", options.chain, options.key)]
    if options.second_chain_pem and options.second_key_pem:
        pairs.append(("main", options.second_chain_pem, options.second_key_pem))
    pairs += [("site", site.chain_pem, site.key_pem) for site in options.sites]
    return [
        {
            "certificate": str(write(directory, f"{tag}{number}.pem", chain)),
            "key": str(write(directory, f"{tag}{number}.key", key)),
            "tags": [tag],
        }
        for number, (tag, chain, key) in enumerate(pairs)
    ]


@recipe(
    "node",
    program="node",
    package="nodejs",
    understands="second_chain_pem second_key_pem ciphers groups security_level client_ca_pem client_required "
    "server_names sites sni_strict alpn",
    modes="implicit none",
)
def _node(options: Options, directory: Path, port: int) -> Launch:
    options.require_contiguous_versions()
    settings: dict[str, object] = {"host": HOST, "port": port, "tls": options.tls != "none"}
    if options.tls != "none":
        pairs = [(options.chain, options.key)]
        if options.second_chain_pem and options.second_key_pem:
            pairs.append((options.second_chain_pem, options.second_key_pem))
        settings |= {
            "chains": [chain.decode("ascii") for chain, _ in pairs],
            "keys": [key.decode("ascii") for _, key in pairs],
            "lowest": options.lowest,
            "highest": options.highest,
            "ciphers": options.openssl_ciphers,
            "groups": options.groups,
            "clientAuthority": options.client_ca_pem and options.client_ca_pem.decode("ascii"),
            "clientRequired": options.client_required,
            "serverNames": options.server_names,
            "strict": options.sni_strict,
            "alpn": options.alpn,
            "sites": [
                {"names": site.names, "chain": site.chain_pem.decode(), "key": site.key_pem.decode()}
                for site in options.sites
            ],
        }
    path = write(directory, "settings.json", json.dumps(settings))
    return Launch(argv=[path_of("node"), str(_PROGRAMS / "server.mjs"), str(path)])


@recipe(
    "java",
    program="java",
    package="default-jdk-headless",
    understands="second_chain_pem second_key_pem ciphers groups security_level client_ca_pem client_required "
    "server_names sni_strict alpn",
)
def _java(options: Options, directory: Path, port: int) -> Launch:
    """JSSE; `ciphers` are Java's names with colons. Old versions, or security level 0, lift its bans."""
    entries = [(b"main", options.chain, options.key)]
    if options.second_chain_pem and options.second_key_pem:
        entries.append((b"second", options.second_chain_pem, options.second_key_pem))
    stores = [
        str(write(directory, f"{name.decode('ascii')}.p12", _pkcs12(name, chain, key)))
        for name, chain, key in entries
    ]
    weak = options.security_level == 0 or VERSIONS.index(options.lowest) < VERSIONS.index("TLSv1.2")
    authority = options.client_ca_pem and write(directory, "client-ca.pem", options.client_ca_pem)
    settings = {
        "host": HOST,
        "port": str(port),
        "keystores": ":".join(stores),
        "password": _PASSWORD,
        "protocols": ",".join(options.versions),
        "ciphers": (options.ciphers or "").replace(":", ","),
        "weak": str(weak).lower(),
        "authority": str(authority or ""),
        "required": str(options.client_required).lower(),
        "names": ",".join(options.server_names) if options.sni_strict else "",
        "alpn": ",".join(options.alpn),
    }
    properties = write(
        directory, "server.properties", "".join(f"{name}={value}\n" for name, value in settings.items())
    )
    argv = [path_of("java"), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
    if options.groups:
        argv.append(f"-Djdk.tls.namedGroups={options.groups.replace(':', ',')}")
    # Run from its source: the compiler is a part of the JDK.
    return Launch(argv=[*argv, str(_PROGRAMS / "Server.java"), str(properties)], patience=60.0)


def _pkcs12(name: bytes, chain: bytes, key: bytes) -> bytes:
    leaf, *rest = load_pem_x509_certificates(chain)
    private = load_pem_private_key(key, None)
    encryption = BestAvailableEncryption(_PASSWORD.encode("ascii"))
    return serialize_key_and_certificates(name, private, leaf, rest, encryption)  # type: ignore[arg-type]
