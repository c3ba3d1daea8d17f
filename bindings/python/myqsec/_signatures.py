"""The C ABI as ctypes sees it: one table of functions, one Structure for each struct of the headers.

tests/python/test_signatures.py compares both with include/myqsec/*.h and with what a C compiler makes of them."""

from __future__ import annotations

import ctypes
from ctypes import (CFUNCTYPE, POINTER, c_char_p, c_int, c_int32, c_int64, c_size_t, c_uint8, c_uint32, c_uint64,
                    c_void_p)
from typing import Any

status = c_int32
handle = c_void_p
out_handle = POINTER(c_void_p)
text = c_char_p
out_text = POINTER(c_char_p)
out_int = POINTER(c_int)
out_int64 = POINTER(c_int64)
out_uint64 = POINTER(c_uint64)
out_size = POINTER(c_size_t)
out_type = POINTER(c_uint32)

ReadFunction = CFUNCTYPE(c_int, c_void_p, c_void_p, out_size)
TaskFunction = CFUNCTYPE(None, c_void_p)
RunFunction = CFUNCTYPE(c_int, c_void_p, TaskFunction, c_void_p)
WriteFunction = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t)
FinishFunction = CFUNCTYPE(c_int, c_void_p)
AbortFunction = CFUNCTYPE(None, c_void_p)
ClearFunction = CFUNCTYPE(c_int, c_void_p, c_int64)
ClockFunction = CFUNCTYPE(c_int64, c_void_p)
CounterReadFunction = CFUNCTYPE(c_int, c_void_p, c_uint32, POINTER(c_uint64))
CounterAdvanceFunction = CFUNCTYPE(c_int, c_void_p, c_uint32, c_uint64)
ProgressFunction = CFUNCTYPE(c_int, c_void_p, c_uint64, c_uint64)
RootCreateFunction = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, out_size)
RootUnlockFunction = CFUNCTYPE(c_int, c_void_p, c_void_p, c_size_t, c_void_p)


_RANGES = {c_int32: (-2**31, 2**31 - 1), c_uint32: (0, 2**32 - 1), c_int64: (-2**63, 2**63 - 1),
           c_uint64: (0, 2**64 - 1), c_size_t: (0, 2**(8 * ctypes.sizeof(c_size_t)) - 1)}


def check_range(value: int, kind: Any) -> None:
    """ctypes would cut off what does not fit, and name another job or user than the one meant."""
    low, high = _RANGES.get(kind, (value, value))
    if not low <= value <= high:
        raise OverflowError(f"{value} is out of range: {low} to {high}")


class _Options(ctypes.Structure):
    """A struct that begins with struct_size, filled in here so that no caller can forget it."""

    def __init__(self, **fields: Any) -> None:
        for field in self._fields_:
            value = fields.get(field[0])
            if isinstance(value, int):
                check_range(value, field[1])
        super().__init__(**fields)
        self.struct_size = ctypes.sizeof(self)


class UserFields(_Options):
    _fields_ = [("struct_size", c_uint32), ("state", c_uint32), ("user_name", text), ("full_name", text),
                ("email", text), ("language", text), ("notes", text)]


class RoleGrant(_Options):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("user", c_int64), ("group", c_int64),
                ("scope_group", c_int64), ("scope_queue", c_int64)]


class ContainerKeys(_Options):
    _fields_ = [("struct_size", c_uint32), ("suite", c_uint32), ("wrapping_key", c_char_p), ("certificates", text),
                ("private_key", text), ("passphrase", text), ("run", RunFunction), ("run_context", c_void_p)]


class DeviceFields(_Options):
    _fields_ = [("struct_size", c_uint32), ("methods", c_int32), ("name", text), ("model", text), ("serial", text),
                ("mac", text), ("address", text), ("location", text), ("idle_timeout", c_int64),
                ("enabled", c_int32), ("reserved", c_int32)]


class DeviceCallbacks(_Options):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("context", c_void_p),
                ("clear_memory", ClearFunction)]


class Credentials(_Options):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("card", text), ("user_name", text),
                ("pin", text), ("password", text)]


class RootPkcs11(_Options):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("module", text), ("token", text), ("key", text)]


class RootTpm(_Options):
    _fields_ = [("struct_size", c_uint32), ("pcrs", c_uint32), ("tcti", text)]


