import io
import tempfile
import unittest
from datetime import datetime, timezone
from pathlib import Path

from support import CARD, InstanceTest, myqsec


class Jam(Exception):
    pass


class JammedPrinter(io.BytesIO):
    aborted = False

    def write(self, data: object) -> int:
        raise Jam("tray 2")

    def abort(self) -> None:
        self.aborted = True


class Callbacks(InstanceTest):
    def test_a_sinks_exception_comes_out_and_the_job_is_held_again(self) -> None:
        job = self.system.submit(self.queue, b"document", owner=self.user)
        printer = JammedPrinter()
        with self.system.device_login(self.device, card=CARD) as jana:
            with self.assertRaisesRegex(Jam, "tray 2"):
                jana.release(job, printer)
            self.assertTrue(printer.aborted)
            self.assertEqual(jana.job(job)["state"], "pending-held")
            printed = io.BytesIO()
            jana.release(job, printed)
        self.assertEqual(printed.getvalue(), b"document")

    def test_an_exception_while_clearing_memory_comes_out_of_the_logout(self) -> None:
        def fail(_: int) -> None:
            raise Jam("memory")

        self.system.attach_device(self.device, fail)
        session = self.system.device_login(self.device, card=CARD)
        with self.assertRaisesRegex(Jam, "memory"):
            session.logout()
        session.close()
        # A login tries to clear it again, and lets nobody in.
        with self.assertRaisesRegex(Jam, "memory"):
            self.system.device_login(self.device, card=CARD)

    def test_memory_that_was_not_cleared_is_not_taken_for_cleared_when_a_session_is_closed(self) -> None:
        def fail(_: int) -> None:
            raise Jam("memory")

        self.system.attach_device(self.device, fail)
        session = self.system.device_login(self.device, card=CARD)
        with self.assertRaisesRegex(Jam, "memory"):
            session.close()
        self.assertTrue(session.closed)
        self.assertTrue(next(self.admin.devices())["clear_pending"])

    def test_closing_the_engine_gives_the_exception_and_closes(self) -> None:
        def fail(_: int) -> None:
            raise Jam("memory")

        self.system.attach_device(self.device, fail)
        session = self.system.device_login(self.device, card=CARD)
        with self.assertRaisesRegex(Jam, "memory"):
            self.engine.close()
        self.assertTrue(self.engine.closed and session.closed)

    def test_a_sink_may_ask_the_library(self) -> None:
        job = self.system.submit(self.queue, b"document", owner=self.user)
        outer, admin, owner, seen = self, self.admin, self.user, []

        class Printer(io.BytesIO):
            def write(self, data: object) -> int:
                seen.append(admin.user(owner)["user_name"])
                with outer.assertRaises(myqsec.errors.Reentrant):
                    admin.job(job)
                return super().write(data)  # type: ignore[arg-type]

        with self.system.device_login(self.device, card=CARD) as jana:
            jana.release(job, Printer())
        self.assertEqual(seen[0], "jana")


    def test_what_a_call_is_made_on_is_not_closed_from_its_callback(self) -> None:
        job = self.system.submit(self.queue, b"document", owner=self.user)
        jana = self.system.device_login(self.device, card=CARD)
        outer, engine, tried = self, self.engine, []

        class Printer(io.BytesIO):
            def write(self, data: object) -> int:
                with outer.assertRaises(myqsec.errors.Busy):
                    engine.close()
                with outer.assertRaises(myqsec.errors.Reentrant):
                    jana.close()
                tried.append(outer.admin.closed or jana.closed or engine.closed)
                return super().write(data)  # type: ignore[arg-type]

        jana.release(job, Printer())
        self.assertEqual(tried, [False])
        self.assertEqual(self.admin.info()["user_name"], "admin")
        jana.close()
        self.assertEqual(self.cleared, [self.device])


class RootAndClock(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.directory = Path(folder.name) / "instance"

    def test_the_host_may_keep_the_root_key_and_the_time(self) -> None:
        now = datetime(2030, 5, 6, tzinfo=timezone.utc)
        blobs = []

        def unlock(blob: bytes) -> bytes:
            blobs.append(blob)
            return b"k" * 32

        root = myqsec.RootCallbacks(lambda: (b"k" * 32, b"slot 7"), unlock)
        myqsec.create(self.directory, root, clock=lambda: now).close()
        with myqsec.open(self.directory, root, clock=lambda: now) as engine, engine.system() as system:
            _, password = system.first_administrator("admin")
            with system.login("admin", password) as admin:
                self.assertEqual(admin.info()["started"], now)
        self.assertEqual(set(blobs), {b"slot 7"})

    def test_an_exception_of_the_root_comes_out(self) -> None:
        def create() -> tuple[bytes, bytes]:
            raise Jam("no TPM")

        with self.assertRaisesRegex(Jam, "no TPM"):
            myqsec.create(self.directory, myqsec.RootCallbacks(create, lambda blob: b""))

    def test_an_exception_of_the_clock_comes_out(self) -> None:
        def clock() -> datetime:
            raise Jam("no time")

        with self.assertRaisesRegex(Jam, "no time"):
            myqsec.create(self.directory, myqsec.KeyFile(b"k" * 32), clock=clock)
