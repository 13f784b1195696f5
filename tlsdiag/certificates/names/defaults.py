"""Certificates that a program, a package or a platform shows where it has none for the name; and authorities whose certificates are not for everybody.

How products name what they make is general knowledge of them and can change with a release: whoever uses this says "likely".
"""

from __future__ import annotations

import re

import attrs

from ..certificate import Certificate, Name

_CN, _O, _OU, _MAIL = "2.5.4.3", "2.5.4.10", "2.5.4.11", "1.2.840.113549.1.9.1"


@attrs.frozen(kw_only=True)
class DefaultCertificate:
    """Whose certificate it is, what it means that it is shown, and what to do."""

    product: str
    meaning: str
    remedy: str


def _row(product: str, meaning: str, remedy: str, *patterns: tuple[str, str]) -> tuple[DefaultCertificate, tuple[tuple[str, re.Pattern[str]], ...]]:
    """All patterns have to match, each one whole value of its attribute."""
    row = DefaultCertificate(product=product, meaning=meaning, remedy=remedy)
    return row, tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in patterns)


_DEVICE = "the device has no certificate of its own yet, or not for this name"
_PANEL = "the site has no certificate of its own in the panel"
_BY_PANEL = "Install or order a certificate for NAME in the panel (for the site, and for the service that answers here)."
_UNBOUND = "the name is not bound to a certificate at the platform"
_OWN = "Install a certificate for NAME in place of it."
_DEFAULTS = (
    _row(
        "Traefik",
        "no router with TLS has a certificate for this name, or the certificate resolver has not got one yet",
        "Give the router for NAME a certificate (tls.certificates) or a certificate resolver, and look into Traefik's log for why it has none.",
        (_CN, "traefik default cert"),
    ),
    _row(
        "ingress-nginx (Kubernetes)",
        "no Ingress has a TLS secret for this name, or the secret cannot be read",
        "Name a secret with a certificate for NAME in the Ingress (spec.tls), in the same namespace; the controller's log says why it does not take one.",
        (_CN, "kubernetes ingress controller fake certificate"),
    ),
    _row("Plesk", _PANEL, _BY_PANEL, (_O, r"(plesk|parallels)( international.*)?")),
    _row("Plesk", _PANEL, _BY_PANEL, (_CN, "plesk")),
    _row("cPanel", _PANEL, _BY_PANEL, (_MAIL, r"ssl@.+")),
    _row("Webmin", _PANEL, _BY_PANEL, (_O, r"webmin webserver on .*")),
    _row("Synology DSM", _DEVICE, _OWN, (_O, r"synology inc\.?")),
    _row("QNAP", _DEVICE, _OWN, (_O, r"qnap( systems.*)?")),
    _row("QNAP", _DEVICE, _OWN, (_CN, "qnap nas")),
    _row("pfSense", _DEVICE, _OWN, (_O, "pfsense webconfigurator self-signed certificate")),
    _row("the package of Apache's mod_ssl", "the web server runs with the certificate that its package made", _OWN, (_O, "someorganization")),
    _row("Azure App Service", _UNBOUND, "Add NAME as a custom domain of the app, and bind a certificate to it.", (_CN, r"\*\.azurewebsites\.net")),
    _row("Heroku", _UNBOUND, "Add NAME as a domain of the app, and turn on certificate management for it.", (_CN, r"\*\.herokuapp\.com")),
)
_LOCALHOST = _row("the machine for itself", "it was made for development, or by a package when it was installed", _OWN, (_CN, r"localhost(\.localdomain)?"))
_STAGING = (
    "Let's Encrypt's staging environment",
    "it issues certificates for tests, which no client trusts",
    "Order the certificate for NAME again from the production environment: certbot without --staging or --test-cert; in other clients the directory URL"
    " https://acme-v02.api.letsencrypt.org/directory.",
)
_SPECIAL = (
    _row(*_STAGING, (_O, r"\(staging\) let's encrypt")),
    _row(*_STAGING, (_CN, r"(\(staging\) .*|fake le .*)")),
    _row(
        "Cloudflare's origin authority",
        "its certificates are for the way between Cloudflare and the origin server, and only Cloudflare trusts them",
        "Let clients come through Cloudflare (turn on its proxy for NAME), or install a certificate of a public authority at the origin.",
        (_O, r"cloudflare, inc\."),
        (_OU, r"cloudflare origin (ssl|rsa|ecc) certificate authority"),
    ),
)


def default_certificate(certificate: Certificate) -> DefaultCertificate | None:
    """Whose default certificate this is, by its subject; one that is for localhost and for real hosts besides is nobody's."""
    found = _first(certificate.subject, _DEFAULTS)
    if found is None and all(name.lower().startswith(("localhost", "*.localhost")) for name in certificate.dns_names):
        return _first(certificate.subject, (_LOCALHOST,))
    return found


def special_issuer(certificate: Certificate) -> DefaultCertificate | None:
    """An authority that is real, and not meant to be trusted by everybody, by the issuer's name."""
    return _first(certificate.issuer, _SPECIAL)


def _first(name: Name, rows: tuple[tuple[DefaultCertificate, tuple[tuple[str, re.Pattern[str]], ...]], ...]) -> DefaultCertificate | None:
    for row, patterns in rows:
        if all(any(oid == kind and pattern.fullmatch(value) for oid, value in name.attributes) for kind, pattern in patterns):
            return row
    return None