class Root(_Options):
    _fields_ = [("struct_size", c_uint32), ("kind", c_uint32), ("secret", c_char_p), ("secret_length", c_size_t),
                ("argon2_memory_kib", c_uint32), ("argon2_iterations", c_uint32), ("context", c_void_p),
                ("create", RootCreateFunction), ("unlock", RootUnlockFunction),
                ("pkcs11", ctypes.POINTER(RootPkcs11)), ("tpm", ctypes.POINTER(RootTpm))]


class Options(_Options):
    _fields_ = [("struct_size", c_uint32), ("cache_kib", c_uint32), ("clock_context", c_void_p),
                ("clock", ClockFunction), ("counter_context", c_void_p), ("counter_read", CounterReadFunction),
                ("counter_advance", CounterAdvanceFunction), ("counter_interval", c_int64)]


class BackupOptions(_Options):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("retention", c_int64),
                ("progress", ProgressFunction), ("context", c_void_p)]


class BackupInfo(_Options):
    _fields_ = [("struct_size", c_uint32), ("key_version", c_uint32), ("instance_id", c_uint8 * 16),
                ("created", c_int64), ("expires", c_int64)]


class QueueFields(_Options):
    _fields_ = [("struct_size", c_uint32), ("kind", c_int32), ("name", text), ("retention_held", c_int64),
                ("retention_printed", c_int64), ("max_job_size", c_int64), ("enabled", c_int32),
                ("restricted", c_int32), ("encryption", c_int32), ("certificate_count", c_uint32),
                ("certificates", ctypes.POINTER(c_int64))]


class JobAttribute(ctypes.Structure):
    _fields_ = [("name", text), ("text", text), ("number", c_int64), ("type", c_uint32), ("reserved", c_uint32)]


class JobFields(_Options):
    _fields_ = [("struct_size", c_uint32), ("attribute_count", c_uint32), ("queue", c_int64), ("owner", c_int64),
                ("name", text), ("document_format", text), ("host_name", text), ("attributes", POINTER(JobAttribute))]


class Page(_Options):
    _fields_ = [("struct_size", c_uint32), ("limit", c_uint32), ("order", c_uint32), ("reserved", c_uint32),
                ("after", c_int64)]


class JobFilter(_Options):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("owner", c_int64), ("queue", c_int64),
                ("states", text)]


class UserFilter(_Options):
    _fields_ = [("struct_size", c_uint32), ("state", c_uint32), ("group", c_int64), ("user_name", text)]


class AuditFilter(_Options):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("object_kind", text), ("object", c_int64),
                ("actor_user", c_int64), ("actor", text), ("action", text), ("from", c_int64), ("to", c_int64)]


class AuditExportOptions(_Options):
    _fields_ = [("struct_size", c_uint32), ("format", c_uint32), ("from", c_int64), ("host_name", text),
                ("personal", c_uint32), ("reserved", c_uint32)]


class AuditVerdict(_Options):
    _fields_ = [("struct_size", c_uint32), ("epoch", c_uint32), ("first", c_int64), ("size", c_int64),
                ("proven", c_int64), ("wrong_event", c_int64), ("sealed_values", c_int64), ("erased_values", c_int64),
                ("root_hash", c_uint8 * 32)]


class Sink(_Options):
    _fields_ = [("struct_size", c_uint32), ("reserved", c_uint32), ("context", c_void_p), ("write", WriteFunction),
                ("finish", FinishFunction), ("abort", AbortFunction)]


class ReleaseOptions(_Options):
    _fields_ = [("struct_size", c_uint32), ("keep", c_uint32)]


# C names, for the comparison with the headers.
STRUCTS: dict[str, type[ctypes.Structure]] = {
    "myqsec_user_fields": UserFields, "myqsec_role_grant": RoleGrant, "myqsec_container_keys": ContainerKeys,
    "myqsec_device_fields": DeviceFields, "myqsec_device_callbacks": DeviceCallbacks,
    "myqsec_credentials": Credentials, "myqsec_root": Root, "myqsec_root_pkcs11": RootPkcs11, "myqsec_root_tpm": RootTpm, "myqsec_options": Options,
    "myqsec_queue_fields": QueueFields, "myqsec_job_fields": JobFields,
    "myqsec_job_attribute": JobAttribute, "myqsec_job_filter": JobFilter,
    "myqsec_page": Page, "myqsec_user_filter": UserFilter, "myqsec_audit_filter": AuditFilter,
    "myqsec_audit_export_options": AuditExportOptions, "myqsec_audit_verdict": AuditVerdict,
    "myqsec_backup_options": BackupOptions, "myqsec_backup_info": BackupInfo,
    "myqsec_sink": Sink, "myqsec_release_options": ReleaseOptions,
}

