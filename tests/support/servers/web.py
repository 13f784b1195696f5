"""Web servers configured by text: nginx, Apache, HAProxy, lighttpd."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from .options import Options, split_pem
from .recipe import path_of, recipe, write
from .running import HOST, OPENSSL_DEFAULTS, Launch

_EVERYTHING = (
    "second_chain_pem second_key_pem ciphers groups security_level client_ca_pem client_required "
    "server_names sites sni_strict alpn dh_pem extra"
)


def _lines(lines: Iterable[str | None]) -> str:
    return "".join(f"{line}\n" for line in lines if line is not None)


@recipe(
    "nginx",
    program="nginx",
    package="nginx-light",
    understands=f"{_EVERYTHING} ocsp_response",
    modes="implicit none",
)
def _nginx(options: Options, directory: Path, port: int) -> Launch:
    blocks = []
    if options.tls == "none":
        blocks.append(_nginx_server([f"listen {HOST}:{port} default_server;"], options.extra))
    else:
        listen = f"listen {HOST}:{port} ssl{' http2' if 'h2' in options.alpn else ''}"
        common = _nginx_tls(options, directory)
        if options.sni_strict:
            blocks.append(
                _nginx_server([f"{listen} default_server;", "ssl_reject_handshake on;", *common], ())
            )
        names = f"server_name {' '.join(options.server_names)};" if options.server_names else None
        main = [f"{listen}{'' if options.sni_strict else ' default_server'};", names, *common]
        pairs = [(options.chain, options.key)]
        if options.second_chain_pem and options.second_key_pem:
            pairs.append((options.second_chain_pem, options.second_key_pem))
        for number, (chain, key) in enumerate(pairs):
            main += _nginx_pair(directory, f"main{number}", chain, key)
        if options.ocsp_response is not None:
            response = write(directory, "ocsp.der", options.ocsp_response)
            main += ["ssl_stapling on;", f"ssl_stapling_file {response};"]
        blocks.append(_nginx_server(main, options.extra))
        for number, site in enumerate(options.sites):
            pair = _nginx_pair(directory, f"site{number}", site.chain_pem, site.key_pem)
            lines = [f"{listen};", f"server_name {' '.join(site.names)};", *common, *pair]
            blocks.append(_nginx_server(lines, ()))
    configuration = _lines(
        [
            "user root;" if os.geteuid() == 0 else None,
            "daemon off;",
            "worker_processes 1;",
            f"pid {directory}/nginx.pid;",
            "error_log stderr info;",
            "events { worker_connections 256; }",
            "http {",
            "access_log off;",
            *(
                f"{name}_temp_path {directory}/{name};"
                for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            ),
            *blocks,
            "}",
        ]
    )
    path = write(directory, "nginx.conf", configuration)
    return Launch(argv=[path_of("nginx"), "-p", str(directory), "-e", "stderr", "-c", str(path)])


def _nginx_server(lines: Sequence[str | None], extra: Sequence[str]) -> str:
    return _lines(["server {", *lines, *extra, 'location / { return 200 "hello\\n"; }', "}"])


def _nginx_pair(directory: Path, name: str, chain: bytes, key: bytes) -> list[str]:
    certificate = write(directory, f"{name}.pem", chain)
    private = write(directory, f"{name}.key", key)
    return [f"ssl_certificate {certificate};", f"ssl_certificate_key {private};"]


def _nginx_tls(options: Options, directory: Path) -> list[str | None]:
    authority = options.client_ca_pem and write(directory, "client-ca.pem", options.client_ca_pem)
    parameters = options.dh_pem and write(directory, "dh.pem", options.dh_pem)
    return [
        f"ssl_protocols {' '.join(options.versions)};",
        f"ssl_ciphers {options.openssl_ciphers};" if options.openssl_ciphers else None,
        f"ssl_ecdh_curve {options.groups};" if options.groups else None,
        f"ssl_client_certificate {authority};" if authority else None,
        "ssl_verify_depth 5;" if authority else None,
        f"ssl_verify_client {'on' if options.client_required else 'optional'};" if authority else None,
        f"ssl_dhparam {parameters};" if parameters else None,
    ]


@recipe(
    "apache",
    program="apache2",
    package="apache2",
    understands=_EVERYTHING,
    modes="implicit none",
)
def _apache(options: Options, directory: Path, port: int) -> Launch:
    modules = ["mpm_event", "authz_core", "reqtimeout", "alias"]
    if options.tls != "none":
        modules += ["socache_shmcb", "ssl"]
    if "h2" in options.alpn:
        modules.append("http2")
    configuration = _lines(
        [
            f"ServerRoot {directory}",
            *(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules),
            f"Listen {HOST}:{port}",
            f"PidFile {directory}/apache.pid",
            f"DefaultRuntimeDir {directory}",
            "ErrorLog /dev/stderr",
            "LogLevel info",
            "ServerName localhost",
            *(["User www-data", "Group www-data"] if os.geteuid() == 0 else []),
            "StartServers 1",
            "ServerLimit 1",
            "ThreadsPerChild 25",
            "MaxRequestWorkers 25",
            "RedirectMatch 204 ^(?!/private)",  # a redirect comes before what a <Location> may demand
            *(_apache_hosts(options, directory, port) if options.tls != "none" else options.extra),
        ]
    )
    path = write(directory, "apache.conf", configuration)
    return Launch(argv=[path_of("apache2"), "-d", str(directory), "-f", str(path), "-DFOREGROUND"])


def _apache_hosts(options: Options, directory: Path, port: int) -> list[str | None]:
    offered = " ".join(f"+{version}" for version in options.versions)
    authority = options.client_ca_pem and write(directory, "client-ca.pem", options.client_ca_pem)
    common = [
        "SSLEngine on",
        f"SSLProtocol -all {offered}",
        f"SSLCipherSuite {options.openssl_ciphers}" if options.openssl_ciphers else None,
        f"SSLOpenSSLConfCmd Groups {options.groups}" if options.groups else None,
        f"SSLCACertificateFile {authority}" if authority else None,
        "SSLVerifyDepth 5" if authority else None,
        f"SSLVerifyClient {'require' if options.client_required else 'optional'}" if authority else None,
        f"Protocols {' '.join(options.alpn)}" if options.alpn else None,
    ]
    pairs = [(options.chain, options.key)]
    if options.second_chain_pem and options.second_key_pem:
        pairs.append((options.second_chain_pem, options.second_key_pem))
    if options.dh_pem is not None:  # Apache reads DH parameters from the certificate's file
        pairs[0] = (options.chain + options.dh_pem, options.key)
    main: list[str | None] = []
    for number, (chain, key) in enumerate(pairs):
        main += _apache_pair(directory, f"main{number}", chain, key)
    lines: list[str | None] = [
        "SSLSessionCache shmcb:" + str(directory / "sessions"),
        f"SSLStrictSNIVHostCheck {'on' if options.sni_strict else 'off'}",
    ]
    lines += _apache_host(port, options.server_names or ("localhost",), [*common, *main, *options.extra])
    for number, site in enumerate(options.sites):
        pair = _apache_pair(directory, f"site{number}", site.chain_pem, site.key_pem)
        lines += _apache_host(port, site.names, [*common, *pair])
    return lines


def _apache_host(port: int, names: Sequence[str], lines: Sequence[str | None]) -> list[str | None]:
    aliases = f"ServerAlias {' '.join(names[1:])}" if names[1:] else None
    head = [f"<VirtualHost {HOST}:{port}>", f"ServerName {names[0]}", aliases]
    return [*head, *lines, "</VirtualHost>"]


def _apache_pair(directory: Path, name: str, chain: bytes, key: bytes) -> list[str | None]:
    certificate = write(directory, f"{name}.pem", chain)
    private = write(directory, f"{name}.key", key)
    return [f"SSLCertificateFile {certificate}", f"SSLCertificateKeyFile {private}"]


@recipe(
    "haproxy",
    program="haproxy",
    package="haproxy",
    understands=_EVERYTHING,
    modes="implicit none",
)
def _haproxy(options: Options, directory: Path, port: int) -> Launch:
    bind = f"bind {HOST}:{port}"
    parameters = options.dh_pem and write(directory, "dh.pem", options.dh_pem)
    if options.tls != "none":
        bind += " " + " ".join(_haproxy_tls(options, directory))
    configuration = _lines(
        [
            "global",
            "  log stderr format raw local0 debug",
            "  maxconn 200",
            f"  ssl-dh-param-file {parameters}" if parameters else None,
            "defaults",
            "  mode http",
            "  log global",
            "  option httplog",
            "  timeout client 10s",
            "  timeout server 10s",
            "  timeout connect 5s",
            "frontend main",
            f"  {bind}",
            *(f"  {line}" for line in options.extra),
            '  http-request return status 200 content-type text/plain string "hello"',
        ]
    )
    path = write(directory, "haproxy.cfg", configuration)
    return Launch(argv=[path_of("haproxy"), "-db", "-f", str(path)])


def _haproxy_tls(options: Options, directory: Path) -> list[str]:
    """The words after `bind`; the first certificate of the list is the default one."""
    options.require_contiguous_versions()
    if options.openssl_ciphers:
        # HAProxy loads the certificates before it sets `ciphers`, so the level must stand from the start.
        write(directory, "openssl.cnf", OPENSSL_DEFAULTS.format(options.openssl_ciphers))
    bundles = [(options.chain + options.key, options.server_names)]
    if options.second_chain_pem and options.second_key_pem:
        bundles.append((options.second_chain_pem + options.second_key_pem, options.server_names))
    bundles += [(site.chain_pem + site.key_pem, site.names) for site in options.sites]
    # Names without a filter are those of the certificate itself.
    rows = [
        f"{write(directory, f'bundle{number}.pem', pem)} {' '.join(names)}".rstrip()
        for number, (pem, names) in enumerate(bundles)
    ]
    words = ["ssl", "crt-list", str(write(directory, "certificates.txt", _lines(rows)))]
    for word, version in (("ssl-min-ver", options.lowest), ("ssl-max-ver", options.highest)):
        words += [word, "TLSv1.0" if version == "TLSv1" else version]
    if options.openssl_ciphers:
        words += ["ciphers", options.openssl_ciphers]
    if options.groups:
        words += ["curves", options.groups]
    if options.client_ca_pem is not None:
        authority = write(directory, "client-ca.pem", options.client_ca_pem)
        words += ["ca-file", str(authority), "verify", "required" if options.client_required else "optional"]
    if options.alpn:
        words += ["alpn", ",".join(options.alpn)]
    if options.sni_strict:
        words.append("strict-sni")
    return words


@recipe(
    "lighttpd",
    program="lighttpd",
    package="lighttpd, lighttpd-mod-openssl",
    understands="ciphers groups security_level client_ca_pem client_required sites dh_pem extra",
    modes="implicit none",
)
def _lighttpd(options: Options, directory: Path, port: int) -> Launch:
    root = directory / "root"
    root.mkdir()
    write(root, "index.html", "hello\n")
    lines: list[str | None] = [
        f'server.document-root = "{root}"',
        f'server.bind = "{HOST}"',
        f"server.port = {port}",
        'index-file.names = ( "index.html" )',
    ]
    if options.tls != "none":
        lines += _lighttpd_tls(options, directory)
    path = write(directory, "lighttpd.conf", _lines([*lines, *options.extra]))
    return Launch(argv=[path_of("lighttpd"), "-D", "-f", str(path)])


def _lighttpd_tls(options: Options, directory: Path) -> list[str | None]:
    options.require_contiguous_versions()
    commands = {"MinProtocol": options.lowest, "MaxProtocol": options.highest}
    if options.openssl_ciphers:
        commands["CipherString"] = options.openssl_ciphers
    if options.groups:
        commands["Curves"] = options.groups
    if options.dh_pem is not None:
        commands["DHParameters"] = str(write(directory, "dh.pem", options.dh_pem))
    words = ", ".join(f'"{name}" => "{value}"' for name, value in commands.items())
    lines: list[str | None] = [
        'server.modules += ( "mod_openssl" )',
        'ssl.engine = "enable"',
        *_lighttpd_pair(directory, "main", options.chain, options.key),
        f"ssl.openssl.ssl-conf-cmd = ( {words} )",
    ]
    if options.client_ca_pem is not None:
        authority = write(directory, "client-ca.pem", options.client_ca_pem)
        required = "enable" if options.client_required else "disable"
        lines += [
            f'ssl.verifyclient.ca-file = "{authority}"',
            'ssl.verifyclient.activate = "enable"',
            f'ssl.verifyclient.enforce = "{required}"',
        ]
    for number, site in enumerate(options.sites):
        pair = _lighttpd_pair(directory, f"site{number}", site.chain_pem, site.key_pem)
        for name in site.names:
            lines += [f'$HTTP["host"] == "{name}" {{', *pair, "}"]
    return lines


def _lighttpd_pair(directory: Path, name: str, chain: bytes, key: bytes) -> list[str]:
    # The leaf is read from one file with its chain behind it, the key from another.
    certificate = write(directory, f"{name}.pem", b"".join(split_pem(chain)))
    private = write(directory, f"{name}.key", key)
    return [f'ssl.pemfile = "{certificate}"', f'ssl.privkey = "{private}"']
