"""What the structs of the C ABI have in common, and which numbers fit."""

from __future__ import annotations

import ctypes
from ctypes import c_int32, c_int64, c_size_t, c_uint32, c_uint64
from typing import Any

_RANGES = {c_int32: (-2**31, 2**31 - 1), c_uint32: (0, 2**32 - 1), c_int64: (-2**63, 2**63 - 1),
           c_uint64: (0, 2**64 - 1), c_size_t: (0, 2**(8 * ctypes.sizeof(c_size_t)) - 1)}


def check_range(value: int, kind: Any) -> None:
    """ctypes would cut off what does not fit, and name another job or user than the one meant."""
    low, high = _RANGES.get(kind, (value, value))
    if not low <= value <= high:
        raise OverflowError(f"{value} is out of range: {low} to {high}")


class Structure(ctypes.Structure):
    """A struct that begins with struct_size, filled in here so that no caller can forget it."""

    def __init__(self, **fields: Any) -> None:
        for field in self._fields_:
            value = fields.get(field[0])
            if isinstance(value, int):
                check_range(value, field[1])
        super().__init__(**fields)
        self.struct_size = ctypes.sizeof(self)
