"""Forward proxies: squid (plain, over TLS, and replacing certificates), tinyproxy, Privoxy, Apache; danted and microsocks for SOCKS5.

With `credentials` they let in nobody else. `tls="none"` is a plain proxy, `tls="implicit"` one that is itself reached over TLS.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from .options import Options
from .recipe import path_of, recipe, write
from .running import HOST, Launch, run


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines if line)


@recipe("squid", program="squid", package="squid-openssl", understands="credentials bump extra", modes="implicit none", needs_root=True)
def _squid(options: Options, directory: Path, port: int) -> Launch:
    """`extra` lines come before the rules of access. With `bump` the pair given is the authority that signs the replaced certificates."""
    directory.chmod(0o777)  # squid works as the user "proxy"
    listen = f"http_port {HOST}:{port}"
    bump: list[str] = []
    if options.tls == "implicit":
        pair = write(directory, "pair.pem", options.chain + options.key)
        if options.bump:
            database = directory / "certificates"
            helper = "/usr/lib/squid/security_file_certgen"
            run([helper, "-c", "-s", str(database), "-M", "4MB"], directory, user="proxy")
            listen += f" ssl-bump generate-host-certificates=on tls-cert={pair}"
            bump = [
                f"sslcrtd_program {helper} -s {database} -M 4MB",
                "sslcrtd_children 1 startup=1 idle=1",
                "tls_outgoing_options flags=DONT_VERIFY_PEER",
                "sslproxy_cert_error allow all",
                "ssl_bump bump all",
            ]
        else:
            listen = f"https_port {HOST}:{port} tls-cert={pair}"
    access = ["http_access allow all"]
    if options.credentials is not None:
        passwords = write(directory, "passwords", f"{options.credentials[0]}:{_crypt(options.credentials[1])}\n")
        helper = "/usr/lib/squid/basic_ncsa_auth"
        access = [
            f"auth_param basic program {helper} {passwords}",
            'auth_param basic realm a, "b"',
            "acl known proxy_auth REQUIRED",
            "http_access allow known",
            "http_access deny all",
        ]
    configuration = _lines(
        listen,
        f"pid_filename {directory}/squid.pid",
        "visible_hostname proxy.test",
        "cache deny all",
        f"cache_log {directory}/cache.log",
        f"access_log stdio:{directory}/access.log",
        f"coredump_dir {directory}",
        "pinger_enable off",
        "shutdown_lifetime 0 seconds",
        "connect_timeout 20 seconds",
        "dns_timeout 2 seconds",
        "workers 1",
        *bump,
        *options.extra,
        *access,
    )
    path = write(directory, "squid.conf", configuration)
    return Launch(argv=[path_of("squid"), "-N", "-n", f"tlsdiag{os.getpid()}x{port}", "-f", str(path)])


def _crypt(password: str) -> str:
    done = subprocess.run(["openssl", "passwd", "-apr1", password], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@recipe("tinyproxy", program="tinyproxy", package="tinyproxy", understands="credentials extra", modes="none")
def _tinyproxy(options: Options, directory: Path, port: int) -> Launch:
    directory.chmod(0o777)
    path = write(
        directory,
        "tinyproxy.conf",
        _lines(
            f"Port {port}",
            f"Listen {HOST}",
            "Timeout 30",
            "MaxClients 50",
            f"BasicAuth {options.credentials[0]} {options.credentials[1]}" if options.credentials else "",
            *options.extra,
        ),
    )
    return Launch(argv=[path_of("tinyproxy"), "-d", "-c", str(path)])


@recipe("privoxy", program="privoxy", package="privoxy", understands="extra", modes="none")
def _privoxy(options: Options, directory: Path, port: int) -> Launch:
    path = write(directory, "privoxy.conf", _lines(f"listen-address {HOST}:{port}", "confdir /etc/privoxy", f"logdir {directory}", *options.extra))
    return Launch(argv=[path_of("privoxy"), "--no-daemon", str(path)])


@recipe("apache-proxy", program="apache2", package="apache2", understands="credentials extra", modes="implicit none")
def _apache(options: Options, directory: Path, port: int) -> Launch:
    modules = ["mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "proxy", "proxy_http", "proxy_connect"]
    secure: list[str] = []
    if options.tls == "implicit":
        pair = write(directory, "pair.pem", options.chain + options.key)
        modules.append("ssl")
        secure = ["SSLEngine on", f"SSLCertificateFile {pair}"]
    access = ["Require all granted"]
    if options.credentials is not None:
        passwords = write(directory, "passwords", f"{options.credentials[0]}:{_crypt(options.credentials[1])}\n")
        access = ["AuthType Basic", "AuthName test", f"AuthUserFile {passwords}", "Require valid-user"]
    configuration = _lines(
        f"ServerRoot {directory}",
        *(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in modules),
        f"Listen {HOST}:{port}",
        f"PidFile {directory}/apache.pid",
        f"ErrorLog {directory}/error.log",
        "ServerName proxy.test",
        "ProxyRequests On",
        "AllowCONNECT 1-65535",
        "ProxyTimeout 20",
        *secure,
        *options.extra,
        "<Proxy *>",
        *access,
        "</Proxy>",
    )
    path = write(directory, "apache.conf", configuration)
    return Launch(argv=[path_of("apache2"), "-D", "FOREGROUND", "-f", str(path)])


@recipe("danted", program="danted", package="dante-server", understands="credentials extra", modes="none", needs_root=True)
def _danted(options: Options, directory: Path, port: int) -> Launch:
    """`extra` lines come before the rules that let everything pass. Its users are those of the system: `credentials` ask for any."""
    method = "username" if options.credentials is not None else "none"
    path = write(
        directory,
        "danted.conf",
        _lines(
            "logoutput: stderr",
            f"internal: {HOST} port = {port}",
            "external: lo",
            f"socksmethod: {method}",
            "clientmethod: none",
            "user.privileged: root",
            "user.unprivileged: nobody",
            "client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }",
            *options.extra,
            "socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }",
        ),
    )
    return Launch(argv=[path_of("danted"), "-f", str(path)])


@recipe("microsocks", program="microsocks", package="microsocks", understands="credentials", modes="none")
def _microsocks(options: Options, directory: Path, port: int) -> Launch:
    known = ["-u", options.credentials[0], "-P", options.credentials[1]] if options.credentials else []
    return Launch(argv=[path_of("microsocks"), "-i", HOST, "-p", str(port), *known])
