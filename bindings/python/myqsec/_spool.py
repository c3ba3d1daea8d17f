"""Queues and jobs."""

from __future__ import annotations

import ctypes
from datetime import datetime
from typing import Any, Callable, Dict, Iterable, Iterator, Mapping, Optional, Sequence, Union

from . import _signatures as c
from ._handles import Child
from ._library import call, guarded, new_handle, new_integer
from ._structure import check_range
from ._streams import Readable, Writable, writing
from ._values import Bytes, Duration, Row, amount, as_bytes, duration, flag, instant, paged, row, rows, text

QUEUE_SECURE = 1
QUEUE_PRIVATE = 2
QUEUE_DIRECT = 3
QueueKind = Union[int, str]
_QUEUE_NAMES = {"secure": QUEUE_SECURE, "private": QUEUE_PRIVATE, "direct": QUEUE_DIRECT}

States = Union[str, Iterable[str]]

_CHUNK = 256 * 1024

_INTEGER, _BOOLEAN, _TEXT = 1, 2, 3
Attribute = Union[int, bool, str]  # IPP's integer, boolean, keyword or text


class JobWriter(Child):
    """A job being submitted. Left by `with` without finish(), it leaves no trace."""

    _free = "myqsec_job_writer_free"

    def write(self, data: Bytes) -> int:
        """Takes bytes; returns when they are sealed and handed to the system."""
        piece = as_bytes(data)
        call("myqsec_job_writer_write", self._pointer, piece, len(piece))
        return len(piece)

    def finish(self) -> int:
        """Makes the job durable and held; returns its id."""
        job = new_integer("myqsec_job_writer_finish", self._pointer)
        self.close()
        return job


class JobReader(Child):
    """A job's document, read without releasing it."""

    _free = "myqsec_job_reader_free"

    def size(self) -> int:
        """The document's size in bytes."""
        out = ctypes.c_uint64()
        call("myqsec_job_reader_size", self._pointer, ctypes.byref(out))
        return out.value

    def read_at(self, offset: int, length: int) -> bytes:
        """Reads from `offset`; less than `length` only at the end."""
        if offset < 0 or length < 0:
            raise ValueError("offset and length may not be negative")
        length = min(length, max(self.size() - offset, 0))  # not a buffer for all that was asked for
        data, room = ctypes.create_string_buffer(max(length, 1)), ctypes.c_size_t(length)
        call("myqsec_job_reader_read", self._pointer, offset, data, ctypes.byref(room))
        return ctypes.string_at(data, room.value)


class JobRelease(Child):
    """A job being released, fetched by iterating or by read(). Left by `with` without finish(), it is held again."""

    _free = "myqsec_release_free"

    def read(self, size: int = _CHUNK) -> bytes:
        """The next bytes of the document, at most `size`; none at its end."""
        if size < 1:
            raise ValueError("size must be at least 1")
        data, room = ctypes.create_string_buffer(size), ctypes.c_size_t(size)
        call("myqsec_release_read", self._pointer, data, ctypes.byref(room))
        return ctypes.string_at(data, room.value)

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read():
            yield chunk

    def attributes(self) -> Dict[str, Attribute]:
        """What the job said of itself when it was submitted, such as copies and sides, by IPP name."""
        return {each["name"]: each["text"] if each["type"] == "text" else bool(each["number"]) if each["type"] == "boolean"
                else each["number"] for each in rows("myqsec_release_attributes", self._pointer)}

    def finish(self) -> None:
        """The device has accepted all of it: the job counts as printed. All must have been read."""
        call("myqsec_release_finish", self._pointer)
        self.close()

    def abort(self) -> None:
        """The device did not take it: the job is held again."""
        call("myqsec_release_abort", self._pointer)
        self.close()


def _kind_of_queue(kind: QueueKind) -> int:
    if isinstance(kind, int):
        return kind
    if kind not in _QUEUE_NAMES:
        raise ValueError(f"kind must be one of {', '.join(_QUEUE_NAMES)}")
    return _QUEUE_NAMES[kind]


