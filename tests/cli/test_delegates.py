"""Delegates: somebody else comes for the paper."""

import json

from support import InstanceTest


class Delegates(InstanceTest):
    def setUp(self) -> None:
        super().setUp()
        self.file("petr-password", "another horse battery staple")
        self.file("jana-password", "correct pony fuel cell tape")
        self.as_admin("user", "add", "petr", "--full-name", "Petr Svoboda")
        self.file("petr-card", "04a2241b5c8f81\n")
        self.as_admin("user", "card", "add", "petr", "--card-file", "petr-card")
        for name in ("petr", "jana"):
            self.says(*self.admin, "user", "password", name, "--new-password-file", f"{name}-password")
        self.as_jana = ("--user", "jana", "--password-file", "jana-password")
        self.petr = ("--user", "petr", "--password-file", "petr-password")

    def test_a_colleague_fetches_what_waits_for_somebody_else_and_the_log_names_both(self) -> None:
        job = self.submit(document=b"the minutes")
        self.complains(4, *self.petr, "jobs", "show", job)
        given = self.json(*self.as_jana, "delegate", "add", "petr", "--for", "14d", "--private")["delegation"]
        [listed] = self.json(*self.petr, "delegate", "list")
        self.assertEqual((listed["id"], listed["owner_name"], listed["delegate_name"], listed["names"]),
                         (given, "jana", "petr", False))
        [seen] = self.json(*self.petr, "jobs", "list")
        self.assertEqual((seen["id"], seen["owner_name"], seen["name"]), (job, "jana", "***"))
        (self.folder / "printed").mkdir()
        self.json("release", "--device", "lobby", "--card-file", "petr-card", "--output", "printed", job)
        self.assertEqual((self.folder / "printed" / f"job-{job}.out").read_bytes(), b"the minutes")
        released = [each for each in self.as_admin("audit", "list") if each["action"] == "job.released"][-1]
        self.assertEqual(released["actor_user"], 3)
        self.assertIn({"field": "delegate_of", "old": "", "new": str(self.jana)}, json.loads(released["changes"]))

    def test_what_was_given_is_taken_back(self) -> None:
        given = self.json(*self.as_jana, "delegate", "add", "petr")["delegation"]
        self.says(*self.petr, "delegate", "remove", given)
        self.assertEqual(self.json(*self.as_jana, "delegate", "list"), [])
        self.complains(4, *self.as_jana, "delegate", "remove", given)

    def test_nobody_gives_what_is_not_theirs(self) -> None:
        self.assertIn("job.release.all", self.complains(3, *self.petr, "delegate", "add", "petr", "--owner", "jana"))
        self.assertIn("no user", self.complains(4, *self.as_jana, "delegate", "add", "nobody"))
        self.assertIn("future", self.complains(2, *self.as_jana, "delegate", "add", "petr", "--until", "2020-01-01"))
        self.complains(2, *self.as_jana, "delegate", "add", "petr", "--until", "2099-01-01", "--for", "1d")


class Explanations(InstanceTest):
    def test_who_may_do_what_is_explained(self) -> None:
        self.as_admin("group", "add", "sales")
        self.says(*self.admin, "group", "add-member", "sales", "jana")
        self.as_admin("user", "add", "petr")
        self.says(*self.admin, "role", "give", "queue-administrator", "--to-user", "petr", "--only-group", "sales",
                  "--only-queue", "secure", "--until", "2099-12-31")
        yes = self.as_admin("access", "explain", "petr", "job.release.all", "--over", "jana", "--in", "secure")
        self.assertTrue(yes["allowed"])
        self.assertEqual([(each["role"], each["until"], each["reason"]) for each in yes["why"]],
                         [("queue-administrator", "2099-12-31T00:00:00Z", "given to the user")])
        no = self.as_admin("access", "explain", "petr", "job.release.all", "--over", "admin", "--in", "secure")
        self.assertFalse(no["allowed"])
        self.assertIn("in which user 1 is not", no["why"][0]["reason"])
        self.assertTrue(self.says(*self.admin, "access", "explain", "petr", "user.manage").startswith("No.\n"))
        self.assertEqual([each["user_name"] for each in self.as_admin("access", "who", "job.release.all", "--over", "jana",
                                                                      "--in", "secure")], ["admin", "petr"])
        self.assertIn("no right", self.complains(2, *self.admin, "access", "explain", "petr", "fly"))
