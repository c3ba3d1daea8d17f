"""Instances whose root key a token keeps."""

import os
import subprocess
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
