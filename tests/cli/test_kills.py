"""`init`, `backup restore` and `keys rotate root`, killed at every single step, and then repeated.

MYQSEC_SECONDS sets the time that each is given, 0 for every step."""

import os
import shutil
import signal
import time
from math import gcd
from pathlib import Path
from typing import Any, Callable, Iterator

from support import CommandTest, InstanceTest

PRELOAD = os.environ.get("MYQSEC_KILL_AT", "")


def spread(count: int) -> Iterator[int]:
    """1 to `count` once, each beginning spread evenly over all of them."""
    step = max(int(0.618034 * count), 1)
    while gcd(step, count) != 1:
        step += 1
    return (index * step % count + 1 for index in range(count))


class KilledCommand(CommandTest):
    def setUp(self) -> None:
        if not PRELOAD:
            self.skipTest("MYQSEC_KILL_AT names no library that kills")
        super().setUp()

    def killed(self, step: int, *arguments: Any) -> str:
        """What it printed. There may be a step more or less than another time: then it came to its end."""
        self.environment.update(LD_PRELOAD=PRELOAD, MYQSEC_TEST_KILL_AT=str(step), MYQSEC_TEST_KILL_COUNT="count")
        try:
            with self.start(*arguments) as process:
                output, errors = process.communicate(timeout=120)
        finally:
            for name in ("LD_PRELOAD", "MYQSEC_TEST_KILL_AT", "MYQSEC_TEST_KILL_COUNT"):
                del self.environment[name]
        self.assertIn(process.returncode, (0, -signal.SIGKILL), errors)
        return output.decode()

    def at_each_step(self, name: str, command: "tuple[Any, ...]", prepare: Callable[[], None],
                     check: Callable[[str], str]) -> None:
        """`check` gets what the killed command printed, and says what became of it."""
        prepare()
        self.killed(0, *command)
        count = int((self.folder / "count").read_text())
        self.assertGreater(count, 3)
        seconds = float(os.environ.get("MYQSEC_SECONDS", "4"))
        end = time.monotonic() + seconds if seconds > 0 else float("inf")
        outcomes: "dict[str, int]" = {}
        for done, step in enumerate(spread(count)):
            if time.monotonic() > end and done > 0:
                break
            with self.subTest(step=step):
                prepare()
                outcome = check(self.killed(step, *command))
                outcomes[outcome] = outcomes.get(outcome, 0) + 1
        tried = sum(outcomes.values())
        print(f"{name}: {tried} of {count} points; " + ", ".join(f"{n} {what}" for what, n in sorted(outcomes.items())))

    def remove(self, name: str) -> None:
        shutil.rmtree(self.folder / name, ignore_errors=True)


class Init(KilledCommand):
    def test_init_is_repeated_and_a_password_that_was_shown_works(self) -> None:
        self.environment.update(MYQSEC_INSTANCE="the instance", MYQSEC_ROOT_KEY_FILE="root.key")
        self.run_command("new-root-key", "root.key")

        def password_in(printed: str) -> str:
            _, found, rest = printed.partition("Password, shown this once: ")
            return rest.split("\n")[0] if found else ""

        def lets_in(password: str) -> None:
            self.file("password", password + "\n")
            self.assertEqual(len(self.json("--user", "admin", "--password-file", "password", "user", "list")), 1)

        def check(printed: str) -> str:
            shown = password_in(printed)
            if shown and "Recovery code" in printed and printed.rstrip().split(" ")[-1] != "safe:":
                lets_in(shown)  # whoever has seen it all has no reason to repeat it
                with self.start("init") as process:
                    _, errors = process.communicate(timeout=120)
                self.assertNotEqual(process.returncode, 0)
                self.assertIn("already holds an instance", errors.decode())
                return "shown and in use"
            if shown:
                lets_in(shown)
                return "shown in part and in use"
            again = password_in(self.says("init"))
            lets_in(again)
            return "repeated"

        self.at_each_step("init", ("init",), lambda: self.remove("the instance"), check)

    def test_init_repeated_after_its_password_was_shown_but_not_used_shows_another_one(self) -> None:
        self.environment.update(MYQSEC_INSTANCE="the instance", MYQSEC_ROOT_KEY_FILE="root.key")
        self.run_command("new-root-key", "root.key")
        first = self.json("init")
        second = self.json("init")
        self.assertNotEqual(first["password"], second["password"])
        self.assertNotEqual(first["recovery_code"], second["recovery_code"])
        self.file("password", second["password"] + "\n")
        self.assertEqual(len(self.json("--user", "admin", "--password-file", "password", "user", "list")), 1)


class OfAnInstance(KilledCommand, InstanceTest):
    def restore_files(self) -> None:
        assert InstanceTest.template
        self.remove("the instance")
        shutil.copytree(Path(InstanceTest.template.name) / "the instance", self.folder / "the instance")

    def test_restoring_is_repeated_or_was_complete(self) -> None:
        job = self.submit(document=b"backed up")
        self.says(*self.admin, "backup", "create", "the backup", "--key-file", "backup.key")
        command = ("--instance", "restored", "backup", "restore", "the backup", "--key-file", "backup.key")

        def check(printed: str) -> str:
            with self.start(*command) as process:
                _, errors = process.communicate(timeout=120)
            if process.returncode != 0:
                self.assertIn("already holds an instance; open it", errors.decode())
            listed = self.json("--instance", "restored", *self.admin, "jobs", "list")
            self.assertEqual([each["id"] for each in listed], [job])
            return "repeated" if process.returncode == 0 else "complete"

        self.at_each_step("backup restore", command, lambda: self.remove("restored"), check)

    def test_a_new_root_key_is_in_force_or_the_old_one_is_and_the_change_is_repeated(self) -> None:
        self.run_command("new-root-key", "new.key")
        command = (*self.admin, "keys", "rotate", "root", "--new-root-key-file", "new.key")

        def opens(key: str) -> bool:
            with self.start("--root-key-file", key, "status") as process:
                process.communicate(timeout=120)
            self.assertIn(process.returncode, (0, 6))
            return process.returncode == 0

        def check(printed: str) -> str:
            old, new = opens("root.key"), opens("new.key")
            self.assertNotEqual(old, new)
            if old:
                self.says(*command)
                self.assertTrue(opens("new.key"))
            return "repeated" if old else "in force"

        self.at_each_step("keys rotate root", command, self.restore_files, check)
