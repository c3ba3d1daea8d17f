"""Job containers on their own, and certificates: no engine needed."""

from __future__ import annotations

import ctypes
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, Optional, Tuple, Union

from . import _signatures as c
from ._library import call, guarded
from ._streams import writing
from ._values import instant, text

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

    wrapping_key: Optional[bytes] = None
    certificates: Optional[str] = None
    private_key: Optional[str] = None
    passphrase: Optional[str] = None
    suite: int = 0

    def _struct(self) -> c.ContainerKeys:
        # The C side reads 32 bytes whatever the length is.
        if self.wrapping_key is not None and len(self.wrapping_key) != _KEY_SIZE:
            raise ValueError(f"a wrapping key has {_KEY_SIZE} bytes, not {len(self.wrapping_key)}")
        return c.ContainerKeys(suite=self.suite, wrapping_key=self.wrapping_key, certificates=text(self.certificates),
                               private_key=text(self.private_key), passphrase=text(self.passphrase))


def seal(keys: Keys, source: Union[bytes, BinaryIO], target: Optional[BinaryIO] = None) -> Optional[bytes]:
    """Seals bytes or a file object; returns the container, or None if it went to `target`."""
    return _transform("myqsec_container_seal", keys, source, target)


def open(keys: Keys, source: Union[bytes, BinaryIO], target: Optional[BinaryIO] = None) -> Optional[bytes]:
    """Opens a container. If it raises, discard what was written to `target`."""
    return _transform("myqsec_container_open", keys, source, target)


def _transform(function: str, keys: Keys, source: Union[bytes, BinaryIO],
               target: Optional[BinaryIO]) -> Optional[bytes]:
    reader: Any = io.BytesIO(source) if isinstance(source, (bytes, bytearray, memoryview)) else source
    collected = None if target is not None else io.BytesIO()

    def read(_: Optional[int], data: int, length: Any) -> int:
        chunk = reader.read(length[0])
        if len(chunk) > length[0]:
            raise ValueError("the source returned more than was asked for")
        ctypes.memmove(data, chunk, len(chunk))
        length[0] = len(chunk)
        return 0

    write = c.WriteFunction(guarded(writing(collected if collected is not None else target)))
    call(function, ctypes.byref(keys._struct()), c.ReadFunction(guarded(read)), None, write, None)
    return collected.getvalue() if collected is not None else None


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
