"""Chains without a fault, chains out of date, and chains that are sent in an odd way."""

from __future__ import annotations

from collections.abc import Sequence

from .case import Family, three
from .making import NAME, Made, made

HEALTHY, DATES, SENDING = Family("healthy"), Family("dates"), Family("sending")
Graph = tuple[Sequence[Made], Sequence[Made]]

HEALTHY.changed("plain", "Leaf, intermediate and root, as they should be.")
HEALTHY.changed("rsa", "All keys are RSA of 2048 bits.", leaf={"key": "rsa"}, middle={"key": "rsa"}, root={"key": "rsa"})
HEALTHY.changed("p384", "All keys are on P-384.", leaf={"key": "ecdsa-p384"}, middle={"key": "ecdsa-p384"}, root={"key": "ecdsa-p384"})
HEALTHY.changed("p521", "All keys are on P-521.", leaf={"key": "ecdsa-p521"}, middle={"key": "ecdsa-p521"}, root={"key": "ecdsa-p521"})
HEALTHY.changed("ed25519", "The leaf has an Ed25519 key.", leaf={"key": "ed25519"})
HEALTHY.changed("ed25519-throughout", "All keys are Ed25519.", leaf={"key": "ed25519"}, middle={"key": "ed25519"}, root={"key": "ed25519"})
HEALTHY.changed("pss-signed", "The leaf is signed with RSASSA-PSS.", leaf={"algorithm": "pss-sha256"}, middle={"key": "rsa"})
HEALTHY.changed("mixed-keys", "An RSA leaf below an ECDSA authority.", leaf={"key": "rsa"})
HEALTHY.changed("wildcard", "A wildcard covers the host.", leaf={"names": ("*.server.example",)}, host="www.server.example")
HEALTHY.changed("address", "The host is an address, and the certificate has it.", leaf={"names": ("192.0.2.7",)}, host="192.0.2.7")
HEALTHY.changed("address-6", "The same with an IPv6 address.", leaf={"names": ("2001:db8::7",)}, host="2001:db8::7")
HEALTHY.changed("name-in-capitals", "The certificate has the name in capitals.", leaf={"names": ("SERVER.Example",)})


def deep(depth: int) -> Graph:
    """A chain with so many intermediates."""
    root = made("Matrix Root CA", authority=True)
    above = [root]
    for number in range(depth):
        above.append(made(f"Matrix Level {number} CA", by=above[-1], authority=True))
    return [made(NAME, by=above[-1], names=(NAME,)), *reversed(above[1:])], [root]


for _depth in (0, 2, 3, 6):
    HEALTHY.graph(f"depth-{_depth}", f"{_depth} intermediates between leaf and root.")(lambda _depth=_depth: deep(_depth))  # type: ignore[misc]

DATES.changed("leaf-expired", "The leaf has expired.", leaf={"after": -1})
DATES.changed("leaf-not-yet-valid", "The leaf is not yet valid.", leaf={"before": 2})
DATES.changed("intermediate-expired", "The intermediate has expired.", middle={"after": -1})
DATES.changed("intermediate-not-yet-valid", "The intermediate is not yet valid.", middle={"before": 2})
DATES.changed("root-expired", "The root in the store has expired.", root={"before": -4000, "after": -1})
DATES.changed("root-not-yet-valid", "The root in the store is not yet valid.", root={"before": 2})
DATES.changed("all-expired", "Everything has expired.", leaf={"after": -1}, middle={"after": -1}, root={"before": -4000, "after": -1})
DATES.changed("leaf-of-ten-years", "The leaf is valid for ten years.", leaf={"after": 3650})
DATES.changed("leaf-outlives-issuer", "The leaf is valid for longer than its issuer.", leaf={"after": 300}, middle={"after": 100})
DATES.changed("dates-swapped", "The leaf ends before it begins.", leaf={"before": 20, "after": 10})
DATES.changed("year-2070", "The root is valid until 2070.", root={"after": 16000})


@SENDING.graph("wrong-order", "Two intermediates the wrong way round.")
def _wrong_order() -> Graph:
    (leaf, lower, upper), store = deep(2)
    return [leaf, upper, lower], store


@SENDING.graph("upside-down", "Root, two intermediates in reverse order, after the leaf.")
def _upside_down() -> Graph:
    (leaf, lower, upper), store = deep(2)
    return [leaf, *store, upper, lower], store


@SENDING.graph("intermediate-twice", "The intermediate is sent twice.")
def _twice() -> Graph:
    found = three()
    return [found.leaf, found.middle, found.middle], [found.root]


@SENDING.graph("leaf-twice", "The leaf is sent twice.")
def _leaf_twice() -> Graph:
    found = three()
    return [found.leaf, found.leaf, found.middle], [found.root]


@SENDING.graph("root-sent", "The root is sent along.")
def _root_sent() -> Graph:
    found = three()
    return [found.leaf, found.middle, found.root], [found.root]


@SENDING.graph("extra-root-sent", "A root of somebody else is sent along.")
def _extra_root() -> Graph:
    found = three()
    return [found.leaf, found.middle, made("Stranger Root CA", authority=True)], [found.root]


@SENDING.graph("extra-between", "A certificate that has nothing to do with it stands between leaf and intermediate.")
def _extra_between() -> Graph:
    found = three()
    return [found.leaf, made("Stranger Root CA", authority=True), found.middle], [found.root]


@SENDING.graph("extra-unreadable", "Twelve bytes that are no certificate are sent last.")
def _extra_unreadable() -> Graph:
    found = three()
    return [found.leaf, found.middle, _garbage()], [found.root]


def _garbage() -> Made:
    return Made(der=bytes.fromhex("300a02010102010202010300"[:24]), subject=b"", issuer=b"", serial=0, key=None, key_id=b"")


@SENDING.graph("intermediate-missing", "The intermediate is not sent.")
def _missing() -> Graph:
    found = three()
    return [found.leaf], [found.root]


@SENDING.graph("intermediate-in-the-store", "The intermediate is not sent, and is in the store beside the root.")
def _in_the_store() -> Graph:
    found = three()
    return [found.leaf], [found.root, found.middle]


@SENDING.graph("intermediate-alone-in-the-store", "The intermediate is trusted, and its root is not.")
def _alone() -> Graph:
    found = three()
    return [found.leaf, found.middle], [found.middle]


@SENDING.graph("unknown-authority", "The root is not in the store.")
def _unknown() -> Graph:
    found = three()
    return [found.leaf, found.middle], [made("Stranger Root CA", authority=True)]


@SENDING.graph("unknown-authority-sent", "The root is sent, and is not in the store.")
def _unknown_sent() -> Graph:
    found = three()
    return [found.leaf, found.middle, found.root], [made("Stranger Root CA", authority=True)]


@SENDING.graph("host-is-another", "The certificate is for another host.")
def _another() -> Graph:
    found = three(leaf={"names": ("other.example",)})
    return [found.leaf, found.middle], [found.root]
