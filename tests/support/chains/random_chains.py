"""Chains that nobody chose: any depth, keys, hosts and stores, with several faults at a time. The same seed has the same faults (keys and signatures are new).

`random_chain(seed)` is a row like those of the matrix, and the faults that were put into it, as "place:fault" ("leaf:expired", "authority 1:usage-none").
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

import attrs

from .case import Chain, Options
from .making import NAME, Made, made, name
from .random_faults import FAULTS, SHA1

_HOW_MANY = (0, 1, 1, 1, 2, 2, 2, 3, 3, 4)
_DEPTHS = (0, 1, 1, 1, 1, 2, 2, 2, 3, 4, 5)
_KEYS = ("ecdsa",) * 6 + ("rsa",) * 3 + ("ecdsa-p384", "ecdsa-p521", "ed25519")
_WEAK = {"rsa": ("rsa-sha1", "rsa-md5"), "ecdsa": ("ecdsa-sha1",)}
_RSA_KEYS = 6
_HOSTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    *((NAME, (NAME,)),) * 8,
    ("www.server.example", ("*.server.example",)),
    ("www.server.example", ("server.example", "*.server.example")),
    ("192.0.2.7", ("192.0.2.7",)),
    ("2001:db8::7", (NAME, "2001:db8::7")),
    ("xn--bcher-kva.example", ("xn--bcher-kva.example",)),
    ("my_server.example", ("my_server.example",)),
    ("SERVER.example", ("server.EXAMPLE",)),
    ("server.example.", (NAME,)),
    (NAME, (NAME, "email:user@server.example", "uri:https://server.example/")),
    (NAME, (NAME, "directory:Matrix Trust")),
)
_WRONG_HOSTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (NAME, ("other.example",)),
    (NAME, ()),
    (NAME, ("server.example.",)),
    (NAME, ("*.server.example",)),
    (NAME, ("*.example",)),
    (NAME, ("email:user@server.example",)),
    (NAME, ("uri:https://server.example/",)),
    (NAME, ("192.0.2.7",)),
    (NAME, ("s*.example", "ser*er.example")),
    (NAME, (NAME, "bad name.example", "-bad.example")),
    (NAME, (NAME, "")),
    (NAME, (NAME, ".server.example")),
    ("www.server.example", ("www.*.example",)),
    ("a.b.server.example", ("*.server.example", "*.b.server.example.")),
    ("192.0.2.7", ("dns:192.0.2.7",)),
    ("192.0.2.7", ()),
    ("2001:db8::7", ("2001:db8::8", NAME)),
    ("xn--bcher-kva.example", ("*.example", "xn--*.example")),
    ("my_server.example", ("*.example", "my-server.example")),
    ("my_server.a.example", ("*.a.example",)),
    ("server.example.", ("server.example.",)),
    (NAME, (NAME, "s\xe9rver.example")),
    (NAME, (NAME + "\0.test", NAME)),
)


@attrs.frozen(kw_only=True)
class RandomChain:
    """A row, and what was done to it."""

    chain: Chain
    faults: tuple[str, ...]


@attrs.define(kw_only=True)
class _Draft:
    """A chain in the making: `levels` of options from the root down to the leaf, then what is sent (leaf first) and trusted."""

    random: Random
    levels: list[Options]
    host: str = NAME
    faults: list[str] = attrs.field(factory=list)
    whole: list[Made] = attrs.field(factory=list)
    sent: list[Made] = attrs.field(factory=list)
    store: list[Made] = attrs.field(factory=list)

    def build(self) -> None:
        """The certificates, root first; then what a server would send, and the root trusted."""
        for depth, options in enumerate(self.levels):
            above = self.whole[-1] if self.whole else None
            self.whole.append(self.level(depth, above, options))
        self.sent, self.store = [*reversed(self.whole[1:])], [self.whole[0]]

    def level(self, depth: int, above: Made | None, options: Options) -> Made:
        """A certificate of the chain by an issuer."""
        if depth == len(self.levels) - 1:
            return made(options.get("label", self.host), by=above, **{key: value for key, value in options.items() if key != "label"})
        return made("Matrix Root CA" if depth == 0 else f"Matrix Level {depth} CA", by=above, authority=True, **options)


def random_chain(seed: int) -> RandomChain:
    """The chain of a seed."""
    random = Random(seed)
    depth = random.choice(_DEPTHS)
    draft = _Draft(random=random, levels=[_key(random, number) for number in range(depth + 2)])
    _choose_host(draft)
    wanted = random.choice(_HOW_MANY)
    structural = [random.random() < 0.35 for _ in range(wanted)]
    for _ in range(structural.count(False)):
        _spoil(draft)
    draft.build()
    for _ in range(structural.count(True)):
        change = random.choice(_CHANGES)
        if change(draft):
            draft.faults.append(f"sent:{change.__name__.strip('_').replace('_', '-')}")
    about = ", ".join(draft.faults) or "nothing"
    chain = Chain(
        name=f"random-{seed}", family="random", about=about, host=draft.host,
        sent=tuple(item.der for item in draft.sent), store=tuple(item.der for item in draft.store),
    )  # fmt: skip
    return RandomChain(chain=chain, faults=tuple(draft.faults))


def random_chains(first: int, count: int) -> Iterator[RandomChain]:
    """The chains of so many seeds."""
    return (random_chain(seed) for seed in range(first, first + count))


def _key(random: Random, number: int) -> Options:
    kind = random.choice(_KEYS)
    # RSA keys are slow to make: a few serve for all chains, none twice in one
    return {"key": kind, **({"key_label": f"key of level {number}"} if kind == "rsa" else {})}


def _choose_host(draft: _Draft) -> None:
    wrong = draft.random.random() < 0.2
    draft.host, names = draft.random.choice(_WRONG_HOSTS if wrong else _HOSTS)
    draft.levels[-1]["names"] = names
    if draft.random.random() < 0.15:
        draft.levels[-1]["subject"] = name(draft.random.choice((NAME, "Something else", "other.example", "192.0.2.7")), None)
    if wrong:
        draft.faults.append("leaf:names")


def _spoil(draft: _Draft) -> None:
    """One fault of one certificate."""
    random = draft.random
    depth = random.choice((len(draft.levels) - 1, *range(len(draft.levels))))
    place = "r" if depth == 0 else "l" if depth == len(draft.levels) - 1 else "m"
    where = {"r": "root", "l": "leaf"}.get(place, f"authority {depth}")
    options = draft.levels[depth]
    if random.random() < 0.05 and depth > 0:
        above = draft.levels[depth - 1]
        if above["key"] in _WEAK:
            options["algorithm"] = random.choice(_WEAK[above["key"]])
            draft.faults.append(f"{where}:{SHA1}")
        return
    fault = random.choice([item for item in random.choice(FAULTS) if place in item.places] or [None])
    if fault is None:
        return
    change = dict(fault.change(random))
    if "version" in change:
        options.pop("extensions_all_the_same", None)
    if "extra" in change and "extra" in options:
        change["extra"] = [*options["extra"], *change["extra"]]
    if "key" in change or "raw_key" in change:
        options.pop("key_label", None)
        _forget_algorithms(draft, depth)
    options.update(change)
    draft.faults.append(f"{where}:{fault.name}")


def _forget_algorithms(draft: _Draft, depth: int) -> None:
    """A key that changes takes back what was chosen for it."""
    for below in draft.levels[depth : depth + 2]:
        if below.pop("algorithm", None) is not None:
            draft.faults[:] = [fault for fault in draft.faults if not fault.endswith(SHA1)]


# What is sent, and what is trusted


def _alone(draft: _Draft) -> bool:
    """The server's certificate has signed itself, and is trusted or not."""
    options = {key: value for key, value in draft.levels[-1].items() if key != "algorithm"}
    if options["key"] in ("rsa512", "rsa-exponent-1", "rsa-exponent-3"):
        return False
    leaf = draft.level(len(draft.levels) - 1, None, options)
    draft.sent, draft.store = [leaf], [leaf] if draft.random.random() < 0.6 else draft.store
    return True


