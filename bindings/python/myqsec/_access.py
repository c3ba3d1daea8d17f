"""Users, credentials, groups and roles."""

from __future__ import annotations

import ctypes
from datetime import datetime, timezone
from typing import Iterable, Iterator, List, Optional, Tuple

from . import _signatures as c
from ._handles import Child
from ._library import call, new_integer, secret
from ._values import Row, instant, paged, row, rows, text
from .roots import Root, root_struct


_STATES = {"active": 1, "disabled": 2}


def _state(state: Optional[str]) -> int:
    if state is not None and state not in _STATES:
        raise ValueError(f"state must be one of {', '.join(_STATES)}")
    return 0 if state is None else _STATES[state]


def _user_fields(user_name: Optional[str], full_name: Optional[str], email: Optional[str], language: Optional[str],
                 notes: Optional[str], state: Optional[str] = None) -> c.UserFields:
    return c.UserFields(state=_state(state), user_name=text(user_name), full_name=text(full_name), email=text(email),
                        language=text(language), notes=text(notes))


def _grant(user: int, group: int, scope_group: int, scope_queue: int, until: Optional[datetime] = None) -> c.RoleGrant:
    return c.RoleGrant(everywhere=0 if scope_group or scope_queue else 1, user=user, group=group, scope_group=scope_group,
                       scope_queue=scope_queue, until=instant(until))


