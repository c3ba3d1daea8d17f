"""The wheel in an environment of its own, without a network and without the build's library."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import BINDING

USE = """
import sys, myqsec
import ssl, sqlite3  # they bring libcrypto and SQLite of their own
ssl.create_default_context()
sqlite3.connect(":memory:").execute("SELECT 1")
with myqsec.create(sys.argv[1], myqsec.Passphrase("passphrase", 7168, 5)) as engine, engine.system() as system:
    print(system.first_administrator("admin")[0])
    print(open("/proc/self/maps").read())
"""


@unittest.skipUnless(os.environ.get("MYQSEC_LIBRARY"), "MYQSEC_LIBRARY does not name a library to carry")
@unittest.skipUnless(shutil.which("patchelf"), "patchelf is not installed")
@unittest.skipUnless(importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"),
                     "this Python cannot make environments (on Debian: python3-venv)")
class Wheel(unittest.TestCase):
    def test_it_installs_offline_and_uses_only_what_it_carries(self) -> None:
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("MYQSEC_LIBRARY", "PYTHONPATH", "LD_LIBRARY_PATH")}
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name).resolve()

            def run(*command: object) -> str:
                done = subprocess.run([str(each) for each in command], env=environment, cwd=folder,
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                return done.stdout

            run(sys.executable, BINDING / "build_wheel.py", os.environ["MYQSEC_LIBRARY"], "--out", folder)
            run(sys.executable, "-m", "venv", folder / "venv")
            python = folder / "venv" / "bin" / "python"
            run(python, "-m", "pip", "install", "--no-index", "--no-deps", *folder.glob("*.whl"))
            maps = run(python, "-c", USE, folder / "instance")
            for library in ("libmyqsec", "libbotan", "myqsec-libsqlite3"):
                paths = {line.split()[-1] for line in maps.splitlines() if library in line}
                self.assertTrue(paths, f"{library} is not loaded")
                self.assertTrue(all(path.startswith(str(folder)) for path in paths), paths)
            self.assertIn("/_lib/libmyqsec.so.1", maps)
            # A name that Debian's libraries have, too, would be given to Python's own modules.
            carried = {Path(line.split()[-1]).name for line in maps.splitlines() if "/_lib/" in line}
            self.assertEqual([name for name in carried if "myqsec" not in name], [])
            run(python, "-m", "pip", "uninstall", "--yes", "myqsec")
