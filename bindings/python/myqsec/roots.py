"""Where an instance's root key comes from."""

from __future__ import annotations

import ctypes
import os
import pathlib
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Tuple, Union

from . import _signatures as c
from ._library import guarded
from ._values import as_bytes, text, utf8

_KEY_SIZE = 32
_ROOT_PASSPHRASE, _ROOT_KEY_FILE, _ROOT_CALLBACK, _ROOT_PKCS11, _ROOT_TPM = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Passphrase:
    """The root key is stretched from a passphrase. The costs count for new instances, and there for passwords, too; 0 takes
    the default."""

    passphrase: str = field(repr=False)
    memory_kib: int = 0
    iterations: int = 0


@dataclass(frozen=True)
class KeyFile:
    """The root key is made from the contents of a key file, 32 bytes to 64 KiB: `KeyFile.read(path)`, or KeyFile(contents).
    The costs are those of passwords in new instances; 0 takes the default."""

    contents: bytes = field(repr=False)
    memory_kib: int = 0
    iterations: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.contents, (bytes, bytearray, memoryview)):
            raise TypeError(f"contents must be bytes, not {type(self.contents).__name__}; KeyFile.read(path) reads a file")

    @classmethod
    def read(cls, path: "Union[str, os.PathLike[str]]") -> "KeyFile":
        """The key file at `path`."""
        return cls(pathlib.Path(path).read_bytes())


@dataclass(frozen=True)
class RootCallbacks:
    """The host keeps the root key: `create()` returns a new one of 32 bytes and the blob that finds it again,
    `unlock(blob)` the one that belongs to a blob. Neither may call the library."""

    create: Callable[[], Tuple[bytes, bytes]]
    unlock: Callable[[bytes], bytes]


@dataclass(frozen=True)
class Pkcs11Token:
    """The root key is sealed under an AES key of a PKCS #11 token. `module` is the whole path of the vendor's library, `token`
    a label or serial number; without a PIN it is entered at the token's own pad. `key` counts for new instances."""

    module: str
    pin: str = field(default="", repr=False)
    token: Optional[str] = None
    key: Optional[str] = None


@dataclass(frozen=True)
class Tpm:
    """The root key is sealed to this machine's TPM 2.0, reached as `tcti` says. `pcrs` binds that of a new instance to these
    registers as they are now."""

    tcti: Optional[str] = None
    authorisation: bytes = field(default=b"", repr=False)
    pcrs: Tuple[int, ...] = ()


Root = Union[str, Passphrase, KeyFile, RootCallbacks, Pkcs11Token, Tpm]


def root_struct(root: Root) -> c.Root:
    if isinstance(root, str):
        root = Passphrase(root)
    if isinstance(root, Passphrase):
        secret = utf8(root.passphrase)
        return c.Root(kind=_ROOT_PASSPHRASE, secret=secret, secret_length=len(secret),
                      argon2_memory_kib=root.memory_kib, argon2_iterations=root.iterations)
    if isinstance(root, KeyFile):
        contents = as_bytes(root.contents)
        return c.Root(kind=_ROOT_KEY_FILE, secret=contents, secret_length=len(contents),
                      argon2_memory_kib=root.memory_kib, argon2_iterations=root.iterations)
    if isinstance(root, RootCallbacks):
        return _callback_root(root)
    if isinstance(root, Pkcs11Token):
        token = c.RootPkcs11(module=text(root.module), token=root.token and text(root.token),
                             key=root.key and text(root.key))
        pin = utf8(root.pin)
        return c.Root(kind=_ROOT_PKCS11, secret=pin, secret_length=len(pin), pkcs11=ctypes.pointer(token))
    if isinstance(root, Tpm):
        if not all(0 <= pcr < 24 for pcr in root.pcrs):
            raise ValueError("a PCR is 0 to 23")
        tpm = c.RootTpm(tcti=root.tcti and text(root.tcti), pcrs=sum(1 << pcr for pcr in set(root.pcrs)))
        value = as_bytes(root.authorisation)
        return c.Root(kind=_ROOT_TPM, secret=value, secret_length=len(value), tpm=ctypes.pointer(tpm))
    raise TypeError("a root is a str, Passphrase, KeyFile, Pkcs11Token, Tpm or RootCallbacks, not "
                    + type(root).__name__)


def _callback_root(root: RootCallbacks) -> c.Root:
    def give_key(given: bytes, destination: int) -> None:
        key = as_bytes(given)
        if len(key) != _KEY_SIZE:
            raise ValueError(f"a root key has {_KEY_SIZE} bytes, not {len(key)}")
        ctypes.memmove(destination, key, _KEY_SIZE)

    def create_key(_: Optional[int], key: int, blob: int, length: Any) -> int:
        new_key, given_blob = root.create()
        new_blob = as_bytes(given_blob)
        if len(new_blob) > length[0]:
            raise ValueError(f"the blob has {len(new_blob)} bytes; at most {length[0]} are possible")
        give_key(new_key, key)
        ctypes.memmove(blob, new_blob, len(new_blob))
        length[0] = len(new_blob)
        return 0

    def unlock_key(_: Optional[int], blob: int, length: int, key: int) -> int:
        give_key(root.unlock(ctypes.string_at(blob, length) if length else b""), key)
        return 0

    return c.Root(kind=_ROOT_CALLBACK, create=c.RootCreate(guarded(create_key)),
                  unlock=c.RootUnlock(guarded(unlock_key)))
