"""The servers of TLS libraries themselves, and stunnel: OpenSSL s_server, gnutls-serv, tlslite-ng."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from .options import Options, split_pem
from .recipe import path_of, recipe, write
from .running import HOST, Launch

_HERE = Path(__file__).parent
_SERVER_SWITCHES = {
    "SSLv3": "-no_ssl3",
    "TLSv1": "-no_tls1",
    "TLSv1.1": "-no_tls1_1",
    "TLSv1.2": "-no_tls1_2",
    "TLSv1.3": "-no_tls1_3",
}


@recipe(
    "openssl",
    program="openssl",
    package="openssl",
    understands="second_chain_pem second_key_pem ciphers groups security_level client_ca_pem client_required "
    "server_names sites sni_strict alpn dh_pem ocsp_response extra",
)
def _openssl(options: Options, directory: Path, port: int) -> Launch:
    argv = [path_of("openssl"), "s_server", "-accept", f"{HOST}:{port}", "-www"]
    argv += ["-no-CApath", "-no-CAstore", "-state", *_openssl_store(options, directory)]
    argv += [_SERVER_SWITCHES[version] for version in options.absent_versions if version != "SSLv3"]
    argv += _openssl_pair(directory, "main", options.chain, options.key, prefix="")
    if options.second_chain_pem and options.second_key_pem:
        argv += _openssl_pair(
            directory, "second", options.second_chain_pem, options.second_key_pem, prefix="d"
        )
    if options.openssl_ciphers:
        argv += ["-cipher", options.openssl_ciphers]
    if options.groups:
        argv += ["-groups", options.groups]
    if options.client_ca_pem is not None:
        argv += ["-Verify" if options.client_required else "-verify", "5", "-verify_return_error"]
    if options.alpn:
        argv += ["-alpn", ",".join(options.alpn)]
    if options.dh_pem is not None:
        argv += ["-dhparam", str(write(directory, "dh.pem", options.dh_pem))]
    if options.ocsp_response is not None:
        argv += ["-status_file", str(write(directory, "ocsp.der", options.ocsp_response))]
    return Launch(argv=[*argv, *_openssl_names(options, directory), *options.extra])


def _openssl_store(options: Options, directory: Path) -> list[str]:
    """The only store: authorities of clients, and what completes -cert2, which takes no chain."""
    known = options.client_ca_pem or b""
    if options.server_names:
        known += b"".join(split_pem(options.chain)[1:])
    for site in options.sites:
        known += b"".join(split_pem(site.chain_pem)[1:])
    return ["-CAfile", str(write(directory, "store.pem", known))] if known else ["-no-CAfile"]


def _openssl_pair(directory: Path, name: str, chain: bytes, key: bytes, *, prefix: str) -> list[str]:
    leaf, *rest = split_pem(chain)
    private = write(directory, f"{name}.key", key)
    argv = [f"-{prefix}cert", str(write(directory, f"{name}.pem", leaf)), f"-{prefix}key", str(private)]
    if rest:
        argv += [f"-{prefix}cert_chain", str(write(directory, f"{name}-chain.pem", b"".join(rest)))]
    return argv


def _openssl_names(options: Options, directory: Path) -> list[str]:
    """`-servername` compares with one name only, and -cert2 is then served for it."""
    if len(options.sites) > 1 or len(options.server_names) > 1 or (options.sites and options.server_names):
        raise ValueError("s_server knows one server name: give one site, or one of server_names")
    if options.sites:
        (site,) = options.sites
        (name,) = site.names
        leaf = write(directory, "site.pem", split_pem(site.chain_pem)[0])
        key = write(directory, "site.key", site.key_pem)
        argv = ["-servername", name, "-cert2", str(leaf), "-key2", str(key)]
    elif options.server_names:
        argv = ["-servername", options.server_names[0]]
        argv += ["-cert2", str(directory / "main.pem"), "-key2", str(directory / "main.key")]
    elif options.sni_strict:
        raise ValueError("sni_strict needs a name")
    else:
        return []
    return [*argv, "-servername_fatal"] if options.sni_strict else argv


@recipe(
    "gnutls",
    program="gnutls-serv",
    package="gnutls-bin",
    understands="second_chain_pem second_key_pem ciphers client_ca_pem client_required server_names "
    "sni_strict alpn dh_pem ocsp_response extra",
)
def _gnutls(options: Options, directory: Path, port: int) -> Launch:
    """`ciphers` is appended to the priority string, as in ":-CIPHER-ALL:+AES-128-GCM"."""
    names = {"SSLv3": "SSL3.0", "TLSv1": "TLS1.0"}
    versions = "".join(f":+VERS-{names.get(v, v.replace('TLSv', 'TLS'))}" for v in options.versions)
    argv = [path_of("gnutls-serv"), "--port", str(port), "--http", "--debug", "3"]
    argv += ["--priority", f"NORMAL:-VERS-ALL{versions}{options.ciphers or ''}"]
    pairs = [(options.chain, options.key)]
    if options.second_chain_pem and options.second_key_pem:
        pairs.append((options.second_chain_pem, options.second_key_pem))
    for number, (chain, key) in enumerate(pairs):
        argv += ["--x509certfile", str(write(directory, f"main{number}.pem", chain))]
        argv += ["--x509keyfile", str(write(directory, f"main{number}.key", key))]
    if options.client_ca_pem is None:
        argv.append("--disable-client-cert")
    else:
        argv += ["--x509cafile", str(write(directory, "client-ca.pem", options.client_ca_pem))]
        argv += ["--verify-client-cert"]
        argv += ["--require-client-cert"] if options.client_required else []
    for name in options.server_names[:1]:
        argv += ["--sni-hostname", name]
    argv += ["--sni-hostname-fatal"] if options.sni_strict else []
    for protocol in options.alpn:
        argv += ["--alpn", protocol]
    if options.dh_pem is not None:
        argv += ["--dhparams", str(write(directory, "dh.pem", options.dh_pem))]
    if options.ocsp_response is not None:
        argv += ["--ocsp-response", str(write(directory, "ocsp.der", options.ocsp_response))]
    return Launch(argv=[*argv, *options.extra])


@recipe(
    "stunnel",
    program="stunnel4",
    package="stunnel4",
    understands="ciphers groups security_level client_ca_pem client_required extra",
)
def _stunnel(options: Options, directory: Path, port: int) -> Launch:
    options.require_contiguous_versions()
    # All of the request is read first: closing a socket with unread bytes resets it.
    answer = "while read -r line && [ -n \"${line%?}\" ]; do :; done\n"
    answer += r"printf 'HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nhello\n'"
    lines = [
        "foreground = yes",
        "debug = info",
        "syslog = no",
        "pid =",
        "[web]",
        f"accept = {HOST}:{port}",
        "exec = /bin/sh",
        f"execArgs = sh {write(directory, 'answer.sh', answer)}",
        f"cert = {write(directory, 'main.pem', options.chain)}",
        f"key = {write(directory, 'main.key', options.key, mode=0o600)}",
        f"sslVersionMin = {options.lowest}",
        f"sslVersionMax = {options.highest}",
    ]
    if options.openssl_ciphers:
        # stunnel's own level check stands before OpenSSL's.
        level = options.openssl_ciphers.rpartition("@SECLEVEL=")[2]
        lines += [f"ciphers = {options.openssl_ciphers}"]
        lines += [f"securityLevel = {level}"] if level.isdigit() else []
    if options.groups:
        lines.append(f"curves = {options.groups}")
    if options.client_ca_pem is not None:
        lines.append(f"CAfile = {write(directory, 'client-ca.pem', options.client_ca_pem)}")
        lines.append("verifyChain = yes" if options.client_required else "verify = 1")
    path = write(directory, "stunnel.conf", "\n".join([*lines, *options.extra]) + "\n")
    return Launch(argv=[path_of("stunnel4"), str(path)])


@recipe(
    "tlslite",
    program="python:tlslite",
    package="tlslite-ng",
    understands="client_ca_pem client_required alpn extra",
)
def _tlslite(options: Options, directory: Path, port: int) -> Launch:
    """Speaks SSL 3.0, and sends any chain as it is given. `extra`: "cipherNames=rc4", "minKeySize=512" ..."""
    options.require_contiguous_versions()
    settings = {
        "address": [HOST, port],
        "chain": str(write(directory, "main.pem", options.chain)),
        "key": str(write(directory, "main.key", options.key)),
        "versions": [options.lowest, options.highest],
        "client_ca": options.client_ca_pem and str(write(directory, "client-ca.pem", options.client_ca_pem)),
        "client_required": options.client_required,
        "alpn": options.alpn,
        "extra": options.extra,
    }
    path = write(directory, "settings.json", json.dumps(settings))
    return Launch(argv=[sys.executable, str(_HERE / "programs" / "tlslite_server.py"), str(path)])