def _missing(draft: _Draft) -> bool:
    if len(draft.sent) < 2:
        return False
    draft.sent.pop(draft.random.randrange(1, len(draft.sent)))
    return True


def _order(draft: _Draft) -> bool:
    rest = draft.sent[1:]
    draft.random.shuffle(rest)
    draft.sent[1:] = rest
    return len(rest) > 1


def _duplicate(draft: _Draft) -> bool:
    draft.sent.insert(draft.random.randrange(1, len(draft.sent) + 1), draft.random.choice(draft.sent))
    return True


def _extra(draft: _Draft) -> bool:
    stranger = made("Stranger Root CA", authority=True)
    other = draft.random.choice((stranger, made("stranger.example", by=stranger, names=("stranger.example",))))
    draft.sent.insert(draft.random.randrange(1, len(draft.sent) + 1), other)
    return True


def _unreadable(draft: _Draft) -> bool:
    garbage = Made(der=bytes.fromhex("300a02010102010202010300"), subject=b"", issuer=b"", serial=0, key=None, key_id=b"")
    draft.sent.insert(draft.random.randrange(1, len(draft.sent) + 1), garbage)
    return True


def _root_sent(draft: _Draft) -> bool:
    draft.sent.append(draft.whole[0])
    return True


def _trailing(draft: _Draft) -> bool:
    at = draft.random.randrange(len(draft.sent))
    draft.sent[at] = attrs.evolve(draft.sent[at], der=draft.sent[at].der + b"\x05\x00")
    return True


