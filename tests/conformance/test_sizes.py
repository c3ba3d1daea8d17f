"""How large files and folders may be, how they are formatted, and that nothing is left for later."""

import re
import shutil
import unittest
from collections import Counter

from support import INCLUDE, ROOT, SOURCE, run

CODE = (".c", ".cpp", ".h", ".hpp")  # what clang-format formats
PRODUCT = sorted(each for home in (SOURCE, INCLUDE) for each in home.rglob("*") if each.suffix in (*CODE, ".def"))
TESTS = sorted(each for each in (ROOT / "tests").rglob("*") if each.suffix in (*CODE, ".py"))
EXAMPLES = sorted(each for each in (ROOT / "examples").rglob("*") if each.suffix in CODE)

MOST_LINES, MOST_TEST_LINES, MOST_FILES, FEW_LINES = 400, 500, 30, 40


def name(path):
    return str(path.relative_to(ROOT))


def lines(path):
    return path.read_text("utf-8").splitlines()


def column_limit(path):
    """That of the nearest .clang-format above it."""
    for folder in path.parents:
        style = folder / ".clang-format"
        found = style.is_file() and re.search(r"^ColumnLimit: (\d+)", style.read_text("utf-8"), re.MULTILINE)
        if found:
            return int(found[1])
    raise AssertionError(f"no limit for {path}")


class Sizes(unittest.TestCase):
    def test_no_file_is_too_long(self) -> None:
        self.assertGreater(len(PRODUCT), 300)
        self.assertGreater(len(TESTS), 100)
        for files, most in ((PRODUCT, MOST_LINES), (TESTS, MOST_TEST_LINES)):
            self.assertEqual([name(each) for each in files if len(lines(each)) > most], [])

    def test_no_folder_is_too_full(self) -> None:
        counts = Counter(each.parent for each in PRODUCT)
        full = {str(folder.relative_to(SOURCE)) for folder, count in counts.items() if count > MOST_FILES}
        self.assertEqual(full, set(), f"over {MOST_FILES} files")

    def test_few_files_are_small(self) -> None:
        small = [name(each) for each in PRODUCT if each.suffix in CODE and len(lines(each)) < FEW_LINES]
        self.assertLess(len(small), len(PRODUCT) / 5, f"under {FEW_LINES} lines: {small}")

    def test_nothing_is_left_for_later(self) -> None:
        marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|HA" r"CK)\b")
        for path in (*PRODUCT, *TESTS, *EXAMPLES):
            self.assertNotRegex(path.read_text("utf-8"), marks, name(path))


class Formatting(unittest.TestCase):
    def test_no_line_is_too_long(self) -> None:
        long = Counter()
        for path in (each for each in (*PRODUCT, *TESTS) if each.suffix in CODE):
            limit = column_limit(path)
            long[path.relative_to(ROOT).parts[0]] += sum(len(line) > limit for line in lines(path))
        for home, count in long.items():
            self.assertEqual(count, 0, f"lines of {home} over the limit of its .clang-format")

    def test_clang_format_changes_nothing(self) -> None:
        tool = shutil.which("clang-format-14") or shutil.which("clang-format")
        version = run(tool, "--version").stdout if tool else "none"
        if not re.search(r"version 14\.", version):
            self.skipTest(f"formatting is that of clang-format 14, this is {version.strip()}")
        files = [each for each in (*PRODUCT, *TESTS, *EXAMPLES) if each.suffix in CODE]
        self.assertGreater(len(files), 400)
        found = run(tool, "--dry-run", "--Werror", *files)
        self.assertEqual(found.returncode, 0, found.stdout)
