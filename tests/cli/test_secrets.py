"""Secrets come from a file, a descriptor or a prompt, and are nowhere else."""

import os
import pty
import select
import signal
import termios
import time
import unittest
from pathlib import Path
from typing import Any, Optional

from support import CHEAP, COMMAND, CommandTest, InstanceTest

PASSPHRASE = "correct horse battery staple"


class Terminal:
    """The command on a pseudo-terminal of its own, as a person has it."""

    def __init__(self, test: CommandTest, *arguments: str) -> None:
        self.seen = ""
        try:
            self.process, self.terminal = pty.fork()
        except OSError as error:  # a bare chroot may have no /dev/pts
            test.skipTest(f"no pseudo-terminal here: {error}")
        if self.process == 0:
            try:
                os.chdir(test.folder)
                os.execve(COMMAND, [COMMAND, *arguments], test.environment)
            finally:
                os._exit(127)
        self.status: Optional[int] = None
        test.addCleanup(os.close, self.terminal)
        test.addCleanup(self.end)

    def read(self, until: str) -> None:
        deadline = time.monotonic() + 60
        while until not in self.seen:
            if not select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"{until!r} did not come: {self.seen!r}")
            try:
                piece = os.read(self.terminal, 4096)
            except OSError:  # Linux says EIO when the other side is closed
                piece = b""
            if not piece:
                raise AssertionError(f"it ended without {until!r}: {self.seen!r}")
            self.seen += piece.decode("utf-8")

    def answer(self, prompt: str, line: str) -> None:
        self.read(prompt)
        self.seen = ""
        os.write(self.terminal, line.encode("utf-8") + b"\n")

    def echoes(self) -> bool:
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def end(self) -> int:
        """Its exit status, negative for a signal."""
        while self.status is None:
            try:
                self.seen += os.read(self.terminal, 4096).decode("utf-8")
            except OSError:
                self.status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        return self.status


class Prompt(CommandTest):
    def setUp(self) -> None:
        super().setUp()
        self.environment["MYQSEC_INSTANCE"] = "the instance"

    def test_a_passphrase_is_asked_for_twice_and_never_shown(self) -> None:
        terminal = Terminal(self, "init", *CHEAP)
        terminal.answer("root passphrase: ", PASSPHRASE)
        terminal.answer("root passphrase again: ", PASSPHRASE)
        terminal.read("Password, shown this once: ")
        self.assertEqual(terminal.end(), 0)
        self.assertNotIn(PASSPHRASE, terminal.seen)
        again = Terminal(self, "status")
        again.answer("root passphrase: ", PASSPHRASE)
        self.assertEqual(again.end(), 0)
        self.assertIn("(none)", again.seen)

    def test_two_different_entries_create_nothing(self) -> None:
        terminal = Terminal(self, "init", *CHEAP)
        terminal.answer("root passphrase: ", PASSPHRASE)
        terminal.answer("root passphrase again: ", PASSPHRASE + "r")
        self.assertEqual(terminal.end(), 2)
        self.assertIn("differ", terminal.seen)
        self.assertEqual(list(self.folder.iterdir()), [])

    def test_ctrl_c_and_a_kill_at_the_prompt_give_the_terminal_its_echo_back(self) -> None:
        for stop in (signal.SIGINT, signal.SIGTERM):
            terminal = Terminal(self, "init")
            terminal.read("root passphrase: ")
            self.assertFalse(terminal.echoes())
            if stop == signal.SIGINT:
                os.write(terminal.terminal, b"half\x03")
            else:
                os.kill(terminal.process, stop)
            terminal.read("\n")
            self.assertTrue(terminal.echoes())
            self.assertEqual(terminal.end(), -stop)
            self.assertEqual(list(self.folder.iterdir()), [])

    def test_ctrl_d_at_the_prompt_is_not_an_empty_passphrase(self) -> None:
        terminal = Terminal(self, "init")
        terminal.read("root passphrase: ")
        os.write(terminal.terminal, b"\x04")
        self.assertEqual(terminal.end(), 2)
        self.assertIn("no root passphrase was entered", terminal.seen)

    def test_without_a_terminal_it_says_what_to_give_instead(self) -> None:
        self.assertIn("--passphrase-file or --passphrase-fd", self.complains(2, "init"))


