"""Encryption of the databases, switched."""

from support import InstanceTest


class Encryption(InstanceTest):
    def state(self, what: str) -> dict:
        return next(each for each in self.as_admin("encryption", "status") if each["what"] == what)

    def test_a_database_is_readable_once_it_is_switched_off_and_converted(self) -> None:
        self.assertEqual((self.state("main")["encryption"], self.state("log")["encryption"]), ("on", "on"))
        self.run_command(*self.admin, "encryption", "set", "main", "off", "--wait")
        self.assertEqual((self.state("main")["encryption"], self.state("main")["converting"]), ("off", False))
        self.assertEqual(self.state("log")["encryption"], "on")
        actions = [event["action"] for event in self.as_admin("audit", "list")]
        self.assertIn("encryption.change-began", actions)
        self.assertIn("encryption.change-finished", actions)
        self.run_command(*self.admin, "encryption", "set", "main", "on", "--wait")
        self.assertEqual(self.state("main")["encryption"], "on")

    def test_a_wrong_name_or_state_is_refused(self) -> None:
        self.complains(4, *self.admin, "encryption", "set", "jobs", "off")
        self.complains(2, *self.admin, "encryption", "set", "main", "maybe")