_listing = (status, [handle, out_handle])
_listing_of = (status, [handle, c_int64, out_handle])
_paged = (status, [handle, POINTER(Page), out_handle])
_paged_of = (status, [handle, c_int64, POINTER(Page), out_handle])
_on_id = (status, [handle, c_int64])
_on_pair = (status, [handle, c_int64, c_int64])
_on_list = (status, [handle])
_container = (status, [POINTER(ContainerKeys), ReadFunction, c_void_p, WriteFunction, c_void_p])

FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    # status.h
    "myqsec_status_name": (text, [status]),
    "myqsec_status_meaning": (text, [status]),
    "myqsec_last_error": (text, []),
    "myqsec_version": (text, []),
    "myqsec_self_test": (status, []),
    # list.h
    "myqsec_list_more": (status, [handle, out_int64]),
    "myqsec_list_next": _on_list,
    "myqsec_list_size": (status, [handle, out_size]),
    "myqsec_list_column_count": (status, [handle, out_size]),
    "myqsec_list_column": (status, [handle, c_size_t, out_text, out_type]),
    "myqsec_list_has": (status, [handle, text, out_int]),
    "myqsec_list_integer": (status, [handle, text, out_int64]),
    "myqsec_list_text": (status, [handle, text, out_text]),
    "myqsec_list_bytes": (status, [handle, text, out_handle, out_size]),
    "myqsec_list_free": (None, [handle]),
    # engine.h
    "myqsec_create": (status, [text, POINTER(Root), POINTER(Options), out_handle]),
    "myqsec_open": (status, [text, POINTER(Root), POINTER(Options), out_handle]),
    "myqsec_open_findings": _listing,
    "myqsec_clock_confirm": (status, [handle]),
    "myqsec_close": (status, [handle]),
    "myqsec_system_session": (status, [handle, out_handle]),
    "myqsec_tick": (status, [handle, out_int64]),
    "myqsec_session_free": (None, [handle]),
    "myqsec_session_info": _listing,
    # access.h
    "myqsec_first_administrator": (status, [handle, POINTER(UserFields), out_int64, c_char_p, out_size]),
    "myqsec_user_create": (status, [handle, POINTER(UserFields), out_int64]),
    "myqsec_user_change": (status, [handle, c_int64, POINTER(UserFields)]),
    "myqsec_user_delete": _on_id,
    "myqsec_user_find": (status, [handle, text, out_int64]),
    "myqsec_user_get": _listing_of,
    "myqsec_user_list": (status, [handle, POINTER(UserFilter), POINTER(Page), out_handle]),
    "myqsec_user_set_password": (status, [handle, c_int64, text, text]),
    "myqsec_user_generate_pin": (status, [handle, c_int64, c_char_p, out_size]),
    "myqsec_user_set_pin": (status, [handle, c_int64, text]),
    "myqsec_card_add": (status, [handle, c_int64, text, text, c_int64, out_int64]),
    "myqsec_card_remove": _on_id,
    "myqsec_card_list": _paged_of,
    "myqsec_user_unlock": _on_id,
    "myqsec_group_create": (status, [handle, text, c_int64, out_int64]),
    "myqsec_group_change": (status, [handle, c_int64, text, c_int64]),
    "myqsec_group_delete": _on_id,
    "myqsec_group_list": _paged,
    "myqsec_group_add": _on_pair,
    "myqsec_group_remove": _on_pair,
    "myqsec_group_members": _paged_of,
    "myqsec_right_list": _listing,
    "myqsec_role_list": _paged,
    "myqsec_role_create": (status, [handle, text, text, out_int64]),
    "myqsec_role_delete": _on_id,
    "myqsec_role_give": (status, [handle, text, POINTER(RoleGrant)]),
    "myqsec_role_take": (status, [handle, text, POINTER(RoleGrant)]),
    "myqsec_role_grants": _paged,
    "myqsec_login": (status, [handle, text, text, text, out_handle]),
    "myqsec_logout": (status, [handle]),
    # settings.h, audit.h
    "myqsec_setting_list": _listing,
    "myqsec_setting_get": (status, [handle, text, out_handle]),
    "myqsec_setting_set": (status, [handle, text, text]),
    # encryption.h
    "myqsec_encryption_set": (status, [handle, text, c_int]),
    "myqsec_encryption_status": _listing,
    "myqsec_audit_list": (status, [handle, POINTER(AuditFilter), POINTER(Page), out_handle]),
    "myqsec_audit_head": _listing,
    # keys.h
    "myqsec_keys_status": _listing,
    "myqsec_keys_turn": (status, [handle]),
    "myqsec_keys_rotate_tree": (status, [handle]),
    "myqsec_keys_rotate_root": (status, [handle, POINTER(Root)]),
    "myqsec_keys_rotate_database": (status, [handle, text]),
    # backup.h
    "myqsec_backup_create": (status, [handle, text, POINTER(BackupOptions), POINTER(BackupInfo)]),
    "myqsec_backup_read": (status, [text, POINTER(BackupInfo)]),
    "myqsec_backup_key_list": _listing,
    "myqsec_backup_key_export": (status, [handle, c_uint32, c_char_p, out_size]),
    "myqsec_backup_key_read": (status, [text, POINTER(Root), c_uint32, c_char_p, out_size]),
    "myqsec_backup_restore": (status, [text, text, text, POINTER(Root), POINTER(Options), POINTER(BackupOptions),
                                       out_handle]),
    # audit_proof.h, audit_export.h, audit_verify.h
    "myqsec_audit_checkpoint": _listing,
    "myqsec_audit_keys": _listing,
    "myqsec_audit_inclusion": (status, [handle, c_int64, c_int64, out_handle]),
    "myqsec_audit_consistency": (status, [handle, c_int64, c_int64, out_handle]),
    "myqsec_audit_rotate_key": _on_list,
    "myqsec_audit_export": (status, [handle, POINTER(AuditExportOptions), WriteFunction, c_void_p, out_int64]),
    "myqsec_audit_verify": (status, [ReadFunction, c_void_p, text, text, POINTER(AuditVerdict)]),
    # device.h
    "myqsec_device_create": (status, [handle, POINTER(DeviceFields), out_int64]),
    "myqsec_device_change": (status, [handle, c_int64, POINTER(DeviceFields)]),
    "myqsec_device_delete": _on_id,
    "myqsec_device_list": _paged,
    "myqsec_device_attach": (status, [handle, c_int64, POINTER(DeviceCallbacks)]),
    "myqsec_device_clear": _on_id,
    "myqsec_device_login": (status, [handle, c_int64, POINTER(Credentials), out_handle]),
    # spool.h
    "myqsec_queue_create": (status, [handle, POINTER(QueueFields), out_int64]),
    "myqsec_queue_change": (status, [handle, c_int64, POINTER(QueueFields)]),
    "myqsec_queue_delete": _on_id,
    "myqsec_queue_list": _paged,
    "myqsec_queue_allow": (status, [handle, c_int64, c_int64, c_int64]),
    "myqsec_queue_disallow": (status, [handle, c_int64, c_int64, c_int64]),
    "myqsec_job_submit": (status, [handle, POINTER(JobFields), out_handle]),
    "myqsec_job_writer_write": (status, [handle, c_void_p, c_size_t]),
    "myqsec_job_writer_finish": (status, [handle, out_int64]),
    "myqsec_job_writer_free": (None, [handle]),
    "myqsec_job_list": (status, [handle, POINTER(JobFilter), POINTER(Page), out_handle]),
    "myqsec_job_get": _listing_of,
    "myqsec_job_cancel": _on_id,
    "myqsec_job_delete": _on_id,
    "myqsec_job_release": (status, [handle, c_int64, POINTER(ReleaseOptions), POINTER(Sink)]),
    "myqsec_release_begin": (status, [handle, c_int64, POINTER(ReleaseOptions), out_handle]),
    "myqsec_release_read": (status, [handle, c_void_p, out_size]),
    "myqsec_release_finish": (status, [handle]),
    "myqsec_release_abort": (status, [handle]),
    "myqsec_release_free": (None, [handle]),
    "myqsec_release_list": _paged,
    "myqsec_job_open": _listing_of,
    "myqsec_job_reader_read": (status, [handle, c_uint64, c_void_p, out_size]),
    "myqsec_job_reader_size": (status, [handle, out_uint64]),
    "myqsec_job_reader_free": (None, [handle]),
    # container.h
    "myqsec_container_seal": _container,
    "myqsec_container_open": _container,
    "myqsec_certificate_import": (status, [handle, text, c_char_p, c_size_t, out_int64]),
    "myqsec_certificate_list": _paged,
    "myqsec_certificate_remove": _on_id,
    "myqsec_certificate_create": (status, [c_uint32, text, c_int64, c_int64, text, c_char_p, out_size, c_char_p,
                                           out_size]),
}


def declare(library: ctypes.CDLL) -> None:
    for name, (result, parameters) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = parameters