def _at_authority(draft: _Draft) -> int:
    return draft.random.randrange(0, len(draft.whole) - 1)


def _namesake(draft: _Draft) -> bool:
    """An authority of the same name with another key, in its place or beside it."""
    depth = _at_authority(draft)
    old = draft.whole[depth]
    above = draft.whole[depth - 1] if depth else None
    bare: Options = {"subject_key": None, "authority_key": None} if draft.random.random() < 0.3 else {}
    new = made(f"other key {depth}", by=above, subject=old.subject, authority=True, **bare)
    return _beside(draft, old, new, alone=draft.random.random() < 0.3)


def _renewed(draft: _Draft) -> bool:
    """The same authority with other dates and the same key."""
    depth = _at_authority(draft)
    options = {**draft.levels[depth], "serial": 77, **draft.random.choice(({"after": -2.0}, {"before": 3.0}, {"after": 200.0}, {"after": 9000.0}))}
    options.pop("dates", None)
    again = draft.level(depth, draft.whole[depth - 1] if depth else None, options)
    return _beside(draft, draft.whole[depth], again, alone=False)


def _crossed(draft: _Draft) -> bool:
    """An authority is certified by another root as well, which may be trusted too, or alone, or not at all."""
    random, depth = draft.random, _at_authority(draft)
    other = made("Matrix Old Root CA", authority=True, **random.choice(({}, {}, {"before": -4000.0, "after": -2.0})))
    options = {key: value for key, value in draft.levels[depth].items() if key in ("key", "key_label", "path_length", "permitted")}
    crossed = draft.level(depth, other, {**options, "serial": 99, **random.choice(({}, {}, {"before": -4000.0, "after": -2.0}))})
    draft.sent.insert(random.randrange(1, len(draft.sent) + 1), crossed)
    trusted = random.choice((1, 2, 3, 4))
    if trusted < 4:
        draft.store = {1: [other], 2: [other, *draft.store], 3: [*draft.store, other]}[trusted]
    if random.random() < 0.2:
        draft.sent.append(other)
    return True


def _beside(draft: _Draft, old: Made, new: Made, *, alone: bool) -> bool:
    pile = draft.store if old in draft.store else draft.sent
    if old not in pile:
        return False
    at = pile.index(old)
    pile[at : at + 1] = [new] if alone else [new, old] if draft.random.random() < 0.5 else [old, new]
    return True


def _untrusted(draft: _Draft) -> bool:
    draft.store = [made("Stranger Root CA", authority=True)]
    return True


def _several_roots(draft: _Draft) -> bool:
    draft.store = [made("Stranger Root CA", authority=True), *draft.store, made("Third Root CA", authority=True)]
    return True


def _authority_trusted(draft: _Draft) -> bool:
    """An authority between is trusted, beside the root or in its place."""
    if len(draft.whole) < 3:
        return False
    item = draft.whole[draft.random.randrange(1, len(draft.whole) - 1)]
    draft.store = [item] if draft.random.random() < 0.5 else [*draft.store, item]
    return True


def _leaf_trusted(draft: _Draft) -> bool:
    draft.store = [draft.whole[-1]] if draft.random.random() < 0.5 else [*draft.store, draft.whole[-1]]
    return True


_CHANGES: tuple[Callable[[_Draft], bool], ...] = (
    _alone, _missing, _order, _duplicate, _extra, _unreadable, _root_sent, _trailing, _namesake, _renewed, _crossed, _untrusted, _several_roots,
    _authority_trusted, _leaf_trusted,
)  # fmt: skip
