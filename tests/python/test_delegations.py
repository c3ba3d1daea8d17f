"""Delegates."""

import io
from datetime import datetime, timedelta, timezone

from support import InstanceTest, myqsec


class Delegations(InstanceTest):
    def test_who_was_let_releases_anothers_job_until_that_ends(self) -> None:
        petr = self.admin.create_user("petr")
        self.admin.set_password(petr, "another horse battery staple")
        job = self.system.submit(self.queue, b"minutes", owner=self.user, name="Minutes")
        until = datetime.now(timezone.utc) + timedelta(days=1)
        delegation = self.admin.give_delegation("petr", owner=self.user, until=until, private_jobs=True)
        self.assertEqual(self.admin.give_delegation(petr, owner=self.user, until=until, names=True, private_jobs=True),
                         delegation)
        [row] = self.admin.delegations(owner=self.user)
        self.assertEqual((row["id"], row["delegate"], row["names"], row["private_jobs"]), (delegation, petr, True, True))
        self.assertLess(abs(row["until"] - until), timedelta(milliseconds=2))
        with self.system.login("petr", "another horse battery staple") as session:
            [seen] = session.jobs()
            self.assertEqual((seen["owner"], seen["name"]), (self.user, "Minutes"))
            printed = io.BytesIO()
            session.release(job, printed)
            self.assertEqual(printed.getvalue(), b"minutes")
            session.take_delegation(delegation)
            self.assertEqual(list(session.delegations()), [])
            with self.assertRaises(myqsec.errors.AccessDenied):
                session.give_delegation("petr", owner=self.user)
