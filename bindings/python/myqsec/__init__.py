"""Secure release, encryption, access control and audit for print servers and MFPs: the Python binding of libmyqsec."""

from __future__ import annotations

from . import audit, backup, container, errors
from ._devices import (METHOD_CARD, METHOD_CARD_PASSWORD, METHOD_CARD_PIN, METHOD_NAME_PASSWORD, METHOD_NAME_PIN,
                       METHOD_PIN)
from ._library import call as _call
from ._library import library as _library
from ._library import secret as _secret
from ._spool import QUEUE_DIRECT, QUEUE_PRIVATE, QUEUE_SECURE, JobReader, JobRelease, JobWriter
from ._values import text as _text
from .engine import Counter, Engine, create, doctor, open, restore
from .errors import Error
from .roots import KeyFile, Passphrase, Pkcs11Token, RootCallbacks, Tpm
from .session import Session

__all__ = [
    "METHOD_CARD", "METHOD_CARD_PASSWORD", "METHOD_CARD_PIN", "METHOD_NAME_PASSWORD", "METHOD_NAME_PIN",
    "METHOD_PIN", "QUEUE_DIRECT", "QUEUE_PRIVATE", "QUEUE_SECURE", "Counter", "Engine", "Error", "JobReader",
    "JobRelease", "JobWriter", "KeyFile", "Passphrase", "Pkcs11Token", "RootCallbacks", "Session", "Tpm", "audit", "backup",
    "container", "create", "doctor", "errors", "open", "restore", "self_test", "transform_card",
    "version",
]


def version() -> str:
    """The library's version."""
    return str(_library.myqsec_version().decode())


def transform_card(expression: str, card: str) -> str:
    """What a card is known by at a device with that `card_transform` (docs/cards.md) when its reader gives `card`."""
    return _secret("myqsec_card_transform", _text(expression), _text(card))


def self_test() -> None:
    """Runs the known-answer tests of the cryptography again."""
    _call("myqsec_self_test")
