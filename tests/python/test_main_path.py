import io
from datetime import datetime, timedelta, timezone

from support import CARD, PASSPHRASE, InstanceTest, myqsec


class MainPath(InstanceTest):
    def test_a_job_waits_for_its_owner_and_is_gone_once_printed(self) -> None:
        document = bytes(range(256)) * 4000
        job = self.system.submit(self.queue, io.BytesIO(document), owner=self.user, name="payslip")
        printed = io.BytesIO()
        with self.system.device_login(self.device, card=CARD) as jana:
            self.assertEqual(jana.info()["user"], self.user)
            self.assertEqual([each["name"] for each in jana.jobs()], ["payslip"])
            jana.release(job, printed)
            self.assertEqual(list(jana.jobs()), [])
            jana.logout()
        self.assertEqual(printed.getvalue(), document)
        self.assertEqual(self.cleared, [self.device])
        actions = [each["action"] for each in self.admin.audit()]
        self.assertEqual(actions[0], "instance.created")
        self.assertIn("job.released", actions)

    def test_rows_have_python_types(self) -> None:
        self.system.submit(self.queue, b"x", owner=self.user)
        row = next(self.admin.jobs())
        self.assertEqual(row["size"], 1)
        self.assertLess(abs(row["submitted"] - datetime.now(timezone.utc)), timedelta(minutes=1))
        self.assertIsNone(row["printed"])
        queue = next(self.admin.queues())
        self.assertIs(queue["enabled"], True)
        self.assertIsInstance(queue["retention_held"], timedelta)
        self.assertEqual(len(self.admin.audit_head()["root_hash"]), 32)
        self.assertEqual(self.admin.user(self.user)["full_name"], "Jana Nová")

    def test_a_job_keeps_its_attributes(self) -> None:
        attributes = {"copies": 2, "sides": "two-sided-long-edge", "job-hold": True, "note": "with a space"}
        job = self.system.submit(self.queue, b"x", owner=self.user, attributes=attributes)
        self.assertEqual(self.admin.job(job)["attributes"], attributes)
        self.assertEqual(next(self.admin.jobs())["attributes"], attributes)
        plain = self.system.submit(self.queue, b"x", owner=self.user)
        self.assertEqual(self.admin.job(plain)["attributes"], {})
        with self.assertRaises(OverflowError):
            self.system.submit(self.queue, b"x", owner=self.user, attributes={"copies": 2**31})

    def test_a_reader_reads_anywhere(self) -> None:
        job = self.system.submit(self.queue, b"0123456789", owner=self.user)
        with self.system.device_login(self.device, card=CARD) as jana, jana.open_job(job) as reader:
            self.assertEqual(reader.size(), 10)
            self.assertEqual(reader.read_at(4, 3), b"456")
            self.assertEqual(reader.read_at(8, 100), b"89")
            self.assertEqual(reader.read_at(10, 1), b"")

    def test_a_release_is_fetched_and_finished_or_undone(self) -> None:
        document = bytes(range(256)) * 4000
        attributes = {"copies": 2, "sides": "one-sided", "print-as-raster": True}
        job = self.system.submit(self.queue, document, owner=self.user, attributes=attributes)
        with self.system.device_login(self.device, card=CARD) as jana:
            with self.assertRaises(KeyError), jana.begin_release(job) as release:
                self.assertEqual(release.read(10), document[:10])
                raise KeyError
            self.assertEqual(jana.job(job)["state"], "pending-held")
            with jana.begin_release(job) as release:
                self.assertEqual(release.attributes(), attributes)
                self.assertEqual(b"".join(release), document)
                release.finish()
            self.assertEqual(list(jana.jobs()), [])
            failed, printed = jana.releases()
            self.assertEqual((failed["outcome"], failed["job"]), ("failed", job))
            self.assertEqual((printed["outcome"], printed["bytes"]), ("printed", len(document)))
            self.assertEqual((printed["person"], printed["device"]), (self.user, self.device))
            self.assertIs(printed["private"], True)

    def test_an_unfinished_job_leaves_no_trace(self) -> None:
        with self.assertRaises(KeyError), self.system.begin_job(self.queue, owner=self.user) as writer:
            writer.write(b"half")
            raise KeyError
        self.assertEqual(list(self.admin.jobs()), [])

    def test_a_setting_changes_and_returns_to_its_default(self) -> None:
        before = self.admin.setting("device.idle_timeout")
        self.admin.set_setting("device.idle_timeout", "90s")
        self.assertNotEqual(self.admin.setting("device.idle_timeout")["value"], before["value"])
        self.admin.set_setting("device.idle_timeout", None)
        self.assertEqual(self.admin.setting("device.idle_timeout")["value"], before["value"])
        self.assertIn(before["name"], [each["name"] for each in self.admin.settings()])

    def test_an_instance_opens_again(self) -> None:
        self.engine.close()
        with myqsec.open(self.directory, PASSPHRASE) as engine, engine.system() as system:
            self.assertEqual(engine.findings(), [])
            self.assertEqual(system.find_user("jana"), self.user)
            self.assertGreater(system.tick(), datetime(2020, 1, 1, tzinfo=timezone.utc))
