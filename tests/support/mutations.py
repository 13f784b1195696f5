"""Damaged certificates without end, from a seed: bytes and whole elements changed, taken out, doubled, moved between certificates.

`mutants(corpus, seed)` yields them; `hostile()` are single ones that are large or deep on purpose. The same seed gives the same certificates.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

import attrs
import certifi
from der import (
    EKU,
    NAME_CONSTRAINTS,
    NULL,
    POLICIES,
    SAN,
    alternative,
    bits,
    certificate,
    common_name,
    dns,
    element,
    extension,
    indefinite,
    integer,
    name,
    octets,
    oid,
    seq,
    set_of,
    text,
)

from tlsdiag.certificates import DerError, pem_to_der
from tlsdiag.certificates.der import read_header
from tlsdiag.testing import Authority, self_signed

_MOST_ELEMENTS = 400


@attrs.frozen
class Place:
    """Where an element lies in a certificate."""

    start: int
    content: int
    end: int


def places(data: bytes) -> list[Place]:
    """The elements of a certificate, also those inside the values of extensions and of keys."""
    found: list[Place] = []
    waiting = [(0, len(data))]
    while waiting and len(found) < _MOST_ELEMENTS:
        at, stop = waiting.pop()
        try:
            while at < stop:
                head = read_header(data, at, stop)
                found.append(Place(at, head.start, head.end))
                if head.tag & 0x20 or (head.tag == 0x04 and data[head.start : head.start + 1] in (b"\x30", b"\x04", b"\x03")):
                    waiting.append((head.start, head.stop))
                at = head.end
        except DerError:
            continue
    return found


def _flip(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _number in range(dice.choice((1, 1, 1, 2, 4, 16))):
        changed[dice.randrange(len(changed))] ^= 1 << dice.randrange(8)
    return bytes(changed)


def _byte(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + bytes([dice.choice((0, 1, 0x7F, 0x80, 0x81, 0x84, 0xFF, 0x30, 0x1F))]) + data[at + 1 :]


def _cut(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    return data[: dice.randrange(len(data))]


def _insert(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    at = dice.randrange(len(data))
    return data[:at] + dice.randbytes(dice.randrange(1, 20)) + data[at:]


def _element(data: bytes, dice: random.Random) -> Place | None:
    known = places(data)
    return dice.choice(known) if known else None


def _length(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    place = _element(data, dice)
    if place is None:
        return data
    length = dice.choice((b"\0", b"\x80", b"\x7f", b"\x81\x05", b"\x84\xff\xff\xff\xff", b"\x82\0\x10", b"\x88" + b"\0" * 7 + b"\x09"))
    return data[: place.start + 1] + length + data[place.content :]


def _retag(data: bytes, dice: random.Random, _: Sequence[bytes]) -> bytes:
    place = _element(data, dice)
    return data if place is None else data[: place.start] + bytes([dice.randrange(256)]) + data[place.start + 1 :]


def _rebuilt(change: Callable[[bytes, random.Random, Sequence[bytes]], bytes]) -> Callable[[bytes, random.Random, Sequence[bytes]], bytes]:
    """Change one element and write every length around it again, so that the damage is deep and the frame holds."""

    def mutate(data: bytes, dice: random.Random, corpus: Sequence[bytes]) -> bytes:
        place = _element(data, dice)
        if place is None:
            return data
        around = [other for other in places(data) if other.content <= place.start and place.end <= other.end and other != place]
        changed = change(data[place.start : place.end], dice, corpus)
        start, end = place.start, place.end
        for other in sorted(around, key=lambda item: item.end - item.start):
            changed = element(data[other.start], data[other.content : start], changed, data[end : other.end])
            start, end = other.start, other.end
        return changed

    return mutate


def _donor(dice: random.Random, corpus: Sequence[bytes]) -> bytes:
    other = dice.choice(corpus)
    place = _element(other, dice)
    return NULL if place is None else other[place.start : place.end]


MUTATIONS: tuple[Callable[[bytes, random.Random, Sequence[bytes]], bytes], ...] = (
    _flip,
    _byte,
    _cut,
    _insert,
    _length,
    _retag,
    _rebuilt(lambda _item, _dice, _corpus: b""),
    _rebuilt(lambda item, _dice, _corpus: item * 2),
    _rebuilt(lambda item, dice, _corpus: item * dice.randrange(3, 200)),
    _rebuilt(lambda _item, dice, corpus: _donor(dice, corpus)),
    _rebuilt(lambda item, dice, _corpus: element(item[0], dice.randbytes(dice.randrange(40)))),
    _rebuilt(lambda item, dice, _corpus: element(dice.choice((0x30, 0x31, 0xA0, 0xA3, 0x04, 0x24)), item)),
    _rebuilt(lambda item, _dice, _corpus: indefinite(item[0], item[2:])),
    _rebuilt(lambda item, dice, _corpus: _nested(item, dice.randrange(2, 300))),
)


def _nested(item: bytes, depth: int) -> bytes:
    for _ in range(depth):
        item = seq(item)
    return item


def mutants(corpus: Sequence[bytes], *, seed: int) -> Iterator[bytes]:
    """Certificates of the corpus, each changed one to three times."""
    dice = random.Random(seed)
    while True:
        data = dice.choice(corpus)
        for _ in range(dice.choice((1, 1, 2, 3))):
            data = dice.choice(MUTATIONS)(data, dice, corpus) or data
        yield data


def corpus() -> list[bytes]:
    """Real roots, and made certificates with every extension."""
    with open(certifi.where(), "rb") as file:
        roots = pem_to_der(file.read())
    root = Authority.root(number=300)
    made = [root.issue("server.example", "192.0.2.7", "2001:db8::7", key=key).der for key in ("ecdsa", "rsa", "ed25519", "dsa")]
    tree = seq(element(0xA0, seq(dns("example")), seq(element(0x87, bytes([10, 0, 0, 0, 255, 0, 0, 0])))), element(0xA1, seq(element(0xA4, common_name("D")))))
    rich = certificate(
        extensions=[
            alternative(dns("a.example"), element(0xA4, common_name("D")), element(0x87, bytes(16)), element(0x86, b"http://a.example/")),
            extension(NAME_CONSTRAINTS, tree),
            extension(POLICIES, seq(seq(oid("2.23.140.1.2.1")))),
            extension("2.5.29.33", seq(seq(oid("1.2.3"), oid("1.2.4")))),
            extension("2.5.29.35", seq(element(0x80, b"k"), element(0xA1, element(0xA4, common_name("I"))), element(0x82, b"\1"))),
            extension("1.3.6.1.4.1.11129.2.4.2", octets(b"\0\x04\0\x02ab")),
            extension("1.3.6.1.5.5.7.1.24", seq(integer(5))),
            extension("2.5.29.16", seq(element(0x80, b"20250101000000Z"))),
        ]
    )
    return [*roots, *made, rich, self_signed("self.example").der]


def _many(count: int, make: Callable[[int], bytes]) -> list[bytes]:
    return [make(number) for number in range(count)]


def hostile() -> dict[str, bytes]:
    """Certificates that are large, wide or deep, to cost time."""
    modulus = seq(element(2, b"\x7f" * 500_000), element(2, b"\x7f" * 400_000))
    return {
        "10,000 names": certificate(extensions=[alternative(*_many(10_000, lambda number: dns(f"host-{number}.example.com")))]),
        "20,000 names": certificate(extensions=[alternative(*_many(20_000, lambda number: dns(f"host-{number}.example.com")))]),
        "10,000 bad names": certificate(extensions=[alternative(*_many(10_000, lambda number: dns(f"ho st-{number}.example.com")))]),
        "10,000 directory names": certificate(extensions=[alternative(*_many(10_000, lambda number: element(0xA4, common_name(f"n{number}"))))]),
        "long directory names": certificate(
            extensions=[alternative(*_many(1_500, lambda _: element(0xA4, seq(*[set_of(seq(oid("2.5.4.3"), text("x")))] * 50))))]
        ),
        "1 MB of an unknown extension": certificate(extensions=[extension("1.2.3.4", bytes(1_000_000))]),
        "500,000 names without a kind": certificate(extensions=[extension(SAN, seq(NULL * 500_000))]),
        "500,000 elements": certificate(rest=seq(NULL * 500_000)),
        "80,000 parts of a name": certificate(subject=name(*_many(80_000, lambda number: ("2.5.4.3", text(f"n{number}"))))),  # type: ignore[arg-type]
        "9,000 values in one part": certificate(subject=seq(set_of(*_many(9_000, lambda number: seq(oid("2.5.4.3"), text(f"n{number}")))))),
        "10,000 policies": certificate(extensions=[extension(POLICIES, seq(*_many(10_000, lambda number: seq(oid(f"1.2.3.{number}")))))]),
        "10,000 usages": certificate(extensions=[extension(EKU, seq(*_many(10_000, lambda number: oid(f"1.2.3.{number}"))))]),
        "10,000 extensions": certificate(extensions=_many(10_000, lambda number: extension(f"1.2.3.{number}", b""))),
        "seven wide extensions": certificate(
            extensions=[extension(f"2.5.29.{last}", seq(NULL * 4_000)) for last in (9, 31, 32, 33, 36, 46, 54)]
        ),
        "10,000 subtrees": certificate(
            extensions=[extension(NAME_CONSTRAINTS, seq(element(0xA0, *_many(10_000, lambda number: seq(dns(f"n{number}.example"))))))]
        ),
        "an endless identifier": certificate(extensions=[extension(EKU, seq(element(6, b"\xff" * 500_000 + b"\1")))]),
        "a serial number of 1 MB": certificate(serial=element(2, b"\x7f" * 1_000_000)),
        "a modulus of 500 kB": certificate(key=seq(seq(oid("1.2.840.113549.1.1.1"), NULL), bits(modulus))),
        "20,000 timestamps": certificate(extensions=[extension("1.3.6.1.4.1.11129.2.4.2", octets((60_000).to_bytes(2, "big"), b"\0\1a" * 20_000))]),
        "3,000 levels": certificate(rest=_nested(NULL, 3_000)),
        "200,000 open levels": certificate(rest=b"\x30\x80" * 200_000),
        "300,000 indefinite elements": certificate(rest=indefinite(0x30, indefinite(0x30, NULL * 1_500) * 200)),
        "long open tags": certificate(rest=b"\x3f\x81\x80\x01\x80" * 100_000),
    }
