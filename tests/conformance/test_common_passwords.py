"""The common passwords that are built in: as many as promised, no larger than promised, and made by the tool."""

import gzip
import importlib.machinery
import importlib.util
import re
import tempfile
import unittest
from pathlib import Path

from support import ROOT, SOURCE, run

TOOL = ROOT / "tools" / "common-passwords"
DATA = SOURCE / "access" / "passwords" / "common_passwords.inc"
# Where Debian's python3-django has the list.
LIST = Path("/usr/lib/python3/dist-packages/django/contrib/auth/common-passwords.txt.gz")


def tool():
    loader = importlib.machinery.SourceFileLoader("common_passwords", str(TOOL))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


class CommonPasswords(unittest.TestCase):
    def test_there_are_ten_thousand_in_less_than_100_kib(self) -> None:
        text = DATA.read_text("utf-8")
        count = int(re.search(r"common_count = (\d+);", text)[1])
        words = [int(each, 16) for each in re.findall(r"0x([0-9A-F]{16})", text)]
        self.assertGreaterEqual(count, 10_000)
        self.assertLess(8 * len(words), 100 * 1024)
        code, at, value, values = "".join(f"{each:064b}" for each in words), 0, 0, []
        for _ in range(count):
            end = code.index("0", at)
            value += (end - at << 16) + int(code[end + 1:end + 17], 2)
            values.append(value)
            at = end + 17
        self.assertLess(value, count << 16)
        self.assertNotIn("1", code[at:])
        for known in (b"password1234", b"bigpimpin1", b"newcastle"):
            self.assertIn(tool().hashed(known) % (count << 16), values)

    def test_the_tool_tells_the_list_that_it_was_made_of_from_others(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            other = Path(folder) / "list.gz"
            other.write_bytes(gzip.compress(b"one\ntwo\n"))
            found = run(TOOL, other, "--check")
            self.assertNotEqual(found.returncode, 0)
            self.assertIn("is not made of", found.stdout)

    @unittest.skipUnless(LIST.is_file(), "python3-django is not installed")
    def test_the_data_is_made_of_debians_list(self) -> None:
        found = run(TOOL, LIST, "--check")
        self.assertEqual(found.returncode, 0, found.stdout)


if __name__ == "__main__":
    unittest.main()
