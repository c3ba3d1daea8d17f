"""Users from and to files, by the command."""

import os
import signal
import subprocess
import time
from typing import Any

from support import InstanceTest

STAFF = ("user_name;full_name;e-mail;groups;cards\r\n"
         "novak;\"Novák, Jiří\";novak@example.org;Evropa/Praha;04A1B2C3D4\r\n"
         "hasan;حسن العلي;hasan@example.org;Asia|Guests;\r\n"
         "王小明;王小明;;Asia;\r\n")


def many(count: int) -> str:
    rows = []
    for number in range(count):
        full_name = ("Žofie Nováková", "ليلى حسن", "李小龙")[number % 3]
        rows.append(f"person{number},{full_name} {number},p{number}@example.org,Floor {number % 20},{0xA0000000 + number:X}")
    return "user_name,full_name,email,groups,cards\n" + "\n".join(rows) + "\n"


class People(InstanceTest):
    def users(self) -> "list[Any]":
        return self.as_admin("user", "list", "--limit", "10000")

    def test_a_file_of_staff_is_imported_and_again_changes_nothing(self) -> None:
        self.file("staff.csv", STAFF)
        dry = self.as_admin("user", "import", "--dry-run", "staff.csv")
        self.assertEqual((dry["created"], dry["groups_created"], dry["errors"]), (3, 4, []))
        self.assertEqual(len(self.users()), 2)
        said = self.says(*self.admin, "user", "import", "staff.csv")
        self.assertIn("3 rows, 3 users created, 0 changed", said)
        self.assertEqual(self.as_admin("user", "import", "staff.csv")["unchanged"], 3)
        self.assertEqual([each["full_name"] for each in self.users()][2:], ["Novák, Jiří", "حسن العلي", "王小明"])
        self.assertEqual(self.says("release", "--list", "--device", "lobby", "--card-file",
                                   self.file("new card", "04:a1:b2:c3:d4\n")), "(none)\n")

    def test_ten_thousand_rows_take_seconds(self) -> None:
        self.file("staff.csv", many(10_000))
        began = time.monotonic()
        self.assertEqual(self.as_admin("user", "import", "staff.csv")["created"], 10_000)
        self.assertLess(time.monotonic() - began, 60, "even on a busy machine")
        self.assertEqual(self.as_admin("user", "import", "staff.csv")["unchanged"], 10_000)

    def test_each_error_is_a_line_and_nothing_is_changed(self) -> None:
        self.file("staff.csv", "user_name,state\nanna,active\nbert,gone\n,active\n")
        errors = self.complains(2, *self.admin, "user", "import", "staff.csv").splitlines()
        self.assertEqual(errors[0], "staff.csv:3: state: it must be active or disabled")
        self.assertEqual(errors[1], "staff.csv:4: user_name: it may not be empty")
        self.assertIn("2 of 3 rows cannot be imported, and nothing was changed", errors[2])
        self.assertEqual(len(self.users()), 2)
        result = self.run_command("--json", *self.admin, "user", "import", "--dry-run", "staff.csv", status=2)
        self.assertIn(b'"errors":[{"line":3,"column":"state","status":"MYQSEC_ERR_INVALID_ARGUMENT"', result.stdout)

    def test_a_file_that_is_not_there_or_a_pipe_is_refused(self) -> None:
        self.complains(4, *self.admin, "user", "import", "nothing.csv")
        os.mkfifo(self.folder / "pipe")
        writer = subprocess.Popen(["sh", "-c", "echo user_name > pipe"], cwd=self.folder)
        self.addCleanup(writer.kill)
        self.assertIn("read twice", self.complains(2, *self.admin, "user", "import", "pipe"))
        writer.wait(10)

    def test_who_manages_no_users_imports_and_exports_none(self) -> None:
        self.file("staff.csv", STAFF)
        self.assertIn("user.manage", self.complains(3, "user", "import", "staff.csv"))
        self.assertIn("user.manage", self.complains(3, "user", "export"))

    def test_an_export_is_imported_as_it_is(self) -> None:
        self.file("staff.csv", STAFF)
        self.as_admin("user", "import", "staff.csv")
        self.says(*self.admin, "user", "export", "--output", "all.csv", "--separator", "semicolon", "--bom")
        text = (self.folder / "all.csv").read_bytes()
        self.assertTrue(text.startswith(b"\xef\xbb\xbfuser_name;full_name;"))
        self.assertNotIn(b"04A1B2C3D4", text)
        self.assertEqual(self.as_admin("user", "import", "all.csv")["unchanged"], 5)
        self.complains(1, *self.admin, "user", "export", "--output", "all.csv")

    def test_an_import_that_is_killed_goes_on_with_the_same_file(self) -> None:
        self.file("staff.csv", many(6_000))
        for delay in (0.3, 0.6, 1.0):
            process = self.start(*self.admin, "user", "import", "staff.csv")
            time.sleep(delay)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        before = len(self.users()) - 2
        self.assertEqual(before % 100, 0)
        result = self.as_admin("user", "import", "staff.csv")
        self.assertEqual((result["created"], result["unchanged"]), (6_000 - before, before))
        self.assertEqual(self.as_admin("user", "import", "staff.csv")["unchanged"], 6_000)
