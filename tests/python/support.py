"""What the tests share: the package on the path, and an instance that has a user, a card, a queue and a device."""

import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINDING = ROOT / "bindings" / "python"
HEADERS = ROOT / "include"
sys.path.insert(0, str(BINDING))

import myqsec  # noqa: E402

# The least that Argon2id takes here: the tests are not about its cost.
PASSPHRASE = myqsec.Passphrase("correct horse battery staple", memory_kib=1024, iterations=1)
CARD = "04a2241b"


class InstanceTest(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.directory = Path(folder.name) / "instance"
        self.engine = myqsec.create(self.directory, PASSPHRASE)
        self.addCleanup(self.engine.close)
        self.system = self.engine.system()
        _, self.password = self.system.first_administrator("admin")
        self.admin = self.system.login("admin", self.password)
        self.user = self.admin.create_user("jana", full_name="Jana Nová")
        self.admin.add_card(self.user, CARD)
        self.queue = self.admin.create_queue("private", myqsec.QUEUE_PRIVATE, preview=True)
        self.device = self.admin.create_device("lobby")
        self.cleared: list[int] = []
        self.system.attach_device(self.device, self.cleared.append)
