"""The audit log: reading, proving, exporting."""

from __future__ import annotations

import ctypes
import json
from datetime import datetime
from typing import Iterator, List, Optional

from . import _signatures as c
from ._handles import Child
from ._library import call, guarded
from ._streams import Writable, writing
from ._values import Row, instant, paged, row, rows, text
from .audit import JSON_LINES


def _parsed(event: Row) -> Row:
    """The event with what the library gives as JSON."""
    return {**event, "changes": json.loads(event["changes"] or "[]"), "personal": json.loads(event["personal"] or "{}")}


class Audit(Child):
    """What a principal may do with the audit log."""

    def audit(self, *, object_kind: Optional[str] = None, object: int = 0, actor_user: int = 0,
              actor: Optional[str] = None, action: Optional[str] = None, since: Optional[datetime] = None,
              until: Optional[datetime] = None, after: int = 0, newest_first: bool = False,
              page_size: Optional[int] = None) -> Iterator[Row]:
        """Events by sequence number, behind `after`: of an object, by an actor, of an action, in a time. Each has sequence, time,
        action, actor_kind, actor (a pseudonym), actor_user, object_kind, object, result ("ok", "denied", "failed"), changes (a
        list of dicts of field, old and new), personal (a dict; values are None once their person was erased), leaf_hash."""
        filter = c.AuditFilter(object_kind=text(object_kind), object=object, actor_user=actor_user, actor=text(actor),
                               action=text(action), to=instant(until), **{"from": instant(since)})
        return map(_parsed, paged("myqsec_audit_list", self, ctypes.byref(filter), after=after,
                                  newest_first=newest_first, page_size=page_size))

    def audit_head(self) -> Row:
        """The audit log's Merkle tree (RFC 9162): size, root_hash."""
        return row("myqsec_audit_head", self._pointer)

    def audit_checkpoint(self) -> Row:
        """The newest checkpoint: size, root_hash, epoch, and the signed note to be kept outside."""
        return row("myqsec_audit_checkpoint", self._pointer)

    def audit_keys(self) -> List[Row]:
        """The public keys of all epochs, oldest first: epoch, key, began, behind. A verifier needs the first."""
        return rows("myqsec_audit_keys", self._pointer)

    def audit_inclusion(self, sequence: int, size: int = 0) -> List[bytes]:
        """The proof (RFC 9162 2.1.3) that an event is in the tree of `size` events (0: all)."""
        return [each["hash"] for each in rows("myqsec_audit_inclusion", self._pointer, sequence, size)]

    def audit_consistency(self, older: int, newer: int = 0) -> List[bytes]:
        """The proof (RFC 9162 2.1.4) that the tree of `newer` events (0: all) goes on from that of `older`."""
        return [each["hash"] for each in rows("myqsec_audit_consistency", self._pointer, older, newer)]

    def audit_rotate_key(self) -> None:
        """Lets a fresh key sign from now on; the old one is destroyed."""
        call("myqsec_audit_rotate_key", self._pointer)

    def audit_export(self, target: Writable, format: int = JSON_LINES, start: int = 1, *, personal: bool = False,
                     host_name: Optional[str] = None) -> int:
        """Writes audit.JSON_LINES or audit.SYSLOG from an event on, or an audit.BUNDLE. Returns from where lines go on."""
        options = c.AuditExportOptions(format=format, host_name=text(host_name), personal=int(personal),
                                       **{"from": start})
        next_event = ctypes.c_int64()
        call("myqsec_audit_export", self._pointer, ctypes.byref(options), c.WriteFunction(guarded(writing(target))), None,
             ctypes.byref(next_event))
        return next_event.value
