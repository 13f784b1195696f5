"""Samples of the family counterfactual: what the trials of a failed hello came to."""

from __future__ import annotations

from typing import Any

import attrs

from tlsdiag.check import Seen
from tlsdiag.facts import Counterfactuals, Trial, TrialOutcome
from tlsdiag.iana import CipherSuite, NamedGroup, ProtocolVersion, SignatureScheme
from tlsdiag.testing.observations import OFFER, client_outcome, handshake_outcome, seen

from .common import Samples, alert

O = TrialOutcome  # noqa: E741 - the letter reads as "outcome"


def trial(change: str, outcome: TrialOutcome = O.ACCEPTED, **facts: Any) -> Trial:
    told = alert(40) if outcome is O.ALERT else None
    return Trial(**{"change": change, "words": f"changed ({change})", "outcome": outcome, "alert": told, "size": 500, **facts})


def proved(change: str, *, symptom: TrialOutcome = O.RESET, again: TrialOutcome | None = None, client: dict[str, Any] | None = None, **facts: Any) -> Seen:
    """The unchanged hello ends with the symptom (or with `again`), and with this change it is accepted; keywords of a trial go to the accepted one."""
    own = {field.name for field in attrs.fields(Trial)} & set(facts)
    flip = trial(change, **{name: facts.pop(name) for name in own})
    found = Counterfactuals(
        symptom=symptom, stage="server-hello", unchanged=(trial("unchanged", again or symptom),), trials=(flip,), flip=flip, flips=(flip,), **facts
    )
    told = alert(40) if symptom is O.ALERT else None
    ended = client_outcome(completed=False, error_type="ssl.SSLError", alert_received=told, **(client or {}))
    return seen(ended, handshake_outcome(completed=False, offer=OFFER), found)


def repeated(*outcomes: TrialOutcome) -> Seen:
    """The unchanged hello alone, several times."""
    found = Counterfactuals(symptom=O.RESET, stage="server-hello", unchanged=tuple(trial("unchanged", outcome) for outcome in outcomes))
    return seen(client_outcome(completed=False, error_type="OSError"), handshake_outcome(completed=False), found)


def in_vain(*changes: str, code: int = 40) -> Seen:
    """Every one of these changes was refused with an alert, as the hello itself."""
    told = alert(code)
    again, *trials = (trial(change, O.ALERT, alert=told) for change in ("unchanged", *changes))
    found = Counterfactuals(symptom=O.ALERT, stage="server-hello", unchanged=(again,), trials=tuple(trials))
    return seen(client_outcome(completed=False, error_type="ssl.SSLError", alert_received=told), handshake_outcome(completed=False, offer=OFFER), found)


def suites(flip: int, *offered: int) -> Seen:
    """A suite had to be added to those of the client."""
    offer = attrs.evolve(OFFER, cipher_suites=tuple(CipherSuite(code) for code in offered))
    chosen = CipherSuite(flip)
    return proved("more-suites", symptom=O.ALERT, client={"offer": offer}, cipher_suite=chosen, accepts_suites=(chosen,))


def schemes(flip: int, *offered: int) -> Seen:
    """A signature scheme had to be added to those of the client."""
    offer = attrs.evolve(OFFER, signature_schemes=tuple(SignatureScheme(code) for code in offered))
    chosen = SignatureScheme(flip)
    return proved("more-schemes", symptom=O.ALERT, client={"offer": offer}, signature_scheme=chosen, accepts_schemes=(chosen,))


def refused(reason: str) -> Seen:
    """The client refuses of its own accord what the same hello leads to."""
    again = trial("unchanged", version=ProtocolVersion.TLS1_0)
    found = Counterfactuals(symptom=O.UNDECIDED, stage="finished", unchanged=(again,))
    return seen(client_outcome(completed=False, error_type="ssl.SSLError", reason=reason), handshake_outcome(), found)


_LISTS = ("more-suites", "more-groups", "more-schemes")
SAMPLES: Samples = {
    "server-without-certificate": (lambda: in_vain(*_LISTS, "other-server-name", "without-server-name"), lambda: in_vain(*_LISTS, "other-server-name")),
    "hello-too-large": (
        lambda: proved("of-size", size_accepted=900, size_refused=1000),
        lambda: proved("without-post-quantum", part="X25519MLKEM768"),
    ),
    "mtu-black-hole": (
        lambda: proved("small-segments", symptom=O.SILENT, segment_accepted=1200, max_segment=1200),
        lambda: proved("small-segments", symptom=O.SILENT, again=O.ACCEPTED, segment_accepted=1200),
    ),
    "hello-framing-intolerant": (lambda: proved("split-records"), lambda: proved("small-segments", segment_accepted=536)),
    "post-quantum-intolerant": (
        lambda: proved("without-post-quantum", part="X25519MLKEM768"),
        lambda: proved("without-post-quantum", size_accepted=900, size_refused=1000),
    ),
    "tls13-intolerant": (lambda: proved("at-most-tls1.2"), lambda: proved("at-most-tls1.2", size_accepted=300, size_refused=400)),
    "version-intolerant": (lambda: proved("at-most-tls1.0"), lambda: proved("at-most-tls1.2")),
    "extension-intolerant": (lambda: proved("without-extensions", part="session_ticket"), lambda: repeated(O.RESET)),
    "grease-intolerant": (lambda: proved("without-grease"), lambda: proved("without-extensions", part="padding")),
    "group-intolerant": (lambda: proved("fewer-groups", part="ffdhe8192"), lambda: proved("fewer-suites")),
    "hello-retry-broken": (lambda: proved("more-key-shares", part="secp384r1"), lambda: proved("more-groups", part="secp384r1")),
    "no-common-group": (
        lambda: proved("more-groups", symptom=O.ALERT, accepts_groups=(NamedGroup(0x0019),)),
        lambda: proved("fewer-groups", symptom=O.ALERT),
    ),
    "no-common-signature-scheme": (lambda: schemes(0x0804, 0x0401, 0x0403), lambda: schemes(0x0804, 0x0403)),
    "no-common-certificate-type": (lambda: suites(0xC02F, 0xC02B), lambda: suites(0xC030, 0xC02F)),
    "extended-master-secret-missing": (
        lambda: proved("with-extended-master-secret", symptom=O.ALERT, part="extended_master_secret"),
        lambda: proved("without-extensions", symptom=O.ALERT, part="extended_master_secret"),
    ),
    "server-name-blocked": (
        lambda: proved("other-server-name", symptom=O.RESET),
        lambda: proved("other-server-name", symptom=O.ALERT),
    ),
    "failure-not-repeated": (lambda: repeated(O.ACCEPTED, O.RESET), lambda: repeated(O.RESET, O.RESET)),
    "handshake-signature-refused": (lambda: refused("LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED"), lambda: refused("DH_KEY_TOO_SMALL")),
}
