"""Writable file objects as the library's write functions."""

from __future__ import annotations

import ctypes
import io
from typing import Any, Callable, Optional


def writing(target: Any) -> Callable[[Optional[int], int, int], int]:
    def write(_: Optional[int], data: int, length: int) -> int:
        rest = memoryview(ctypes.string_at(data, length)) if length else memoryview(b"")
        while len(rest):
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
