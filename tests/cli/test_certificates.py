"""Jobs that others can open too, with certificates and keys that OpenSSL made, and jobs without encryption."""

import datetime
import shutil
import subprocess
import unittest
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support import InstanceTest

MARKER = b"PLAINLY READABLE "


@unittest.skipUnless(shutil.which("openssl"), "needs openssl")
class Certificates(InstanceTest):
    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)

    def make(self, name: str, key: "tuple[str, ...]", *more: str) -> str:
        self.openssl("req", "-x509", "-newkey", *key, "-noenc", "-keyout", f"{name}.key", "-out", f"{name}.pem",
                     "-subj", f"/CN={name}", "-days", "30", *more)
        return f"{name}.pem"

    def make_expired(self, name: str) -> str:
        """By another program: the openssl command makes none everywhere."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        yesterday = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        certificate = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
                       .serial_number(1).not_valid_before(yesterday - datetime.timedelta(days=1))
                       .not_valid_after(yesterday).sign(key, hashes.SHA256()))
        return self.file(f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))

    RSA = ("rsa:2048",)
    P256 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    P384 = ("ec", "-pkeyopt", "ec_paramgen_curve:P-384")

    def job_file(self) -> bytes:
        (name,) = self.spool_files()
        return (Path(self.folder) / "the instance" / "jobs" / name).read_bytes()

    def opened(self, name: str, container: bytes, status: int = 0) -> bytes:
        return self.run_command("container", "open", "--identity", f"{name}.key", "--certificate", f"{name}.pem",
                                document=container, status=status).stdout

    def change(self, *arguments: Any) -> None:
        self.says(*self.admin, "queue", "change", "secure", *arguments)

    def converted(self) -> None:
        for _ in range(20):
            self.says("tick")
            if not self.queue()["converting"]:
                return
        self.fail("the conversion does not end")

    def queue(self) -> Any:
        return next(each for each in self.as_admin("queue", "list") if each["name"] == "secure")

    def test_each_kind_of_key_opens_a_copy_of_the_jobs_file(self) -> None:
        for name, key in (("rsa", self.RSA), ("p256", self.P256), ("p384", self.P384)):
            self.as_admin("certificate", "import", name, self.make(name, key))
        self.openssl("x509", "-in", self.make("der", self.P256), "-outform", "DER", "-out", "der.der")
        self.as_admin("certificate", "import", "from DER", "der.der")
        self.change("--certificate", "rsa", "--certificate", "p256", "--certificate", "p384", "--certificate", "from DER")
        document = MARKER * 10_000
        self.submit(document=document)
        container = self.job_file()
        self.assertNotIn(MARKER, container)
        for name in ("rsa", "p256", "p384", "der"):
            self.assertEqual(self.opened(name, container), document, name)
        self.make("stranger", self.P256)
        self.assertEqual(self.opened("stranger", container, status=6), b"")

    def test_held_jobs_follow_their_queue(self) -> None:
        document = MARKER * 10_000
        job = self.submit(document=document)
        self.change("--encryption", "off")
        self.converted()
        self.assertIn(MARKER, self.job_file())
        self.as_admin("certificate", "import", "office", self.make("office", self.P256))
        self.change("--encryption", "on", "--certificate", "office")
        self.converted()
        self.assertNotIn(MARKER, self.job_file())
        self.assertEqual(self.opened("office", self.job_file()), document)
        self.change("--no-certificates")
        self.converted()
        self.opened("office", self.job_file(), status=6)
        (self.folder / "printed out").mkdir()
        self.release("--output", "printed out", job)
        self.assertEqual([each.read_bytes() for each in (self.folder / "printed out").iterdir()], [document])
        actions = [each["action"] for each in self.as_admin("audit", "list")]
        self.assertEqual(actions.count("queue.converted"), 3)

    def test_what_nothing_may_be_encrypted_to_is_refused_with_the_reason(self) -> None:
        def refused(name: str, *arguments: Any) -> str:
            return self.complains(2, *self.admin, "certificate", "import", name, *arguments)

        self.assertIn("2048", refused("weak", self.make("weak", ("rsa:1024",))))
        self.assertIn("P-256", refused("other", self.make("other", ("ec", "-pkeyopt", "ec_paramgen_curve:secp521r1"))))
        self.assertIn("key usage", refused("signer", self.make("signer", self.RSA, "-addext",
                                                               "keyUsage=critical,digitalSignature")))
        self.assertIn("expired", refused("old", self.make_expired("old")))
        self.assertIn("certificate", refused("key", "weak.key"))
        self.assertEqual(self.as_admin("certificate", "list"), [])

    def test_a_certificate_in_use_stays(self) -> None:
        self.as_admin("certificate", "import", "office", self.make("office", self.P256))
        self.change("--certificate", "office")
        self.assertEqual(self.queue()["certificates"], "1")
        self.assertIn("in use", self.complains(1, *self.admin, "certificate", "remove", "office"))
        self.change("--no-certificates")
        self.says(*self.admin, "certificate", "remove", "office")
        self.assertEqual(self.as_admin("certificate", "list"), [])

    def test_a_private_queue_is_always_encrypted(self) -> None:
        self.assertIn("private", self.complains(2, *self.admin, "queue", "change", "private", "--encryption", "off"))
        self.complains(2, *self.admin, "queue", "add", "other", "--encryption", "maybe")
