"""Root keys that a token keeps, and what is refused before the library is asked."""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import myqsec

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")


class Roots(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def test_a_module_that_is_not_there_is_named(self) -> None:
        with self.assertRaisesRegex(myqsec.errors.NotFound, "/nowhere.so"):
            myqsec.create(self.folder / "instance", myqsec.Pkcs11Token("/nowhere.so", "1234"))

    def test_a_register_that_no_tpm_has_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            myqsec.create(self.folder / "instance", myqsec.Tpm(pcrs=(24,)))

    def test_no_pin_is_in_a_repr(self) -> None:
        self.assertNotIn("s3cret", repr([myqsec.Pkcs11Token("/m.so", "s3cret"), myqsec.Tpm(authorisation=b"s3cret")]))

    @unittest.skipUnless(SOFTHSM.exists(), "needs softhsm2")
    def test_an_instance_opens_with_its_token(self) -> None:
        (self.folder / "tokens").mkdir()
        configuration = self.folder / "softhsm2.conf"
        configuration.write_text(f"directories.tokendir = {self.folder / 'tokens'}\nobjectstore.backend = file\n")
        os.environ["SOFTHSM2_CONF"] = str(configuration)
        self.addCleanup(os.environ.pop, "SOFTHSM2_CONF")
        subprocess.run(["softhsm2-util", "--init-token", "--free", "--label", "printers", "--so-pin", "314159",
                        "--pin", "271828"], check=True, stdout=subprocess.DEVNULL)
        token = myqsec.Pkcs11Token(str(SOFTHSM), "271828", token="printers")
        myqsec.create(self.folder / "instance", token).close()
        myqsec.open(self.folder / "instance", token).close()
        with self.assertRaises(myqsec.errors.WrongKey):
            myqsec.open(self.folder / "instance", myqsec.Pkcs11Token(str(SOFTHSM), "000000"))
