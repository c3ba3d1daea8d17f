"""Help, usage, and what the options may not be."""

import re
import subprocess

from support import COMMAND, CommandTest

FAMILIES = ("init", "new-root-key", "status", "tick", "confirm-clock", "setting", "audit", "version", "self-test", "user", "group",
            "role", "queue", "submit", "jobs", "device", "release", "container", "certificate", "keys",
            "access", "card", "delegate", "encryption", "backup", "doctor", "health", "host", "lock", "notification",
            "recovery-code", "recover-administrator")


class Help(CommandTest):
    def sub_commands(self, *path: str) -> "list[str]":
        listing = self.says(*path, "--help").partition("\nSubcommands:\n")[2]
        return re.findall(r"^  (\S+)", listing, re.MULTILINE)

    def every_command(self, *path: str) -> "list[tuple[str, ...]]":
        found = [(*path, name) for name in self.sub_commands(*path)]
        return found + [deeper for each in found for deeper in self.every_command(*each)]

    def test_each_command_explains_itself(self) -> None:
        commands = self.every_command()
        self.assertEqual({path[0] for path in commands}, set(FAMILIES))
        self.assertGreater(len(commands), 60)
        for path in commands:
            first, *rest = self.says(*path, "--help").splitlines()
            self.assertTrue(first.strip(), f"{path} has no description")
            self.assertIn("Usage:", "".join(rest))

    def test_no_option_takes_a_secret_on_the_command_line(self) -> None:
        public = {(("audit", "verify"), "key"), (("user", "password"), "with-card"),
                  (("user", "add"), "with-pin"), (("device", "add"), "card-transform"),
                  (("device", "change"), "card-transform"),
                  (("backup", "create"), "key-folder")}
        for path in self.every_command():
            for name in re.findall(r"--([a-z-]*(?:pass|pin|card|key)[a-z-]*)", self.says(*path, "--help")):
                if (path, name) not in public:
                    self.assertRegex(name, r"-(file|fd)$", f"{path} --{name}")

    def test_the_exit_codes_are_in_the_help(self) -> None:
        for code in ("0 done", "1 failure", "2 usage", "3 not allowed", "4 not found", "5 in use", "6 wrong key"):
            self.assertIn(code, " ".join(self.says("--help").split()))

    def test_usage_errors_say_so_and_exit_with_2(self) -> None:
        for arguments in ((), ("fly",), ("user",), ("user", "fly"), ("user", "add"), ("status",), ("--fly", "status"),
                          ("user", "card", "remove", "abc"), ("submit", "--queue", "secure"),
                          ("queue", "add", "q", "--kind", "odd"), ("queue", "add", "q", "--enabled", "2"),
                          ("queue", "add", "q", "--retention-held", "3 parsecs"),
                          ("user", "show", "jana", "petr"), ("device", "add", "d", "--method", "smile")):
            with self.subTest(arguments=arguments):
                self.complains(2, *arguments)

    def test_versions_agree(self) -> None:
        version = self.json("version")["version"]
        self.assertRegex(version, r"^\d+\.\d+\.\d+$")
        self.assertEqual(self.says("--version").strip(), f"libmyqsec {version}")
        self.assertEqual(self.says("version").strip(), f"libmyqsec {version}")

    def test_the_self_test_holds(self) -> None:
        self.assertIn("hold", self.says("self-test"))

    def test_it_uses_the_public_library_alone(self) -> None:
        needed = subprocess.run(["ldd", COMMAND], capture_output=True, text=True, check=True).stdout
        self.assertIn("libmyqsec.so.1", needed)
