"""Who frees what, and in which order: an engine closes only when its sessions, writers and readers are gone."""

from __future__ import annotations

import ctypes
import sys
from typing import Any, List, Optional

from ._library import inside_call, library


class Handle:
    """A handle of the library that belongs to an engine."""

    def __init__(self, pointer: ctypes.c_void_p, free: str) -> None:
        self.pointer: Optional[ctypes.c_void_p] = pointer
        self.free = free
        self.abandoned = False

    def close(self) -> None:
        pointer, self.pointer = self.pointer, None
        if pointer is not None:
            getattr(library, self.free)(pointer)


class Handles:
    """The live handles of an engine, oldest first.

    It holds the handles, not the objects that wrap them: those may be collected together with the engine, in any
    order, and weak references to them are dead by then."""

    def __init__(self) -> None:
        self._live: List[Handle] = []

    def add(self, pointer: ctypes.c_void_p, free: str) -> Handle:
        self._sweep()
        handle = Handle(pointer, free)
        self._live.append(handle)
        return handle

    def close(self, handle: Handle) -> None:
        handle.close()
        if handle in self._live:
            self._live.remove(handle)

    def close_all(self) -> None:
        # Newest first: a reader before its session.
        while self._live:
            self._live.pop().close()

    def abandon(self, handle: Handle) -> None:
        """From a finalizer. Those run anywhere, also in a callback, where the library may not be called."""
        handle.abandoned = True
        if not inside_call() and not sys.is_finalizing():
            self._sweep()

    def _sweep(self) -> None:
        for handle in [each for each in self._live if each.abandoned]:
            self.close(handle)


class Child:
    """Base of what wraps a handle of an engine: a context manager that frees it."""

    _free = ""

    def __init__(self, engine: Any, pointer: ctypes.c_void_p) -> None:
        self._engine = engine
        self._handle: Handle = engine._handles.add(pointer, self._free)

    @property
    def _pointer(self) -> ctypes.c_void_p:
        if self._handle.pointer is None:
            raise ValueError(f"this {type(self).__name__} is closed")
        return self._handle.pointer

    @property
    def closed(self) -> bool:
        return self._handle.pointer is None

    def close(self) -> None:
        self._engine._handles.close(self._handle)

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if hasattr(self, "_handle") and self._handle.pointer is not None:
            self._engine._handles.abandon(self._handle)
