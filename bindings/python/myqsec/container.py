"""Job containers on their own, and certificates: no engine needed."""

from __future__ import annotations

import ctypes
import io
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional, Tuple, Union, overload

from . import _signatures as c
from ._library import call, guarded
from ._streams import Readable, Writable, reading, writing
from ._values import Bytes, as_bytes, instant, text

AES_256_GCM = 1
XCHACHA20_POLY1305 = 2
ECDSA_P256 = 1
ECDSA_P384 = 2
RSA_3072 = 3

_PEM_ROOM = 16 * 1024
_KEY_SIZE = 32


@dataclass(frozen=True)
class Keys:
    """Who can open a container, or who is opening it."""

    wrapping_key: Optional[bytes] = field(default=None, repr=False)
    certificates: Optional[str] = None
    private_key: Optional[str] = field(default=None, repr=False)
    passphrase: Optional[str] = field(default=None, repr=False)
    suite: int = 0

    def _struct(self) -> c.ContainerKeys:
        wrapping_key = None if self.wrapping_key is None else as_bytes(self.wrapping_key)
        # The C side reads 32 bytes whatever the length is.
        if wrapping_key is not None and len(wrapping_key) != _KEY_SIZE:
            raise ValueError(f"a wrapping key has {_KEY_SIZE} bytes, not {len(wrapping_key)}")
        return c.ContainerKeys(suite=self.suite, wrapping_key=wrapping_key, certificates=text(self.certificates),
                               private_key=text(self.private_key), passphrase=text(self.passphrase))


@overload
def seal(keys: Keys, source: Union[Bytes, Readable]) -> bytes: ...
@overload
def seal(keys: Keys, source: Union[Bytes, Readable], target: Writable) -> None: ...
def seal(keys: Keys, source: Union[Bytes, Readable], target: Optional[Writable] = None) -> Optional[bytes]:
    """Seals bytes or a file object; returns the container, or None if it went to `target`."""
    return _transform("myqsec_container_seal", keys, source, target)


@overload
def open(keys: Keys, source: Union[Bytes, Readable]) -> bytes: ...
@overload
def open(keys: Keys, source: Union[Bytes, Readable], target: Writable) -> None: ...
def open(keys: Keys, source: Union[Bytes, Readable], target: Optional[Writable] = None) -> Optional[bytes]:
    """Opens a container. If it raises, discard what was written to `target`."""
    return _transform("myqsec_container_open", keys, source, target)


def _transform(function: str, keys: Keys, source: Union[Bytes, Readable],
               target: Optional[Writable]) -> Optional[bytes]:
    reader: Any = io.BytesIO(source) if isinstance(source, (bytes, bytearray, memoryview)) else source
    collected = io.BytesIO()

    write = c.WriteFunction(guarded(writing(collected if target is None else target)))
    call(function, ctypes.byref(keys._struct()), c.ReadFunction(guarded(reading(reader))), None, write, None)
    return collected.getvalue() if target is None else None


def create_certificate(kind: int, common_name: str, not_before: datetime, not_after: datetime,
                       passphrase: Optional[str] = None) -> Tuple[str, str]:
    """A self-signed certificate and its private key, as PEM."""
    certificate, key = ctypes.create_string_buffer(_PEM_ROOM), ctypes.create_string_buffer(_PEM_ROOM)
    certificate_length, key_length = ctypes.c_size_t(_PEM_ROOM), ctypes.c_size_t(_PEM_ROOM)
    try:
        call("myqsec_certificate_create", kind, text(common_name), instant(not_before), instant(not_after),
             text(passphrase), certificate, ctypes.byref(certificate_length), key, ctypes.byref(key_length))
        return certificate.value.decode("ascii"), key.value.decode("ascii")
    finally:
        ctypes.memset(key, 0, _PEM_ROOM)