def _queue_fields(kind: int, name: Optional[str], retention_held: Optional[Duration],
                  retention_printed: Optional[Duration], max_job_size: Optional[int], enabled: Optional[bool],
                  restricted: Optional[bool], encryption: Optional[bool],
                  certificates: Optional[Sequence[int]], preview: Optional[bool]) -> c.QueueFields:
    ids = None if certificates is None else (ctypes.c_int64 * max(len(certificates), 1))(*certificates)
    return c.QueueFields(kind=kind, name=text(name), retention_held=duration(retention_held),
                         retention_printed=duration(retention_printed),
                         max_job_size=amount(max_job_size), enabled=flag(enabled),
                         restricted=flag(restricted), encryption=flag(encryption), preview=flag(preview),
                         certificate_count=len(certificates or ()),
                         certificates=ids and ctypes.cast(ids, ctypes.POINTER(ctypes.c_int64)))


def _job_fields(queue: int, owner: int, name: Optional[str], document_format: Optional[str], host_name: Optional[str],
                attributes: Optional[Mapping[str, Attribute]]) -> c.JobFields:
    given = (c.JobAttribute * len(attributes or ()))()
    for out, (key, value) in zip(given, (attributes or {}).items()):
        out.struct_size = ctypes.sizeof(out)
        out.name = text(key)
        if isinstance(value, str):
            out.type, out.text = _TEXT, text(value)
        elif not isinstance(value, int):
            raise TypeError(f"attributes[{key!r}] must be an int, a bool or a str, not {type(value).__name__}")
        else:
            check_range(value, ctypes.c_int32, f"attributes[{key!r}]")
            out.type, out.number = _BOOLEAN if isinstance(value, bool) else _INTEGER, value
    return c.JobFields(queue=queue, owner=owner, name=text(name), document_format=text(document_format),
                       host_name=text(host_name), attribute_count=len(given),
                       attributes=ctypes.cast(given, ctypes.POINTER(c.JobAttribute)))


def _with_attributes(job: Row) -> Row:
    """The row with its attributes as a dict."""
    attributes: Dict[str, Attribute] = {}
    for line in (job["attributes"] or "").split("\n")[:-1]:
        key, kind, value = line.split(" ", 2)
        attributes[key] = value == "true" if kind == "boolean" else int(value) if kind == "integer" else value
    return {**job, "attributes": attributes}


def _sink(target: Writable) -> c.Sink:
    flush: Optional[Callable[[], object]] = getattr(target, "flush", None)

    def finish(_: Optional[int]) -> int:
        if flush is not None:
            flush()
        return 0

    sink = c.Sink(write=c.SinkWrite(guarded(writing(target))), finish=c.SinkFinish(guarded(finish)))
    abort: Any = getattr(target, "abort", None)
    if abort is not None:
        def discard(_: Optional[int]) -> int:
            abort()
            return 0

        def ignore_result(context: Optional[int]) -> None:
            guarded(discard)(context)

        sink.abort = c.SinkAbort(ignore_result)
    return sink


