"""What the structs of the C ABI have in common, and which numbers fit."""

from __future__ import annotations

import ctypes
from ctypes import c_int32, c_int64, c_size_t, c_uint32, c_uint64
from typing import Any

_RANGES = {c_int32: (-2**31, 2**31 - 1), c_uint32: (0, 2**32 - 1), c_int64: (-2**63, 2**63 - 1),
           c_uint64: (0, 2**64 - 1), c_size_t: (0, 2**(8 * ctypes.sizeof(c_size_t)) - 1)}


class OutOfRange(OverflowError):
    """A number that does not fit; whoever knows by which name it was given says so."""

    def __init__(self, value: int, low: int, high: int, name: str = "") -> None:
        super().__init__(f"{name and name + ' is '}{value}, out of range: {low} to {high}")
        self.value, self.low, self.high = value, low, high

    def named(self, name: str) -> "OutOfRange":
        return OutOfRange(self.value, self.low, self.high, name)


def check_range(value: int, kind: Any, name: str = "") -> None:
    """ctypes would cut off what does not fit, and name another job or user than the one meant."""
    low, high = _RANGES.get(kind, (value, value))
    if not low <= value <= high:
        raise OutOfRange(value, low, high, name)


class Structure(ctypes.Structure):
    """A struct that begins with struct_size, filled in here so that no caller can forget it."""

    def __init__(self, **fields: Any) -> None:
        for field in self._fields_:
            value = fields.get(field[0])
            if isinstance(value, int):
                check_range(value, field[1], field[0])
        super().__init__(**fields)
        self.struct_size = ctypes.sizeof(self)
