"""What the tests share: the command in a folder of its own, and an instance with a user, queues and a device."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any, Optional

ROOT = Path(__file__).resolve().parents[2]
COMMAND = os.environ.get("MYQSEC_COMMAND", str(ROOT / "build" / "bin" / "myqsec"))
# The least that Argon2id takes here: the tests are not about its cost.
CHEAP = ("--argon2-memory", "1024", "--argon2-iterations", "1")


class CommandTest(unittest.TestCase):
    """The command, in a temporary folder with a name that quoting must survive."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve() / "my folder, žluťoučký"
        self.folder.mkdir()
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MYQSEC_")}
        self.environment["LC_ALL"] = "C.UTF-8"

    def start(self, *arguments: Any, **options: Any) -> "subprocess.Popen[bytes]":
        """A session of its own, so that no prompt finds the terminal of who runs the tests."""
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
                   "start_new_session": True, **options}
        words = [each if isinstance(each, (str, bytes)) else str(each) for each in arguments]
        return subprocess.Popen([COMMAND, *words], cwd=self.folder, env=self.environment, **options)

    def run_command(self, *arguments: Any, status: int = 0, document: Optional[bytes] = None,
                    **options: Any) -> "subprocess.CompletedProcess[bytes]":
        """Runs it to its end, and checks its exit status and that a failure says why."""
        if document is not None:
            options["stdin"] = subprocess.PIPE
        with self.start(*arguments, **options) as process:
            output, errors = process.communicate(document, timeout=120)
        self.assertEqual(process.returncode, status, (arguments, output, errors))
        if status == 0:
            self.assertEqual(errors, b"", arguments)
        elif options.get("stderr") is None:
            self.assertTrue(errors.strip(), f"{arguments} failed without a word")
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    def says(self, *arguments: Any, **options: Any) -> str:
        return self.run_command(*arguments, **options).stdout.decode("utf-8")

    def json(self, *arguments: Any, **options: Any) -> Any:
        return json.loads(self.says("--json", *arguments, **options))

    def complains(self, status: int, *arguments: Any, **options: Any) -> str:
        """What it says when it fails with that status."""
        return self.run_command(*arguments, status=status, **options).stderr.decode("utf-8", "replace")

    def file(self, name: str, contents: "str | bytes") -> str:
        path = self.folder / name
        path.write_bytes(contents.encode("utf-8") if isinstance(contents, str) else contents)
        return name


class InstanceTest(CommandTest):
    """With an instance whose root key is in a file, an administrator, Jana with card and PIN, two queues, a device."""

    template: Optional[tempfile.TemporaryDirectory[str]] = None

    def setUp(self) -> None:
        super().setUp()
        self.environment.update(MYQSEC_INSTANCE="the instance", MYQSEC_ROOT_KEY_FILE="root.key")
        if InstanceTest.template is None:  # made once; each test gets a copy
            self.set_up_instance()
            InstanceTest.template = tempfile.TemporaryDirectory()
            shutil.copytree(self.folder, InstanceTest.template.name, dirs_exist_ok=True)
        else:
            shutil.copytree(InstanceTest.template.name, self.folder, dirs_exist_ok=True)
        self.password = (self.folder / "admin").read_text("utf-8").strip()
        self.jana = 2

    def set_up_instance(self) -> None:
        self.run_command("new-root-key", "root.key")
        self.file("admin", self.json("init", *CHEAP)["password"] + "\n")
        self.file("card", "04a2241b5c8f80\n")
        self.file("pin", "824619\n")
        self.assertEqual(self.as_admin("user", "add", "jana", "--full-name", "Jana Dvořáková"), {"user": 2})
        self.as_admin("user", "card", "add", "jana", "--card-file", "card")
        self.says(*self.admin, "user", "pin", "jana", "--pin-file", "pin")
        self.as_admin("queue", "add", "secure")
        self.as_admin("queue", "add", "private", "--kind", "private")
        self.as_admin("device", "add", "lobby")

    admin = ("--user", "admin", "--password-file", "admin")

    def as_admin(self, *arguments: Any, **options: Any) -> Any:
        return self.json(*self.admin, *arguments, **options)

    def submit(self, *arguments: Any, document: bytes = b"a document") -> int:
        return int(self.json("submit", "--queue", "secure", "--owner", "jana", *arguments, "-",
                             document=document)["job"])

    def release(self, *arguments: Any, **options: Any) -> Any:
        return self.json("release", "--device", "lobby", "--card-file", "card", *arguments, **options)

    def start_submission(self, *arguments: Any) -> "subprocess.Popen[bytes]":
        """A submission that has taken a part of its document and waits for the rest."""
        process = self.start(*arguments, "submit", "--queue", "secure", "--owner", "jana", "-", stdin=subprocess.PIPE)
        self.addCleanup(process.kill)
        assert process.stdin
        process.stdin.write(b"half " * 200_000)  # more than a pipe holds: it has been reading
        process.stdin.flush()
        return process

    def spool_files(self) -> "set[str]":
        return {each.name for each in (self.folder / "the instance" / "jobs").glob("[!.]*")}
