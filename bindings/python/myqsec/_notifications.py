"""Notifications: events that the host is to tell somebody, and their texts."""

from __future__ import annotations

import ctypes
import json
from typing import Iterable, Iterator, List, Optional

from . import _signatures as c
from ._handles import Child
from ._library import call
from ._values import Row, paged, row, rows, text


def _parsed(notification: Row) -> Row:
    return {**notification, "changes": json.loads(notification["changes"])}


class Notifications(Child):
    """The queue of notifications: methods of Session."""

    def set_notified_events(self, events: Iterable[str]) -> None:
        """Which actions of the audit log are queued from now on, such as "job.held"; stays so over restarts."""
        call("myqsec_notification_set_events", self._pointer, text(" ".join(events)))

    def notified_events(self) -> List[str]:
        """Those, by name."""
        return [each["event"] for each in rows("myqsec_notification_events", self._pointer)]

    def notifications(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """What waits, oldest first: id, time, event, result ("ok", "denied", "failed"), actor, object_kind, object, user (whom it
        concerns; 0: nobody), changes (a list of dicts). Each comes again until it is acknowledged."""
        return map(_parsed, paged("myqsec_notification_list", self, after=after, newest_first=newest_first,
                                  page_size=page_size))

    def acknowledge_notifications(self, through: int) -> None:
        """All up to and with this id are told, and go."""
        call("myqsec_notification_acknowledge", self._pointer, through)

    def set_notification_text(self, event: str, subject: Optional[str], body: str = "", *, language: str = "") -> None:
        """Writes the template of an event in a language ("": for whoever has no other); None as subject removes it. Names in
        braces: event, time, result, user_name, full_name, object_kind, object, object_name, new.FIELD, old.FIELD."""
        given = c.NotificationText(event=text(event), language=text(language), subject=text(subject), body=text(body))
        call("myqsec_notification_set_text", self._pointer, ctypes.byref(given))

    def notification_texts(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """All templates: id, event, language, subject, body."""
        return paged("myqsec_notification_texts", self, after=after, newest_first=newest_first, page_size=page_size)

    def word_notification(self, notification: int) -> Row:
        """A notification's text for whom it concerns: user (0: nobody), user_name, full_name, email, language, subject, body."""
        return row("myqsec_notification_word", self._pointer, notification)