class Weak(CommandTest):
    def setUp(self) -> None:
        super().setUp()
        self.environment["MYQSEC_INSTANCE"] = "the instance"

    def test_a_root_secret_that_can_be_guessed_is_refused_unless_told(self) -> None:
        for passphrase in ("a", "password", "14 characters.", "aaaaaaaaaaaaaaaaaaaaaaaa", "abababababababababababab"):
            self.file("passphrase", passphrase)
            self.assertIn("guessed", self.complains(2, "--passphrase-file", "passphrase", "init", *CHEAP))
        self.file("zeros", bytes(32))
        (self.folder / "zeros").chmod(0o600)
        self.assertIn("no random bytes", self.complains(2, "--root-key-file", "zeros", "init"))
        self.assertFalse((self.folder / "the instance").exists())
        self.file("passphrase", "a")
        self.says("--passphrase-file", "passphrase", "init", "--weak-root", *CHEAP)
        self.says("--passphrase-file", "passphrase", "status")  # it is not asked again
        self.assertIn("guessed", self.complains(2, "--passphrase-file", "passphrase", "keys", "rotate", "root",
                                                "--new-passphrase-file", "passphrase"))

    def test_what_others_can_read_or_change_is_warned_of(self) -> None:
        self.run_command("new-root-key", "root.key")
        (self.folder / "root.key").chmod(0o644)
        (self.folder / "the instance").mkdir()
        (self.folder / "the instance").chmod(0o777)

        def warnings(*arguments: str) -> str:
            with self.start("--root-key-file", "root.key", *arguments) as process:
                output, errors = process.communicate()
            self.assertEqual(process.returncode, 0, errors)
            return errors.decode()
        for arguments in (("init",), ("status",)):
            said = warnings(*arguments)
            self.assertIn("warning: the key file 'root.key'", said)
            self.assertIn("warning: the instance's folder 'the instance'", said)
        (self.folder / "root.key").chmod(0o600)
        (self.folder / "the instance").chmod(0o700)
        self.assertEqual(warnings("status"), "")


