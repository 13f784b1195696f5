"""Faults to draw from: what changes one certificate, and what changes how the chain is sent or what is trusted.

Each has a name and the places where it may be: "l" the leaf, "m" an authority between, "r" the root.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import attrs

from .case import Options
from .making import NOW, alternative, base, constraints, der, extended, name, subtrees, usage

_CRITICAL_UNKNOWN = [("private", True, b"\x05\x00")]
_ELSEWHERE = der(0x30, der(0xA1, der(0xA4, name("Elsewhere"))) + der(0x82, b"\x05"))
_COMMITS = ("content_commitment",)
_KEY_OF_NOTHING = der(0x30, der(0x30, bytes.fromhex("06092b0601040183b20303")) + der(0x03, b"\0\1\2\3"))
_NO_NAMES = [[("names", False, content)] for content in (b"\x30\x05\x82\x09ab", b"\x30\x03\x02\x01\x01")]
_NO_BASIC = [bytes.fromhex(content) for content in ("3003010101", "0400", "30030101ff0500")]
_NO_CONSTRAINTS = [subtrees(), bytes.fromhex("3003020101"), subtrees(permitted=[base("dns:*.example")])]
_ANOTHER_KEY = der(0x30, der(0x80, bytes(20)))


@attrs.frozen
class Fault:
    """What is wrong with one certificate: `change` gives the builder's options."""

    name: str
    places: str
    change: Callable[[Random], Options]


def _dates(form: str, tag: int) -> bytes:
    years = (NOW.replace(year=NOW.year + step, day=1) for step in (-1, 1))
    return der(0x30, b"".join(der(tag, moment.strftime(form).encode()) for moment in years))


def _one(*choices: Any) -> Callable[[Random], Any]:
    return lambda random: random.choice(choices)


def _constraints(kind: str) -> Callable[[Random], Options]:
    """nameConstraints of one or two bases, near the names that leaves have here and far from them."""
    bases = (
        "example", ".example", "server.example", "www.server.example", "other.example", "test", "192.0.2.0/24", "198.51.100.0/24", "2001:db8::/32",
        "email:example", "email:user@server.example", "email:other.example", "uri:server.example", "uri:.example", "uri:other.example",
        "directory:Matrix Trust", "directory:Elsewhere", "dns:", "xn--bcher-kva.example",
    )  # fmt: skip

    def change(random: Random) -> Options:
        chosen = [base(text) for text in random.sample(bases, random.choice((1, 1, 2, 3)))]
        return {"permitted": subtrees(**{kind: chosen}), **({"critical_permitted": False} if random.random() < 0.2 else {})}

    return change


def _plain(fault: str, places: str, *choices: Options) -> Fault:
    return Fault(fault, places, _one(*choices))


