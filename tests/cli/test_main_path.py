"""What people do with it: set up, submit, look, release, change, read the log."""

import json
import os
import signal as signals
import time

from support import InstanceTest


class MainPath(InstanceTest):
    def test_a_job_goes_in_and_comes_out_for_its_owner(self) -> None:
        document = os.urandom(300_000)
        self.file("report.pdf", document)
        job = self.json("submit", "--queue", "private", "--owner", "jana", "report.pdf")["job"]
        [listed] = self.release("--list")
        self.assertEqual((listed["id"], listed["name"], listed["size"], listed["state"]),
                         (job, "report.pdf", len(document), "pending-held"))
        (self.folder / "printed out").mkdir()
        self.assertEqual(self.release("--output", "printed out", job),
                         [{"job": job, "output": f"printed out/job-{job}.out"}])
        printed = self.folder / "printed out" / f"job-{job}.out"
        self.assertEqual(printed.read_bytes(), document)
        self.assertEqual(printed.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.release("--list"), [])
        self.complains(4, *self.admin, "jobs", "show", job)
        self.assertIn("job.released", [event["action"] for event in self.as_admin("audit", "list")])

    def test_all_jobs_can_be_released_and_kept_and_printed_again(self) -> None:
        jobs = [self.submit(document=b"%d" % number) for number in range(3)]
        for name in ("first", "second"):
            (self.folder / name).mkdir()
            released = self.release("--all", "--keep", "--output", name)
            self.assertEqual([each["job"] for each in released], jobs)
            self.assertEqual([(self.folder / each["output"]).read_bytes() for each in released], [b"0", b"1", b"2"])

    def test_one_job_that_is_damaged_does_not_keep_the_others_back(self) -> None:
        jobs, files = [], []
        for number in range(3):
            before = self.spool_files()
            jobs.append(self.submit(document=b"%d" % number))
            files += self.spool_files() - before
        damaged = self.folder / "the instance" / "jobs" / files[1]
        sealed = damaged.read_bytes()
        damaged.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
        (self.folder / "printed").mkdir()
        message = self.complains(6, "release", "--device", "lobby", "--card-file", "card", "--all", "--output", "printed")
        self.assertIn(f"job {jobs[1]}:", message)
        self.assertIn("1 of 3 jobs failed", message)
        self.assertEqual({each.name for each in (self.folder / "printed").iterdir()},
                         {f"job-{jobs[0]}.out", f"job-{jobs[2]}.out"})

    def test_a_command_that_is_killed_leaves_no_part_of_a_document(self) -> None:
        document = b"secret " * 3_000_000
        job = self.submit(document=document)
        (self.folder / "printed").mkdir()
        output = self.folder / "printed" / f"job-{job}.out"
        for signal in ("INT", "TERM", "KILL"):
            with self.start("release", "--device", "lobby", "--card-file", "card", "--output", "printed", "--keep",
                            job) as process:
                time.sleep(0.06)
                process.send_signal(getattr(signals, f"SIG{signal}"))
                process.communicate(timeout=60)
            if output.exists():  # the signal came when all was done
                self.assertEqual(output.read_bytes(), document)
                output.unlink()
            self.assertEqual(list(output.parent.iterdir()), [])

    def test_an_existing_file_is_not_overwritten(self) -> None:
        job = self.submit()
        self.file(f"job-{job}.out", "mine")
        self.complains(1, "release", "--device", "lobby", "--card-file", "card", "--output", ".", job)
        self.assertEqual((self.folder / f"job-{job}.out").read_bytes(), b"mine")
        self.assertEqual(self.release("--list")[0]["state"], "pending-held")

    def test_name_and_pin_log_in_and_standard_output_is_a_device(self) -> None:
        job = self.submit(document=b"\0binary\xff")
        printed = self.run_command("release", "--device", "lobby", "--login-name", "jana", "--pin-file", "pin",
                                   "--output", "-", job).stdout
        self.assertEqual(printed, b"\0binary\xff")

    def test_standard_output_holds_one_thing(self) -> None:
        job = self.submit()
        common = ("release", "--device", "lobby", "--card-file", "card", "--list", job)
        self.complains(2, *common, "--output", "-")
        self.complains(2, "--json", *common, "--output", ".")
        self.complains(2, "release", "--device", "lobby", "--card-file", "card", job)
        self.assertEqual([each["id"] for each in self.release("--list")], [job])

    def test_jobs_are_listed_by_owner_queue_state_and_page(self) -> None:
        jobs = [self.submit("--name", f"title {number}") for number in range(4)]

        def ids(*arguments: object) -> "list[int]":
            return [each["id"] for each in self.as_admin("jobs", "list", *arguments)]

        self.assertEqual(ids("--owner", "jana", "--queue", "secure"), jobs)
        self.assertEqual(ids("--queue", "private"), [])
        self.says(*self.admin, "jobs", "cancel", str(jobs[0]))
        self.says(*self.admin, "jobs", "delete", str(jobs[1]))
        self.assertEqual(ids("--state", "pending-held"), jobs[2:])
        self.assertEqual(ids("--state", "pending-held", "--limit", "1"), jobs[2:3])
        self.assertEqual(ids("--state", "pending-held", "--after", str(jobs[2])), jobs[3:])

    def test_an_expired_job_is_in_no_list_before_a_tick_has_erased_it(self) -> None:
        self.says(*self.admin, "queue", "change", "secure", "--retention-held", "1s")
        job = self.submit()
        (self.folder / "printed").mkdir()
        time.sleep(1.1)
        self.assertEqual(self.as_admin("jobs", "list"), [])
        self.assertEqual(self.as_admin("jobs", "list", "--state", "pending-held"), [])
        self.assertEqual([each["jobs"] for each in self.as_admin("queue", "list")], [0, 0])
        self.assertEqual(self.release("--all", "--output", "printed"), [])
        message = self.complains(4, "release", "--device", "lobby", "--card-file", "card", "--output", "printed", job)
        self.assertIn(f"job {job} has expired", message)
        self.assertEqual(list((self.folder / "printed").iterdir()), [])
        self.assertEqual(len(self.spool_files()), 1)
        self.says("tick")
        self.assertEqual(self.spool_files(), set())

    def test_json_is_json_everywhere(self) -> None:
        self.submit()
        for arguments in (["user", "list"], ["user", "show", "jana"], ["user", "card", "list", "jana"], ["group", "list"],
                          ["role", "rights"], ["role", "list"], ["role", "grants"], ["queue", "list"], ["jobs", "list"],
                          ["device", "list"], ["setting", "list"], ["setting", "get", "device.idle_timeout"],
                          ["audit", "list"], ["audit", "head"]):
            rows = self.as_admin(*arguments)
            self.assertIsInstance(rows, list, arguments)
            self.assertTrue(all(isinstance(row, dict) for row in rows), arguments)
        self.assertEqual(self.json("status"), [])
        # Wherever on the line it stands.
        self.assertTrue(json.loads(self.says(*self.admin, "user", "list", "--json")))

    def test_tables_show_the_same_rows(self) -> None:
        lines = self.says(*self.admin, "user", "list").splitlines()
        self.assertEqual(len(lines), 3)
        self.assertTrue(lines[0].startswith("id"))
        self.assertEqual(lines[0].index("email"), lines[2].index("-", lines[2].index("Dvořáková")), "columns are aligned")
        self.assertEqual(self.says(*self.admin, "group", "list"), "(none)\n")

    def test_a_title_cannot_steer_the_terminal(self) -> None:
        for title in ("a\x1b[2Jb", "a\u009b2Jb", "a\nb"):
            self.json("submit", "--queue", "secure", "--owner", "jana", "--name", title, "-", document=b"x")
        self.assertEqual([each["name"] for each in self.as_admin("jobs", "list")], ["a [2Jb", "a 2Jb", "a b"])
        self.file("a\x1b[2Jb", "a document")
        self.json("submit", "--queue", "secure", "--owner", "jana", "a\x1b[2Jb")
        self.assertIn("a?[2Jb", self.says(*self.admin, "jobs", "list"))


