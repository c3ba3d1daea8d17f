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
import io, sys, myqsec
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
            for library in ("libmyqsec", "libbotan"):
                paths = {line.split()[-1] for line in maps.splitlines() if library in line}
                self.assertTrue(all(path.startswith(str(folder)) for path in paths), paths)
            self.assertIn("/_lib/libmyqsec.so.1", maps)
            run(python, "-m", "pip", "uninstall", "--yes", "myqsec")
