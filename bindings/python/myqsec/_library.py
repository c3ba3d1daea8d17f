"""Finds libmyqsec, and calls it so that failures and exceptions of callbacks come out as Python exceptions."""

from __future__ import annotations

import ctypes
import os
import threading
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Callable, Optional

from ._signatures import FUNCTIONS, LoginRefusal
from ._structure import check_range
from .errors import LOCK_SCOPES, Error, FactorNeeded, LockedOut, Refusal, error_class

_SONAME = "libmyqsec.so.1"
_SECRET_ROOM = 256
_LAST_INSTANT = 253_402_300_799_000  # of datetime


def _load() -> ctypes.CDLL:
    # What a wheel carries was tested with this package, so it comes first; MYQSEC_LIBRARY serves builds from source.
    bundled = Path(__file__).parent / "_lib" / _SONAME
    name = str(bundled) if bundled.exists() else os.environ.get("MYQSEC_LIBRARY") or _SONAME
    try:
        library = ctypes.CDLL(name)
    except OSError as reason:
        raise ImportError(f"libmyqsec was not found ({reason}); install it, or name it in MYQSEC_LIBRARY") from reason
    for function, (result, parameters) in FUNCTIONS.items():
        declared = getattr(library, function, None)
        if declared is None:
            raise ImportError(f"'{name}' is no libmyqsec of this package's version: it has no {function}")
        declared.restype, declared.argtypes = result, parameters
    return library


library = _load()


def _last_refusal() -> Optional[Refusal]:
    last = LoginRefusal()
    library.myqsec_last_refusal(ctypes.byref(last))
    if last.scope not in LOCK_SCOPES:
        return None
    until = datetime.fromtimestamp(0, timezone.utc) + timedelta(milliseconds=min(last.until, _LAST_INSTANT))
    return Refusal(LOCK_SCOPES[last.scope], until, last.methods)


class _Call:
    """What it was given, and the exceptions that its callbacks raised."""

    def __init__(self, arguments: tuple[Any, ...]) -> None:
        self.arguments = arguments
        self.raised: list[BaseException] = []


class _Calls(threading.local):
    """The calls that this thread is in, innermost last."""

    def __init__(self) -> None:
        self.running: list[_Call] = []


_calls = _Calls()


def inside_call() -> bool:
    return bool(_calls.running)


def inside_call_on(pointer: Any) -> bool:
    """Whether a call of this thread has the handle, and waits for the callback that asks."""
    return any(argument is pointer for running in _calls.running for argument in running.arguments)


def failure(status: int, sentence: str) -> Error:
    return error_class(status)(status, library.myqsec_status_name(status).decode(), sentence)


def call(function: str, *arguments: Any) -> int:
    """Calls a function that returns a status. An exception of a callback wins: it is the cause of the status."""
    target = getattr(library, function)
    for argument, kind in zip(arguments, target.argtypes):
        if isinstance(argument, int):
            check_range(argument, kind)
    running = _Call(arguments)
    _calls.running.append(running)
    try:
        status = target(*arguments)
        # Still inside: a finalizer that ran now and called the library would replace the sentence.
        sentence = library.myqsec_last_error().decode("utf-8", "replace") if status else ""
        refusal = _last_refusal() if status else None
    finally:
        _calls.running.pop()
    if running.raised:
        raise running.raised[0]
    if status:
        error = failure(status, sentence)
        if isinstance(error, (FactorNeeded, LockedOut)):
            error.refusal = refusal
        raise error
    return 0


def free(function: str, handle: ctypes.c_void_p) -> None:
    """Frees a handle. That may end a session and so run a callback, whose exception comes out after it is freed."""
    running = _Call((handle,))
    _calls.running.append(running)
    try:
        getattr(library, function)(handle)
    finally:
        _calls.running.pop()
    if running.raised:
        raise running.raised[0]


def new_handle(function: str, free_function: str, *arguments: Any) -> ctypes.c_void_p:
    """Calls a function whose last parameter receives a handle; frees that if an exception is raised all the same."""
    handle = ctypes.c_void_p()
    try:
        call(function, *arguments, ctypes.byref(handle))
    except BaseException:
        if handle:
            free(free_function, handle)
        raise
    return handle


def new_integer(function: str, *arguments: Any) -> int:
    out = ctypes.c_int64()
    call(function, *arguments, ctypes.byref(out))
    return out.value


def guarded(body: Callable[..., int], on_failure: int = -1) -> Callable[..., int]:
    """Wraps a callback: its exception is kept for the call that runs it, and the library sees a failure."""

    def callback(*arguments: Any) -> int:
        try:
            return body(*arguments)
        except BaseException as error:  # also KeyboardInterrupt: it must not be lost in C
            _calls.running[-1].raised.append(error)
            return on_failure

    return callback


def secret(function: str, *arguments: Any, after: tuple[Any, ...] = ()) -> str:
    """Calls a function whose last parameters, but for those `after`, are a buffer for a secret and its length."""
    buffer, length = ctypes.create_string_buffer(_SECRET_ROOM), ctypes.c_size_t(_SECRET_ROOM)
    try:
        call(function, *arguments, buffer, ctypes.byref(length), *after)
        return buffer.value.decode("utf-8")
    finally:
        ctypes.memset(buffer, 0, _SECRET_ROOM)
