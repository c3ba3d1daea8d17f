"""The documentation is what the registries and the headers say, its code compiles, and its links lead somewhere."""

import re
import sys
import tempfile
import unittest
from pathlib import Path

from support import CC, INCLUDE, ROOT, declared_functions, run

sys.path.insert(0, str(ROOT / "tests"))
from code_blocks import DOCS, code_blocks  # noqa: E402

PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])


class Docs(unittest.TestCase):
    def test_the_reference_is_what_the_registries_say(self) -> None:
        result = run(sys.executable, ROOT / "tools" / "reference-docs", "--check")
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_the_c_of_the_embedding_page_compiles(self) -> None:
        blocks = code_blocks(DOCS / "embedding.md", "c")
        self.assertGreaterEqual(len(blocks), 1)
        for block in blocks:
            with tempfile.TemporaryDirectory() as folder:
                source = Path(folder) / "block.c"
                source.write_text(block)
                result = run(CC, "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Wno-unused-function", "-Werror",
                             "-fsyntax-only", f"-I{INCLUDE}", source)
            self.assertEqual(result.returncode, 0, result.stdout)

    def test_every_function_that_a_page_names_exists(self) -> None:
        others = {"myqsec_static", "myqsec_options", "myqsec_root", "myqsec_status", "myqsec_session", "myqsec_engine"}
        for page in PAGES:
            text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
            for name in re.findall(r"`(myqsec_[a-z_]+)\b(?:\(\))?`", text):
                self.assertIn(name, declared_functions() | others, page.name)

    def test_links_lead_somewhere(self) -> None:
        self.assertGreater(len(PAGES), 10)
        seen = 0
        for page in PAGES:
            for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
                if not re.match(r"[a-z]+:", target):
                    seen += 1
                    path = page.parent / target.split("#")[0]
                    self.assertTrue(path.exists(), f"{page.relative_to(ROOT)} links to {target}")
        self.assertGreater(seen, 20)
