"""What the DNS says that bears on the connection, as one resolver tells it. Looked at only where the caller asks for it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import attrs

from ..failure import Failure
from ..observation import Observation
from ..resolver import DnsAnswer


class DnssecState(StrEnum):
    """As the resolver states it (RFC 4035 section 4.3). INDETERMINATE: it does not seem to validate, or did not answer."""

    SECURE = "secure"
    INSECURE = "insecure"
    BOGUS = "bogus"
    INDETERMINATE = "indeterminate"


@attrs.frozen(kw_only=True)
class DnsZone(Observation):
    """The addresses of the host name as the resolver gives them, and the state of their signatures.

    `validates` says whether the resolver calls the root's records authentic; None: it was not asked, for it called these so.
    """

    name: ClassVar[str] = "dns-zone"

    host: str
    state: DnssecState
    answers: tuple[DnsAnswer, ...]
    addresses: tuple[str, ...] = ()
    validates: bool | None = None


@attrs.frozen(kw_only=True)
class CaaProperty:
    """One CAA record (RFC 8659 section 4): the tag in lower case, the value as it stands there."""

    flags: int
    tag: str
    value: str

    @property
    def critical(self) -> bool:
        """Whether who does not know the tag must not issue."""
        return bool(self.flags & 0x80)

    def __str__(self) -> str:
        return f'{self.flags} {self.tag} "{self.value}"'


@attrs.frozen(kw_only=True)
class CaaLevel:
    """The CAA records of one name on the way up the tree, those that a CNAME leads to included; `unreadable` counts what cannot be read."""

    name: str
    answer: DnsAnswer
    properties: tuple[CaaProperty, ...] = ()
    unreadable: int = 0


@attrs.frozen(kw_only=True)
class DnsCaa(Observation):
    """CAA along the tree: a level for the name and for each above it but the root (RFC 8659 section 3). The first that has records counts."""

    name: ClassVar[str] = "dns-caa"

    host: str
    levels: tuple[CaaLevel, ...]

    def for_name(self, name: str) -> CaaLevel | None:
        """The level that counts for a name at or above the host: the first that has records, or of which nothing is known; None where no level has any."""
        inside = [level for level in self.levels if name == level.name or name.endswith("." + level.name)]
        return next((level for level in inside if level.answer.records or level.unreadable or not level.answer.known), None)


@attrs.frozen(kw_only=True)
class TlsaRecord:
    """One TLSA record (RFC 6698 section 2.1)."""

    usage: int
    selector: int
    matching: int
    data: bytes

    def __str__(self) -> str:
        shown = self.data.hex()
        return f"{self.usage} {self.selector} {self.matching} {shown if len(shown) <= 64 else shown[:60] + '...'}"


@attrs.frozen(kw_only=True)
class DnsTlsa(Observation):
    """The TLSA records of the target's port; `base` is the name that they belong to, which is an alias's where the host is one (RFC 7671 section 7)."""

    name: ClassVar[str] = "dns-tlsa"

    base: str
    answer: DnsAnswer
    records: tuple[TlsaRecord, ...] = ()

    @property
    def secure(self) -> bool:
        """Whether the resolver calls them authentic: clients look at no others."""
        return self.answer.authenticated


@attrs.frozen(kw_only=True)
class ServiceSeen:
    """One HTTPS record (RFC 9460). `priority` 0 is an alias for `target`; "" as target is the name itself. `port` is None where it names none.

    `unknown` are keys of parameters without a meaning here; `unreadable` says what is wrong with the record.
    """

    priority: int = 0
    target: str = ""
    alpn: tuple[str, ...] = ()
    no_default_alpn: bool = False
    port: int | None = None
    ipv4_hints: tuple[str, ...] = ()
    ipv6_hints: tuple[str, ...] = ()
    ech: bool = False
    mandatory: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    unreadable: str = ""


@attrs.frozen(kw_only=True)
class DnsServices(Observation):
    """The HTTPS records of the host: what browsers learn before they connect."""

    name: ClassVar[str] = "dns-services"

    answer: DnsAnswer
    services: tuple[ServiceSeen, ...] = ()


@attrs.frozen(kw_only=True)
class MailPolicy:
    """An MTA-STS policy (RFC 8461 section 3.2): "enforce", "testing" or "none", the patterns of hosts, its life in seconds."""

    mode: str
    hosts: tuple[str, ...] = ()
    max_age: int | None = None


@attrs.frozen(kw_only=True)
class DnsMail(Observation):
    """MTA-STS of the mail domain that this host takes mail for: the host's own name, or the one above, whose MX records name it.

    `record` is the TXT record at _mta-sts; `policy` what was fetched, `problem` why there is none although a record announces it; `not_looked`: nobody
    looked. `failure` is that of the network, where it came to no answer in HTTP. `reporting`: a TLSRPT record (RFC 8460) is there.
    """

    name: ClassVar[str] = "dns-mail"

    domain: str
    exchanges: tuple[str, ...] = ()
    answers: tuple[DnsAnswer, ...] = ()
    record: str = ""
    policy: MailPolicy | None = None
    problem: str = ""
    not_looked: bool = False
    failure: Failure | None = None
    reporting: bool = False
