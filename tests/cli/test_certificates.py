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

    def test_files_as_other_programs_write_them_are_read_or_refused_for_their_true_reason(self) -> None:
        self.make("office", self.RSA)
        pem, key = ((self.folder / name).read_text("ascii") for name in ("office.pem", "office.key"))
        self.openssl("pkcs12", "-export", "-inkey", "office.key", "-in", "office.pem", "-passout", "pass:a", "-out", "office.p12")
        self.openssl("crl2pkcs7", "-nocrl", "-certfile", "office.pem", "-out", "office.p7b")
        self.openssl("rsa", "-in", "office.key", "-traditional", "-out", "old.key")
        for number, (reason, contents) in enumerate((
                ("more than one certificate", pem + pem), ("a private key is in the same file", pem + key),
                ("a private key is in the same file", key + pem), ("UTF-16", pem.encode("utf-16")), ("empty", b""),
                ("PKCS #12", (self.folder / "office.p12").read_bytes()), ("but a PKCS7", (self.folder / "office.p7b").read_bytes()),
                ("cut off", pem[:500]))):
            name = self.file(f"file {number}", contents)
            self.assertIn(reason, self.complains(2, *self.admin, "certificate", "import", f"name {number}", name))
        self.as_admin("certificate", "import", "office", "office.pem")
        for contents in (b"\xef\xbb\xbf" + pem.replace("\n", "\r\n").encode(), b"Bag Attributes\n" + pem.encode(), pem.rstrip().encode()):
            self.file("read", contents)
            self.assertIn("there already", self.complains(1, *self.admin, "certificate", "import", "again", "read"))

        sealed = self.run_command("container", "seal", "--certificate", "office.pem", document=MARKER).stdout
        self.file("both.pem", pem + key)
        self.file("a", "a")
        self.assertEqual(self.run_command("container", "open", "--identity", "both.pem", document=sealed).stdout, MARKER)
        self.openssl("pkcs8", "-topk8", "-in", "office.key", "-v1", "PBE-SHA1-3DES", "-passout", "pass:a", "-out", "pbes1.key")
        for identity, reason in (("pbes1.key", "PBES1"), ("old.key", "RSA PRIVATE KEY"), ("office.p12", "private key"), ("office.pem", "private key")):
            self.assertIn(reason, self.run_command("container", "open", "--identity", identity, "--key-passphrase-file", "a",
                                                   document=sealed, status=2).stderr.decode())

    def test_a_certificate_that_never_expires_is_one(self) -> None:
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "device")])
        key = ec.generate_private_key(ec.SECP256R1())
        device = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key()).serial_number(1)
                  .not_valid_before(datetime.datetime(1960, 1, 1)).not_valid_after(datetime.datetime(9999, 12, 31, 23, 59, 59))
                  .sign(key, hashes.SHA256()))
        self.as_admin("certificate", "import", "device", self.file("device.pem", device.public_bytes(serialization.Encoding.PEM)))
        row, = self.as_admin("certificate", "list")
        self.assertEqual((row["not_before"], row["not_after"], row["usable"]), ("1960-01-01T00:00:00Z", "9999-12-31T23:59:59Z", True))
        self.run_command("container", "certificate", "far", "--days", "300000")
        self.assertGreater(x509.load_pem_x509_certificate((self.folder / "far.crt").read_bytes()).not_valid_after.year, 2840)
        self.assertIn("3100", self.complains(2, "container", "certificate", "farther", "--days", "3000000"))

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
