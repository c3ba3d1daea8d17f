"""The stand-alone verifier comes to the same result as the library's: the same first wrong event in the same altered bundles.

MYQSEC_AUDIT_ATTACKS is how many of each attack are compared."""

import gzip
import importlib.machinery
import importlib.util
import os
import re
import subprocess
import sys
import tarfile
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
        since = expected.with_suffix(".since").read_bytes().decode()
        known = list(verifier.parse_checkpoints(since)) if since else []
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
                                "front", "pruned", "pruned-fork", "pruned-unproven", "no-closing", "doubled", "early", "anywhere",
                                "checkpoint", "odd-rotation", "witnessed", "only-witnessed", "small-order", "end",
                                "pruned-anywhere"})

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

    def test_a_file_that_never_was_a_bundle_is_none_rather_than_a_forged_one(self) -> None:
        good = next(self.folder.glob("untouched-*.expected"))
        key = good.read_text("utf-8").split()[1]
        data = good.with_suffix(".bundle").read_bytes()
        repacked = self.folder / "repacked"
        with tarfile.open(good.with_suffix(".bundle")) as source, tarfile.open(repacked, "w") as packed:
            for member in source:
                member.mtime = 1_700_000_000
                packed.addfile(member, source.extractfile(member))
        for reason, content in (("empty", b""), ("compressed", gzip.compress(data)), ("JSON", b'{"sequence":1}\n'),
                                ("syslog", b"<110>1 2026"), ("another kind", b"Dear auditor,\n" * 99), ("another kind", b"\0" * 2048),
                                ("another tar", repacked.read_bytes())):
            file = self.folder / "other"
            file.write_bytes(content)
            done = subprocess.run([sys.executable, SCRIPT, file, "--key", key], text=True, capture_output=True, check=False)
            self.assertEqual(done.returncode, 2, reason)
            self.assertIn("this is no audit bundle: it is", done.stderr)
            self.assertIn(reason, done.stderr)

    def test_known_checkpoints_are_read_as_editors_leave_them_and_an_empty_file_is_an_error(self) -> None:
        folder = ROOT / "tests" / "vectors" / "audit"
        key = (folder / "first-epoch.key").read_text("utf-8").strip()
        note = (folder / "checkpoint").read_bytes()

        def run(content: bytes) -> "subprocess.CompletedProcess[str]":
            file = self.folder / "since"
            file.write_bytes(content)
            return subprocess.run([sys.executable, SCRIPT, folder / "log.bundle", "--key", key, "--since", file], text=True,
                                  capture_output=True, check=False)
        for kept in (note, note.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + note, note[:-1], note + b"\n" + note, b"\n" + note + b"\n\n"):
            self.assertEqual(run(kept).returncode, 0, run(kept).stderr)
        for none in (b"", b"\n", b"\xef\xbb\xbf\r\n"):
            self.assertEqual(run(none).returncode, 2)
            self.assertIn("no checkpoint", run(none).stderr)
        self.assertEqual(run(b"no checkpoint\n").returncode, 2)

    def test_keys_that_verify_anything_are_none(self) -> None:
        order_8 = bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05")
        for public in (bytes(32), b"\1" + bytes(31), b"\1" + bytes(30) + b"\x80", order_8, b"\xec" + b"\xff" * 30 + b"\x7f",
                       b"\xee" + b"\xff" * 30 + b"\x7f"):
            with self.assertRaises(verifier.Damaged):
                verifier.Key.parse(verifier.Key("log", public).text())

    def test_no_cut_and_no_garbage_makes_it_fail_otherwise(self) -> None:
        good = next(self.folder.glob("pruned-?.expected"), None) or next(self.folder.glob("pruned-*.expected"))
        data = good.with_suffix(".bundle").read_bytes()
        key = verifier.Key.parse(good.read_text("utf-8").split()[1])
        import io
        for size in range(7, len(data), len(data) // 60):  # what does not even begin with "bundle" is none
            for junk in (b"", b"\0" * 4096, b"\xff" * 4096):
                with self.assertRaises(verifier.Wrong):
                    verifier.Verifier(io.BytesIO(data[:size] + junk), key, []).run()


if __name__ == "__main__":
    unittest.main(verbosity=2)
