"""Values between Python and the C ABI: text, instants, durations, and lists as rows."""

from __future__ import annotations

import ctypes
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, Union

from ._library import call, library, new_handle
from ._signatures import Page

if TYPE_CHECKING:
    from ._handles import Child

Row = Dict[str, Any]
Duration = Union[timedelta, int]
Bytes = Union[bytes, bytearray, memoryview]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MILLISECOND = timedelta(milliseconds=1)

_INTEGER, _TEXT, _BYTES, _BOOLEAN, _INSTANT, _DURATION = range(1, 7)


def text(value: Optional[str]) -> Optional[bytes]:
    if value is None:
        return None
    encoded = utf8(value)
    # C would take the text up to the NUL for the whole: a different name than the one meant.
    if b"\0" in encoded:
        raise ValueError("text may not contain a NUL character")
    return encoded


def utf8(value: str) -> bytes:
    if not isinstance(value, str):
        raise TypeError(f"a str is needed, not {type(value).__name__}")
    try:
        return value.encode("utf-8")
    except UnicodeEncodeError:
        pass
    # Outside of the handler: that exception holds the whole text, which may be a password.
    raise ValueError("text may not contain lone surrogates")


def as_bytes(value: Bytes) -> bytes:
    """bytes() would also take a number, as so many zeros, and ctypes a str, as an array of wide characters."""
    return value if isinstance(value, bytes) else memoryview(value).tobytes()


def instant(value: Optional[datetime]) -> int:
    """Milliseconds since 1970; 0 for none. Naive datetimes are refused: their zone would be a guess."""
    if value is None:
        return 0
    if value.tzinfo is None:
        raise ValueError("the datetime needs a time zone")
    return (value - _EPOCH) // _MILLISECOND


def to_instant(milliseconds: int) -> datetime:
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:  # after the year 9999: never
        return datetime.max.replace(tzinfo=timezone.utc)


def duration(value: Optional[Duration]) -> int:
    """Milliseconds, of a timedelta or already as such, as a struct's field has them."""
    return amount(value // _MILLISECOND if isinstance(value, timedelta) else value)


def amount(value: Optional[int]) -> int:
    """In a struct's field 0 is what leaves it as it is, and -1 is none."""
    return 0 if value is None else value or -1


def flag(value: Optional[bool]) -> int:
    """A myqsec_choice."""
    return 0 if value is None else 1 if value else 2


def rows(function: str, *arguments: Any) -> List[Row]:
    handle = new_handle(function, "myqsec_list_free", *arguments)
    try:
        return _read(handle)
    finally:
        library.myqsec_list_free(handle)


def row(function: str, *arguments: Any) -> Row:
    return rows(function, *arguments)[0]


def paged(function: str, session: "Child", *arguments: Any, after: int = 0, newest_first: bool = False,
          page_size: Optional[int] = None) -> Iterator[Row]:
    """The rows of a list, read a page at a time; the first at once, so that a refusal is raised here. Each page is asked of
    the session, not of its pointer, which may by then be somebody else's."""
    if page_size is not None and page_size < 1:
        raise ValueError("page_size must be at least 1")
    page = Page(limit=page_size or 0, order=int(newest_first), after=after)

    def read() -> List[Row]:
        handle = new_handle(function, "myqsec_list_free", session._pointer, *arguments, ctypes.byref(page))
        try:
            more = ctypes.c_int64()
            call("myqsec_list_more", handle, ctypes.byref(more))
            page.after = more.value
            return _read(handle)
        finally:
            library.myqsec_list_free(handle)

    def rest(first: List[Row]) -> Iterator[Row]:
        yield from first
        while page.after:
            yield from read()

    return rest(read())


def _read(handle: ctypes.c_void_p) -> List[Row]:
    size, count = ctypes.c_size_t(), ctypes.c_size_t()
    call("myqsec_list_size", handle, ctypes.byref(size))
    call("myqsec_list_column_count", handle, ctypes.byref(count))
    columns = [_column(handle, index) for index in range(count.value)]
    result = []
    for _ in range(size.value):
        call("myqsec_list_next", handle)
        result.append({name.decode(): _value(handle, name, kind) for name, kind in columns})
    return result


def _column(handle: ctypes.c_void_p, index: int) -> tuple[bytes, int]:
    name, kind = ctypes.c_char_p(), ctypes.c_uint32()
    call("myqsec_list_column", handle, index, ctypes.byref(name), ctypes.byref(kind))
    return name.value or b"", kind.value


def _value(handle: ctypes.c_void_p, name: bytes, kind: int) -> Any:
    present = ctypes.c_int()
    call("myqsec_list_has", handle, name, ctypes.byref(present))
    if not present.value:
        return None
    if kind == _TEXT:
        characters = ctypes.c_char_p()
        call("myqsec_list_text", handle, name, ctypes.byref(characters))
        return (characters.value or b"").decode("utf-8")
    if kind == _BYTES:
        data, length = ctypes.c_void_p(), ctypes.c_size_t()
        call("myqsec_list_bytes", handle, name, ctypes.byref(data), ctypes.byref(length))
        return ctypes.string_at(data, length.value) if length.value else b""
    number = ctypes.c_int64()
    call("myqsec_list_integer", handle, name, ctypes.byref(number))
    if kind == _BOOLEAN:
        return bool(number.value)
    if kind == _INSTANT:
        return to_instant(number.value)
    if kind == _DURATION:
        return timedelta(milliseconds=number.value)
    return number.value