class Given(InstanceTest):
    def by_descriptor(self, contents: bytes, *arguments: Any, **options: Any) -> Any:
        """Runs it with `contents` on a pipe, whose number stands for "FD" in the arguments."""
        reading, writing = os.pipe()
        os.write(writing, contents)
        os.close(writing)
        try:
            return self.run_command(*(str(reading) if each == "FD" else each for each in arguments),
                                    pass_fds=(reading,), **options)
        finally:
            os.close(reading)

    def test_a_descriptor_gives_one_secret_a_line(self) -> None:
        passphrase, password = PASSPHRASE.encode(), b"a much longer new password"
        del self.environment["MYQSEC_ROOT_KEY_FILE"]
        self.environment["MYQSEC_INSTANCE"] = "another"
        self.by_descriptor(passphrase, "--passphrase-fd", "FD", "init", *CHEAP)
        self.by_descriptor(passphrase + b"\r\n", "--passphrase-fd", "FD", "status")
        self.environment.update(MYQSEC_INSTANCE="the instance", MYQSEC_ROOT_KEY_FILE="root.key")
        self.by_descriptor(self.password.encode() + b"\n" + password + b"\n", "--user", "admin", "--password-fd", "FD",
                           "user", "password", "admin", "--new-password-fd", "FD")
        self.by_descriptor(password, "--user", "admin", "--password-fd", "FD", "user", "list")

    def test_standard_input_may_carry_secrets_and_then_the_document(self) -> None:
        self.file("jana password", "a password of Jana's")
        self.says(*self.admin, "user", "password", "jana", "--new-password-file", "jana password")
        document = b"first line\nsecond line\n"
        job = self.json("--user", "jana", "--password-fd", "0", "submit", "--queue", "secure", "-",
                        document=b"a password of Jana's\n" + document)["job"]
        self.assertEqual(self.run_command("release", "--device", "lobby", "--card-file", "card", "--output", "-",
                                          job).stdout, document)

    def test_what_is_no_secret_is_refused(self) -> None:
        for contents, sentence in ((b"", "empty"), (b"\n", "empty"), (b"82\x004619", "NUL"), (b"1" * 70_000, "longer")):
            self.file("odd", contents)
            self.assertIn(sentence, self.complains(2, *self.admin, "user", "pin", "jana", "--pin-file", "odd"))
            self.assertIn(sentence, self.complains(2, "release", "--device", "lobby", "--login-name", "jana",
                                                   "--pin-file", "odd", "--list"))
        self.assertIn("file descriptor 9 is not open", self.complains(2, *self.admin, "user", "pin", "jana", "--pin-fd", "9"))
        self.complains(2, *self.admin, "user", "pin", "jana", "--pin-fd", "0", "--pin-file", "pin")
        self.complains(4, *self.admin, "user", "pin", "jana", "--pin-file", "missing")

    @unittest.skipUnless(Path("/proc/self/cmdline").exists(), "needs /proc")
    def test_a_running_command_shows_no_secret_to_others(self) -> None:
        with self.start_submission(*self.admin) as process:
            shown = b"".join(Path(f"/proc/{process.pid}/{name}").read_bytes() for name in ("cmdline", "environ"))
            output, errors = process.communicate()
        self.assertEqual(process.returncode, 0, errors)
        for secret in (self.password.encode(), (self.folder / "root.key").read_bytes()):
            self.assertNotIn(secret, shown + output + errors)

    @unittest.skipUnless(Path("/proc/self/smaps").exists(), "needs /proc")
    def test_a_core_dump_of_a_running_command_holds_no_secret_and_no_document(self) -> None:
        with self.start_submission(*self.admin) as process:
            try:
                dumped, undumped = self.memory_of(process.pid)
            except PermissionError as error:
                self.skipTest(f"a process's memory can't be read here: {error}")
            output, errors = process.communicate()
        self.assertEqual(process.returncode, 0, errors)
        password, document = self.password.encode(), b"half half half half half"
        self.assertIn(document, undumped)  # the search finds what is there
        for secret in (password, (self.folder / "root.key").read_bytes(), document):
            self.assertNotIn(secret, dumped)

    @staticmethod
    def memory_of(process: int) -> "tuple[bytes, bytes]":
        """What a core dump would have of its memory, and what it would leave out. Read when it waits for more."""
        time.sleep(0.3)
        parts: "tuple[list[bytes], list[bytes]]" = ([], [])
        with open(f"/proc/{process}/mem", "rb", buffering=0) as memory, open(f"/proc/{process}/smaps", encoding="ascii") as maps:
            begin = end = 0
            readable = False
            for line in maps:
                words = line.split()
                if "-" in words[0] and not words[0].endswith(":"):
                    begin, end = (int(each, 16) for each in words[0].split("-"))
                    readable = words[1].startswith("r") and "[v" not in line
                elif words[0] == "VmFlags:" and readable:
                    memory.seek(begin)
                    try:
                        parts[1 if "dd" in words else 0].append(memory.read(end - begin))
                    except OSError:
                        pass  # a page that is not there
        return b"".join(parts[0]), b"".join(parts[1])

    def test_a_new_root_key_is_for_its_owner_alone_and_replaces_none(self) -> None:
        key = self.folder / "root.key"
        before = key.read_bytes()
        self.assertEqual((len(before), key.stat().st_mode & 0o777), (32, 0o600))
        self.complains(1, "new-root-key", "root.key")
        self.assertEqual(key.read_bytes(), before)
