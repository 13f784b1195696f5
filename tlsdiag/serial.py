"""Plain data and back: what `Report.to_dict` and saved observations are made of.

Types are read from annotations: attrs classes become objects, enumerations their values (severities and other integer
enumerations their lower-case names), bytes base64, times ISO 8601, tuples and frozen sets arrays. Reading is strict: any value of
another shape raises `ReportFormatError` with the path to it, and nothing in the data can name code to run.
"""

from __future__ import annotations

import base64
import binascii
import functools
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from enum import Enum, IntEnum
from typing import Any, TypeVar, Union, get_args, get_origin

import attrs

from .errors import ReportFormatError

T = TypeVar("T")
_MAX_DEPTH = 60


def to_plain(value: Any) -> Any:
    """Turn a value into what JSON can hold; TypeError for a type that has no plain form."""
    if value is None or isinstance(value, (bool, str, float)):
        return value
    if isinstance(value, Enum):
        return value.name.lower() if isinstance(value, IntEnum) else value.value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(to_plain(key)): to_plain(item) for key, item in value.items()}
    if isinstance(value, frozenset):
        return sorted((to_plain(item) for item in value), key=repr)
    if isinstance(value, (tuple, list)):
        return [to_plain(item) for item in value]
    if attrs.has(type(value)):
        return {field.name: to_plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    raise TypeError(f"no plain form for {type(value).__qualname__}")


def from_plain(kind: type[T], plain: Any, path: str = "") -> T:
    """Read a value of type `kind` back from plain data; `ReportFormatError` says where the shape is wrong."""
    return typing.cast(T, _read(kind, plain, path or "value", 0))


@functools.cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _wrong(path: str, wanted: str, plain: Any) -> ReportFormatError:
    return ReportFormatError(f"{path}: expected {wanted}, found {type(plain).__name__}")


def _read(kind: Any, plain: Any, path: str, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise ReportFormatError(f"{path}: nested too deeply")
    origin = get_origin(kind)
    if kind is Any:
        return plain
    if origin in (Union, types.UnionType):
        return _read_union(get_args(kind), plain, path, depth)
    if origin is typing.Literal:
        if plain not in get_args(kind):
            raise _wrong(path, f"one of {get_args(kind)}", plain)
        return plain
    if origin in (tuple, frozenset):
        return _read_sequence(origin, get_args(kind), plain, path, depth)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        return _read_mapping(get_args(kind), plain, path, depth)
    if attrs.has(kind):
        return _read_object(kind, plain, path, depth)
    return _read_scalar(kind, plain, path)


def _read_union(kinds: tuple[Any, ...], plain: Any, path: str, depth: int) -> Any:
    if plain is None:
        if type(None) in kinds:
            return None
        raise _wrong(path, "a value", plain)
    problem: ReportFormatError | None = None
    for kind in kinds:
        if kind is type(None):
            continue
        try:
            return _read(kind, plain, path, depth + 1)
        except ReportFormatError as exc:
            problem = problem or exc
    raise problem or _wrong(path, "null", plain)


def _read_sequence(origin: type[Any], kinds: tuple[Any, ...], plain: Any, path: str, depth: int) -> Any:
    if not isinstance(plain, list):
        raise _wrong(path, "an array", plain)
    if origin is tuple and not (len(kinds) == 2 and kinds[1] is Ellipsis):
        if len(plain) != len(kinds):
            raise ReportFormatError(f"{path}: expected {len(kinds)} items, found {len(plain)}")
        pairs = zip(kinds, plain, strict=True)
    else:
        pairs = zip((kinds[0],) * len(plain), plain, strict=True)
    return origin(_read(kind, item, f"{path}[{n}]", depth + 1) for n, (kind, item) in enumerate(pairs))


def _read_mapping(kinds: tuple[Any, ...], plain: Any, path: str, depth: int) -> Any:
    if not isinstance(plain, dict):
        raise _wrong(path, "an object", plain)
    value_kind = kinds[1] if len(kinds) == 2 else Any
    return {str(key): _read(value_kind, item, f"{path}.{key}", depth + 1) for key, item in plain.items()}


def _read_object(kind: type[Any], plain: Any, path: str, depth: int) -> Any:
    if not isinstance(plain, dict):
        raise _wrong(path, "an object", plain)
    hints = _hints(kind)  # type: ignore[arg-type]  # a class is hashable
    values: dict[str, Any] = {}
    for field in attrs.fields(kind):
        if field.init and field.name in plain:
            values[field.alias] = _read(hints[field.name], plain[field.name], f"{path}.{field.name}", depth + 1)
        elif field.init and field.default is attrs.NOTHING:
            raise ReportFormatError(f"{path}: {field.name} is missing")
    try:
        return kind(**values)
    except (ValueError, TypeError) as exc:
        raise ReportFormatError(f"{path}: {exc}") from None


def _read_scalar(kind: Any, plain: Any, path: str) -> Any:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _read_enum(kind, plain, path)
    if kind is float:
        if isinstance(plain, bool) or not isinstance(plain, (int, float)):
            raise _wrong(path, "a number", plain)
        try:
            return float(plain)
        except OverflowError:
            raise ReportFormatError(f"{path}: the number is too large") from None
    if kind is bytes or kind is datetime:
        return _read_text_form(kind, plain, path)
    if isinstance(kind, type) and issubclass(kind, int) and kind is not bool:
        if isinstance(plain, bool) or not isinstance(plain, int):
            raise _wrong(path, "a whole number", plain)
        return kind(plain)
    if not isinstance(kind, type) or not isinstance(plain, kind):
        raise _wrong(path, getattr(kind, "__name__", str(kind)), plain)
    return plain


def _read_enum(kind: type[Enum], plain: Any, path: str) -> Enum:
    if isinstance(plain, str):
        for member in kind:
            if plain == (member.name.lower() if isinstance(member, IntEnum) else member.value):
                return member
    raise ReportFormatError(f"{path}: no such {kind.__name__.lower()}: {str(plain)[:60]!r}")


def _read_text_form(kind: type[Any], plain: Any, path: str) -> Any:
    if not isinstance(plain, str):
        raise _wrong(path, "text", plain)
    try:
        return base64.b64decode(plain, validate=True) if kind is bytes else datetime.fromisoformat(plain)
    except (ValueError, binascii.Error) as exc:
        raise ReportFormatError(f"{path}: {exc}") from None
