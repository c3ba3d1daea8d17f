"""promises.tsv says which test proves which promise: each is there, under that name."""

import csv
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Promises(unittest.TestCase):
    def test_each_promise_names_a_test_that_is_there(self) -> None:
        with open(Path(__file__).with_name("promises.tsv"), encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
        self.assertGreater(len(rows), 50)
        for row in rows:
            with self.subTest(promise=row["promise"]):
                # A name may be broken into literals that the compiler joins.
                source = re.sub(r'"\s*\n\s*"', "", (ROOT / row["file"]).read_text("utf-8"))
                source = re.sub(r"\(\s*\n\s*\"", '("', source).replace('" * doctest::skip(', '")')
                begins = "def {}(" if row["file"].endswith(".py") else 'TEST_CASE("{}")'
                self.assertTrue(begins.format(row["test"]) in source, row["test"])


if __name__ == "__main__":
    unittest.main()
