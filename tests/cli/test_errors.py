"""What goes wrong: one exit status for each thing that a script can do about it, and a sentence."""

import ctypes
import os
import subprocess
from pathlib import Path

from support import CHEAP, CommandTest, InstanceTest


def obey_permissions() -> None:
    """In the child: takes from root what lets it pass over permissions (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH)."""
    libc = ctypes.CDLL(None)
    for capability in (1, 2):
        libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


class Refusals(InstanceTest):
    def test_what_does_not_exist_is_4(self) -> None:
        self.assertIn("NOT_FOUND", self.complains(4, *self.admin, "user", "show", "nobody"))
        self.complains(4, *self.admin, "user", "show", "12345")
        self.complains(4, "submit", "--queue", "secure", "--owner", "nobody", "-", document=b"x")
        self.assertIn("queue list", self.complains(4, "submit", "--queue", "nowhere", "--owner", "jana", "-", document=b"x"))
        self.complains(4, "release", "--device", "nowhere", "--card-file", "card", "--list")
        self.complains(4, "release", "--device", "lobby", "--card-file", "card", "--output", ".", "12345")
        self.complains(4, *self.admin, "setting", "get", "no.such")
        self.assertIn("no file", self.complains(4, "submit", "--queue", "secure", "--owner", "jana", "no file"))
        self.complains(4, "--instance", "nowhere", "status")
        self.complains(4, "--root-key-file", "nowhere", "status")
        self.assertEqual(self.as_admin("jobs", "list"), [])

    def test_what_is_not_allowed_is_3(self) -> None:
        self.file("wrong", "824610")
        by_pin = self.complains(3, "release", "--device", "lobby", "--login-name", "jana", "--pin-file", "wrong", "--list")
        stranger = self.complains(3, "release", "--device", "lobby", "--login-name", "petr", "--pin-file", "wrong", "--list")
        self.assertEqual(by_pin, stranger, "one answer, whoever they name")
        self.complains(3, "release", "--device", "lobby", "--card-file", "wrong", "--list")
        self.complains(3, "--user", "admin", "--password-file", "wrong", "user", "list")
        self.complains(3, "user", "list")

    def test_another_persons_job_does_not_exist_for_one(self) -> None:
        job = self.submit()
        self.as_admin("user", "add", "petr")
        self.file("petr card", "04c91e77a01280")
        self.as_admin("user", "card", "add", "petr", "--card-file", "petr card")
        self.complains(4, "release", "--device", "lobby", "--card-file", "petr card", "--output", ".", job)
        self.assertFalse((self.folder / f"job-{job}.out").exists())

    def test_wrong_pins_lock_out(self) -> None:
        self.file("wrong", "824610")
        for _ in range(20):
            said = self.complains(3, "release", "--device", "lobby", "--login-name", "jana", "--pin-file", "wrong", "--list")
            if "LOCKED_OUT" in said:
                break
        self.assertIn("LOCKED_OUT", said)

    def test_a_wrong_or_damaged_key_is_6_and_changes_nothing(self) -> None:
        before = {each: each.read_bytes() for each in (self.folder / "the instance").rglob("*") if each.is_file()}
        self.file("other.key", os.urandom(32))
        self.complains(6, "--root-key-file", "other.key", "status")
        self.file("wrong passphrase", "not it")
        del self.environment["MYQSEC_ROOT_KEY_FILE"]
        self.complains(6, "--passphrase-file", "wrong passphrase", "status")
        after = {each: each.read_bytes() for each in (self.folder / "the instance").rglob("*") if each.is_file()}
        self.assertEqual(before, after)

    def test_a_file_that_was_altered_is_6(self) -> None:
        [database] = [each for each in (self.folder / "the instance").iterdir() if each.name.startswith("main")
                      and each.suffix == ".db"]
        contents = bytearray(database.read_bytes())
        contents[len(contents) // 2] ^= 1
        for at in range(100, len(contents), 512):
            contents[at] ^= 0xFF
        database.write_bytes(contents)
        self.complains(6, *self.admin, "user", "list")

    def test_an_instance_that_another_process_has_open_is_5(self) -> None:
        with self.start_submission() as process:
            self.assertIn("IN_USE", self.complains(5, "status"))
            self.assertIn("IN_USE", self.complains(5, "doctor"))
            process.communicate()
        self.assertEqual(process.returncode, 0)
        self.json("status")

    def test_the_doctor_warns_of_an_open_folder_and_ends_as_an_opening_does(self) -> None:
        (self.folder / "the instance").chmod(0o755)
        for command in ("status", "doctor"):
            done = self.start(command)
            self.assertIn(b"the instance's folder", done.communicate(timeout=60)[1])
            self.assertEqual(done.returncode, 0)
        (self.folder / "the instance").chmod(0o700)
        self.file("other.key", os.urandom(32))
        self.says("--root-key-file", "other.key", "doctor", status=6, stderr=subprocess.DEVNULL)
        keystore = self.folder / "the instance" / "keystore"
        for contents, code, exits in ((b"", "ERR_CORRUPT", 6), (None, "ERR_NOT_FOUND", 4)):
            keystore.unlink()
            if contents is not None:
                keystore.write_bytes(contents)
            [row] = self.json("doctor", status=exits)
            self.assertEqual(row["code"], code)
            self.assertIn("backup key that was kept elsewhere", row["advice"])
            self.complains(exits, "status")

    def test_an_instance_is_not_created_over_another(self) -> None:
        self.complains(1, "init")
        self.json("status")

    def test_an_instance_whose_password_nobody_saw_is_initialised_again(self) -> None:
        self.environment["MYQSEC_INSTANCE"] = "another"
        with open("/dev/full", "wb") as full:
            self.complains(1, "init", stdout=full)
        self.file("admin", self.json("init")["password"] + "\n")
        self.assertEqual([each["user_name"] for each in self.as_admin("user", "list")], ["admin"])
        self.assertIn("already holds an instance", self.complains(1, "init"))
        self.environment["MYQSEC_INSTANCE"] = "a third"
        self.complains(2, "init", "--admin", "")
        self.assertFalse((self.folder / "a third").exists())

    def test_a_folder_is_no_document(self) -> None:
        (self.folder / "a folder").mkdir()
        self.assertIn("directory", self.complains(1, "submit", "--queue", "secure", "--owner", "jana", "a folder"))
        self.assertEqual(self.as_admin("jobs", "list"), [])
        self.assertEqual(self.spool_files(), set())

    def test_output_that_cannot_be_created_leaves_the_job_held(self) -> None:
        job = self.submit()
        self.complains(4, "release", "--device", "lobby", "--card-file", "card", "--output", "no such folder", job)
        closed = self.folder / "closed"
        closed.mkdir(mode=0o500)
        self.complains(3, "release", "--device", "lobby", "--card-file", "card", "--output", "closed", job,
                       preexec_fn=obey_permissions)
        self.assertEqual([each["state"] for each in self.release("--list")], ["pending-held"])


class Names(InstanceTest):
    def test_titles_may_be_in_any_script(self) -> None:
        titles = ["Výplatní páska – říjen", "給与明細", "🖨 rapport", "a" * 1023]
        jobs = [self.submit("--name", title) for title in titles]
        self.assertEqual([each["name"] for each in self.release("--list")], titles)
        self.assertEqual(len(jobs), 4)

    def test_text_that_is_not_utf_8_is_refused_and_a_files_name_is_mended(self) -> None:
        self.complains(2, *self.admin, "user", "add", b"caf\xe9")
        Path(os.fsdecode(os.fsencode(self.folder) + b"/caf\xe9.pdf")).write_bytes(b"x")
        self.json("submit", "--queue", "secure", "--owner", "jana", b"caf\xe9.pdf")
        self.assertEqual([each["name"] for each in self.release("--list")], ["caf\ufffd.pdf"])

    def test_names_that_are_too_long_are_refused_with_a_limit(self) -> None:
        for arguments in (["user", "add", "u" * 256], ["queue", "add", "q" * 128], ["device", "add", "d" * 128],
                          ["user", "change", "jana", "--notes", "n" * 4001], ["user", "add", "u" * 100_000]):
            self.complains(2, *self.admin, *arguments)
        self.assertEqual(len(self.as_admin("user", "list")), 2)

    def test_no_title_is_refused(self) -> None:
        for title in (b"caf\xe9", "t" * 1024, "a\u202eb"):
            self.json("submit", "--queue", "secure", "--owner", "jana", "--name", title, "-", document=b"x")
        self.assertEqual([each["name"] for each in self.release("--list")], ["caf\ufffd", "t" * 1023, "ab"])

    def test_a_name_that_looks_like_an_option_can_be_given(self) -> None:
        self.as_admin("group", "add", "--", "--odd")
        self.assertEqual([each["name"] for each in self.as_admin("group", "list")], ["--odd"])


class Folders(CommandTest):
    def test_a_folder_that_may_not_be_written_is_3_and_one_without_parent_4(self) -> None:
        self.file("passphrase", "correct horse battery staple")
        (self.folder / "closed").mkdir(mode=0o500)
        init = ("--passphrase-file", "passphrase", "init", *CHEAP)
        self.complains(3, "--instance", "closed/instance", *init, preexec_fn=obey_permissions)
        self.complains(4, "--instance", "no/parent/instance", *init)
        self.assertEqual(list((self.folder / "closed").iterdir()), [])

    def test_a_folder_with_something_in_it_is_left_alone(self) -> None:
        self.file("passphrase", "correct horse battery staple")
        self.complains(1, "--instance", ".", "--passphrase-file", "passphrase", "init", *CHEAP)
        self.assertEqual([each.name for each in self.folder.iterdir()], ["passphrase"])

    def test_weak_costs_are_refused(self) -> None:
        self.file("passphrase", "correct horse battery staple")
        self.complains(2, "--instance", "i", "--passphrase-file", "passphrase", "init", "--argon2-memory", "1")
