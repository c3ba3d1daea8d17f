"""File objects as the library's read and write functions."""

from __future__ import annotations

import ctypes
import io
from typing import Any, Callable, Optional, Protocol

from ._values import as_bytes


class Readable(Protocol):
    """What a document or container is read from: a file opened in binary mode, or anything with its read()."""

    def read(self, size: int, /) -> Any:
        """At most `size` bytes; none at the end."""


class Writable(Protocol):
    """What takes a document: a file opened in binary mode, or anything with its write()."""

    def write(self, data: bytes, /) -> Any:
        """Takes bytes; returns how many, or None for all."""


def reading(source: Readable) -> Callable[[Optional[int], int, Any], int]:
    """The body of a read callback."""

    def read(_: Optional[int], data: int, length: Any) -> int:
        chunk = source.read(length[0])
        if chunk is None:
            raise BlockingIOError("the source must be in blocking mode")
        chunk = as_bytes(chunk)
        if len(chunk) > length[0]:
            raise ValueError("the source returned more than was asked for")
        ctypes.memmove(data, chunk, len(chunk))
        length[0] = len(chunk)
        return 0

    return read


def writing(target: Writable) -> Callable[[Optional[int], int, int], int]:
    """The body of a write callback. It gets copies: the library's memory is wiped when it returns."""

    def write(_: Optional[int], data: int, length: int) -> int:
        rest = ctypes.string_at(data, length) if length else b""
        while rest:
            # Raw files and pipes may take a part. Only from a raw file does None mean that it would block.
            taken = target.write(rest)
            if taken is None:
                if isinstance(target, io.RawIOBase):
                    raise BlockingIOError("the target must be in blocking mode")
                return 0
            if taken <= 0:
                raise OSError("the target takes no more data")
            rest = rest[taken:]
        return 0

    return write
