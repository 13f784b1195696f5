"""Plain data of another shape is refused with the path to it; what is right comes back as it went."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum, IntEnum
from typing import Any, Literal

import attrs
import pytest

from tlsdiag.errors import ReportFormatError
from tlsdiag.serial import from_plain, to_plain


class Colour(Enum):
    RED = "red"


class Level(IntEnum):
    HIGH = 3


@attrs.frozen(kw_only=True)
class Thing:
    name: str
    size: int = attrs.field(default=1, validator=attrs.validators.ge(0))
    colour: Colour | None = None
    level: Level = Level.HIGH
    weights: Mapping[str, float] = attrs.field(factory=dict)
    pair: tuple[int, str] = (1, "x")
    many: tuple[bytes, ...] = ()
    tags: frozenset[str] = frozenset()
    mode: Literal["a", "b"] = "a"
    when: datetime | int | None = None
    anything: Any = None


def test_everything_comes_back_as_it_went() -> None:
    whole = Thing(
        name="n", colour=Colour.RED, weights={"k": 1.5}, pair=(2, "y"), many=(b"\0\xff",), tags=frozenset("ab"),
        mode="b", when=datetime(2026, 1, 2, tzinfo=UTC), anything=[1, None],
    )  # fmt: skip
    plain = to_plain(whole)
    assert (plain["level"], plain["tags"], plain["many"]) == ("high", ["a", "b"], ["AP8="])
    assert from_plain(Thing, plain) == whole


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "a missing field": ({"name": ...}, "value: name is missing"),
    "a number for text": ({"name": 1}, "value.name: expected str, found int"),
    "true for a whole number": ({"size": True}, "value.size: expected a whole number, found bool"),
    "what the class itself refuses": ({"size": -1}, "value: "),
    "an unknown member": ({"level": "low"}, "value.level: no such level: 'low'"),
    "a number for a member": ({"level": 3}, "value.level: no such level: '3'"),
    "an array for an object": ({"weights": []}, "value.weights: expected an object, found list"),
    "text for a number": ({"weights": {"k": "1"}}, "value.weights.k: expected a number, found str"),
    "a number beyond every float": ({"weights": {"k": 10**400}}, "value.weights.k: the number is too large"),
    "text for an array": ({"many": "AP8="}, "value.many: expected an array, found str"),
    "a pair of three": ({"pair": [1, "x", 2]}, "value.pair: expected 2 items, found 3"),
    "a wrong item": ({"pair": [1, 2]}, "value.pair[1]: expected str, found int"),
    "no base64": ({"many": ["AP8=", "*"]}, "value.many[1]: "),
    "a number for bytes": ({"many": [1]}, "value.many[0]: expected text, found int"),
    "none of the words": ({"mode": "c"}, "value.mode: expected one of ('a', 'b'), found str"),
    "null where something must be": ({"level": None}, "value.level: no such level: 'None'"),
    "no time, and no number either": ({"when": "yesterday"}, "value.when: "),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_shape_is_refused_with_the_path_to_it(name: str) -> None:
    changes, words = WRONG[name]
    plain = {key: value for key, value in {"name": "n", **changes}.items() if value is not ...}
    with pytest.raises(ReportFormatError) as caught:
        from_plain(Thing, plain)
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("plain", [[], None, "x"], ids=str)
def test_an_object_is_read_from_an_object_only(plain: object) -> None:
    with pytest.raises(ReportFormatError, match="value: expected an object"):
        from_plain(Thing, plain)


def test_null_is_refused_by_a_union_without_it() -> None:
    with pytest.raises(ReportFormatError, match="value: expected a value, found NoneType"):
        from_plain(int | str, None)  # type: ignore[arg-type]


def test_a_union_takes_the_second_kind_where_the_first_does_not_fit() -> None:
    assert from_plain(Thing, {"name": "n", "when": 5}).when == 5


def test_a_type_without_a_plain_form_is_refused() -> None:
    with pytest.raises(TypeError, match="no plain form for object"):
        to_plain(object())


@attrs.frozen
class Nested:
    inner: Nested | None = None


def test_endless_nesting_is_refused() -> None:
    plain: dict[str, Any] = {}
    for _ in range(100):
        plain = {"inner": plain}
    with pytest.raises(ReportFormatError, match="nested too deeply"):
        from_plain(Nested, plain)
