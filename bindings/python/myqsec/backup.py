"""Backups: what they say of themselves, and making an instance of one. Session.backup() makes them."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable, Optional, Union

from . import _signatures as c
from ._library import call, guarded, secret
from ._values import text, to_instant
from .roots import Root, root_struct

Path = Union[str, "os.PathLike[str]"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Info:
    """Of which instance and instant a backup is, until when it can be restored, and with which backup key."""

    instance_id: str
    created: datetime
    expires: datetime
    key_version: int


def read(directory: Path) -> Info:
    """What a backup says of itself. Nobody has vouched for it before its key has opened it."""
    info = c.BackupInfo()
    call("myqsec_backup_read", text(os.fspath(directory)), ctypes.byref(info))
    return _info(info)


def read_key(directory: Path, root: Root, version: int = 0) -> str:
    """A backup key (0: the newest) from an instance that is not open, such as one whose databases are lost."""
    return secret("myqsec_backup_key_read", text(os.fspath(directory)), ctypes.byref(root_struct(root)), version)


def _info(info: c.BackupInfo) -> Info:
    return Info(bytes(info.instance_id).hex(), to_instant(info.created), to_instant(info.expires), info.key_version)


def _options(retention: int, progress: Optional[Progress]) -> c.BackupOptions:
    options = c.BackupOptions(retention=retention)
    if progress is not None:
        tell = progress

        def told(_: Any, done: int, files: int) -> int:
            tell(done, files)
            return 0

        options.progress = c.ProgressFunction(guarded(told))
    return options
