"""One exception class for each status of the library; all derive from Error."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Optional

_LOCK_NONE, _LOCK_ACCOUNT, _LOCK_DEVICE, _LOCK_SOURCE, _LOCK_SITE = range(5)
LOCK_SCOPES = {_LOCK_ACCOUNT: "account", _LOCK_DEVICE: "device", _LOCK_SOURCE: "source", _LOCK_SITE: "site"}


@dataclass(frozen=True)
class Refusal:
    """About a login that was refused for now: `scope` is "account", "device", "source" or "site", `methods` are bits
    METHOD_... by which the login would be taken instead, 0 if that is not said."""

    scope: str
    until: Optional[datetime]
    methods: int


class Error(Exception):
    """A call failed: `status` is the number, `name` its name, and the text says what failed, on what, what to do."""

    def __init__(self, status: int, name: str, sentence: str) -> None:
        super().__init__(sentence or name)
        self.status = status
        self.name = name

    def __reduce__(self) -> tuple[type, tuple[int, str, str]]:
        return type(self), (self.status, self.name, str(self))


class InvalidArgument(Error):
    """A parameter is missing, malformed or out of range."""


class OutOfMemory(Error):
    """Memory could not be allocated."""


class InputOutputError(Error):
    """The operating system reported an input/output error."""


class NoSpace(Error):
    """The disk or the quota is full."""


class NotFound(Error):
    """The named object does not exist, or the principal may not know that it does."""


class Exists(Error):
    """An object with that name or value already exists."""


class InUse(Error):
    """Another process has this instance open."""


class Busy(Error):
    """Handles that belong to this object are still open."""


class Reentrant(Error):
    """A callback called a function that it may not call."""


class CallbackFailed(Error):
    """A callback of the host returned a failure."""


class AccessDenied(Error):
    """The principal lacks the right to do this."""


class FileAccess(Error):
    """The operating system refused access to a file."""


class AuthenticationFailed(Error):
    """The credentials are wrong, or belong to nobody who may log in here."""


class LockedOut(Error):
    """Too many wrong entries: for a time this way of logging in is locked for the account, or this place for those whom it
    does not know. `refusal` has what the host may act on and does not show."""

    refusal: Optional[Refusal] = None


class SessionEnded(Error):
    """The session has expired or was logged out."""


class WrongKey(Error):
    """The root secret or key given does not open this."""


class Corrupt(Error):
    """Stored data is damaged, truncated or has been altered."""


class Tampered(Error):
    """Stored data was altered in a way that no accident explains."""


class NewerVersion(Error):
    """The data was written by a newer version of this library."""


class NotPossible(Error):
    """The object is in a state that does not allow this."""


class LimitExceeded(Error):
    """A configured or built-in limit would be exceeded."""


class NotBuiltIn(Error):
    """This build of the library lacks the component needed."""


class BufferTooSmall(Error):
    """The caller's buffer is too small; the length needed was returned."""


class EndOfList(Error):
    """The list has no further row."""


class SelfTestFailed(Error):
    """A known-answer test of the cryptography failed; nothing may be trusted."""


class InternalError(Error):
    """A defect in this library; please report it."""


class DeviceLocked(Error):
    """The device is locked until its memory has been cleared."""


class Forked(Error):
    """The handle was opened by the parent of this process."""


class OutcomeUnknown(Error):
    """The disk failed to keep a change: it is unknown whether it survives until the instance is opened again."""


class Incomplete(Error):
    """It was done and is durable, but a step behind it failed; the text says which, and what makes up for it."""


class FactorNeeded(Error):
    """This way of logging in needs another factor at present, such as the user name: `refusal.methods`."""

    refusal: Optional[Refusal] = None


class PasswordChangeRequired(Error):
    """The session may do nothing but change its user's password, which is too old or was set by somebody else."""


CLASSES: dict[int, type[Error]] = {
    -1: InvalidArgument,
    -2: OutOfMemory,
    -3: InputOutputError,
    -4: NoSpace,
    -5: NotFound,
    -6: Exists,
    -7: InUse,
    -8: Busy,
    -9: Reentrant,
    -10: CallbackFailed,
    -11: AccessDenied,
    -12: FileAccess,
    -13: AuthenticationFailed,
    -14: LockedOut,
    -15: SessionEnded,
    -16: WrongKey,
    -17: Corrupt,
    -18: Tampered,
    -19: NewerVersion,
    -20: NotPossible,
    -21: LimitExceeded,
    -22: NotBuiltIn,
    -23: BufferTooSmall,
    -24: EndOfList,
    -25: SelfTestFailed,
    -26: InternalError,
    -27: DeviceLocked,
    -28: Forked,
    -29: OutcomeUnknown,
    -30: Incomplete,
    -31: FactorNeeded,
    -32: PasswordChangeRequired,
}


def error_class(status: int) -> type[Error]:
    """The class of a status; Error itself for one that a newer library added."""
    return CLASSES.get(status, Error)
