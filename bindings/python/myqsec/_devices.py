"""Devices."""

from __future__ import annotations

import ctypes
from typing import Callable, Iterator, Optional

from . import _signatures as c
from ._handles import Child
from ._library import call, guarded, new_integer
from ._values import Duration, Row, duration, flag, paged, text

METHOD_CARD = 1
METHOD_PIN = 2
METHOD_NAME_PIN = 4
METHOD_NAME_PASSWORD = 8
METHOD_CARD_PIN = 16
METHOD_CARD_PASSWORD = 32


class Devices(Child):
    """Devices: methods of Session."""

    def create_device(self, name: str, *, methods: int = 0, model: Optional[str] = None,
                      serial: Optional[str] = None, mac: Optional[str] = None, address: Optional[str] = None,
                      location: Optional[str] = None, idle_timeout: Optional[Duration] = None,
                      enabled: Optional[bool] = None, card_transform: Optional[str] = None,
                      self_registration: Optional[bool] = None) -> int:
        """Registers a device; returns its id. `methods` is a sum of METHOD_...; 0 takes the default. `card_transform` is
        an expression of docs/cards.md; `self_registration` lets people register cards of their own there."""
        fields = c.DeviceFields(methods=methods, name=text(name), model=text(model), serial=text(serial),
                                mac=text(mac), address=text(address), location=text(location),
                                idle_timeout=duration(idle_timeout), enabled=flag(enabled),
                                card_transform=text(card_transform), self_registration=flag(self_registration))
        return new_integer("myqsec_device_create", self._pointer, ctypes.byref(fields))

    def change_device(self, device: int, *, name: Optional[str] = None, methods: int = 0,
                      model: Optional[str] = None, serial: Optional[str] = None, mac: Optional[str] = None,
                      address: Optional[str] = None, location: Optional[str] = None,
                      idle_timeout: Optional[Duration] = None, enabled: Optional[bool] = None,
                      card_transform: Optional[str] = None, self_registration: Optional[bool] = None) -> None:
        """Changes the fields that are given."""
        fields = c.DeviceFields(methods=methods, name=text(name), model=text(model), serial=text(serial),
                                mac=text(mac), address=text(address), location=text(location),
                                idle_timeout=duration(idle_timeout), enabled=flag(enabled),
                                card_transform=text(card_transform), self_registration=flag(self_registration))
        call("myqsec_device_change", self._pointer, device, ctypes.byref(fields))

    def delete_device(self, device: int) -> None:
        """Removes a device; a session there ends first."""
        call("myqsec_device_delete", self._pointer, device)

    def devices(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """All devices: id, name, model, serial, mac, address, location, methods (a sum of METHOD_...), idle_timeout, enabled,
        session_user (0: nobody), clear_pending, card_transform, self_registration."""
        return paged("myqsec_device_list", self, after=after, newest_first=newest_first, page_size=page_size)

    def find_device(self, name: str) -> int:
        """The id of a device's name."""
        return new_integer("myqsec_device_find", self._pointer, text(name))

    def attach_device(self, device: int, clear_memory: Callable[[int], None]) -> None:
        """`clear_memory(device)` runs at every logout there. It may not call the library; an exception locks the
        device and comes out of the call that ended the session."""

        def clear(_: Optional[int], which: int) -> int:
            clear_memory(which)
            return 0

        callbacks = c.DeviceCallbacks(clear_memory=c.DeviceCallbacksClearMemory(guarded(clear)))
        # Before the call: it may run the callback, and attaches it even if that fails.
        self._engine._kept.append(callbacks)
        call("myqsec_device_attach", self._pointer, device, ctypes.byref(callbacks))

    def clear_device(self, device: int) -> None:
        """Runs clear-memory again at a locked device."""
        call("myqsec_device_clear", self._pointer, device)
