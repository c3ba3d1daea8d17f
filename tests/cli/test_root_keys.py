"""Instances whose root key a token keeps."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from support import CommandTest

SOFTHSM = next((each for each in ("/usr/lib/softhsm/libsofthsm2.so",) if os.path.exists(each)), None)
PIN = "271828"


@unittest.skipUnless(SOFTHSM, "needs softhsm2")
class Token(CommandTest):
    def setUp(self) -> None:
        super().setUp()
        (self.folder / "tokens").mkdir()
        self.environment["SOFTHSM2_CONF"] = str(self.folder / self.file(
            "softhsm2.conf", f"directories.tokendir = {self.folder / 'tokens'}\nobjectstore.backend = file\n"))
        self.environment.update(MYQSEC_INSTANCE="the instance", MYQSEC_ROOT_PKCS11=str(SOFTHSM))
        self.add_token("printers")
        self.file("pin", PIN + "\n")
        self.file("wrong pin", "000000\n")

    def add_token(self, label: str) -> None:
        subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", "314159", "--pin", PIN],
                       env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def test_an_instance_opens_with_the_token_and_its_pin_alone(self) -> None:
        self.json("--root-pin-file", "pin", "init")
        self.says("--root-pin-file", "pin", "status")
        self.says("--root-pin-file", "pin", "--root-token", "printers", "status")
        self.assertIn("printers", self.complains(6, "--root-pin-file", "wrong pin", "status"))
        self.says("--root-pin-file", "pin", "status")  # one wrong PIN was one try
        self.assertIn("--root-pin-file", self.complains(2, "status"))

    def test_without_the_token_it_stays_closed_and_says_why(self) -> None:
        self.json("--root-pin-file", "pin", "init")
        self.assertIn("'cellar'", self.complains(4, "--root-pin-file", "pin", "--root-token", "cellar", "status"))
        self.assertIn("nowhere.so", self.complains(4, "--root-pkcs11", "/nowhere.so", "--root-pin-file", "pin", "status"))
        self.add_token("cellar")
        self.complains(6, "--root-pin-file", "pin", "--root-token", "cellar", "status")
        del self.environment["MYQSEC_ROOT_PKCS11"]
        self.file("passphrase", "correct horse battery staple")
        self.assertIn("PKCS #11", self.complains(6, "--passphrase-file", "passphrase", "status"))

    def test_a_failed_start_leaves_no_instance(self) -> None:
        self.complains(6, "--root-pin-file", "wrong pin", "init")
        self.assertFalse((self.folder / "the instance").exists())

    def test_root_keys_of_two_kinds_are_a_contradiction(self) -> None:
        self.file("root.key", b"k" * 32)
        self.complains(2, "--root-key-file", "root.key", "--root-pin-file", "pin", "init")
        self.assertFalse((self.folder / "the instance").exists())

    def test_neither_the_pin_nor_the_key_is_in_the_folder(self) -> None:
        self.json("--root-pin-file", "pin", "init")
        for path in (self.folder / "the instance").rglob("*"):
            if path.is_file():
                self.assertNotIn(PIN.encode(), Path(path).read_bytes())


@unittest.skipUnless(shutil.which("swtpm"), "needs swtpm")
class Tpm(CommandTest):
    def setUp(self) -> None:
        super().setUp()
        self.environment["MYQSEC_INSTANCE"] = "the instance"
        self.file("value", "open sesame\n")
        self.tcti = self.start_tpm()
        self.file("probe", b"k" * 32)
        if "MYQSEC_WITH_TPM" in self.run_probe():
            self.skipTest("needs a library built with MYQSEC_WITH_TPM")

    def run_probe(self) -> str:
        with self.start("--instance", "probed", "--root-tpm", self.tcti, "init") as process:
            return process.communicate()[1].decode("utf-8")

    def start_tpm(self) -> str:
        state = tempfile.TemporaryDirectory()  # swtpm's options cannot quote the name of our folder
        self.addCleanup(state.cleanup)
        for port in range(40_000 + os.getpid() % 10_000, 60_000, 2):
            if not (self.is_free(port) and self.is_free(port + 1)):
                continue
            process = subprocess.Popen(
                ["swtpm", "socket", "--tpm2", "--tpmstate", f"dir={state.name}", "--server",
                 f"type=tcp,bindaddr=127.0.0.1,port={port}", "--ctrl", f"type=tcp,bindaddr=127.0.0.1,port={port + 1}",
                 "--flags", "not-need-init,startup-clear"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while process.poll() is None:
                with socket.socket() as control:
                    if control.connect_ex(("127.0.0.1", port + 1)) == 0:
                        self.addCleanup(process.wait)
                        self.addCleanup(process.terminate)
                        return f"swtpm:host=127.0.0.1,port={port}"
                time.sleep(0.01)
        raise RuntimeError("swtpm does not start")

    @staticmethod
    def is_free(port: int) -> bool:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
            return True

    def test_an_instance_opens_on_its_own_machine_alone(self) -> None:
        self.json("--root-tpm", self.tcti, "init")
        self.says("--root-tpm", self.tcti, "status")
        self.assertIn("not the TPM", self.complains(6, "--root-tpm", self.start_tpm(), "status"))
        self.assertIn("/nonexistent", self.complains(4, "--root-tpm", "device:/nonexistent", "status"))

    def test_an_authorisation_value_and_registers_are_asked_for_too(self) -> None:
        self.json("--root-tpm", self.tcti, "--root-tpm-pcrs", "0,7", "--root-pin-file", "value", "init")
        self.says("--root-tpm", self.tcti, "--root-pin-file", "value", "status")
        self.assertIn("authorisation", self.complains(2, "--root-tpm", self.tcti, "status"))
        self.file("wrong", "open barley\n")
        self.complains(6, "--root-tpm", self.tcti, "--root-pin-file", "wrong", "status")
        self.complains(2, "--root-tpm", self.tcti, "--root-tpm-pcrs", "24", "status")
