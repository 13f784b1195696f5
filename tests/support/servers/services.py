"""Servers of other protocols: SSH, SMTP, IMAP, POP3, FTP, LDAP, PostgreSQL, MariaDB.

With `tls="none"` they are what a TLS client meets on a wrong port, with `tls="starttls"` what it meets
when it does not ask for TLS in the protocol's own words.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from .options import VERSIONS, Options, split_pem
from .recipe import path_of, recipe, write
from .running import HOST, Launch, run

_POSTFIX_QUEUES = (
    *("active", "bounce", "corrupt", "defer", "deferred", "flush", "hold"),
    *("incoming", "maildrop", "private", "public", "saved", "trace"),
)
_POSTFIX_DIRECTORIES = {"data": "postfix", "queue": "root", "queue/pid": "root"} | {
    f"queue/{name}": "postfix" for name in _POSTFIX_QUEUES
}


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines if line)


def _says(words: str) -> Callable[[Path], bool]:
    return lambda log: words in log.read_text("utf-8", "replace")


def _require_default_versions(kind: str, options: Options) -> None:
    if set(options.versions) != {"TLSv1.2", "TLSv1.3"}:
        raise ValueError(f"{kind} has no option for the versions")


@recipe("sshd", program="sshd", package="openssh-server", understands="extra", modes="none", needs_root=True)
def _sshd(options: Options, directory: Path, port: int) -> Launch:
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # compiled in: where it drops its privileges
    key = directory / "host.key"
    run([path_of("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-f", str(key)], directory)
    configuration = _lines(
        f"ListenAddress {HOST}:{port}",
        f"HostKey {key}",
        "PidFile none",
        "UsePAM no",
        "StrictModes no",
        *options.extra,
    )
    path = write(directory, "sshd_config", configuration)
    return Launch(argv=[path_of("sshd"), "-D", "-e", "-f", str(path)])


@recipe(
    "vsftpd",
    program="vsftpd",
    package="vsftpd",
    understands="ciphers security_level client_ca_pem client_required extra",
    modes="implicit starttls none",
    needs_root=True,
)
def _vsftpd(options: Options, directory: Path, port: int) -> Launch:
    empty = directory / "empty"
    empty.mkdir(mode=0o555)
    lines = [
        "listen=YES",
        f"listen_address={HOST}",
        f"listen_port={port}",
        "background=NO",
        "anonymous_enable=YES",
        f"anon_root={empty}",
        f"secure_chroot_dir={empty}",
        "seccomp_sandbox=NO",
        "xferlog_enable=YES",
        "log_ftp_protocol=YES",
        f"vsftpd_log_file={directory}/server.log",
    ]
    if options.tls != "none":
        lines += _vsftpd_tls(options, directory)
    path = write(directory, "vsftpd.conf", _lines(*lines, *options.extra), mode=0o600)
    return Launch(argv=[path_of("vsftpd"), str(path)])


def _vsftpd_tls(options: Options, directory: Path) -> list[str]:
    _require_default_versions("vsftpd", options)
    lines = [
        "ssl_enable=YES",
        "allow_anon_ssl=YES",
        "debug_ssl=YES",
        f"implicit_ssl={'YES' if options.tls == 'implicit' else 'NO'}",
        f"rsa_cert_file={write(directory, 'main.pem', options.chain)}",
        f"rsa_private_key_file={write(directory, 'main.key', options.key, mode=0o600)}",
        f"ssl_ciphers={options.openssl_ciphers or 'HIGH'}",  # its own default is DES-CBC3-SHA alone
    ]
    if options.client_ca_pem is not None:
        authority = write(directory, "client-ca.pem", options.client_ca_pem)
        required = "YES" if options.client_required else "NO"
        lines += [f"ca_certs_file={authority}", "ssl_request_cert=YES", f"require_cert={required}"]
        lines.append(f"validate_cert={required}")
    return lines


@recipe(
    "dovecot",
    program="dovecot",
    package="dovecot-imapd, dovecot-pop3d, dovecot-managesieved, dovecot-lmtpd",
    understands="ciphers groups security_level client_ca_pem protocol sites extra",
    modes="implicit starttls none",
    needs_root=True,
)
def _dovecot(options: Options, directory: Path, port: int) -> Launch:
    protocol = options.protocol or "imap"
    if protocol not in ("imap", "pop3", "sieve", "lmtp"):
        raise ValueError(f"dovecot speaks imap, pop3, sieve and lmtp, not {protocol}")
    lines = [
        f"base_dir = {directory}/run",
        f"state_dir = {directory}/state",
        "log_path = /dev/stderr",
        "auth_verbose = yes",
        f"protocols = {protocol}",
        f"listen = {HOST}",
        f"mail_location = maildir:{directory}/mail",
        "ssl = no" if options.tls == "none" else "ssl = yes",
        "passdb {\n driver = static\n args = nopassword=y\n}",
        f"userdb {{\n driver = static\n args = uid=65534 gid=65534 home={directory}/home\n}}",
        *_dovecot_listeners(protocol, options.tls == "implicit", port),
    ]
    if options.tls != "none":
        lines += _dovecot_tls(options, directory)
    path = write(directory, "dovecot.conf", _lines(*lines, *options.extra))
    return Launch(argv=[path_of("dovecot"), "-F", "-c", str(path)])


def _dovecot_listeners(protocol: str, implicit: bool, port: int) -> list[str]:
    if protocol in ("sieve", "lmtp"):
        service = {"sieve": "managesieve-login", "lmtp": "lmtp"}[protocol]
        secure = "\n  ssl = yes" if implicit else ""
        return [f"service {service} {{", f" inet_listener {protocol} {{\n  port = {port}{secure}\n }}", "}"]
    plain, secure_port = (0, port) if implicit else (port, 0)
    return [
        f"service {protocol}-login {{",
        f" inet_listener {protocol} {{\n  port = {plain}\n }}",
        f" inet_listener {protocol}s {{\n  port = {secure_port}\n  ssl = yes\n }}",
        "}",
    ]


def _dovecot_tls(options: Options, directory: Path) -> list[str]:
    options.require_contiguous_versions()
    if options.highest != "TLSv1.3":
        raise ValueError("dovecot knows no highest version")
    lines = [
        f"ssl_cert = <{write(directory, 'main.pem', options.chain)}",
        f"ssl_key = <{write(directory, 'main.key', options.key)}",
        f"ssl_min_protocol = {options.lowest}",
        "verbose_ssl = yes",
    ]
    if options.openssl_ciphers:
        lines.append(f"ssl_cipher_list = {options.openssl_ciphers}")
    if options.groups:
        lines.append(f"ssl_curve_list = {options.groups}")
    if options.client_ca_pem is not None:
        authority = write(directory, "client-ca.pem", options.client_ca_pem)
        lines += [f"ssl_ca = <{authority}", "ssl_verify_client_cert = yes", "ssl_require_crl = no"]
        lines.append("auth_ssl_require_client_cert = yes")
    for number, site in enumerate(options.sites):
        chain = write(directory, f"site{number}.pem", site.chain_pem)
        key = write(directory, f"site{number}.key", site.key_pem)
        lines += [
            f"local_name {name} {{\n ssl_cert = <{chain}\n ssl_key = <{key}\n}}" for name in site.names
        ]
    return lines


@recipe(
    "postfix",
    program="postfix",
    package="postfix",
    understands="second_chain_pem second_key_pem ciphers groups security_level client_ca_pem client_required "
    "dh_pem extra",
    modes="implicit starttls none",
    needs_root=True,
)
def _postfix(options: Options, directory: Path, port: int) -> Launch:
    """`extra` are lines of main.cf."""
    for name, owner in _POSTFIX_DIRECTORIES.items():
        (directory / name).mkdir()
        shutil.chown(directory / name, owner)
    lines = [
        "compatibility_level = 3.6",
        f"queue_directory = {directory}/queue",
        f"data_directory = {directory}/data",
        "maillog_file = /dev/stdout",
        "myhostname = localhost",
        "mydestination = localhost",
        "mynetworks = 127.0.0.0/8",
        f"inet_interfaces = {HOST}",
        "alias_maps =",
        "local_recipient_maps =",
        "smtpd_peername_lookup = no",
        "smtputf8_enable = no",
    ]
    if options.tls != "none":
        lines += _postfix_tls(options, directory)
    write(directory, "main.cf", _lines(*lines, *options.extra))
    write(
        directory,
        "master.cf",
        _lines(
            f"{HOST}:{port} inet n - n - - smtpd",
            *(
                f"{name} {kind} {private} - n - {limit} {program}"
                for name, kind, private, limit, program in (
                    ("postlog", "unix-dgram", "n", "1", "postlogd"),
                    ("pickup", "unix", "n", "1", "pickup"),
                    ("cleanup", "unix", "n", "0", "cleanup"),
                    ("qmgr", "unix", "n", "1", "qmgr"),
                    ("tlsmgr", "unix", "-", "1", "tlsmgr"),
                    ("rewrite", "unix", "-", "-", "trivial-rewrite"),
                    ("anvil", "unix", "-", "1", "anvil"),
                    ("scache", "unix", "-", "1", "scache"),
                    ("bounce", "unix", "-", "0", "bounce"),
                    ("defer", "unix", "-", "0", "bounce"),
                    ("error", "unix", "-", "-", "error"),
                )
            ),
        ),
    )
    # `postfix start-fg` would take seconds for its checks and put master into a session of its own.
    environment = {"MAIL_CONFIG": str(directory), "MAIL_LOGTAG": "postfix"}
    return Launch(argv=["/usr/lib/postfix/sbin/master", "-d", "-c", str(directory)], environment=environment)


def _postfix_tls(options: Options, directory: Path) -> list[str]:
    offered = ", ".join(options.versions)
    refused = ", ".join(f"!{version}" for version in options.absent_versions)
    files = [write(directory, "main.pem", options.key + options.chain, mode=0o600)]
    if options.second_chain_pem and options.second_key_pem:
        files.append(
            write(directory, "second.pem", options.second_key_pem + options.second_chain_pem, mode=0o600)
        )
    lines = [
        f"smtpd_tls_chain_files = {', '.join(map(str, files))}",
        "smtpd_tls_security_level = may",
        f"smtpd_tls_wrappermode = {'yes' if options.tls == 'implicit' else 'no'}",
        f"smtpd_tls_protocols = {offered}, {refused}" if refused else f"smtpd_tls_protocols = {offered}",
        "smtpd_tls_loglevel = 1",
    ]
    if options.openssl_ciphers:
        lines += ["smtpd_tls_ciphers = high", f"tls_high_cipherlist = {options.openssl_ciphers}"]
    if options.groups:
        lines.append(f"tls_eecdh_auto_curves = {options.groups.replace(':', ' ')}")
    if options.dh_pem is not None:
        lines.append(f"smtpd_tls_dh1024_param_file = {write(directory, 'dh.pem', options.dh_pem)}")
    if options.client_ca_pem is not None:
        authority = write(directory, "client-ca.pem", options.client_ca_pem)
        word = "smtpd_tls_req_ccert" if options.client_required else "smtpd_tls_ask_ccert"
        lines += [f"smtpd_tls_CAfile = {authority}", f"{word} = yes"]
        # A client certificate can be required where TLS itself is.
        lines += ["smtpd_tls_security_level = encrypt"] if options.client_required else []
    return lines


@recipe(
    "slapd",
    program="slapd",
    package="slapd",
    understands="ciphers client_ca_pem client_required dh_pem extra",
    modes="implicit starttls none",
)
def _slapd(options: Options, directory: Path, port: int) -> Launch:
    """Debian builds it with GnuTLS: `ciphers` is appended to the priority string."""
    lines = [f"pidfile {directory}/slapd.pid", f"argsfile {directory}/slapd.args"]
    if options.tls != "none":
        lines += _slapd_tls(options, directory)
    path = write(directory, "slapd.conf", _lines(*lines, *options.extra))
    scheme = "ldaps" if options.tls == "implicit" else "ldap"
    return Launch(
        argv=[path_of("slapd"), "-h", f"{scheme}://{HOST}:{port}/", "-f", str(path), "-d", "stats"]
    )


def _slapd_tls(options: Options, directory: Path) -> list[str]:
    names = {"SSLv3": "SSL3.0", "TLSv1": "TLS1.0"}
    versions = "".join(f":+VERS-{names.get(v, v.replace('TLSv', 'TLS'))}" for v in options.versions)
    # The rest of the chain is taken from the authorities' file: it sends the leaf of the certificate's file.
    _, *rest = split_pem(options.chain)
    known = b"".join(rest) + (options.client_ca_pem or b"")
    lines = [
        f"TLSCertificateFile {write(directory, 'main.pem', options.chain)}",
        f"TLSCertificateKeyFile {write(directory, 'main.key', options.key)}",
        f"TLSCACertificateFile {write(directory, 'known.pem', known)}" if known else "",
        f"TLSCipherSuite NORMAL:-VERS-ALL{versions}{options.ciphers or ''}",
    ]
    if options.dh_pem is not None:
        lines.append(f"TLSDHParamFile {write(directory, 'dh.pem', options.dh_pem)}")
    if options.client_ca_pem is None:
        return [*lines, "TLSVerifyClient never"]
    return [*lines, f"TLSVerifyClient {'demand' if options.client_required else 'try'}"]


@recipe(
    "postgresql",
    program="initdb",
    package="postgresql",
    understands="ciphers groups security_level client_ca_pem client_required dh_pem extra",
    modes="starttls none",
)
def _postgresql(options: Options, directory: Path, port: int) -> Launch:
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    data = directory / "data"
    data.mkdir(mode=0o700)
    if user:
        shutil.chown(data, user)
    words = ["-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync", "--no-instructions"]
    run([path_of("initdb"), *words], directory, user=user)
    lines = [
        f"listen_addresses = '{HOST}'",
        f"port = {port}",
        "unix_socket_directories = ''",
        "fsync = off",
        "log_connections = on",
    ]
    if options.tls != "none":
        lines += _postgresql_tls(options, data, user)
        if options.client_ca_pem is not None and options.client_required:
            write(data, "pg_hba.conf", "hostssl all all all trust clientcert=verify-ca\n")
    with (data / "postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write(_lines(*lines, *options.extra))
    ready = _says("ready to accept connections")
    return Launch(argv=[path_of("postgres"), "-D", str(data)], user=user, ready=ready)


def _postgresql_tls(options: Options, data: Path, user: str | None) -> list[str]:
    options.require_contiguous_versions()
    key = write(data, "server.key", options.key, mode=0o600)
    if user:
        shutil.chown(key, user)
    lines = [
        "ssl = on",
        f"ssl_cert_file = '{write(data, 'server.pem', options.chain)}'",
        f"ssl_key_file = '{key}'",
        f"ssl_min_protocol_version = '{options.lowest}'",
        f"ssl_max_protocol_version = '{options.highest}'",
    ]
    if options.openssl_ciphers:
        lines.append(f"ssl_ciphers = '{options.openssl_ciphers}'")
    if options.groups:
        lines.append(f"ssl_ecdh_curve = '{options.groups}'")
    if options.dh_pem is not None:
        lines.append(f"ssl_dh_params_file = '{write(data, 'dh.pem', options.dh_pem)}'")
    if options.client_ca_pem is not None:
        lines.append(f"ssl_ca_file = '{write(data, 'client-ca.pem', options.client_ca_pem)}'")
    return lines


@recipe(
    "mariadb",
    program="mariadbd",
    package="mariadb-server",
    understands="ciphers security_level client_ca_pem extra",
    modes="starttls none",
)
def _mariadb(options: Options, directory: Path, port: int) -> Launch:
    """`extra` are more arguments."""
    data = directory / "data"
    data.mkdir()
    argv = [path_of("mariadbd"), "--no-defaults", f"--datadir={data}", f"--port={port}"]
    argv += [f"--bind-address={HOST}", f"--socket={directory}/mariadb.sock"]
    argv += ["--user=root"] if os.geteuid() == 0 else []
    if options.tls == "none":
        argv.append("--skip-ssl")
    else:
        if VERSIONS.index(options.lowest) < VERSIONS.index("TLSv1.1"):
            raise ValueError("mariadb speaks TLS 1.1 and newer")
        argv += [
            f"--ssl-cert={write(directory, 'main.pem', options.chain)}",
            f"--ssl-key={write(directory, 'main.key', options.key)}",
            f"--tls-version={','.join(options.versions)}",
        ]
        if options.openssl_ciphers:
            argv.append(f"--ssl-cipher={options.openssl_ciphers}")
        if options.client_ca_pem is not None:
            argv.append(f"--ssl-ca={write(directory, 'client-ca.pem', options.client_ca_pem)}")
    run(
        [path_of("mariadb-install-db"), "--no-defaults", f"--datadir={data}", "--skip-test-db"]
        + (["--user=root"] if os.geteuid() == 0 else []),
        directory,
    )
    return Launch(argv=[*argv, *options.extra], ready=_says("ready for connections"))


@recipe(
    "prosody",
    program="prosody",
    package="prosody",
    understands="ciphers protocol server_names extra",
    modes="implicit starttls none",
)
def _prosody(options: Options, directory: Path, port: int) -> Launch:
    """`protocol` is "xmpp" or "xmpp-server"; the first of `server_names` is the domain."""
    options.require_contiguous_versions()
    protocol = options.protocol or "xmpp"
    if protocol not in ("xmpp", "xmpp-server"):
        raise ValueError(f"prosody speaks xmpp and xmpp-server, not {protocol}")
    kind = "c2s" if protocol == "xmpp" else "s2s"
    setting = f"{kind}_direct_tls_ports" if options.tls == "implicit" else f"{kind}_ports"
    ports = {"c2s_ports": "", "s2s_ports": "", "c2s_direct_tls_ports": "", "s2s_direct_tls_ports": "", setting: str(port)}
    modules = ["roster", "saslauth", "dialback", "c2s", "s2s"] + ([] if options.tls == "none" else ["tls"])
    lines = [
        f'pidfile = "{directory}/prosody.pid"',
        f'data_path = "{directory}"',
        "run_as_root = true",
        f'interfaces = {{ "{HOST}" }}',
        "http_ports = {}",
        "https_ports = {}",
        "c2s_require_encryption = false",
        "s2s_require_encryption = false",
        'log = { info = "*stdout" }',
        "modules_enabled = { " + ", ".join(f'"{name}"' for name in modules) + " }",
        *(f"{name} = {{ {value} }}" for name, value in ports.items()),
    ]
    if options.tls != "none":
        lines += _prosody_tls(options, directory)
    domain = options.server_names[0] if options.server_names else "localhost"
    path = write(directory, "prosody.cfg.lua", _lines(*lines, *options.extra, f'VirtualHost "{domain}"'))
    return Launch(argv=[path_of("prosody"), "-F", "--config", str(path)])


def _prosody_tls(options: Options, directory: Path) -> list[str]:
    names = {"TLSv1": "tlsv1", "TLSv1.1": "tlsv1_1", "TLSv1.2": "tlsv1_2", "TLSv1.3": "tlsv1_3"}
    if options.highest != "TLSv1.3":
        raise ValueError("prosody knows no highest version")
    ciphers = f', ciphers = "{options.openssl_ciphers}"' if options.openssl_ciphers else ""
    certificate = write(directory, "main.pem", options.chain)
    key = write(directory, "main.key", options.key)
    return [f'ssl = {{ certificate = "{certificate}", key = "{key}", protocol = "{names[options.lowest]}+"{ciphers} }}']