class Spool(Child):
    """Queues and jobs: methods of Session."""

    def create_queue(self, name: str, kind: QueueKind = QUEUE_SECURE, *, retention_held: Optional[Duration] = None,
                     retention_printed: Optional[Duration] = None, max_job_size: Optional[int] = None,
                     enabled: Optional[bool] = None, restricted: Optional[bool] = None,
                     encryption: Optional[bool] = None, certificates: Optional[Sequence[int]] = None,
                     preview: Optional[bool] = None) -> int:
        """Creates a queue of a kind, such as QUEUE_PRIVATE or "private"; returns its id. `encryption` is on unless switched off;
        `certificates` are those that open its jobs' files too; with `preview` owners may read their documents without
        releasing them."""
        fields = _queue_fields(_kind_of_queue(kind), name, retention_held, retention_printed, max_job_size, enabled,
                               restricted, encryption, certificates, preview)
        return new_integer("myqsec_queue_create", self._pointer, ctypes.byref(fields))

    def change_queue(self, queue: int, *, name: Optional[str] = None, retention_held: Optional[Duration] = None,
                     retention_printed: Optional[Duration] = None, max_job_size: Optional[int] = None,
                     enabled: Optional[bool] = None, restricted: Optional[bool] = None,
                     encryption: Optional[bool] = None, certificates: Optional[Sequence[int]] = None,
                     preview: Optional[bool] = None) -> None:
        """Changes the fields that are not None. tick() converts held jobs to another encryption or other certificates."""
        fields = _queue_fields(0, name, retention_held, retention_printed, max_job_size, enabled, restricted,
                               encryption, certificates, preview)
        call("myqsec_queue_change", self._pointer, queue, ctypes.byref(fields))

    def delete_queue(self, queue: int) -> None:
        """Deletes a queue that holds no jobs."""
        call("myqsec_queue_delete", self._pointer, queue)

    def queues(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """The queues one may submit to, or all for who manages them: id, name, kind ("secure", "private", "direct"),
        retention_held, retention_printed, max_job_size, enabled, restricted, jobs, encryption, certificates, converting,
        preview."""
        return paged("myqsec_queue_list", self, after=after, newest_first=newest_first, page_size=page_size)

    def find_queue(self, name: str) -> int:
        """The id of a queue's name, of those that queues() gives."""
        return new_integer("myqsec_queue_find", self._pointer, text(name))

    def allow(self, queue: int, *, user: int = 0, group: int = 0) -> None:
        """Lets a user or a group submit to a restricted queue."""
        call("myqsec_queue_allow", self._pointer, queue, user, group)

    def disallow(self, queue: int, *, user: int = 0, group: int = 0) -> None:
        """Takes back what allow() gave."""
        call("myqsec_queue_disallow", self._pointer, queue, user, group)

    def import_certificate(self, name: str, certificate: Bytes) -> int:
        """Imports a certificate, PEM or DER, that queues may name; returns its id."""
        data = as_bytes(certificate)
        return new_integer("myqsec_certificate_import", self._pointer, text(name), data, len(data))

    def certificates(self, *, after: int = 0, newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """The imported certificates: id, name, subject, fingerprint, not_before, not_after, usable, queues, certificate."""
        return paged("myqsec_certificate_list", self, after=after, newest_first=newest_first, page_size=page_size)

    def remove_certificate(self, certificate: int) -> None:
        """Removes a certificate that no queue uses."""
        call("myqsec_certificate_remove", self._pointer, certificate)

    def begin_job(self, queue: int, *, owner: int = 0, name: Optional[str] = None,
                  document_format: Optional[str] = None, host_name: Optional[str] = None,
                  attributes: Optional[Mapping[str, Attribute]] = None) -> JobWriter:
        """Begins a job that is written piece by piece. `owner` 0 is the session's user. `attributes` are IPP's:
        {"copies": 2, "sides": "two-sided-long-edge"}."""
        fields = _job_fields(queue, owner, name, document_format, host_name, attributes)
        return JobWriter(self._engine, new_handle("myqsec_job_submit", JobWriter._free, self._pointer,
                                                  ctypes.byref(fields)))

    def submit(self, queue: int, document: Union[Bytes, Readable], *, owner: int = 0, name: Optional[str] = None,
               document_format: Optional[str] = None, host_name: Optional[str] = None,
               attributes: Optional[Mapping[str, Attribute]] = None) -> int:
        """Submits bytes or what a file object yields; returns the job's id once it would survive a crash."""
        with self.begin_job(queue, owner=owner, name=name, document_format=document_format,
                            host_name=host_name, attributes=attributes) as writer:
            for chunk in _chunks(document):
                writer.write(chunk)
            return writer.finish()

    def jobs(self, *, owner: int = 0, queue: int = 0, states: Optional[States] = None, after: int = 0,
             newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """Jobs one may see, by id, behind `after`; `states` are IPP's, several as an iterable or separated by
        spaces. Each has id, uuid, queue, queue_name,
        owner, owner_name, name, document_format, host_name, size, state, reasons, submitted, printed, expires, releases,
        attributes (a dict)."""
        wanted = states if states is None or isinstance(states, str) else " ".join(states)
        filter = c.JobFilter(owner=owner, queue=queue, states=text(wanted))
        return map(_with_attributes, paged("myqsec_job_list", self, ctypes.byref(filter), after=after,
                                           newest_first=newest_first, page_size=page_size))

    def job(self, job: int) -> Row:
        """One job, as jobs() gives it."""
        return _with_attributes(row("myqsec_job_get", self._pointer, job))

    def cancel_job(self, job: int) -> None:
        """Cancels a held job, or stops the one being released, and destroys its key."""
        call("myqsec_job_cancel", self._pointer, job)

    def delete_job(self, job: int) -> None:
        """Deletes a job that is not being released, and destroys its key."""
        call("myqsec_job_delete", self._pointer, job)

    def release(self, job: int, target: Writable, *, keep: bool = False) -> None:
        """Releases a job to a writable file object. Its flush(), if any, says that all was accepted; its abort(),
        if any, runs instead after a failure. An exception of theirs comes out, and the job is held again."""
        options = c.ReleaseOptions(keep=int(keep))
        sink = _sink(target)
        call("myqsec_job_release", self._pointer, job, ctypes.byref(options), ctypes.byref(sink))

    def begin_release(self, job: int, *, keep: bool = False) -> JobRelease:
        """Releases a job that is fetched piece by piece: `with session.begin_release(job) as release`, iterate, finish()."""
        options = c.ReleaseOptions(keep=int(keep))
        return JobRelease(self._engine, new_handle("myqsec_release_begin", JobRelease._free, self._pointer, job,
                                                   ctypes.byref(options)))

    def releases(self, *, job: int = 0, owner: int = 0, person: int = 0, device: int = 0, queue: int = 0,
                 since: Optional[datetime] = None, until: Optional[datetime] = None, after: int = 0,
                 newest_first: bool = False, page_size: Optional[int] = None) -> Iterator[Row]:
        """How releases ended, of a job, an owner's jobs, by a person, at a device, in a queue, in a time: id, job, queue, owner,
        person (who released it), device, ended, outcome ("printed", "failed", "possibly-printed"), bytes, private. They
        outlive their jobs."""
        filter = c.ReleaseFilter(job=job, owner=owner, person=person, device=device, queue=queue, to=instant(until),
                                 **{"from": instant(since)})
        return paged("myqsec_release_list", self, ctypes.byref(filter), after=after, newest_first=newest_first,
                     page_size=page_size)

    def give_delegation(self, delegate: Union[int, str], *, owner: int = 0, until: Optional[datetime] = None,
                        names: bool = False, private_jobs: bool = False) -> int:
        """Lets somebody, by id or user name, release one's own jobs, or an owner's, until then or until it is taken back;
        returns the delegation's id. With `names` they read the jobs' names; `private_jobs`: of private queues, too."""
        by_name = isinstance(delegate, str)
        fields = c.DelegationFields(names=int(names), private_jobs=int(private_jobs), owner=owner,
                                    delegate=0 if by_name else delegate,
                                    delegate_name=text(delegate) if by_name else None, until=instant(until))
        return new_integer("myqsec_delegation_give", self._pointer, ctypes.byref(fields))

    def take_delegation(self, delegation: int) -> None:
        """Takes a delegation back, or gives it up."""
        call("myqsec_delegation_take", self._pointer, delegation)

    def delegations(self, *, owner: int = 0, delegate: int = 0, after: int = 0, newest_first: bool = False,
                    page_size: Optional[int] = None) -> Iterator[Row]:
        """Delegations in force that one gave or was given, or all by right: id, owner, owner_name, delegate, delegate_name,
        given, until, names, private_jobs."""
        filter = c.DelegationFilter(owner=owner, delegate=delegate)
        return paged("myqsec_delegation_list", self, ctypes.byref(filter), after=after, newest_first=newest_first,
                     page_size=page_size)

    def open_job(self, job: int) -> JobReader:
        """Opens a document for reading without releasing it."""
        return JobReader(self._engine, new_handle("myqsec_job_open", JobReader._free, self._pointer, job))


def _chunks(document: Union[Bytes, Readable]) -> Iterator[Bytes]:
    if isinstance(document, (bytes, bytearray, memoryview)):
        whole = as_bytes(document)
        for start in range(0, len(whole), _CHUNK):
            yield whole[start:start + _CHUNK]
        return
    while True:
        chunk = document.read(_CHUNK)
        if chunk is None:  # a document cut where a socket had no more for now would be held as complete
            raise BlockingIOError("the document must be in blocking mode")
        if len(chunk) == 0:
            return
        yield chunk