class Access(Child):
    """Users, credentials, groups and roles: methods of Session."""

    def first_administrator(self, user_name: str, *, full_name: Optional[str] = None, email: Optional[str] = None,
                            language: Optional[str] = None, notes: Optional[str] = None) -> Tuple[int, str]:
        """Creates the first administrator; returns the id and the password, shown this once."""
        fields = _user_fields(user_name, full_name, email, language, notes)
        user = ctypes.c_int64()
        password = secret("myqsec_first_administrator", self._pointer, ctypes.byref(fields), ctypes.byref(user))
        return user.value, password

    def create_user(self, user_name: str, *, full_name: Optional[str] = None, email: Optional[str] = None,
                    language: Optional[str] = None, notes: Optional[str] = None,
                    state: Optional[str] = None) -> int:
        """Creates a user; returns the id. The name is unique, whatever the case of its ASCII letters. `state` is "active" or
        "disabled"."""
        fields = _user_fields(user_name, full_name, email, language, notes, state)
        return new_integer("myqsec_user_create", self._pointer, ctypes.byref(fields))

    def create_user_with_pin(self, user_name: str, *, full_name: Optional[str] = None, email: Optional[str] = None,
                             language: Optional[str] = None, notes: Optional[str] = None,
                             state: Optional[str] = None) -> Tuple[int, str]:
        """Creates a user with a random PIN that logs in alone, in one step; returns the id and the PIN, shown this once."""
        fields = _user_fields(user_name, full_name, email, language, notes, state)
        user = ctypes.c_int64()
        pin = secret("myqsec_user_create_with_pin", self._pointer, ctypes.byref(fields), ctypes.byref(user))
        return user.value, pin

    def change_user(self, user: int, *, user_name: Optional[str] = None, full_name: Optional[str] = None,
                    email: Optional[str] = None, language: Optional[str] = None, notes: Optional[str] = None,
                    state: Optional[str] = None) -> None:
        """Changes the fields that are not None."""
        fields = _user_fields(user_name, full_name, email, language, notes, state)
        call("myqsec_user_change", self._pointer, user, ctypes.byref(fields))

    def delete_user(self, user: int) -> None:
        """Deletes the user with credentials and held jobs, and destroys the person's key."""
        call("myqsec_user_delete", self._pointer, user)

    def find_user(self, user_name: str) -> int:
        """The id of a user name."""
        return new_integer("myqsec_user_find", self._pointer, text(user_name))

    def user(self, user: int) -> Row:
        """One user: id, user_name, full_name, email, language, notes, state ("active", "disabled"), locked_until, created,
        has_password, has_pin, cards, pin_use ("alone", "with-name", "with-card"), password_use ("alone", "with-card"),
        password_changed, must_change_password."""
        return row("myqsec_user_get", self._pointer, user)

    def users(self, *, state: Optional[str] = None, group: int = 0, user_name: Optional[str] = None,
              after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """Users whom one may manage, each as user() gives it: those in a state ("active", "disabled"), those in a group or inside it, or of
        one name."""
        filter = c.UserFilter(state=_state(state), group=group, user_name=text(user_name))
        return paged("myqsec_user_list", self, ctypes.byref(filter), after=after, newest_first=newest_first,
                     page_size=page_size)

    def set_password(self, user: int, password: str, current: Optional[str] = None, *, with_card: bool = False) -> None:
        """Sets a password. For oneself the `current` one is required. One that serves `with_card` only may be shorter
        (setting password.min_length_second_factor), and administers nothing: `password_use` of user()."""
        function = "myqsec_user_set_card_password" if with_card else "myqsec_user_set_password"
        call(function, self._pointer, user, text(current), text(password))

    def generate_pin(self, user: int, current: Optional[str] = None) -> str:
        """A new random PIN that logs in alone, shown this once. For oneself the `current` password is required."""
        return secret("myqsec_user_generate_pin", self._pointer, user, text(current))

    def set_pin(self, user: int, pin: str, current: Optional[str] = None) -> None:
        """Sets a PIN of one's choice: a second factor only, with user name or card, or, if it is too short for a site of this size,
        with a card only: `pin_use` of user(). `current` as in generate_pin."""
        call("myqsec_user_set_pin", self._pointer, user, text(current), text(pin))

    def unlock_user(self, user: int) -> None:
        """Lifts all locks of the account."""
        call("myqsec_user_unlock", self._pointer, user)

    def locks(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """Locks in force that one may lift: id, scope ("account", "device", "source", "site"), user (0: nobody's), device, source,
        method, entries, until."""
        return paged("myqsec_lock_list", self, after=after, newest_first=newest_first, page_size=page_size)

    def lift_lock(self, lock: int) -> None:
        """Ends a lock, by its id, and forgets what led to it."""
        call("myqsec_lock_lift", self._pointer, lock)

    def recovery_code(self) -> str:
        """A new recovery code, shown this once, in place of an earlier one."""
        return secret("myqsec_recovery_code", self._pointer)

    def recover_administrator(self, root: Root, user_name: str, code: Optional[str] = None) -> Tuple[str, datetime]:
        """A new password for an administrator who is kept out, shown this once, and when it begins to work: at once with a
        recovery code, otherwise after the setting recovery.delay. `root` is the instance's; a str is its passphrase."""
        begins = ctypes.c_int64()
        password = secret("myqsec_recover_administrator", self._pointer, ctypes.byref(root_struct(root)),
                          text(user_name), text(code), after=(ctypes.byref(begins),))
        return password, datetime.fromtimestamp(begins.value / 1000, timezone.utc)

    def remove_pin(self, user: int, current: Optional[str] = None) -> None:
        """Takes the PIN away. `current` as in generate_pin."""
        call("myqsec_user_remove_pin", self._pointer, user, text(current))

    def expire_password(self, user: int) -> None:
        """The password must be changed at the next login with it. Ends the user's sessions."""
        call("myqsec_user_expire_password", self._pointer, user)

    def add_card(self, user: int, card: str, *, label: Optional[str] = None,
                 expires: Optional[datetime] = None) -> int:
        """Registers a card as the reader gives it, or as transform_card() makes it for devices that do; returns its id. After
        `expires` it opens nothing, and may be registered again."""
        return new_integer("myqsec_card_add", self._pointer, user, text(card), text(label), instant(expires))

    def register_card(self, card: str, *, label: Optional[str] = None) -> int:
        """Registers a card of one's own in a session at a device that has `self_registration`; returns its id."""
        return new_integer("myqsec_card_register", self._pointer, text(card), text(label))

    def remove_card(self, card: int) -> None:
        """Removes a registered card, by its id."""
        call("myqsec_card_remove", self._pointer, card)

    def cards(self, user: int, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """A user's cards: id, user, label, created, expires, last_used, state ("active", "expired"); never the number."""
        return paged("myqsec_card_list", self, user, after=after, newest_first=newest_first, page_size=page_size)

    def create_group(self, name: str, parent: int = 0) -> int:
        """Creates a group, inside `parent` unless that is 0; returns its id."""
        return new_integer("myqsec_group_create", self._pointer, text(name), parent)

    def change_group(self, group: int, *, name: Optional[str] = None, parent: Optional[int] = None) -> None:
        """Renames and moves; parent 0 is the top."""
        call("myqsec_group_change", self._pointer, group, text(name), -1 if parent is None else parent)

    def delete_group(self, group: int) -> None:
        """Deletes a group."""
        call("myqsec_group_delete", self._pointer, group)

    def groups(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """All groups: id, name, parent, members."""
        return paged("myqsec_group_list", self, after=after, newest_first=newest_first, page_size=page_size)

    def add_to_group(self, group: int, user: int) -> None:
        """Makes a user a member; harmless if that was so."""
        call("myqsec_group_add", self._pointer, group, user)

    def remove_from_group(self, group: int, user: int) -> None:
        """Ends a membership; harmless if there was none."""
        call("myqsec_group_remove", self._pointer, group, user)

    def group_members(self, group: int, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """A group's members: user, user_name."""
        return paged("myqsec_group_members", self, group, after=after, newest_first=newest_first, page_size=page_size)

    def rights(self) -> List[Row]:
        """The closed list of rights: name, meaning."""
        return rows("myqsec_right_list", self._pointer)

    def roles(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """All roles: id, name, built_in, rights (names separated by spaces)."""
        return paged("myqsec_role_list", self, after=after, newest_first=newest_first, page_size=page_size)

    def create_role(self, name: str, rights: Iterable[str]) -> int:
        """Creates a role of rights that one has; returns its id."""
        return new_integer("myqsec_role_create", self._pointer, text(name), text(" ".join(rights)))

    def change_role(self, role: int, *, name: Optional[str] = None, rights: Optional[Iterable[str]] = None) -> None:
        """Renames a role that is not built in, and replaces its rights; None leaves as it is. Whoever loses a right is logged
        out."""
        call("myqsec_role_change", self._pointer, role, text(name), None if rights is None else text(" ".join(rights)))

    def delete_role(self, role: int) -> None:
        """Deletes a role; the built-in ones stay."""
        call("myqsec_role_delete", self._pointer, role)

    def give_role(self, role: str, *, user: int = 0, group: int = 0, scope_group: int = 0,
                  scope_queue: int = 0, until: Optional[datetime] = None) -> None:
        """To a user or a group; everywhere, or over the users of a group, in a queue, or what these have in it; for ever or until
        an instant. Again with another end: that is the new one."""
        grant = _grant(user, group, scope_group, scope_queue, until)
        call("myqsec_role_give", self._pointer, text(role), ctypes.byref(grant))

    def take_role(self, role: str, *, user: int = 0, group: int = 0, scope_group: int = 0,
                  scope_queue: int = 0) -> None:
        """Takes back what give_role() gave, with the same arguments, whatever its end."""
        grant = _grant(user, group, scope_group, scope_queue)
        call("myqsec_role_take", self._pointer, text(role), ctypes.byref(grant))

    def role_grants(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """Who has which role: id, role, user, group, scope_group, scope_queue, until; 0 or None where there is none."""
        return paged("myqsec_role_grants", self, after=after, newest_first=newest_first, page_size=page_size)

    def explain_right(self, user: int, right: str, *, over: int = 0, queue: int = 0) -> Tuple[bool, List[Row]]:
        """Whether a user has a right over a person, in a queue, or over nothing in particular; and each way to it: id, role, group,
        scope_group, scope_queue, until, applies, at_devices, reason."""
        target = c.RightTarget(user=over, queue=queue)
        allowed = ctypes.c_int()
        ways = rows("myqsec_right_explain", self._pointer, user, text(right), ctypes.byref(target), ctypes.byref(allowed))
        return bool(allowed.value), ways

    def right_holders(self, right: str, *, over: int = 0, queue: int = 0, after: int = 0, newest_first: bool = False,
                      page_size: Optional[int] = None) -> Iterator[Row]:
        """Active users who have a right over a person, in a queue, or over nothing in particular: user, user_name."""
        target = c.RightTarget(user=over, queue=queue)
        return paged("myqsec_right_holders", self, text(right), ctypes.byref(target), after=after,
                     newest_first=newest_first, page_size=page_size)
