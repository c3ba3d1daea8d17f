"""Arguments of a type that a function does not take are refused by name, before ctypes sees them."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Callable, Dict, Tuple, TypeVar

from ._structure import OutOfRange

_Function = TypeVar("_Function", bound=Callable[..., Any])
_Kind = Tuple[str, Callable[[Any], bool]]


def _is(*types: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, types)


def _has(method: str) -> Callable[[Any], bool]:
    return lambda value: callable(getattr(value, method, None))


def _several(kind: type) -> Callable[[Any], bool]:
    # A str is an iterable of str, too, and never the one that is meant.
    return lambda value: isinstance(value, kind) and not isinstance(value, (str, bytes))


_bytes_like = _is(bytes, bytearray, memoryview)

# What the annotations say, in words, and whether a value is that. Others are checked where they are used.
_KINDS: Dict[str, _Kind] = {
    "int": ("an int", _is(int)),
    "bool": ("a bool", _is(bool, int)),
    "str": ("a str", _is(str)),
    "datetime": ("a datetime", _is(datetime)),
    "Duration": ("a timedelta, or milliseconds as an int", _is(timedelta, int)),
    "Bytes": ("bytes", _bytes_like),
    "Readable": ("a file object opened in binary mode", _has("read")),
    "Union[Bytes, Readable]": ("bytes, or a file object opened in binary mode",
                               lambda value: _bytes_like(value) or _has("read")(value)),
    "Writable": ("a file object opened in binary mode", _has("write")),
    "Union[int, str]": ("an id or a name", _is(int, str)),
    "QueueKind": ("QUEUE_SECURE, QUEUE_PRIVATE or QUEUE_DIRECT, or its name", _is(int, str)),
    "SettingValue": ("a str, int, float, bool or timedelta", _is(str, int, float, timedelta)),
    "States": ("a str, or an iterable of str", _is(Iterable)),
    "Iterable[str]": ("an iterable of str", _several(Iterable)),
    "Sequence[int]": ("a sequence of int", _several(Sequence)),
    "Mapping[str, Attribute]": ("a mapping of str to int, bool or str", _is(Mapping)),
    "Callable[[int], None]": ("a function", callable),
}


def _kind_of(annotation: Any) -> "Tuple[_Kind | None, bool]":
    """The kind, and whether None will do."""
    words = str(annotation)
    optional = words.startswith("Optional[")
    return _KINDS.get(words[len("Optional["):-1] if optional else words), optional


def checked(function: _Function) -> _Function:
    """The function, with a TypeError that names the argument where its annotation excludes the value."""
    signature = inspect.signature(function)
    kinds = {name: _kind_of(parameter.annotation) for name, parameter in signature.parameters.items()}

    @functools.wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        given: Dict[str, Any] = {}
        try:
            given = signature.bind(*arguments, **named).arguments
        except TypeError:
            pass  # too few or too many: the call itself says it best
        for name, value in given.items():
            kind, optional = kinds[name]
            if kind is None or (optional and value is None) or kind[1](value):
                continue
            raise TypeError(f"{name} must be {kind[0]}{' or None' if optional else ''}, not {type(value).__name__}")
        try:
            return function(*arguments, **named)
        except OutOfRange as error:
            names = [name for name, value in given.items() if isinstance(value, int) and value == error.value]
            if not names:
                raise  # it names what it is part of
            unfit = error.named(names[0])
        raise unfit

    return call  # type: ignore[return-value]


def check_methods(cls: type) -> None:
    """Checks the arguments of all public methods that the class defines."""
    for name, member in list(vars(cls).items()):
        if inspect.isfunction(member) and not name.startswith("_"):
            setattr(cls, name, checked(member))
