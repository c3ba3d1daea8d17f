"""Whatever order the garbage collector chooses, nothing crashes and the instance can be opened again."""

import gc

from support import CARD, PASSPHRASE, InstanceTest, myqsec


class Lifetime(InstanceTest):
    def reopen(self) -> None:
        myqsec.open(self.directory, PASSPHRASE).close()

    def test_closing_the_engine_closes_its_children(self) -> None:
        job = self.system.submit(self.queue, b"document", owner=self.user)
        session = self.system.device_login(self.device, card=CARD)
        reader, writer = session.open_job(job), self.system.begin_job(self.queue, owner=self.user)
        self.engine.close()
        self.assertTrue(session.closed and reader.closed and writer.closed and self.admin.closed)
        self.assertEqual(self.cleared, [self.device])
        with self.assertRaises(ValueError):
            session.jobs()
        reader.close()
        self.reopen()

    def test_what_was_got_through_a_session_ends_with_it_whoever_logs_in_next(self) -> None:
        for _ in range(2):
            self.system.submit(self.queue, b"hers", owner=self.user)
            self.admin.submit(self.queue, b"not hers")
        jana = self.system.device_login(self.device, card=CARD)
        job = next(jana.jobs())["id"]
        jobs, releases, reader = jana.jobs(page_size=1), jana.begin_release(job), jana.open_job(job)
        events = self.admin.audit(page_size=1)
        for rows in (jobs, events):
            next(rows)
        jana.close()
        self.admin.close()
        others = [self.system.login("admin", self.password) for _ in range(20)]
        for rows in (jobs, events):
            with self.assertRaisesRegex(ValueError, "Session is closed"):
                list(rows)
        for read in (releases.read, lambda: reader.read_at(0, 1)):
            with self.assertRaises(myqsec.errors.SessionEnded):
                read()
        self.assertEqual(len(others), 20)

    def test_a_forgotten_session_is_freed(self) -> None:
        self.system.device_login(self.device, card=CARD)
        gc.collect()
        self.assertEqual(self.cleared, [self.device])

    def test_a_cycle_of_engine_and_sessions_is_collected(self) -> None:
        self.engine.close()
        engine = myqsec.open(self.directory, PASSPHRASE)
        engine.loop = engine.system()  # type: ignore[attr-defined]
        engine.loop.again = engine.system()
        del engine
        gc.collect()
        self.reopen()

    def test_a_session_collected_in_a_callback_is_freed_later(self) -> None:
        held = [self.system.device_login(self.device, card=CARD)]
        other = self.admin.create_device("cellar")
        self.system.attach_device(other, lambda _: held.clear())
        cellar = self.system.device_login(other, card=CARD)
        cellar.logout()
        self.assertEqual((held, self.cleared), ([], []))
        self.engine.system().close()
        self.assertEqual(self.cleared, [self.device])
