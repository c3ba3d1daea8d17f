"""Backups: made, looked at, restored elsewhere under another root."""

import shlex
import subprocess
import sys
import unittest

from support import COMMAND, ROOT, InstanceTest

sys.path.insert(0, str(ROOT / "tests"))
from code_blocks import DOCS, code_blocks  # noqa: E402


class Backup(InstanceTest):
    def test_an_instance_is_backed_up_and_restored_elsewhere(self) -> None:
        job = self.submit(document=b"what is held")
        made = self.as_admin("backup", "create", "the backup", "--expires-in", "8d", "--key-file", "backup.key")
        self.assertEqual(self.json("backup", "show", "the backup")["created"], made["created"])
        self.assertEqual((self.folder / "backup.key").stat().st_mode & 0o777, 0o600)
        self.says(*self.admin, "jobs", "delete", job)
        self.run_command("new-root-key", "new.key")
        self.environment.update(MYQSEC_INSTANCE="elsewhere", MYQSEC_ROOT_KEY_FILE="new.key")
        findings = self.json("backup", "restore", "the backup", "--key-file", "backup.key")
        self.assertEqual([each["code"] for each in findings], ["restored"])
        (self.folder / "printed").mkdir()
        self.release("--output", "printed", job)
        self.assertEqual((self.folder / "printed" / f"job-{job}.out").read_bytes(), b"what is held")
        self.assertIn("instance.restored", [each["action"] for each in self.as_admin("audit", "list")])

    def test_the_pages_daily_example_runs_day_after_day(self) -> None:
        daily, restoring, moving = code_blocks(DOCS / "backup.md", "sh")
        for folder in ("backups", "root"):
            (self.folder / folder).mkdir()
        (self.folder / "root" / "admin.password").write_text(self.password)
        home = shlex.quote(str(self.folder))

        def runs(script: str) -> None:
            for path, here in (("/mnt/", f"{home}/"), ("/root/", f"{home}/root/"), ("/var/lib/", f"{home}/")):
                script = script.replace(path, here)
            done = subprocess.run(["bash", "-euc", f'myqsec() {{ "$MYQSEC_COMMAND" "$@"; }}\n{script}'], cwd=self.folder,
                                  env={**self.environment, "MYQSEC_COMMAND": COMMAND}, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""), script)

        for day in ("2026-11-24", "2026-11-25"):
            runs(daily.replace("date +%F", f"echo {day}"))
        self.assertEqual((self.folder / "root" / "backup-keys").stat().st_mode & 0o777, 0o700)
        [key] = (self.folder / "root" / "backup-keys").iterdir()
        self.assertEqual(len([each for each in self.as_admin("audit", "list") if each["action"] == "backup.key-exported"]), 1)
        runs(restoring.replace("ID-1.key", key.name))
        runs(moving.replace("prints-new", "prints-newer"))

    def test_the_wrong_key_restores_nothing(self) -> None:
        self.as_admin("backup", "create", "one", "--expires-in", "1d", "--key-file", "one.key")
        self.as_admin("backup", "create", "two", "--expires-in", "90d")
        self.environment["MYQSEC_INSTANCE"] = "elsewhere"
        self.assertIn("needs the backup key", self.complains(6, "backup", "restore", "two", "--key-file", "one.key"))
        self.assertIn("one.key", self.complains(1, "--instance", "the instance", *self.admin, "backup", "create", "three",
                                                "--key-file", "one.key"))
        self.assertFalse((self.folder / "three").exists())
        self.file("no.key", "nonsense\n")
        self.assertIn("no backup key", self.complains(2, "backup", "restore", "two", "--key-file", "no.key"))
        for at in (25, -5):  # within the instance's number, and within the key
            text = list((self.folder / "one.key").read_text("utf-8"))
            text[at] = "!"
            self.file("miscopied.key", "".join(text))
            said = self.complains(2, "backup", "restore", "two", "--key-file", "miscopied.key")
            self.assertIn("copied wrongly", said)
        self.assertFalse((self.folder / "elsewhere").exists())
        self.assertIn("not empty", self.complains(1, "--instance", "the instance", *self.admin, "backup", "create", "one"))

    def test_the_key_of_a_lost_instance_is_rescued(self) -> None:
        self.as_admin("backup", "create", "the backup")
        exported = self.says(*self.admin, "backup", "export-key")
        (self.folder / "the instance" / "main.db").write_bytes(b"lost")
        self.complains(6, "status")
        self.assertEqual(self.says("backup", "rescue-key"), exported)
        self.says("backup", "rescue-key", "--output", "rescued.key")
        self.environment["MYQSEC_INSTANCE"] = "elsewhere"
        self.says("backup", "restore", "the backup", "--key-file", "rescued.key")
        self.assertEqual(len(self.as_admin("user", "list")), 2)

    def test_an_earlier_database_beside_later_files_opens_only_if_accepted(self) -> None:
        instance = self.folder / "the instance"
        earlier = {each.name: each.read_bytes() for each in instance.glob("main.db*")}
        self.submit()
        for each in instance.glob("main.db*"):
            each.unlink()
        for name, contents in earlier.items():
            (instance / name).write_bytes(contents)
        message = self.complains(6, "status")
        self.assertIn("'main.db' is of an earlier time than", message)
        self.assertIn("accept", message)
        codes = {each["code"] for each in self.json("--accept-earlier-parts", "status")}
        self.assertIn("main-earlier", codes)
        self.assertIn("documents-of-another-time", codes)
        self.assertEqual([each["code"] for each in self.json("status")], ["orphan-documents"])
        told = [each for each in self.as_admin("audit", "list") if each["action"] == "instance.damage-found"]
        self.assertTrue(told)

    def test_backups_take_the_right_to_manage_keys(self) -> None:
        self.complains(3, "backup", "create", "the backup")
        self.complains(3, "backup", "keys")
        self.complains(3, "backup", "export-key", "--output", "some.key")
        self.assertFalse((self.folder / "some.key").exists())

    def test_a_database_gets_a_fresh_key(self) -> None:
        self.says(*self.admin, "keys", "rotate", "log")
        self.says("tick")
        self.says("tick")
        events = [each["action"] for each in self.as_admin("audit", "list")]
        self.assertIn("key.rotated", events)


if __name__ == "__main__":
    unittest.main()
