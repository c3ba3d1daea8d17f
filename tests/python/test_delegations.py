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


class Grants(InstanceTest):
    def test_a_grant_has_scopes_and_an_end_and_is_explained(self) -> None:
        group = self.admin.create_group("people")
        self.admin.add_to_group(group, self.user)
        petr = self.admin.create_user("petr")
        until = datetime.now(timezone.utc) + timedelta(days=1)
        self.admin.give_role("queue-administrator", user=petr, scope_group=group, scope_queue=self.queue, until=until)
        row = list(self.admin.role_grants())[-1]
        self.assertEqual((row["scope_group"], row["scope_queue"]), (group, self.queue))
        self.assertLess(abs(row["until"] - until), timedelta(milliseconds=2))
        allowed, ways = self.admin.explain_right(petr, "job.manage.all", over=self.user, queue=self.queue)
        self.assertTrue(allowed)
        self.assertEqual([each["applies"] for each in ways], [True])
        self.assertFalse(self.admin.explain_right(petr, "job.manage.all", queue=self.queue)[0])
        self.assertIn(petr, [each["user"] for each in self.admin.right_holders("job.manage.all", over=self.user,
                                                                              queue=self.queue)])
