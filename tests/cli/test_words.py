"""What the command says when it is called wrongly: what was wrong, in its own words, and what there is."""

import datetime
import re
import subprocess
import sys
import unittest

from support import CHEAP, COMMAND, ROOT, CommandTest, InstanceTest


class Usage(CommandTest):
    def test_an_unknown_command_is_named_with_those_that_there_are(self) -> None:
        for words, unknown, known in ((("usr",), "'usr'", ("user", "setting", "jobs")),
                                      (("user", "rm", "x"), "'user rm'", ("add", "delete")),
                                      (("settings", "list"), "'settings'", ("setting",)),
                                      (("keys", "rotate", "branches"), "'keys rotate branches'", ("root", "tree"))):
            said = self.complains(2, *words)
            self.assertTrue(said.startswith("myqsec: "), said)
            for each in (unknown, *known):
                self.assertIn(each, said)
        for words in ((), ("user",), ("user", "card")):
            self.assertRegex(self.complains(2, *words), r"needs a command|a command is needed")

    def test_an_unknown_option_or_argument_is_named(self) -> None:
        self.assertIn("'user list' has no option '--grup'", self.complains(2, "user", "list", "--grup", "x"))
        self.assertIn("no argument for 'petr'", self.complains(2, "user", "show", "jana", "petr"))

    def test_a_wrong_choice_lists_the_right_ones(self) -> None:
        for words, choices in ((("audit", "export", "--format", "xml"), "jsonl,syslog,bundle"),
                               (("queue", "add", "q", "--kind", "odd"), "secure,private,direct"),
                               (("user", "list", "--state", "odd"), "active,disabled")):
            said = self.complains(2, *words)
            self.assertEqual(set(re.search(r"\{(.*?)\}", said)[1].split(",")), set(choices.split(",")), said)  # type: ignore[index]

    def test_the_page_of_the_command_is_what_it_says(self) -> None:
        done = subprocess.run([sys.executable, "-B", ROOT / "tools" / "command-docs", "--check", COMMAND],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


class Sentences(InstanceTest):
    def test_who_asks_and_whom_it_is_about_are_told_apart(self) -> None:
        for command in (("role", "give", "auditor"), ("role", "take", "auditor"), ("queue", "allow", "secure")):
            self.assertIn("either --to-user or --to-group", self.complains(2, *self.admin, *command))
            self.assertIn("--to-user", self.complains(2, *self.admin, *command, "--user", "jana"))
        self.assertIn("--user", self.complains(3, "user", "list"))

    def test_a_right_that_does_not_exist_is_named_and_where_the_list_is(self) -> None:
        said = self.complains(2, *self.admin, "role", "add", "x", "--rights", "audit.read job.relase")
        self.assertIn("'job.relase'", said)
        self.assertIn("myqsec role rights", said)

    def test_a_role_may_have_no_right_as_yet(self) -> None:
        self.as_admin("role", "add", "later", "--rights", "")
        self.assertEqual([each["rights"] for each in self.as_admin("role", "list") if each["name"] == "later"], [""])
        self.assertIn("'': none", self.says("role", "add", "--help"))

    def test_a_role_is_changed_in_one_command(self) -> None:
        self.as_admin("role", "add", "readers", "--rights", "job.export")
        self.says(*self.admin, "role", "change", "readers", "--name", "auditors", "--rights", "audit.read job.export")
        [role] = [each for each in self.as_admin("role", "list") if each["name"] == "auditors"]
        self.assertEqual(set(role["rights"].split()), {"audit.read", "job.export"})
        self.complains(2, *self.admin, "role", "change", "auditors")
        self.complains(1, *self.admin, "role", "change", "administrator", "--name", "root")

    def test_a_release_of_nothing_says_so(self) -> None:
        at_device = ("release", "--device", "lobby", "--card-file", "card")
        self.assertIn("say what to do", self.complains(2, *at_device))
        done = self.start(*at_device, "--all", "--output", ".")
        output, errors = done.communicate(timeout=60)
        self.assertEqual((done.returncode, output), (0, b""))
        self.assertIn(b"nothing was released", errors)
        self.assertEqual(self.json(*at_device, "--all", "--output", "."), [])
        self.assertIn("0 and a sentence if there is none", " ".join(self.says("release", "--help").split()))

    def test_a_number_that_is_none_or_too_large_is_said(self) -> None:
        for words in (("jobs", "list", "--after", "abc"), ("jobs", "show", "abc"), ("user", "card", "remove", "abc")):
            said = self.complains(2, *self.admin, *words)
            self.assertIn("must be a whole number, not 'abc'", said)
        self.assertIn("too large", self.complains(2, *self.admin, "jobs", "show", "9" * 20))
        self.assertIn("too large", self.complains(2, *self.admin, "jobs", "list", "--after", "9" * 20))
        for duration in ("24", "3 parsecs", "h"):
            self.assertIn("such as 5min", self.complains(2, *self.admin, "queue", "add", "q", "--retention-held", duration))

    def test_what_is_missing_is_named_by_its_option(self) -> None:
        self.assertIn("--owner", self.complains(2, "submit", "--queue", "secure", "-", document=b"x"))
        said = self.complains(4, "release", "--device", "lobby", "--card-file", "card", "--all", "--output", "out")
        self.assertIn("no folder 'out'", said)
        self.assertIn("make it first", said)
        self.assertIn("--generate", self.complains(2, *self.admin, "user", "pin", "jana"))

    def test_of_two_root_secrets_none_is_ignored(self) -> None:
        self.file("passphrase", "correct horse battery staple")
        self.assertIn("--root-key-file", self.complains(2, "--root-key-file", "root.key", "--passphrase-file", "passphrase", "status"))
        self.complains(2, "--passphrase-file", "passphrase", "status")  # MYQSEC_ROOT_KEY_FILE names another
        self.complains(2, *self.admin, "keys", "rotate", "root", "--new-root-key-file", "root.key", "--new-passphrase-file", "passphrase")
        del self.environment["MYQSEC_ROOT_KEY_FILE"]
        self.assertIn("or --root-key-file", self.complains(2, "status"))

    def test_the_root_secret_in_force_is_asked_for(self) -> None:
        self.run_command("new-root-key", "other.key")
        self.says(*self.admin, "keys", "rotate", "root", "--new-root-key-file", "other.key")
        self.assertIn("in force last", self.complains(6, "status"))

    def test_how_releases_ended_is_listed(self) -> None:
        job = self.submit()
        self.release("--output", ".", job)
        [row] = self.as_admin("jobs", "releases", "--owner", "jana", "--device", "lobby", "--queue", "secure")
        self.assertEqual((row["job"], row["outcome"]), (job, "printed"))
        self.assertEqual(self.as_admin("jobs", "releases", "--owner", "admin"), [])

    def test_releases_and_events_are_listed_by_time(self) -> None:
        self.release("--output", ".", self.submit())
        day = datetime.timedelta(days=1)
        [row] = self.as_admin("jobs", "releases")
        today = datetime.date.fromisoformat(row["ended"][:10])
        for command, column in ((("jobs", "releases"), "ended"), (("audit", "list", "--action", "job.released"), "time")):
            [row] = self.as_admin(*command)
            for period, listed in ((("--since", row[column]), True), (("--until", row[column]), False),
                                   (("--since", str(today), "--until", str(today + 2 * day)), True),
                                   (("--until", str(today - day)), False), (("--since", str(today + 2 * day)), False)):
                self.assertEqual(self.as_admin(*command, *period), [row] if listed else [], period)
            for wrong in ("yesterday", "2026-02-30", "2026-01-31T08:00", "2026-01-31T08:00:00+01:00", "1970-01-01", ""):
                said = self.complains(2, *self.admin, *command, "--since", wrong)
                self.assertIn("2026-01-31T08:00:00Z", said)

    def test_what_is_no_instance_is_said(self) -> None:
        self.assertIn("'card': it is no folder", self.complains(4, "--instance", "card", "status"))
        (self.folder / "the instance" / "log.db").rename(self.folder / "log.db")
        self.assertIn("lacks its file 'log.db'", self.complains(4, "status"))
        self.assertIn("lacks its file 'log.db'", self.says("doctor", status=4))

    def test_what_is_no_bundle_is_said_and_no_alarm(self) -> None:
        key = self.as_admin("audit", "key")["key"]
        self.file("a.pdf", b"%PDF-1.7 " * 100)
        self.assertIn("no audit bundle", self.complains(2, "audit", "verify", "a.pdf", "--key", key))
        self.says(*self.admin, "audit", "export", "--format", "bundle", "--output", "bundle")
        said = self.complains(2, "audit", "verify", "bundle", "--key", "card")
        self.assertIn("--key", said)

    def test_user_is_honoured_or_refused_by_every_command(self) -> None:
        self.file("1", "1")
        self.file("wrong", "not the password")
        more = {("role", "give"): ("--to-user", "#1"), ("role", "take"): ("--to-user", "#1"), ("release",): ("--list",),
                ("queue", "allow"): ("--to-user", "#1"), ("queue", "disallow"): ("--to-user", "#1"),
                ("role", "change"): ("--name", "x"), ("encryption", "set"): ()}
        refusing = 0
        for path in self.leaves():
            values = []
            for option, name in re.findall(r"^  (?:(--[\w-]+)|([A-Z]+)) .*REQUIRED", self.says(*path, "--help"), re.MULTILINE):
                values += [option] if option else []
                by_id = (option or name) in ("--queue", "--device", "USER", "GROUP", "ROLE", "QUEUE", "DEVICE", "CERTIFICATE")
                values.append("on" if name == "STATE" else "#1" if by_id else "1")
            with self.subTest(path):
                done = self.start("--user", "jana", "--password-file", "wrong", *path, *values, *more.get(path, ()))
                output, errors = done.communicate(timeout=60)
                self.assertEqual(output, b"")
                self.assertIn((done.returncode, b"--user" in errors), ((2, True), (3, False)), errors)
                refusing += done.returncode == 2
        self.assertLess(refusing, 20)

    def leaves(self, *path: str) -> "list[tuple[str, ...]]":
        inside = re.findall(r"^  (\S+)", self.says(*path, "--help").partition("\nSubcommands:\n")[2], re.MULTILINE)
        return [leaf for name in inside for leaf in self.leaves(*path, name)] if inside else [path]

    def test_no_sentence_speaks_c(self) -> None:
        for words in (("user", "add", ""), ("user", "add", "a\tb"), ("device", "add", ""), ("device", "add", "x\ty"),
                      ("queue", "add", ""), ("queue", "add", "q", "--max-job-size=-5"), ("queue", "add", "q", "--retention-held", "9999d"),
                      ("device", "add", "d", "--idle-timeout", "1s"), ("user", "add", "petr", "--notes", "x" * 5000),
                      ("audit", "list", "--limit", "100000"), ("audit", "list", "--object", "5"), ("audit", "inclusion", "0"),
                      ("audit", "consistency", "5000"), ("audit", "export", "--host-name", "a b", "--format", "syslog"),
                      ("jobs", "list", "--state", "odd"), ("jobs", "show", "0"), ("jobs", "list", "--after=-5"),
                      ("role", "add", "", "--rights", "audit.read"), ("group", "add", ""), ("lock", "lift", "0"),
                      ("setting", "set", "kdf.memory_kib", "5"), ("encryption", "set", "disk", "on"), ("certificate", "import", "", "card"),
                      ("backup", "create", "x", "--expires-in", "1s"), ("user", "card", "add", "jana", "--card-file", "admin", "--label", "a\tb")):
            done = self.start(*self.admin, *words)
            _, errors = done.communicate(timeout=60)
            said = re.sub(r" \[MYQSEC_\w+\]$", "", errors.decode("utf-8").splitlines()[0] if errors else "")
            with self.subTest(words):
                self.assertNotEqual(done.returncode, 0)
                self.assertNotRegex(said, r"\b(?:fields|filter|options|page|credentials|root|grant)\.|NULL|myqsec_|MYQSEC_|struct")
        said = self.complains(2, "--instance", "another", "init", "--argon2-memory", "5")
        self.assertIn("--argon2-memory", said)
        self.run_command("keys", "rotate", "main", *self.admin)
        self.assertNotIn("myqsec_", self.complains(1, *self.admin, "keys", "rotate", "main"))

    def test_an_instance_of_a_key_file_is_made_with_cheap_passwords(self) -> None:
        self.file("new admin", self.json("--instance", "small", "init", *CHEAP)["password"])
        [setting] = self.json("--instance", "small", "--user", "admin", "--password-file", "new admin", "setting", "get", "kdf.memory_kib")
        self.assertEqual(setting["value"], "1024")