DATES = (
    _plain("expired", "lmr", {"after": -1.0}, {"after": -0.001}, {"before": -4000.0, "after": -700.0}),
    _plain("not-yet-valid", "lmr", {"before": 2.0}, {"before": 0.2}),
    _plain("dates-swapped", "l", {"before": 20.0, "after": 10.0}),
    _plain("dates-odd", "lm", {"dates": _dates("%y%m%d%H%MZ", 0x17)}, {"dates": _dates("%Y%m%d%H%M%SZ", 0x18)}),
)
USAGES = (
    _plain("usage-none", "lmr", {"usage": None}),
    _plain("usage-other", "l", *({"usage": usage(*bits)} for bits in (_COMMITS, ("key_agreement",), ("key_encipherment",), ("data_encipherment",), ()))),
    _plain("usage-signs-certificates", "l", {"usage": usage("digital_signature", "key_cert_sign")}, {"usage": usage("key_cert_sign")}),
    _plain("usage-no-cert-sign", "mr", {"usage": usage("digital_signature", "crl_sign")}, {"usage": usage("crl_sign")}, {"usage": usage()}),
    _plain("usage-not-critical", "lmr", {"critical_usage": False}),
    _plain("usage-malformed", "lmr", {"usage": b"\x04\x01\x80"}, {"usage": b""}, {"usage": b"\x03\x02\x00\x87"}, {"usage": b"\x03\x03\x07\x80\x00"}),
)
PURPOSES = (
    _plain("purpose-none", "l", {"extended": None}),
    _plain("purpose-any", "lmr", {"extended": extended("any")}, {"extended": extended("any", "email")}),
    _plain("purpose-wrong", "lmr", *({"extended": extended(*which)} for which in (("client",), ("email",), ("code", "email"), ("1.3.6.1.4.1.55555.2",)))),
    _plain("purpose-step-up", "lm", {"extended": extended("2.16.840.1.113730.4.1")}, {"extended": extended("1.3.6.1.4.1.311.10.3.3")}),
    _plain("purpose-several", "lmr", {"extended": extended("server", "client")}, {"extended": extended("server", "any")}),
    _plain("purpose-empty", "lm", {"extended": extended()}),
    _plain("purpose-critical", "lm", {"extended": extended("server"), "critical_extended": True}),
    _plain("purpose-malformed", "lm", {"extended": b"\x30\x03\x02\x01\x01"}, {"extended": b"\x30\x04\x06\x02"}),
)
BASIC = (
    _plain("constraints-none", "lmr", {"constraints": None}),
    _plain("no-authority", "mr", {"constraints": constraints(False)}),
    _plain("an-authority", "l", {"constraints": constraints(True)}, {"constraints": constraints(True), "usage": usage("digital_signature", "key_cert_sign")}),
    _plain("path-length", "mr", *({"path_length": length} for length in (0, 0, 1, 2))),
    _plain("path-length-without-authority", "l", {"constraints": bytes.fromhex("3003020100")}),
    _plain("path-length-negative", "mr", {"constraints": bytes.fromhex("30060101ff0201ff")}),
    _plain("constraints-not-critical", "lmr", {"critical_constraints": False}),
    _plain("constraints-default", "l", {"constraints": bytes.fromhex("3003010100")}),
    _plain("constraints-malformed", "lmr", *({"constraints": content} for content in _NO_BASIC)),
)
IDENTIFIERS = (
    _plain("authority-key-none", "lm", {"authority_key": None}),
    _plain("subject-key-none", "lmr", {"subject_key": None}),
    _plain("authority-key-wrong", "lmr", {"authority_key": _ANOTHER_KEY}),
    _plain("subject-key-wrong", "lm", {"subject_key": der(0x04, bytes(20))}),
    _plain("authority-key-issuer-wrong", "lm", {"authority_key": _ELSEWHERE}),
    _plain("authority-key-critical", "lm", {"critical_authority_key": True}),
    _plain("subject-key-critical", "lm", {"critical_subject_key": True}),
    _plain("authority-key-malformed", "lm", {"authority_key": b"\x04\x02ab"}, {"authority_key": b"\x30\x00"}),
)
CRITICAL = (
    _plain("unknown-critical", "lmr", {"extra": _CRITICAL_UNKNOWN}),
    _plain("unknown", "lm", {"extra": [("private", False, b"\x05\x00")]}),
    _plain("must-staple", "lm", {"features": bytes.fromhex("3003020105")}, {"features": bytes.fromhex("3003020105"), "critical_features": True}),
    _plain("precertificate", "l", {"extra": [("1.3.6.1.4.1.11129.2.4.3", True, b"\x05\x00")]}),
    _plain("extension-twice", "lm", {"extra": [("usage", True, usage("digital_signature"))]}, {"extra": [("private", False, b"\x05\0")] * 2}),
    _plain("constraints-in-leaf", "l", {"permitted": subtrees(permitted=[base("example")])}),
)
NAMED = (
    Fault("names-permitted", "mr", _constraints("permitted")),
    Fault("names-excluded", "mr", _constraints("excluded")),
    _plain("names-constraints-odd", "mr", *({"permitted": content} for content in _NO_CONSTRAINTS)),
)
POLICIES = (
    _plain("policy", "lm", {"policies": bytes.fromhex("300a3008060667810c010201")}),
    _plain("policy-required", "m", {"policy_constraints": bytes.fromhex("3003800100")}, {"policy_constraints": bytes.fromhex("3003800101")}),
    _plain("policy-mapping", "m", {"policy_constraints": bytes.fromhex("3003810100")}),
    _plain("policy-any-inhibited", "m", {"inhibit_any": bytes.fromhex("020100")}),
    _plain("policies-malformed", "lm", {"policies": bytes.fromhex("3003020101")}, {"policies": b"\x30\x00"}),
)
KEYS = (
    _plain("key-weak", "l", *({"key": kind} for kind in ("rsa512", "rsa1024", "rsa-exponent-1", "rsa-exponent-3", "ecdsa-p192"))),
    _plain("key-weak-authority", "mr", {"key": "rsa1024"}),
    _plain("key-odd", "l", {"key": "secp256k1"}, {"key": "dsa"}, {"key": "ed448"}),
    _plain("key-unknown", "l", {"raw_key": _KEY_OF_NOTHING}),
)
BYTES = (
    _plain("serial-odd", "lmr", *({"serial": number} for number in (0, -5, 1 << 161, 1 << 315, 1))),
    _plain("version-1", "lmr", {"version": 1}, {"version": 1, "extensions_all_the_same": True}),
    _plain("version-odd", "lm", {"version": 2, "extensions_all_the_same": True}, {"version": 4}),
    _plain("signature-damaged", "lmr", {"damaged": True}),
    _plain("names-malformed", "l", *({"names": (), "extra": extra} for extra in _NO_NAMES)),
    _plain("subject-empty", "lm", {"subject": der(0x30, b"")}, {"subject": der(0x30, b""), "critical_names": True}),
    _plain("names-critical", "l", {"critical_names": True}),
    _plain("names-empty", "l", {"names": (), "extra": [("names", False, alternative())]}),
)
SHA1 = "signature-weak"
"""Depends on the issuer's key: `random_chains` makes it."""

FAULTS: tuple[tuple[Fault, ...], ...] = (DATES, USAGES, PURPOSES, BASIC, IDENTIFIERS, CRITICAL, NAMED, POLICIES, KEYS, BYTES)
"""By family: a family is drawn first, so that large ones do not crowd out small ones."""
