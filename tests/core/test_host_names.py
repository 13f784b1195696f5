"""Host names in A-labels: what the standard takes, what clients look up beyond it, and what is no name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tlsdiag.certificates import match_host, read_certificate
from tlsdiag.host_names import a_labels
from tlsdiag.network.resolve import _invalid
from tlsdiag.target import Target
from tlsdiag.testing import Authority


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("www.Example", "www.Example"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("BÜCHER.example.", "xn--bcher-kva.example."),
        ("faß.example", "xn--fa-hia.example"),
        ("i❤.example", "xn--i-7iq.example"),
        ("☃.example.", "xn--n3h.example."),
        ("bücher.☃.example", "xn--bcher-kva.xn--n3h.example"),
        ("☃。example", "xn--n3h.example"),
    ],
)
def test_a_name_is_written_as_clients_look_it_up(name: str, wanted: str) -> None:
    assert a_labels(name) == wanted


NO_NAMES = [
    "☃⁂..example", "-☃.example", "☃-.example", "☃" * 70 + ".example", "☃\u200d.example", "ä b.example", "ä/☃.example", "1א.☃", "\u0301a.example", "ä_☃.x",
]  # fmt: skip


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_nobody_looks_up_is_no_name(name: str) -> None:
    with pytest.raises(ValueError):
        a_labels(name)
    assert _invalid(name) is not None


@given(st.text(max_size=40))
def test_any_text_gives_ascii_or_a_value_error(name: str) -> None:
    try:
        assert a_labels(name).isascii()
    except ValueError:
        pass


def test_a_host_of_symbols_is_found_in_its_certificate() -> None:
    found = read_certificate(Authority.root(number=300).issue("xn--i-7iq.example").der)
    assert match_host(found, "i❤.example").matched and not match_host(found, "i☃.example").matched
    assert Target.parse("i❤.example").reference_name == "xn--i-7iq.example"
    assert _invalid("i❤.example") is None
