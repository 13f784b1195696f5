"""The rules of the dialogue before TLS, and the snippets for each protocol's servers."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity
from ..common import CONSEQUENCE

#: The servers that a protocol's snippets are for.
SERVERS = {
    "smtp": ("postfix", "exim"), "lmtp": ("dovecot", "postfix"), "imap": ("dovecot",), "pop3": ("dovecot",), "sieve": ("dovecot",), "ftp": ("vsftpd",),
    "ldap": ("slapd",), "xmpp": ("prosody",), "xmpp-server": ("prosody",), "postgres": ("postgresql",), "mysql": ("mariadb",), "nntp": ("innd",),
    "irc": ("inspircd",), "rdp": ("windows",), "tds": ("sql server",),
}  # fmt: skip

NOT_OFFERED = Rule(
    code="starttls-not-offered",
    title="The server does not offer STARTTLS",
    layer=Layer.STARTTLS,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The protocol was spoken as it should be, and going over to TLS is not among what the server can do: it has no certificate, TLS is switched off there, or the certificate could not be loaded. A box on the way that takes the line out whole cannot be told from that: compare from another network.",
    fix=Fix(
        summary="Switch TLS on in the server and give it a certificate and key that it can read; its log at start says why it went without.",
        snippets={
            "postfix": "smtpd_tls_security_level = may\nsmtpd_tls_chain_files = /etc/postfix/key.pem, /etc/postfix/chain.pem\nsmtpd_discard_ehlo_keywords =   # 'starttls' in it hides the offer",
            "exim": "tls_advertise_hosts = *\ntls_certificate = /etc/exim4/chain.pem\ntls_privatekey = /etc/exim4/key.pem",
            "dovecot": "ssl = yes\nssl_cert = </etc/dovecot/chain.pem\nssl_key = </etc/dovecot/key.pem",
            "vsftpd": "ssl_enable=YES\nrsa_cert_file=/etc/ssl/chain.pem\nrsa_private_key_file=/etc/ssl/key.pem",
            "slapd": "dn: cn=config\nolcTLSCertificateFile: /etc/ldap/chain.pem\nolcTLSCertificateKeyFile: /etc/ldap/key.pem",
            "prosody": 'modules_enabled = { "tls", ... }\nssl = { certificate = "certs/chain.pem", key = "certs/key.pem" }',
            "postgresql": "ssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'",
            "mariadb": "[mariadbd]\nssl_cert = /etc/mysql/chain.pem\nssl_key = /etc/mysql/key.pem",
            "innd": "tlscertfile: /etc/news/cert.pem\ntlskeyfile: /etc/news/key.pem",
            "inspircd": '<module name="ssl_gnutls">\n<module name="starttls">',
            "windows": "wmic /namespace:\\\\root\\cimv2\\TerminalServices path Win32_TSGeneralSetting call SetSecurityLayer 2",
            "sql server": "SQL Server Configuration Manager: Protocols, Certificate, Force Encryption",
        },
    ),
    references=("RFC 3207 section 4", "RFC 8314 section 3"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="Postfix with smtpd_tls_security_level = none",
    passing="Postfix with a certificate",
)
REFUSED = Rule(
    code="starttls-refused",
    title="The server refuses to begin TLS",
    layer=Layer.STARTTLS,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="TLS is meant to be there, and the request to begin it was answered with an error: the certificate or key cannot be loaded, a limit is reached, or the server wants another kind of security.",
    fix=Fix(
        summary="Read the server's log at this time: most often it cannot load its certificate or key (path, permissions, a pair that does not match).",
        snippets={
            "postfix": "postconf -n | grep smtpd_tls; grep 'TLS library problem\\|disabling TLS' /var/log/mail.log",
            "exim": "exim -bV; grep 'TLS error' /var/log/exim4/mainlog   # the key must be readable for Debian-exim",
            "dovecot": "doveconf -n ssl ssl_cert ssl_key; doveadm log errors",
            "vsftpd": "openssl x509 -in RSA_CERT_FILE -noout; openssl pkey -in RSA_PRIVATE_KEY_FILE -noout",
            "slapd": "slapcat -n0 | grep olcTLS; sudo -u openldap cat KEY >/dev/null",
            "prosody": "prosodyctl check certs",
            "postgresql": "SHOW max_connections;   -- and the log: a full server answers before TLS",
            "mariadb": "SHOW VARIABLES LIKE 'have_ssl';   -- DISABLED: the certificate was not loaded",
            "windows": "Get-ChildItem Cert:\\LocalMachine\\'Remote Desktop'   # the listener's certificate",
        },
    ),
    references=("RFC 3207 section 4", "RFC 4511 section 4.14.2", "MS-RDPBCGR section 2.2.1.2.2"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="Postfix whose key cannot be read: 454 TLS not available due to local problem",
    passing="a server that does not offer it at all",
)
STRIPPED = Rule(
    code="starttls-stripped",
    title="Something on the way takes STARTTLS out of the server's answer",
    layer=Layer.STARTTLS,
    severity=Severity.CRITICAL,
    blame=Blame.NETWORK,
    why="The line that offers STARTTLS was written over, or the server takes the request although its answer did not offer it. Inspecting firewalls do that to see the mail in the clear, and so does an attacker who wants it unencrypted.",
    fix=Fix(
        summary="Switch the inspection of this protocol off in the firewall between here and the server, or use the port with implicit TLS; compare from another network to find where it happens.",
        snippets={
            "cisco": "policy-map global_policy\n class inspection_default\n  no inspect esmtp",
        },
    ),
    references=("RFC 3207 section 6", "RFC 8314 section 3", "RFC 7457 section 2.1"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="an EHLO answer with 250-XXXXXXXA",
    passing="an EHLO answer without STARTTLS and without a gap",
)
INJECTION = Rule(
    code="starttls-injection",
    title="Something is said in the clear after the server's go-ahead",
    layer=Layer.STARTTLS,
    severity=Severity.HIGH,
    blame=Blame.NETWORK,
    why="After the go-ahead the server has to wait for the client's hello. What comes in between is not protected by TLS; a client that keeps it in its buffer takes it for an answer from inside the encrypted session, which is how responses are forged.",
    fix=Fix(
        summary="Find out who adds it: capture at the server and here. Where the server sends it itself, update it (it must empty its buffers at STARTTLS); clients must throw away what they have read before TLS.",
        snippets={"shell": "tcpdump -i any -A 'tcp port PORT'   # on the server and on the client, side by side"},
    ),
    references=("RFC 3207 section 4.2", "CVE-2011-0411", "CVE-2021-23222"),
    explains=(*CONSEQUENCE, "answer-not-tls"),
    failing="a server that sends another reply right behind '220 go ahead'",
    passing="a server that waits for the hello",
)
WRONG_PROTOCOL = Rule(
    code="starttls-wrong-protocol",
    title="The port speaks another protocol than the STARTTLS that was asked for",
    layer=Layer.STARTTLS,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="The words before TLS are those of another protocol than what listens there understands, or the port wants TLS from its first byte.",
    fix=Fix(summary="Name the protocol that the port speaks, or connect to the port of the protocol that is meant."),
    references=("RFC 8314 section 3", "https://www.iana.org/assignments/service-names-port-numbers"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="SMTP spoken to an IMAP server",
    passing="SMTP spoken to an SMTP server without STARTTLS",
)
GREETING = Rule(
    code="starttls-greeting-refused",
    title="The server turns the client away before TLS can begin",
    layer=Layer.STARTTLS,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The greeting, or the answer to the client's, is a refusal: too many connections, an address that is blocked or not allowed, a name that is not served here. TLS has no part in it.",
    fix=Fix(
        summary="Do what the server's words say: wait and connect less often, have the address allowed at the server (or taken off the list that blocks it), or speak to the right name.",
        snippets={
            "postfix": "smtpd_client_connection_count_limit, smtpd_client_connection_rate_limit, smtpd_client_restrictions, postscreen",
            "exim": "acl_smtp_connect, smtp_accept_max, smtp_accept_max_per_host",
            "dovecot": "service imap-login { client_limit = ... }   # and mail_max_userip_connections, login_trusted_networks",
            "vsftpd": "max_clients=..., max_per_ip=..., tcp_wrappers=YES and /etc/hosts.deny",
            "prosody": 'VirtualHost "NAME"   # host-unknown: the domain of the stream is not served',
            "mariadb": "FLUSH HOSTS;   -- blocked after max_connect_errors\nSET GLOBAL max_connections = ...;   -- too many connections",
        },
    ),
    references=("RFC 5321 section 3.1", "RFC 9051 section 7.1.5", "RFC 6120 section 4.9.3"),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that greets with 554",
    passing="a server that greets with 220",
)
SILENT = Rule(
    code="starttls-silent",
    title="The server accepts the connection and does not answer in the dialogue before TLS",
    layer=Layer.STARTTLS,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="TCP works and the words before TLS stay unanswered: a hung or overloaded process, a server that waits long for the name of the client's address (DNS, ident) or makes newcomers wait, a proxy without its backend, or another protocol that waits for other words.",
    fix=Fix(
        summary="Check the process that listens and the DNS resolver that it asks for the client's name; give it more time where it makes clients wait on purpose (tlsdiag: Limits(handshake_timeout=60)).",
        snippets={
            "shell": "ss -ltnp 'sport = :PORT'   # Recv-Q above 0: nobody accepts",
            "postfix": "smtpd_peername_lookup, postscreen_greet_wait",
            "vsftpd": "reverse_lookup_enable=NO",
            "mariadb": "[mariadbd]\nskip-name-resolve",
        },
    ),
    references=("RFC 5321 section 4.5.3.2",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that accepts and never greets",
    passing="a server that greets late, within the timeout",
)
CLOSED = Rule(
    code="starttls-closed",
    title="The server hangs up in the dialogue before TLS",
    layer=Layer.STARTTLS,
    severity=Severity.CRITICAL,
    blame=Blame.SERVER,
    why="The connection ended before TLS could begin, and without a refusal in words: an access list that acts after accepting, a service without a backend, a crash, or another protocol.",
    fix=Fix(
        summary="Read the server's log at this time; look at access lists (tcpwrappers, allow lists, fail2ban) for this client's address.",
        snippets={"vsftpd": "tcp_wrappers=YES reads /etc/hosts.allow and /etc/hosts.deny", "dovecot": "login_access_sockets = tcpwrap"},
    ),
    references=("RFC 5321 section 3.8",),
    explains=CONSEQUENCE,
    blocking=True,
    failing="a server that closes where it should greet",
    passing="a server that closes after it has refused in words",
)
GUESSED = Rule(
    code="starttls-guessed",
    title="STARTTLS was taken from the port or the scheme",
    layer=Layer.STARTTLS,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="On this port, or with this scheme, TLS usually begins on request, so that the diagnosis asked for it. A client that begins with TLS at once meets something else.",
    fix=Fix(summary="Nothing has to change. Name the protocol (starttls=), or say that TLS begins at once (starttls=False, --no-starttls)."),
    references=("https://www.iana.org/assignments/service-names-port-numbers",),
    failing="port 25, and no word about STARTTLS",
    passing="starttls='smtp'",
)
RULES = (NOT_OFFERED, REFUSED, STRIPPED, INJECTION, WRONG_PROTOCOL, GREETING, SILENT, CLOSED, GUESSED)


def fix_for(rule: Rule, protocol: str) -> Fix:
    """The rule's fix with the snippets of this protocol's servers alone, and those that are for all."""
    others = {name for names in SERVERS.values() for name in names} - set(SERVERS.get(protocol, ()))
    return Fix(summary=rule.fix.summary, snippets={name: text for name, text in rule.fix.snippets.items() if name not in others})
