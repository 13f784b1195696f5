"""Primes for keys that are bad on purpose: neighbours, and those of Infineon's RSALib (CVE-2017-15361)."""

from __future__ import annotations

import math
import random

_SMALL = [number for number in range(3, 2000, 2) if all(number % divisor for divisor in range(3, int(number**0.5) + 1, 2))]
_ROCA_MODULUS = math.prod([2, *(number for number in _SMALL if number <= 167)])
"""The product of the first 39 primes, which RSALib took for keys of 512 to 960 bits; its longer ones contain it."""


def is_prime(number: int) -> bool:
    """Miller and Rabin, with fixed bases: enough for test keys."""
    if any(number % prime == 0 for prime in _SMALL):
        return number in _SMALL
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, base, odd, twos) for base in (2, 3, 5, 7, 11))


def _passes(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    return any((power := power * power % number) == number - 1 for _ in range(twos - 1))


def after(number: int) -> int:
    """The first prime from here upwards."""
    number |= 1
    while not is_prime(number):
        number += 2
    return number


def roca_prime(bits: int, seed: int) -> int:
    """A prime of the form k*M + 65537**a mod M."""
    chance = random.Random(seed)
    while True:
        rest = pow(65537, chance.randrange(1 << 64), _ROCA_MODULUS)
        number = chance.randrange((1 << bits - 1) // _ROCA_MODULUS, (1 << bits) // _ROCA_MODULUS) * _ROCA_MODULUS + rest
        if is_prime(number):
            return number
