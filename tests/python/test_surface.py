"""What a Python programmer meets first: names, hints, docstrings, and values that are not what was asked for."""

import inspect
import io
import logging
import tempfile
import traceback
import unittest
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Callable, Iterator, get_type_hints

from support import BINDING, CARD, InstanceTest, myqsec
from myqsec import _values, container, errors

PUBLIC = [getattr(myqsec, name) for name in myqsec.__all__ if callable(getattr(myqsec, name))]


def functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for each in (*PUBLIC, container.seal, container.open, container.create_certificate):
        if inspect.isclass(each):
            yield from ((f"{each.__name__}.{name}", member) for name, member in inspect.getmembers(each)
                        if not name.startswith("_") and inspect.isfunction(member))
        elif inspect.isfunction(each):
            yield each.__name__, each


class Surface(unittest.TestCase):
    def test_everything_public_has_a_docstring(self) -> None:
        classes = [each for each in PUBLIC if inspect.isclass(each)] + list(errors.CLASSES.values())
        without = [name for name, each in functions() if not each.__doc__] + [
            each.__name__ for each in classes if not each.__doc__]
        self.assertGreater(len(list(functions())), 70)
        self.assertEqual(without, [])

    def test_everything_public_is_annotated(self) -> None:
        self.assertTrue((BINDING / "myqsec" / "py.typed").exists())
        for name, each in functions():
            parameters = set(inspect.signature(each).parameters) - {"self"}
            self.assertEqual(parameters | {"return"}, set(get_type_hints(each)), name)

    def test_the_packages_version_is_the_librarys(self) -> None:
        project = (BINDING / "pyproject.toml").read_text("utf-8")
        self.assertIn(f'version = "{myqsec.version()}"', project)

    def test_an_instant_after_the_last_datetime_is_the_last(self) -> None:
        self.assertEqual(_values.to_instant(2**63 - 1).year, 9999)


class Secrets(unittest.TestCase):
    def test_no_secret_is_in_a_repr(self) -> None:
        holders = [myqsec.Passphrase("s3cret"), myqsec.KeyFile(b"s3cret"),
                   container.Keys(wrapping_key=b"s3cret", private_key="s3cret", passphrase="s3cret")]
        self.assertNotIn("s3cret", repr(holders))

    def test_no_secret_is_in_what_an_exception_says_or_holds(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for broken in ("s3cret\udc80", myqsec.Passphrase("s3cret\udc80"), 5, b"s3cret"):
                with self.assertRaises((ValueError, TypeError)) as caught:
                    myqsec.create(Path(folder) / "instance", broken)  # type: ignore[arg-type]
                error = caught.exception
                self.assertIsNone(error.__context__)
                self.assertNotIn("s3cret", "".join(traceback.format_exception(type(error), error, None)) + repr(error))


class Arguments(InstanceTest):
    def test_a_number_that_does_not_fit_is_not_cut_to_another(self) -> None:
        job = self.system.submit(self.queue, b"document", owner=self.user)
        with self.assertRaises(OverflowError):
            self.admin.delete_job(job + 2**64)
        with self.assertRaises(OverflowError):
            self.system.submit(self.queue + 2**64, b"x", owner=self.user)
        self.assertEqual([each["id"] for each in self.admin.jobs()], [job])

    def test_a_list_is_read_a_page_at_a_time(self) -> None:
        jobs = [self.system.submit(self.queue, b"page", owner=self.user) for _ in range(5)]
        read = self.admin.jobs(page_size=2)
        self.assertEqual([each["id"] for each in read], jobs)
        self.assertEqual([each["id"] for each in self.admin.jobs(newest_first=True, page_size=2)], jobs[::-1])
        self.assertEqual([each["id"] for each in self.admin.jobs(after=jobs[2], states="pending-held")], jobs[3:])
        events = self.admin.audit(object_kind="job", object=jobs[0])
        self.assertEqual([each["action"] for each in events], ["job.held"])
        self.assertEqual([each["id"] for each in self.admin.users(user_name="jana")], [self.user])

    def test_text_is_not_taken_for_bytes(self) -> None:
        key = container.Keys(wrapping_key=bytes(32))
        with self.assertRaises(TypeError):
            container.seal(key, io.StringIO("text"))  # type: ignore[arg-type]
        with self.system.begin_job(self.queue, owner=self.user) as writer:
            for wrong in ("text", 5):
                with self.assertRaises(TypeError):
                    writer.write(wrong)  # type: ignore[arg-type]
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(TypeError):
            root = myqsec.RootCallbacks(lambda: ("k" * 32, b""), lambda _: b"")  # type: ignore[arg-type, return-value]
            myqsec.create(Path(folder) / "instance", root)

    def test_a_document_that_blocks_is_not_taken_for_a_complete_one(self) -> None:
        class Socket(io.RawIOBase):
            def read(self, size: int = -1, /) -> Any:
                return None

        with self.assertRaises(BlockingIOError):
            self.system.submit(self.queue, Socket(), owner=self.user)
        self.assertEqual(list(self.admin.jobs()), [])

    def test_a_sink_gets_bytes_and_may_take_a_part(self) -> None:
        class Slow:
            def __init__(self) -> None:
                self.taken = b""

            def write(self, data: bytes) -> int:
                self.taken += data[:1000]
                return len(data[:1000])

        printer, document = Slow(), bytes(range(256)) * 100
        job = self.system.submit(self.queue, memoryview(document)[::1], owner=self.user)
        with self.system.device_login(self.device, card=CARD) as jana:
            jana.release(job, printer)
        self.assertEqual(printer.taken, document)

    def test_an_empty_document_is_a_job_and_comes_out_empty(self) -> None:
        job = self.system.submit(self.queue, b"", owner=self.user)
        printed = io.BytesIO()
        with self.system.device_login(self.device, card=CARD) as jana:
            jana.release(job, printed)
        self.assertEqual(printed.getvalue(), b"")

    def test_a_naive_datetime_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            self.admin.add_card(self.user, "04ff", expires=datetime(2030, 1, 1))
        card = self.admin.add_card(self.user, "04ff", expires=datetime(2030, 1, 1, tzinfo=timezone.utc))
        self.assertEqual([each["expires"].year for each in self.admin.cards(self.user) if each["id"] == card], [2030])


class Leaks(InstanceTest):
    def test_whatever_fails_leaves_no_handle_that_keeps_the_engine_open(self) -> None:
        logging.getLogger("myqsec").setLevel(logging.CRITICAL)
        failures: list[Callable[[], object]] = [
            lambda: self.system.login("admin", "wrong"),
            lambda: self.system.device_login(self.device, card="04dead"),
            lambda: self.system.submit(self.queue, b"x", owner=12345),
            lambda: self.admin.open_job(12345),
            lambda: self.system.submit(self.queue, io.StringIO("text"), owner=self.user),  # type: ignore[arg-type]
            lambda: self.admin.user(12345),
        ]
        for failing in failures:
            with self.assertRaises((myqsec.Error, TypeError)):
                failing()
        live = len(self.engine._handles._live)
        self.assertEqual(live, 2, "the system's and the administrator's session")
        self.engine.close()
        myqsec.open(self.directory, myqsec.Passphrase("correct horse battery staple")).close()
