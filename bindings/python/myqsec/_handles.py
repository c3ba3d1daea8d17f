"""Who frees what, and in which order: an engine closes only when its sessions, writers, readers and releases are gone."""

from __future__ import annotations

import ctypes
import logging
import sys
from typing import TYPE_CHECKING, Any, List, TypeVar

from ._arguments import check_methods
from ._library import failure, free, inside_call, inside_call_on

if TYPE_CHECKING:
    from .engine import Engine

_Child = TypeVar("_Child", bound="Child")
_log = logging.getLogger("myqsec")
_BUSY, _REENTRANT = -8, -9


class Handle:
    """A handle of the library that belongs to an engine."""

    def __init__(self, pointer: ctypes.c_void_p, free_function: str) -> None:
        self._pointer = [pointer]  # a list: to pop it is atomic, so that two threads do not free it twice
        self.free_function = free_function
        self.abandoned = False

    @property
    def pointer(self) -> Any:
        """What the library's functions take; None when closed."""
        return next(iter(self._pointer), None)

    @property
    def in_use_here(self) -> bool:
        """By a call of this thread, whose callback this is: the library would not free it."""
        return any(inside_call_on(pointer) for pointer in self._pointer)

    def close(self) -> None:
        try:
            pointer = self._pointer.pop()
        except IndexError:
            return
        free(self.free_function, pointer)


class Handles:
    """The live handles of an engine, oldest first.

    It holds the handles, not the objects that wrap them: those may be collected together with the engine, in any
    order, and weak references to them are dead by then."""

    def __init__(self) -> None:
        self._live: List[Handle] = []

    def add(self, pointer: ctypes.c_void_p, free_function: str) -> Handle:
        if not inside_call():
            self._sweep()
        handle = Handle(pointer, free_function)
        self._live.append(handle)
        return handle

    def close(self, handle: Handle) -> None:
        if handle.in_use_here:
            raise failure(_REENTRANT, "a callback may not close what the call that runs it was made on")
        try:
            self._live.remove(handle)
        except ValueError:
            pass  # closed before, or by another thread's sweep
        handle.close()

    def check_unused_here(self) -> None:
        if any(handle.in_use_here for handle in self._live):
            raise failure(_BUSY, "a callback may not close the engine of the call that runs it; nothing was closed")

    def close_all(self) -> List[BaseException]:
        """Closes all, newest first: a reader before its session. Returns what callbacks raised meanwhile."""
        raised: List[BaseException] = []
        while self._live:
            try:
                self._live.pop().close()
            except BaseException as error:  # the others are closed all the same
                raised.append(error)
        return raised

    def abandon(self, handle: Handle) -> None:
        """From a finalizer. Those run anywhere, also in a callback, where the library may not be called."""
        handle.abandoned = True
        if not inside_call() and not sys.is_finalizing():
            self._sweep()

    def _sweep(self) -> None:
        for handle in [each for each in self._live if each.abandoned]:
            try:
                self.close(handle)
            except BaseException:  # nobody waits for it here: the session was forgotten, not closed
                _log.exception("a callback failed while a forgotten %s was freed", handle.free_function)


class Child:
    """Base of what wraps a handle of an engine: a context manager that frees it."""

    _free = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        check_methods(cls)

    def __init__(self, engine: "Engine", pointer: ctypes.c_void_p) -> None:
        self._engine = engine
        self._handle: Handle = engine._handles.add(pointer, self._free)

    @property
    def _pointer(self) -> ctypes.c_void_p:
        pointer: ctypes.c_void_p = self._handle.pointer
        if pointer is None:
            raise ValueError(f"this {type(self).__name__} is closed")
        return pointer

    @property
    def closed(self) -> bool:
        """Whether it was closed, or its engine."""
        return self._handle.pointer is None

    def close(self) -> None:
        """Frees it; harmless if that was done."""
        self._engine._handles.close(self._handle)

    def __enter__(self: _Child) -> _Child:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_handle") and self._handle.pointer is not None:
            self._engine._handles.abandon(self._handle)
