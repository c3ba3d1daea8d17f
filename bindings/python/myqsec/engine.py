"""Instances: create or open one, and ask it for sessions."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Callable, List, Optional, Tuple, Union

from . import _signatures as c
from ._handles import Handles
from ._library import call, guarded, inside_call, new_handle
from ._values import Row, as_bytes, instant, rows, text, utf8
from .session import Session

_KEY_SIZE = 32
_ROOT_PASSPHRASE, _ROOT_KEY_FILE, _ROOT_CALLBACK, _ROOT_PKCS11, _ROOT_TPM = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Passphrase:
    """The root key is stretched from a passphrase. The costs count for new instances; 0 takes the default."""

    passphrase: str = field(repr=False)
    memory_kib: int = 0
    iterations: int = 0


@dataclass(frozen=True)
class KeyFile:
    """The root key is made from the contents of a key file, 32 bytes to 64 KiB."""

    contents: bytes = field(repr=False)


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
Clock = Callable[[], datetime]


class Engine:
    """One opened instance. Closing it closes the sessions, writers and readers that are still open."""

    def __init__(self, function: str, directory: Union[str, "os.PathLike[str]"], root: Root, clock: Optional[Clock],
                 cache_kib: int) -> None:
        self._handles = Handles()
        self._pointer: Optional[ctypes.c_void_p] = None
        # ctypes forgets a callback that nobody holds; the library would then call freed memory.
        self._kept: List[Any] = []
        options = c.Options(cache_kib=cache_kib)
        if clock is not None:
            options.clock = _clock(clock)
            self._kept.append(options)
        self._pointer = new_handle(function, "myqsec_close", text(os.fspath(directory)), ctypes.byref(_root(root)),
                                   ctypes.byref(options))

    def system(self) -> Session:
        """A session of the host's own principal."""
        return Session(self, new_handle("myqsec_system_session", "myqsec_session_free", self._live()))

    def findings(self) -> List[Row]:
        """What opening found and repaired."""
        return rows("myqsec_open_findings", self._live())

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._pointer is None

    def close(self) -> None:
        """Closes what is still open of it, then the instance; harmless if that was done. What a clear-memory callback
        raised meanwhile comes out afterwards."""
        if self._pointer is None:
            return
        raised = self._handles.close_all()
        call("myqsec_close", self._pointer)
        self._pointer = None
        if raised:
            raise raised[0]

    def _live(self) -> ctypes.c_void_p:
        if self._pointer is None:
            raise ValueError("this Engine is closed")
        return self._pointer

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        # In a callback the library may not be called: better an engine that lives on than a process that does not.
        if getattr(self, "_pointer", None) is None or inside_call() or sys.is_finalizing():
            return
        self.close()


def create(directory: Union[str, "os.PathLike[str]"], root: Root, *, clock: Optional[Clock] = None,
           cache_kib: int = 0) -> Engine:
    """Creates an instance in a missing or empty directory and opens it. A str as root is a passphrase."""
    return Engine("myqsec_create", directory, root, clock, cache_kib)


def open(directory: Union[str, "os.PathLike[str]"], root: Root, *, clock: Optional[Clock] = None,
         cache_kib: int = 0) -> Engine:
    """Opens an instance; one process at a time."""
    return Engine("myqsec_open", directory, root, clock, cache_kib)


def _clock(clock: Clock) -> Any:
    last = 0

    def now(_: Optional[int]) -> int:
        nonlocal last
        failed = True

        def read() -> int:
            nonlocal failed, last
            last = instant(clock())
            failed = False
            return last

        value = guarded(read)()
        # The exception comes out of the call; until then the last time is less wrong than any constant.
        return (last or time.time_ns() // 1_000_000) if failed else value

    return c.ClockFunction(now)


def _root(root: Root) -> c.Root:
    if isinstance(root, str):
        root = Passphrase(root)
    if isinstance(root, Passphrase):
        secret = utf8(root.passphrase)
        return c.Root(kind=_ROOT_PASSPHRASE, secret=secret, secret_length=len(secret),
                      argon2_memory_kib=root.memory_kib, argon2_iterations=root.iterations)
    if isinstance(root, KeyFile):
        contents = as_bytes(root.contents)
        return c.Root(kind=_ROOT_KEY_FILE, secret=contents, secret_length=len(contents))
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

    return c.Root(kind=_ROOT_CALLBACK, create=c.RootCreateFunction(guarded(create_key)),
                  unlock=c.RootUnlockFunction(guarded(unlock_key)))
