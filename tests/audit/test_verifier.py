"""The stand-alone verifier comes to the same result as the library's: the same first wrong event in the same altered bundles.

MYQSEC_AUDIT_ATTACKS is how many of each attack are compared."""

import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "verify-audit-bundle"
sys.dont_write_bytecode = True
loader = importlib.machinery.SourceFileLoader("verify_audit_bundle", str(SCRIPT))
verifier = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
loader.exec_module(verifier)


class Verifier(unittest.TestCase):
    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        environment = {"MYQSEC_AUDIT_ATTACKS": "10", **os.environ, "MYQSEC_AUDIT_BUNDLES": str(cls.folder)}
        subprocess.run([os.environ["MYQSEC_ATTACKS"]], env=environment, check=True, stdout=subprocess.DEVNULL)

    def result(self, expected: Path) -> tuple[int, int, str]:
        wanted, key = expected.read_text("utf-8").split()
        known = list(verifier.parse_checkpoints(expected.with_suffix(".since").read_bytes().decode()))
        with expected.with_suffix(".bundle").open("rb") as bundle:
            try:
                verifier.Verifier(bundle, verifier.Key.parse(key), known).run()
            except verifier.Wrong as wrong:
                return int(wanted), wrong.event, wrong.reason
        return int(wanted), 0, ""

    def test_it_names_the_same_first_wrong_event(self) -> None:
        seen = set()
        for path in sorted(self.folder.glob("*.expected")):
            wanted, found, reason = self.result(path)
            self.assertEqual(found, wanted, f"{path.name}: {reason}")
            seen.add(re.sub(r"-\d+$", "", path.stem))
        self.assertEqual(seen, {"untouched", "flip", "drop", "renumber", "swap", "rehash", "retired", "foreign", "cut", "fork",
                                "front", "pruned", "pruned-fork", "pruned-unproven", "no-closing", "doubled", "early"})

    def test_it_verifies_the_vector(self) -> None:
        folder = ROOT / "tests" / "vectors" / "audit"
        key = (folder / "first-epoch.key").read_text("utf-8").strip()
        command = [sys.executable, SCRIPT, folder / "log.bundle", "--key", key, "--since", folder / "checkpoint"]
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual((done.returncode, done.stdout.splitlines()[0]),
                         (0, "Events 1 to 60 are as they were signed, up to epoch 3."))

    def test_what_it_cannot_read_it_names(self) -> None:
        good = next(self.folder.glob("untouched-*.expected"))
        key = good.read_text("utf-8").split()[1]
        none, raw = self.folder / "none", self.folder / "raw"
        raw.write_bytes(b"\xff\xfe")
        for arguments in ((none, "--key", key), (self.folder, "--key", key), (good, "--key", key, "--since", none),
                          (good, "--key", key, "--since", raw)):
            done = subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], text=True, stderr=subprocess.PIPE, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertNotIn("Traceback", done.stderr)
            self.assertRegex(done.stderr, "can't be read|no text")

    def test_as_a_command_it_reports_and_exits_by_the_result(self) -> None:
        good = next(self.folder.glob("untouched-*.expected"))
        bad = next(self.folder.glob("cut-*.expected"))
        key = good.read_text("utf-8").split()[1]

        def run(*arguments: object, **more: object) -> "subprocess.CompletedProcess[str]":
            return subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], text=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, check=False, **more)  # type: ignore[call-overload, no-any-return]
        done = run(good.with_suffix(".bundle"), "--key", key, "--since", good.with_suffix(".since"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertRegex(done.stdout, r"Events 1 to \d+ are as they were signed, up to epoch 3\.")
        with good.with_suffix(".bundle").open("rb") as bundle:
            self.assertEqual(run("-", "--key", key, stdin=bundle).returncode, 0)
        wanted = bad.read_text("utf-8").split()[0]
        done = run(bad.with_suffix(".bundle"), "--key", bad.read_text("utf-8").split()[1], "--since", bad.with_suffix(".since"))
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stdout.startswith(f"event {wanted}: it is missing"), done.stdout)
        self.assertEqual(run(good.with_suffix(".bundle"), "--key", key[:-4] + "AAAA").returncode, 2)

    def test_no_cut_and_no_garbage_makes_it_fail_otherwise(self) -> None:
        good = next(self.folder.glob("pruned-?.expected"), None) or next(self.folder.glob("pruned-*.expected"))
        data = good.with_suffix(".bundle").read_bytes()
        key = verifier.Key.parse(good.read_text("utf-8").split()[1])
        import io
        for size in range(0, len(data), len(data) // 60):
            for junk in (b"", b"\0" * 4096, b"\xff" * 4096):
                with self.assertRaises(verifier.Wrong):
                    verifier.Verifier(io.BytesIO(data[:size] + junk), key, []).run()


if __name__ == "__main__":
    unittest.main(verbosity=2)
