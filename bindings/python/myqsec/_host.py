"""What belongs to the host: events, secrets, settings."""

from __future__ import annotations

import ctypes
from typing import Iterator, Mapping, Optional, Tuple, Union

from . import _signatures as c
from ._handles import Child
from ._library import call
from ._values import Bytes, Row, as_bytes, paged, row, text

_SECRET_MOST = 65536
_EVENT_OK, _EVENT_DENIED, _EVENT_FAILED = range(3)
_RESULTS = {"ok": _EVENT_OK, "denied": _EVENT_DENIED, "failed": _EVENT_FAILED}

EventValue = Union[str, Tuple[str, str]]  # new, or old and new


def _event_fields(fields: Mapping[str, EventValue]) -> "ctypes.Array[c.HostEventField]":
    given = (c.HostEventField * len(fields))()
    for out, (name, value) in zip(given, fields.items()):
        old, new = value if isinstance(value, tuple) else ("", value)
        out.struct_size = ctypes.sizeof(out)
        out.name, out.old_value, out.new_value = text(name), text(old), text(new)
    return given


class Host(Child):
    """What belongs to the host: methods of Session."""

    def record_event(self, name: str, *, result: str = "ok", object_kind: Optional[str] = None, object: int = 0,
                     fields: Optional[Mapping[str, EventValue]] = None, person: int = 0,
                     details: Optional[str] = None) -> None:
        """Records an event of the host in the audit log: the action host.event, and its name behind "host.". `result` is "ok",
        "denied" or "failed"; `fields` are texts, or pairs of an old and a new one. What names a person belongs in `details`, which
        are sealed under the key of the user `person`."""
        if result not in _RESULTS:
            raise ValueError(f"result must be one of {', '.join(_RESULTS)}")
        given = _event_fields(fields or {})
        event = c.HostEvent(result=_RESULTS[result], name=text(name), object_kind=text(object_kind), object=object,
                            fields=ctypes.cast(given, ctypes.POINTER(c.HostEventField)), field_count=len(given),
                            person=person, details=text(details))
        call("myqsec_host_event_record", self._pointer, ctypes.byref(event))

    def set_host_secret(self, name: str, value: Bytes) -> None:
        """Keeps a secret of the host, such as the key of its TLS certificate, sealed under a key of its own; 1 to 65,536 bytes."""
        data = as_bytes(value)
        call("myqsec_host_secret_set", self._pointer, text(name), data, len(data))

    def host_secret(self, name: str) -> bytes:
        """Reads a secret of the host, which the audit log tells."""
        room = ctypes.create_string_buffer(_SECRET_MOST)
        length = ctypes.c_size_t(_SECRET_MOST)
        try:
            call("myqsec_host_secret_get", self._pointer, text(name), room, ctypes.byref(length))
            return room.raw[:length.value]
        finally:
            ctypes.memset(room, 0, _SECRET_MOST)

    def remove_host_secret(self, name: str) -> None:
        """Removes a secret of the host, and destroys its key."""
        call("myqsec_host_secret_remove", self._pointer, text(name))

    def host_secrets(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """Which secrets of the host there are: id, name, changed."""
        return paged("myqsec_host_secret_list", self, after=after, newest_first=newest_first, page_size=page_size)

    def set_host_setting(self, name: str, value: Optional[str]) -> None:
        """Sets a setting of the host, a text that the audit log shows; None removes it."""
        call("myqsec_host_setting_set", self._pointer, text(name), text(value))

    def host_setting(self, name: str) -> Row:
        """One setting of the host: id, name, value, changed."""
        return row("myqsec_host_setting_get", self._pointer, text(name))

    def host_settings(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """All settings of the host, each as host_setting() gives it."""
        return paged("myqsec_host_setting_list", self, after=after, newest_first=newest_first, page_size=page_size)
