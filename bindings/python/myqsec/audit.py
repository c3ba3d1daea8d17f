"""Verifying an exported audit log: no engine needed, and no secret."""

from __future__ import annotations

import ctypes
import io
from dataclasses import dataclass
from typing import Any, Optional, Union

from . import _signatures as c
from ._library import call, guarded
from ._streams import Readable, reading
from ._values import Bytes, text
from .errors import Tampered

JSON_LINES = 1
SYSLOG = 2
BUNDLE = 3


@dataclass(frozen=True)
class Verdict:
    """What became of a bundle. If it is not valid, wrong_event is the first event that is wrong, and reason says why."""

    valid: bool
    wrong_event: Optional[int]
    reason: str
    first: int
    size: int
    proven: int
    epoch: int
    root_hash: bytes
    sealed_values: int
    erased_values: int


def verify(source: Union[Bytes, Readable], first_key: str, known: Optional[str] = None) -> Verdict:
    """Verifies a bundle from the first epoch's key; `known` are the notes of checkpoints from before, one behind the other."""
    reader: Any = io.BytesIO(source) if isinstance(source, (bytes, bytearray, memoryview)) else source
    found = c.AuditVerdict()
    reason = ""
    try:
        call("myqsec_audit_verify", c.ReadFunction(guarded(reading(reader))), None, text(first_key), text(known),
             ctypes.byref(found))
    except Tampered as error:
        reason = str(error)
    return Verdict(not reason, found.wrong_event or None, reason, found.first, found.size, found.proven, found.epoch,
                   bytes(found.root_hash), found.sealed_values, found.erased_values)
