"""Instances: create or open one, and ask it for sessions."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Callable, List, Optional, Union

from . import _signatures as c
from ._arguments import checked
from ._handles import Handles
from ._library import call, guarded, inside_call, new_handle
from ._values import Row, instant, rows, text
from .backup import Path, Progress, _options
from .roots import Root, root_struct
from .session import Session

Clock = Callable[[], datetime]
Running = Callable[[], int]


@dataclass(frozen=True)
class Counter:
    """A counter outside the instance's folder that only goes up and begins at 0, one for each database ("main", "log"): it
    tells a whole earlier state of the folder. `read(what)` gives its value, `advance(what, value)` makes it that, durably.
    Neither may call the library. `interval` is the least number of milliseconds between two advances."""

    read: Callable[[str], int]
    advance: Callable[[str, int], None]
    interval: int = 0


class Engine:
    """One opened instance. Closing it closes the sessions, writers and readers that are still open."""

    def __init__(self, function: str, directory: Union[str, "os.PathLike[str]"], root: Root, clock: Optional[Clock],
                 cache_kib: int, counter: Optional[Counter] = None, restoring: Optional["_Restoring"] = None,
                 accept_earlier_parts: bool = False, running: Optional[Running] = None) -> None:
        self._handles = Handles()
        self._pointer: Optional[ctypes.c_void_p] = None
        # ctypes forgets a callback that nobody holds; the library would then call freed memory.
        self._kept: List[Any] = []
        options = c.Options(cache_kib=cache_kib, accept_earlier_parts=accept_earlier_parts)
        if clock is not None:
            options.clock = _clock(clock)
            self._kept.append(options)
        if running is not None:
            options.running = _running(running)
            self._kept.append(options)
        if counter is not None:
            _set_counter(options, counter)
            self._kept.append(options)
        place, secret = text(os.fspath(directory)), ctypes.byref(root_struct(root))
        arguments: List[Any] = [place, secret, ctypes.byref(options)]
        if restoring is not None:
            arguments = [text(os.fspath(restoring.backup)), place, text(restoring.key), secret, ctypes.byref(options),
                         ctypes.byref(_options(0, restoring.progress))]
        self._pointer = new_handle(function, "myqsec_close", *arguments)

    def system(self) -> Session:
        """A session of the host's own principal."""
        return Session(self, new_handle("myqsec_system_session", "myqsec_session_free", self._live()))

    def findings(self) -> List[Row]:
        """What opening found and repaired, and ticks found since: code, sentence."""
        return rows("myqsec_open_findings", self._live())

    @property
    def closed(self) -> bool:
        """Whether it was closed."""
        return self._pointer is None

    def close(self) -> None:
        """Closes what is still open of it, then the instance; harmless if that was done. What a clear-memory callback
        raised meanwhile comes out afterwards. Busy, and nothing closed, from a callback of a call on it."""
        if self._pointer is None:
            return
        self._handles.check_unused_here()
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


@checked
def create(directory: Union[str, "os.PathLike[str]"], root: Root, *, clock: Optional[Clock] = None,
           cache_kib: int = 0, counter: Optional[Counter] = None, running: Optional[Running] = None) -> Engine:
    """Creates an instance in a missing or empty directory and opens it. A str as root is a passphrase. `running` gives
    milliseconds that pass whoever sets the clock; locks go by them."""
    return Engine("myqsec_create", directory, root, clock, cache_kib, counter, running=running)


@checked
def open(directory: Union[str, "os.PathLike[str]"], root: Root, *, clock: Optional[Clock] = None,
         cache_kib: int = 0, counter: Optional[Counter] = None, accept_earlier_parts: bool = False,
         running: Optional[Running] = None) -> Engine:
    """Opens an instance; one process at a time. `accept_earlier_parts` opens one whose parts are of different times, or that
    followed a counter and gets none; `findings()` says which."""
    return Engine("myqsec_open", directory, root, clock, cache_kib, counter, accept_earlier_parts=accept_earlier_parts,
                  running=running)


@checked
def doctor(directory: Union[str, "os.PathLike[str]"], root: Optional[Root] = None) -> List[Row]:
    """What is wrong with an instance, above all with one that does not open, and what can be done: code, sentence, advice.
    Empty if all is well. Changes nothing. Without root it tells only what can be seen without one."""
    secret = None if root is None else ctypes.byref(root_struct(root))
    return rows("myqsec_doctor", text(os.fspath(directory)), secret, None)


@dataclass(frozen=True)
class _Restoring:
    backup: Path
    key: str = field(repr=False)
    progress: Optional[Progress] = None


@checked
def restore(backup: Path, directory: Path, key: str, root: Root, *, progress: Optional[Progress] = None,
            clock: Optional[Clock] = None, cache_kib: int = 0, counter: Optional[Counter] = None) -> Engine:
    """Makes an instance in a missing or empty directory of a backup, and opens it. `key` is the exported backup key, `root`
    the root from now on; a counter goes on from where it stands."""
    return Engine("myqsec_backup_restore", directory, root, clock, cache_kib, counter,
                  _Restoring(backup, key.strip(), progress))


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

    return c.OptionsClock(now)


def _running(running: Running) -> Any:
    last = 0

    def now(_: Optional[int]) -> int:
        nonlocal last

        def read() -> int:
            nonlocal last
            last = running()
            return 0

        guarded(read)()
        return last

    return c.OptionsRunning(now)


def _set_counter(options: c.Options, counter: Counter) -> None:
    names = {1: "main", 2: "log"}

    def read(_: Optional[int], which: int, value: Any) -> int:
        value[0] = counter.read(names[which])
        return 0

    def advance(_: Optional[int], which: int, value: int) -> int:
        counter.advance(names[which], value)
        return 0

    options.counter_read = c.OptionsCounterRead(guarded(read))
    options.counter_advance = c.OptionsCounterAdvance(guarded(advance))
    options.counter_interval = counter.interval