class Administration(InstanceTest):
    def test_fields_of_a_user_change_and_are_cleared(self) -> None:
        self.says(*self.admin, "user", "change", "jana", "--email", "jana@example.org", "--name", "jana.d")
        self.says(*self.admin, "user", "change", "jana.d", "--full-name", "", "--state", "disabled")
        [row] = self.as_admin("user", "show", f"#{self.jana}")
        self.assertEqual((row["user_name"], row["email"], row["full_name"] or "", row["state"]),
                         ("jana.d", "jana@example.org", "", "disabled"))

    def test_who_knows_the_password_changes_ones_own(self) -> None:
        self.file("new", "a much longer new password")
        self.says(*self.admin, "user", "password", "admin", "--new-password-file", "new")
        self.complains(3, *self.admin, "user", "list")
        self.says("--user", "admin", "--password-file", "new", "user", "list")

    def test_groups_nest_move_and_have_members(self) -> None:
        for name, parent in (("company", ""), ("accounting", "company")):
            self.as_admin("group", "add", name, "--parent", parent)
        self.says(*self.admin, "group", "add-member", "accounting", "jana")
        self.assertEqual([row["user"] for row in self.as_admin("group", "members", "accounting")], [self.jana])
        self.says(*self.admin, "group", "change", "accounting", "--name", "finance", "--parent", "")
        parents = {row["name"]: row["parent"] for row in self.as_admin("group", "list")}
        self.assertEqual(set(parents), {"company", "finance"})
        self.assertFalse(parents["finance"])
        self.says(*self.admin, "group", "remove-member", "finance", "jana")
        self.assertEqual(self.as_admin("group", "members", "finance"), [])
        self.says(*self.admin, "group", "delete", "finance")

    def test_a_role_is_made_given_taken_and_deleted(self) -> None:
        self.as_admin("role", "add", "revisor", "--rights", "audit.read")
        self.says(*self.admin, "role", "give", "revisor", "--to-user", "jana")
        self.assertIn("revisor", [row["role"] for row in self.as_admin("role", "grants")])
        self.says(*self.admin, "role", "take", "revisor", "--to-user", "jana")
        self.says(*self.admin, "role", "delete", "revisor")
        self.assertNotIn("revisor", [row["name"] for row in self.as_admin("role", "list")])

    def test_durations_are_written_as_the_tables_show_them(self) -> None:
        self.says(*self.admin, "queue", "change", "secure", "--retention-held", "36h", "--retention-printed", "7d")
        [queue] = [row for row in self.as_admin("queue", "list") if row["name"] == "secure"]
        self.assertEqual((queue["retention_held"], queue["retention_printed"]), (36 * 3_600_000, 7 * 86_400_000))
        self.assertIn("36h", self.says(*self.admin, "queue", "list"))
        self.complains(2, *self.admin, "queue", "change", "secure", "--retention-held", "24")
        self.says(*self.admin, "queue", "change", "secure", "--retention-printed", "0")

    def test_a_restricted_queue_is_for_whom_it_allows(self) -> None:
        self.says(*self.admin, "queue", "change", "secure", "--restricted", "1")
        said = self.complains(3, "submit", "--queue", "secure", "--owner", "jana", "-", document=b"x")
        self.assertIn("myqsec queue allow", said)
        self.assertNotIn("log in", said)
        self.says(*self.admin, "queue", "allow", "secure", "--to-user", "jana")
        self.submit()

    def test_a_device_is_changed_and_cleared(self) -> None:
        self.says(*self.admin, "device", "change", "lobby", "--location", "Ground floor", "--method", "card",
                  "--idle-timeout", "90s")
        [device] = self.as_admin("device", "list")
        self.assertEqual((device["location"], device["methods"], device["idle_timeout"]), ("Ground floor", 1, 90_000))
        self.says(*self.admin, "device", "change", "lobby", "--location", "")
        self.assertFalse(self.as_admin("device", "list")[0]["location"])
        self.says(*self.admin, "device", "delete", "lobby")
        self.assertEqual(self.as_admin("device", "list"), [])

    def test_a_card_that_was_removed_opens_nothing(self) -> None:
        [card] = self.as_admin("user", "card", "list", "jana")
        self.says(*self.admin, "user", "card", "remove", str(card["id"]))
        self.complains(3, "release", "--device", "lobby", "--card-file", "card", "--list")

    def test_a_generated_pin_logs_in_alone(self) -> None:
        self.says(*self.admin, "device", "change", "lobby", "--method", "pin")
        self.file("generated", self.as_admin("user", "pin", "jana", "--generate")["pin"])
        self.assertEqual(self.json("release", "--device", "lobby", "--pin-file", "generated", "--list"), [])

    def test_a_setting_changes_and_returns_to_its_default(self) -> None:
        [before] = self.as_admin("setting", "get", "device.idle_timeout")
        self.says(*self.admin, "setting", "set", "device.idle_timeout", "90s")
        self.assertNotEqual(self.as_admin("setting", "get", "device.idle_timeout")[0]["value"], before["value"])
        self.says(*self.admin, "setting", "reset", "device.idle_timeout")
        self.assertEqual(self.as_admin("setting", "get", "device.idle_timeout")[0]["value"], before["value"])

    def test_the_audit_log_is_read_in_pieces(self) -> None:
        events = self.as_admin("audit", "list")
        self.assertEqual([event["sequence"] for event in events], list(range(1, len(events) + 1)))
        self.assertEqual(self.as_admin("audit", "list", "--after", "2", "--limit", "2"), events[2:4])
        self.assertGreaterEqual(self.as_admin("audit", "head")[0]["size"], len(events))

    def test_an_auditor_verifies_a_bundle_without_the_instance(self) -> None:
        key = self.says(*self.admin, "audit", "key").strip()
        self.file("since", self.says(*self.admin, "audit", "checkpoint"))
        self.says(*self.admin, "audit", "rotate-key")
        self.says(*self.admin, "audit", "export", "--format", "bundle", "--output", "bundle")
        self.environment = {"LC_ALL": "C.UTF-8"}
        said = self.says("audit", "verify", "bundle", "--key", key, "--since", "since")
        self.assertIn("are as they were signed, up to epoch 2.", said)
        bundle = bytearray((self.folder / "bundle").read_bytes())
        first_event = 1024 + 512 + 2  # behind the first file, the header of the entries, and a length
        bundle[first_event + 8] ^= 1
        self.file("altered", bytes(bundle))
        verdict = json.loads(self.run_command("--json", "audit", "verify", "altered", "--key", key, status=6).stdout)
        self.assertIs(verdict["valid"], False)
        self.assertEqual(verdict["wrong_event"], 1)
        self.complains(6, "audit", "verify", "altered", "--key", key)
        self.complains(2, "audit", "verify", "bundle", "--key", "no key")
        self.complains(2, "audit", "verify", "bundle", "--key", key, "--since", "bundle")
        self.complains(4, "audit", "verify", "nowhere", "--key", key)

    def test_the_audit_log_is_exported_as_lines(self) -> None:
        lines = self.says(*self.admin, "audit", "export").splitlines()
        events = [json.loads(line) for line in lines]
        self.assertEqual([event["sequence"] for event in events], list(range(1, len(events) + 1)))
        self.assertEqual(events[-1]["action"], "audit.exported")
        syslog = self.says(*self.admin, "audit", "export", "--format", "syslog", "--from", str(len(events)),
                           "--host-name", "print1")
        self.assertRegex(syslog, r"^<110>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z print1 myqsec - audit\.exported "
                                 r'\[audit@32473 sequence="\d+" ')
        self.says(*self.admin, "setting", "set", "audit.enterprise_number", "7")
        syslog = self.says(*self.admin, "audit", "export", "--format", "syslog", "--from", str(len(events)))
        self.assertIn("[audit@7 ", syslog)
        self.says(*self.admin, "audit", "export", "--output", "lines")
        self.complains(1, *self.admin, "audit", "export", "--output", "lines")
        size = self.as_admin("audit", "head")[0]["size"]
        self.assertGreater(len(self.as_admin("audit", "inclusion", "3")), 2)
        self.assertGreater(len(self.as_admin("audit", "consistency", str(size - 5))), 1)

    def test_tick_says_nothing_when_all_is_well(self) -> None:
        self.assertEqual(self.says("tick"), "")
