"""What docs/python.md shows, run as it stands there."""

import contextlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import warnings
from pathlib import Path

from support import ROOT

sys.path.insert(0, str(ROOT / "tests"))
from code_blocks import DOCS, code_blocks  # noqa: E402

PAGE = DOCS / "python.md"


class Page(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)

    def test_the_python_on_the_page_runs_from_top_to_bottom(self) -> None:
        document = b"%PDF-1.7 of somebody" * 1000
        Path("report.pdf").write_bytes(document)
        blocks, names, output = code_blocks(PAGE, "python"), {"__name__": "page"}, io.StringIO()
        self.assertGreaterEqual(len(blocks), 4)
        with warnings.catch_warnings(), contextlib.redirect_stdout(output):
            warnings.simplefilter("error")
            for block in blocks:
                exec(compile(block, str(PAGE), "exec"), names)
        self.assertEqual(Path("printed.pdf").read_bytes(), document)
        self.assertIn("MYQSEC_ERR_AUTHENTICATION", output.getvalue())

    @unittest.skipUnless(os.environ.get("MYQSEC_LIBRARY"), "MYQSEC_LIBRARY does not name a library to carry")
    @unittest.skipUnless(shutil.which("patchelf"), "patchelf is not installed")
    @unittest.skipUnless(importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"),
                         "this Python cannot make environments (on Debian: python3-venv)")
    def test_the_shell_on_the_page_builds_and_installs_a_wheel(self) -> None:
        Path("bindings").symlink_to(ROOT / "bindings")
        Path("build/lib").mkdir(parents=True)
        Path("build/lib/libmyqsec.so.1").symlink_to(os.environ["MYQSEC_LIBRARY"])
        [block] = code_blocks(PAGE, "sh")
        environment = {name: value for name, value in os.environ.items() if name != "MYQSEC_LIBRARY"}
        done = subprocess.run(["bash", "-euc", block], env=environment, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout.splitlines()[-1], r"^\d+\.\d+\.\d+$")
