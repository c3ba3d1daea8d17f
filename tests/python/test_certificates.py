"""Queues whose jobs others can open too."""

from datetime import datetime, timedelta, timezone

from support import InstanceTest, myqsec
from myqsec import container


class Certificates(InstanceTest):
    def test_a_copy_of_the_jobs_file_opens_with_the_private_key(self) -> None:
        now = datetime.now(timezone.utc)
        certificate, key = container.create_certificate(container.ECDSA_P256, "office", now - timedelta(hours=1),
                                                        now + timedelta(days=1))
        imported = self.admin.import_certificate("office", certificate.encode())
        self.admin.change_queue(self.queue, certificates=[imported])
        self.system.submit(self.queue, b"a document", owner=self.user)
        (file,) = (self.directory / "jobs").glob("[!.]*")
        self.assertEqual(container.open(container.Keys(private_key=key), file.read_bytes()), b"a document")
        (row,) = self.admin.certificates()
        self.assertEqual((row["id"], row["name"], row["usable"], row["queues"]), (imported, "office", True, 1))
        with self.assertRaises(myqsec.errors.NotPossible):
            self.admin.remove_certificate(imported)
        self.admin.change_queue(self.queue, certificates=[])
        self.admin.remove_certificate(imported)
        self.assertEqual(list(self.admin.certificates()), [])

    def test_a_queue_can_do_without_encryption(self) -> None:
        queue = self.admin.create_queue("plain", encryption=False)
        self.system.submit(queue, b"READABLE", owner=self.user)
        (file,) = (self.directory / "jobs").glob("[!.]*")
        self.assertIn(b"READABLE", file.read_bytes())
        row = next(each for each in self.admin.queues() if each["id"] == queue)
        self.assertEqual((row["encryption"], row["certificates"], row["converting"]), (False, "", False))
