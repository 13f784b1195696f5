"""Contact: whom to tell of what only an authority can cure, and a text that is ready to be sent. Pure, and knows no single rule.

A finding that blames the authority is one for it, a third party's too. The text holds what everybody can see anyhow, the certificate and what is wrong
with it: no name of a host that is not in the certificate, no address, no path of this machine.
"""

from __future__ import annotations

import base64
import textwrap
from collections.abc import Iterator

import attrs

from .facts import ChainPaths, IssuingAuthority, OwnerSeen, ServedChain
from .failure import Blame
from .finding import Finding
from .finding_types import CertificateFinding
from .observation import Observations

_LONGEST = 16 * 1024
"""Bytes of a certificate that is put into a letter; of a larger one the fingerprint has to do."""
_NEITHER = "a private authority, which no list of public ones knows: whoever runs it"


@attrs.frozen(kw_only=True)
class Contact:
    """Whom to tell. `owner` is in words where the authority is not known (`known` is False, and there is no address).

    `doubt` says in words why an address may be wrong; `source` and `source_date` where it was read. `documentation` are the authority's own pages.
    `subject` and `body` are the text to send.
    """

    owner: str
    known: bool = False
    emails: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    phone: str = ""
    doubt: str = ""
    source: str = ""
    source_date: str = ""
    table_date: str = ""
    documentation: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""

    @property
    def address(self) -> str:
        """The first address, in a few words."""
        return next(iter((*self.emails, *self.urls)), "")

    @property
    def letter(self) -> str:
        """The text as a mail: recipients, subject, body."""
        to = ", ".join((*self.emails, *self.urls)) or f"({self.owner})"
        doubt = f"Note: {self.doubt}\n" if self.doubt else ""
        return f"To: {to}\nSubject: {self.subject}\n{doubt}\n{self.body}"


def is_for_authority(finding: Finding) -> bool:
    """Whether only the authority can cure it."""
    return finding.blame is Blame.AUTHORITY


def contact_for(finding: Finding, observations: Observations) -> Contact | None:
    """Whom to tell of a finding, whoever is to blame; None where it is about no certificate of an authority that was looked at."""
    der = _certificate_of(finding, observations)
    if der is None:
        return None
    authority = observations.get(IssuingAuthority, finding.endpoint) or next(iter(observations.all(IssuingAuthority).values()), None)
    if authority is None:
        return None
    subject, body = _letter(finding, der, authority, observations)
    return attrs.evolve(_owner(authority), subject=subject, body=body, table_date=authority.owners_date)


def _certificate_of(finding: Finding, observations: Observations) -> bytes | None:
    """The certificate in question; where the finding names none and is about the authority all the same, the server's own."""
    if isinstance(finding, CertificateFinding) and finding.certificate:
        return finding.certificate
    served = observations.get(ServedChain, finding.endpoint)
    return served.certificates[0] if served is not None and served.certificates and is_for_authority(finding) else None


def _owner(authority: IssuingAuthority) -> Contact:
    owner = authority.owner
    if owner is None and authority.public:
        return Contact(owner=f"a public authority that the table of {authority.owners_date} does not know ({authority.issuer})")
    if owner is None:
        return Contact(owner=f"{_NEITHER} ({authority.issuer})" if authority.issuer else _NEITHER)
    return Contact(
        owner=owner.owner,
        known=True,
        emails=owner.emails,
        urls=owner.urls,
        phone=owner.phone,
        doubt="; ".join(filter(None, (_under(authority, owner), _doubt(owner)))),
        source=owner.source,
        source_date=owner.source_date,
        documentation=tuple(filter(None, (owner.website, owner.help, *owner.repositories[:2]))),
    )


def _under(authority: IssuingAuthority, owner: OwnerSeen) -> str:
    """Where another organisation has issued below the owner's root."""
    from .certificates import read_certificate
    from .certificates.authorities import bears

    organization = read_certificate(authority.certificate).issuer.organization
    if not authority.public or not organization or bears(owner.owner, organization):
        return ""
    return f"the certificate was issued by {organization} under this authority's root: it may have an address of its own"


def _doubt(owner: OwnerSeen) -> str:
    """Why an address may be wrong, in words; nothing where the authority's own policy has it."""
    if not (owner.emails or owner.urls or owner.phone):
        return f"no address for problem reports is known; look for one at {owner.website}" if owner.website else "no address for problem reports is known"
    if owner.confidence == "high":
        return ""
    date = f" of {owner.source_date}" if owner.source_date else ""
    doubt = "may be out of date" if "low" in owner.confidence else "is not certain"
    return f"the address {doubt}: {owner.confidence or 'no source is known'} ({owner.source or 'no source'}{date})"


def _letter(finding: Finding, der: bytes, authority: IssuingAuthority, observations: Observations) -> tuple[str, str]:
    from .certificates import read_certificate

    certificate = read_certificate(der)
    serial = f"{certificate.serial:x}" if certificate.serial is not None else "unreadable"
    paths = observations.get(ChainPaths, finding.endpoint)
    detail = finding.detail.replace(paths.store, "the client's trust store") if paths is not None and paths.store else finding.detail
    lines = [
        "Hello,",
        "",
        f"a certificate below one of your roots has a problem{' that only you can cure' if is_for_authority(finding) else ''}:",
        "",
        *_wrapped(finding.title),
        *_wrapped(detail),
        "",
        f"Subject: {_line(certificate.subject.text) or '(empty)'}",
        f"Issuer: {_line(certificate.issuer.text) or '(empty)'}",
        f"Serial number: {serial}",
        f"SHA-256: {certificate.sha256}",
        *([f"Logged copy: https://crt.sh/?sha256={certificate.sha256}"] if authority.public else []),
        "",
        *(f"- {line}" for line in _problems(der)),
        f"Rule: {finding.code}",
        *(f"Reference: {item}" for item in finding.references),
        "",
        "How to see it: save the certificate below as certificate.pem, then",
        "    openssl x509 -in certificate.pem -noout -text",
        "    openssl asn1parse -in certificate.pem",
        "    tlsdiag certificates certificate.pem --verbose",
        "",
        *_pem(der),
    ]
    return f"Problem with certificate {serial[:40]}: {_line(finding.title)}", "\n".join(lines) + "\n"


def _problems(der: bytes) -> Iterator[str]:
    """What is wrong with the bytes, each with where it begins."""
    from .certificates import read_certificate

    for item in read_certificate(der).problems[:20]:
        where = f", in extension {item.extension}" if item.extension else ""
        yield f"{item.code} at byte {item.offset}{where}: {_line(item.detail)}"


def _pem(der: bytes) -> Iterator[str]:
    if len(der) > _LONGEST:
        yield f"(The certificate has {len(der)} bytes and is left out here.)"
        return
    yield "-----BEGIN CERTIFICATE-----"
    yield from textwrap.wrap(base64.b64encode(der).decode("ascii"), 64)
    yield "-----END CERTIFICATE-----"


def _line(text: str) -> str:
    """In one line: a name in a certificate may hold anything."""
    return " ".join(text.split())


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 96, break_on_hyphens=False) or [""]
