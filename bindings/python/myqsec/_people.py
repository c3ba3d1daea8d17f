"""People from and to files."""

from __future__ import annotations

import ctypes
import io
from dataclasses import dataclass
from typing import Any, Callable, Optional, Union

from . import _signatures as c
from ._handles import Child
from ._library import call, guarded, library
from ._streams import Readable, Writable, reading, writing
from ._values import Bytes
from .errors import Error

_PEOPLE_OWN, _PEOPLE_MYQ, _PEOPLE_PAPERCUT = 1, 2, 3
_MAPS = {"own": _PEOPLE_OWN, "myq": _PEOPLE_MYQ, "papercut": _PEOPLE_PAPERCUT}


@dataclass(frozen=True)
class RowError:
    """A row of a file that cannot be imported: in which line it begins, which column is wrong ("": the row), and why."""

    line: int
    column: str
    status: str
    message: str


@dataclass(frozen=True)
class ImportCounts:
    """What an import did, or a dry run would do. `errors` are the rows that cannot be imported."""

    rows: int
    errors: int
    created: int
    changed: int
    unchanged: int
    groups_created: int
    members_added: int
    members_removed: int
    cards_added: int
    cards_removed: int


def _separator(separator: Optional[str]) -> int:
    if separator is not None and separator not in (",", ";", "\t"):
        raise ValueError("separator must be ',', ';' or a tab")
    return 0 if separator is None else ord(separator)


def _counted(counts: c.PeopleCounts) -> ImportCounts:
    return ImportCounts(**{name: getattr(counts, name) for name in ImportCounts.__dataclass_fields__})


class People(Child):
    """What a principal may do with files of people."""

    def import_people(self, source: Union[Bytes, Readable], *, dry_run: bool = False, map: str = "own",
                      separator: Optional[str] = None, header: bool = True, ignore_unknown: bool = False,
                      clear_empty: bool = False,
                      on_error: Optional[Callable[[RowError], None]] = None) -> ImportCounts:
        """Creates and changes users, their groups and cards as a CSV file says. The file is read twice: a file object must have
        seek(). `map` is "own", "myq" or "papercut". `on_error` is told of each row that cannot be imported; if there is any, nothing
        is changed, and the first one's error is raised, but not by a dry run, which counts them."""
        if map not in _MAPS:
            raise ValueError(f"map must be one of {', '.join(_MAPS)}")
        file: Any = io.BytesIO(source) if isinstance(source, (bytes, bytearray, memoryview)) else source
        start = file.tell() if hasattr(file, "tell") else 0

        def rewind(_: Optional[int]) -> int:
            file.seek(start)
            return 0

        def tell(_: Optional[int], error: Any) -> int:
            told = error[0]
            if on_error is not None:
                name = library.myqsec_status_name(told.status).decode()
                on_error(RowError(told.line, told.column.decode("utf-8"), name, told.message.decode("utf-8")))
            return 0

        given = c.PeopleSource(read=c.ReadFunction(guarded(reading(file))), rewind=c.PeopleSourceRewind(guarded(rewind)))
        options = c.PeopleImportOptions(map=_MAPS[map], separator=_separator(separator), dry_run=int(dry_run),
                                        no_header=int(not header), ignore_unknown=int(ignore_unknown),
                                        clear_empty=int(clear_empty),
                                        error=c.PeopleImportOptionsError(guarded(tell)))
        counts = c.PeopleCounts()
        try:
            call("myqsec_people_import", self._pointer, ctypes.byref(given), ctypes.byref(options),
                 ctypes.byref(counts))
        except Error:
            if not dry_run or counts.errors == 0:
                raise
        return _counted(counts)

    def export_people(self, target: Writable, *, separator: str = ",", bom: bool = False, ids: bool = False) -> None:
        """Writes the users whom one may manage, with their groups, as import_people() reads them; no card, PIN or password. With
        `ids`, users of this instance can be renamed by it; `bom` is for spreadsheets."""
        options = c.PeopleExportOptions(separator=_separator(separator), bom=int(bom), ids=int(ids))
        call("myqsec_people_export", self._pointer, ctypes.byref(options), c.WriteFunction(guarded(writing(target))),
             None)
