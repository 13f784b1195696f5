"""The rules of `authorities`: what the stores of clients have done to the authority that a chain leads to."""

from __future__ import annotations

from ...plugin import Blame, Fix, Layer, Rule, Severity
from ..common import CONSEQUENCE

_OF_TRUST = ("issuer-untrusted", "private-authority", "trust-stores-disagree", "trust-store-stale", "intermediate-missing")
_ANOTHER = Fix(summary="Get a certificate from another authority, or from another root of the same one, and install it with its chain.", snippets={"certbot": "certbot certonly -d NAME"})

DISTRUSTED = Rule(
    code="authority-distrusted",
    title="The authority was distrusted",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="Programs that make trust stores have thrown this authority out, for what it did or let happen. Clients with a current store refuse every certificate of it, whenever it was issued; those with an old store go on taking them.",
    fix=_ANOTHER,
    references=("https://wiki.mozilla.org/CA", "https://googlechrome.github.io/chromerootprogram/"),
    explains=(*CONSEQUENCE, *_OF_TRUST, "authority-partially-distrusted"),
    failing="a chain with a certificate that the table of distrust has by its fingerprint",
    passing="a chain of a private authority that bears the same name; one that another trusted root has signed too",
)
PARTIALLY = Rule(
    code="authority-partially-distrusted",
    title="Some clients refuse what this root issues since a date",
    layer=Layer.CERTIFICATE,
    severity=Severity.HIGH,
    blame=Blame.SERVER,
    why="A root programme may keep what a root has issued so far and refuse what comes after: Chrome compares its date with the earliest signed certificate timestamp, Mozilla with notBefore. Other clients (OpenSSL, Python, Java, Go) do not look at these dates, so that it works in programs and fails in browsers.",
    fix=_ANOTHER,
    references=("https://googlechrome.github.io/chromerootprogram/", "https://wiki.mozilla.org/CA/Additional_Trust_Changes"),
    explains=(*CONSEQUENCE, *_OF_TRUST),
    failing="a certificate whose earliest SCT is after the date from which on Chrome refuses its root",
    passing="a certificate of the same root from before that date",
)
LEAKED = Rule(
    code="authority-key-leaked",
    title="The private key of this authority is public",
    layer=Layer.CERTIFICATE,
    severity=Severity.CRITICAL,
    blame=Blame.CLIENT,
    why="A product was shipped with one and the same authority on every machine, its private key beside it. Anybody can make a certificate for any name with it, and a client that trusts the authority takes it.",
    fix=Fix(
        summary="Take the authority out of every trust store, and remove or update the product that put it there; let no server use a certificate of it.",
        snippets={
            "windows": "certutil -delstore Root SERIAL",
            "debian": "rm /usr/local/share/ca-certificates/FILE.crt && update-ca-certificates --fresh",
            "java": "keytool -delete -cacerts -alias ALIAS",
        },
    ),
    references=("https://chromium.googlesource.com/chromium/src/+/main/net/data/ssl/blocklist/README.md", "RFC 5280 section 9"),
    explains=(*CONSEQUENCE, *_OF_TRUST, "certificate-self-signed", "interception", "interception-present", "authority-distrusted", "authority-partially-distrusted"),
    failing="a chain of an authority that came with a product, key and all",
    passing="a chain of another authority with a similar name",
)
LEAVES = Rule(
    code="authority-leaves-store",
    title="What this root issues from a date on is refused by some clients",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="The root goes out of a trust store, as planned or by decision. This certificate is from before the date and stays good until it ends; the next one of this root will not be taken.",
    fix=Fix(summary="Nothing now. Before the next renewal, see that the authority issues from another root, or choose another authority."),
    references=("https://googlechrome.github.io/chromerootprogram/", "https://wiki.mozilla.org/CA/Additional_Trust_Changes"),
    failing="a certificate from before the date on which Chrome stops to take new ones of its root",
    passing="a certificate of a root that no table names",
)
NAMED = Rule(
    code="authority-named-like-distrusted",
    title="An authority of this name was distrusted",
    layer=Layer.CERTIFICATE,
    severity=Severity.INFO,
    blame=Blame.NOBODY,
    why="A trust store took out an authority or a root of this name. A name alone proves nothing: anybody may give his authority any name, and companies sell theirs.",
    fix=Fix(summary="Find out whose authority it is; where it is the one that was distrusted, get a certificate from another."),
    references=("https://wiki.mozilla.org/CA/Removed_Certificates",),
    failing="a private chain whose authority calls itself by the organisation of one that was distrusted",
    passing="a chain whose authority has that word in the middle of its name",
)
