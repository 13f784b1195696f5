"""Answers are remembered by their number, and those about large certificates by a few."""

from __future__ import annotations

from tlsdiag.certificates import read_certificate
from tlsdiag.certificates.remembering import LARGE, LARGE_ONES, remembered
from tlsdiag.testing import Authority


def counting(most: int) -> tuple[list[bytes], object]:
    asked: list[bytes] = []

    @remembered(most)
    def first_byte(data: bytes) -> bytes:
        asked.append(data)
        return data[:1]

    return asked, first_byte


def test_a_small_question_is_answered_once() -> None:
    asked, first_byte = counting(100)
    questions = [bytes([number]) * 10 for number in range(50)]
    for question in questions * 2:
        assert first_byte(question) == question[:1]  # type: ignore[operator]
    assert asked == questions


def test_of_large_questions_a_few_are_remembered() -> None:
    asked, first_byte = counting(100)
    questions = [bytes([number]) * (LARGE + 1) for number in range(LARGE_ONES + 1)]
    for question in questions * 2:
        assert first_byte(question) == question[:1]  # type: ignore[operator]
    assert asked == questions * 2
    first_byte(questions[-1])  # type: ignore[operator]
    assert len(asked) == 2 * len(questions)


def test_a_forgotten_answer_is_made_again() -> None:
    asked, first_byte = counting(100)
    for _ in range(2):
        first_byte(b"a")  # type: ignore[operator]
        first_byte.cache_clear()  # type: ignore[attr-defined]
    assert asked == [b"a", b"a"]


def test_a_certificate_counts_with_its_der() -> None:
    asked: list[bytes] = []

    @remembered(100)
    def serial(certificate: object) -> int:
        asked.append(b"")
        return id(certificate)

    authority = Authority.root(number=300)
    large = [read_certificate(authority.issue(f"{number}.example", *(f"host-{n}.example" for n in range(1500))).der) for number in range(LARGE_ONES + 1)]
    assert all(len(item.der) > LARGE for item in large)
    for item in large * 2:
        serial(item)
    assert len(asked) == 2 * len(large)
