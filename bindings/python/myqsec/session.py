"""Sessions: who is asking. All that a principal may do is a method here; the parts are in the modules beside."""

from __future__ import annotations

import ctypes
import os
from datetime import datetime, timedelta
from typing import Iterable, List, Optional, Tuple, Union

from . import _signatures as c
from ._access import Access
from ._audit import Audit
from ._devices import Devices
from ._host import Host
from ._library import call, new_handle, new_integer, secret
from ._notifications import Notifications
from ._people import People
from ._spool import Spool
from ._values import Duration, Row, duration, row, rows, text, to_instant
from .backup import Info, Progress, _info, _options
from .roots import Root, root_struct


SettingValue = Union[str, int, float, timedelta]


def _duration_text(value: timedelta) -> str:
    for unit, length in (("d", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1)),
                         ("s", timedelta(seconds=1))):
        if value % length == timedelta(0) and (value or unit == "s"):
            return f"{value // length}{unit}"
    return f"{value // timedelta(milliseconds=1)}ms"


def _setting_text(value: Optional[SettingValue]) -> Optional[str]:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        return _duration_text(value)
    if isinstance(value, float):
        return f"{value:.6f}"
    return str(value) if isinstance(value, int) else value


class Session(Access, Audit, Devices, Host, Notifications, People, Spool):
    """A principal: the host's own, a user, or a user at a device. Ends when closed. Threads may share it."""

    _free = "myqsec_session_free"

    def info(self) -> Row:
        """About the session: kind ("system", "user", "device"), id, user, user_name, full_name, device, started, idle_deadline,
        end_deadline, rights (names separated by spaces), message, must_change_password (the session can do nothing else)."""
        return row("myqsec_session_info", self._pointer)

    def tick(self) -> datetime:
        """Does what is due, and returns when to call it again at the latest: within a minute, before anything is due, also of
        what begins meanwhile."""
        return to_instant(new_integer("myqsec_tick", self._pointer))

    def health(self) -> List[Row]:
        """What is overdue, suspended, locked, full or unverified, the gravest first: code, level ("notice", "warning", "alarm"),
        sentence, since, count."""
        return rows("myqsec_health", self._pointer)

    def confirm_clock(self) -> None:
        """The clock is right after a large step, which suspended deletion: what has expired may be deleted."""
        call("myqsec_clock_confirm", self._pointer)

    def login(self, user_name: str, password: str, source: Optional[str] = None) -> "Session":
        """Logs a user in away from any device; from the system session."""
        return Session(self._engine, new_handle("myqsec_login", self._free, self._pointer, text(user_name),
                                                text(password), text(source)))

    def device_login(self, device: int, *, card: Optional[str] = None, user_name: Optional[str] = None,
                     pin: Optional[str] = None, password: Optional[str] = None) -> "Session":
        """Logs a person in at a device; from the system session."""
        credentials = c.Credentials(card=text(card), user_name=text(user_name), pin=text(pin),
                                    password=text(password))
        return Session(self._engine, new_handle("myqsec_device_login", self._free, self._pointer, device,
                                                ctypes.byref(credentials)))

    def vouch(self, user: int, *, method: str, issuer: str, source: Optional[str] = None,
              rights: Optional[Iterable[str]] = None) -> "Session":
        """A session of a person whom the caller has authenticated elsewhere: by which `method` ("oidc", "kerberos"), as which
        `issuer` says. It uses these `rights` of the user's, or, without, what is the user's own but for credentials."""
        vouching = c.Vouching(user=user, method=text(method), issuer=text(issuer), source=text(source),
                              rights=None if rights is None else text(" ".join(rights)))
        return Session(self._engine, new_handle("myqsec_session_vouch", self._free, self._pointer,
                                                ctypes.byref(vouching)))

    def issue_ticket(self, source: Optional[str] = None) -> Tuple[str, datetime]:
        """A ticket that begins further sessions like this one, at no password's cost, and until when; from `source` only, if
        that is given. Whoever shows it is that person. It ends with the instance's closing, or what ends the person's sessions."""
        expires = ctypes.c_int64()
        ticket = secret("myqsec_ticket_issue", self._pointer, text(source), after=(ctypes.byref(expires),))
        return ticket, to_instant(expires.value)

    def redeem_ticket(self, ticket: str, source: Optional[str] = None) -> "Session":
        """A session of the person to whom the ticket was issued; from the system session."""
        return Session(self._engine, new_handle("myqsec_ticket_redeem", self._free, self._pointer, text(ticket),
                                                text(source)))

    def withdraw_ticket(self, ticket: str) -> None:
        """Ends a ticket, and the sessions that it began; harmless if there is none. From the system session."""
        call("myqsec_ticket_withdraw", self._pointer, text(ticket))

    def logout(self) -> None:
        """Ends the session now. At a device its memory is cleared; raises if that fails."""
        call("myqsec_logout", self._pointer)

    def settings(self) -> List[Row]:
        """All settings, each as setting() gives it."""
        return rows("myqsec_setting_list", self._pointer)

    def setting(self, name: str) -> Row:
        """One setting: name, type, value, default, range, meaning, changed, area."""
        return row("myqsec_setting_get", self._pointer, text(name))

    def set_setting(self, name: str, value: Optional[SettingValue]) -> None:
        """An int, a bool, a timedelta, a float for a probability, or the text that setting() gives, such as "5", "true", "24h",
        "10MiB"; None sets the default."""
        call("myqsec_setting_set", self._pointer, text(name), text(_setting_text(value)))

    def encryption(self) -> List[Row]:
        """How the databases are encrypted: what, encryption, converting, pages, pages_done, key_version."""
        return rows("myqsec_encryption_status", self._pointer)

    def set_encryption(self, what: str, on: bool) -> None:
        """Switches the encryption of the database "main" or "log"; tick() converts it."""
        call("myqsec_encryption_set", self._pointer, text(what), int(on))

    def keys_status(self) -> Row:
        """root (its origin), epoch, keys, waiting (destroyed since the last turn), waiting_since, lookup_waiting (cards and
        PINs not presented since a rotation of the look-up keys), lookup_waiting_since."""
        return row("myqsec_keys_status", self._pointer)

    def complete_erasures(self) -> None:
        """Completes the erasures that wait: no older copy of the files leads to a destroyed key any more."""
        call("myqsec_keys_complete_erasures", self._pointer)

    def rotate_tree(self) -> None:
        """Gives every node of the key tree a fresh key."""
        call("myqsec_keys_rotate_tree", self._pointer)

    def rotate_lookup(self) -> None:
        """Gives names, cards and PINs fresh keys by which they are found: old copies of the files then tell no name.

        Cards and PINs that are not presented within the setting lookup.retention end.
        """
        call("myqsec_keys_rotate_lookup", self._pointer)

    def rotate_root(self, root: Root) -> None:
        """Seals the keystore under a fresh root key: from now on only `root` opens the instance."""
        call("myqsec_keys_rotate_root", self._pointer, ctypes.byref(root_struct(root)))

    def rotate_database_key(self, what: str) -> None:
        """Gives the database "main" or "log" a fresh key; tick() rewrites it, and encryption() shows how far it is."""
        call("myqsec_keys_rotate_database", self._pointer, text(what))

    def backup(self, directory: Union[str, "os.PathLike[str]"], *, expires_in: Optional[Duration] = None,
               progress: Optional[Progress] = None) -> Info:
        """Backs the instance up into a missing or empty directory; it can be restored for `expires_in`, or up to an eighth
        less, otherwise for the setting backup.retention. `progress(files_done, files)` may not call the library."""
        options, info = _options(duration(expires_in), progress), c.BackupInfo()
        call("myqsec_backup_create", self._pointer, text(os.fspath(directory)), ctypes.byref(options),
             ctypes.byref(info))
        return _info(info)

    def backup_keys(self) -> List[Row]:
        """The backup keys that live: version, expires. tick() destroys those that have expired."""
        return rows("myqsec_backup_key_list", self._pointer)

    def export_backup_key(self, version: int = 0) -> str:
        """A backup key (0: the newest) as one line, to be kept apart from the backups that it opens."""
        return secret("myqsec_backup_key_export", self._pointer, version)
