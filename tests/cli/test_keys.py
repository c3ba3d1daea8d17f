"""Keys: what waits to be erased, and which root opens after a rotation."""

import unittest

from support import InstanceTest


class Keys(InstanceTest):
    def status(self) -> dict:
        return self.as_admin("keys", "status")[0]

    def test_a_turn_is_a_new_epoch_in_which_nothing_waits(self) -> None:
        first = self.status()
        self.assertEqual(first["root"], "key-file")
        job = self.submit()
        self.says(*self.admin, "jobs", "delete", job)
        second = self.status()
        self.assertGreater(second["epoch"], first["epoch"])  # closing the instance completes what waits
        self.assertEqual(second["waiting"], 0)
        self.says(*self.admin, "keys", "complete-erasures")
        self.assertEqual(self.status()["epoch"], second["epoch"] + 1)

    def test_the_tree_gets_fresh_keys_and_all_can_still_be_read(self) -> None:
        before = self.as_admin("user", "list")
        job = self.submit()
        self.says(*self.admin, "keys", "rotate", "tree")
        self.assertEqual(self.as_admin("user", "list"), before)
        (self.folder / "printed").mkdir()
        self.release("--output", "printed", job)
        self.assertEqual((self.folder / "printed" / f"job-{job}.out").read_bytes(), b"a document")

    def test_the_look_up_keys_rotate_and_everybody_is_found(self) -> None:
        before = self.as_admin("user", "list")
        self.assertEqual((self.status()["lookup_waiting"], self.status()["lookup_waiting_since"]), (0, None))
        self.says(*self.admin, "keys", "rotate", "lookup")
        self.says(*self.admin, "keys", "rotate", "lookup")
        self.assertEqual(self.as_admin("user", "list"), before)
        self.assertEqual(self.status()["lookup_waiting"], 2)  # Jana's card and PIN
        events = [each for each in self.as_admin("audit", "list") if each["action"] == "key.rotated"]
        self.assertEqual(len(events), 2)

    def test_only_the_new_root_opens_after_its_rotation(self) -> None:
        self.run_command("new-root-key", "new.key")
        self.says(*self.admin, "keys", "rotate", "root", "--new-root-key-file", "new.key")
        self.assertIn("does not open this instance", self.complains(6, "status"))
        self.environment["MYQSEC_ROOT_KEY_FILE"] = "new.key"
        events = [each for each in self.as_admin("audit", "list") if each["action"] == "key.rotated"]
        self.assertEqual([each["result"] for each in events], ["ok"])

    def test_rotation_takes_the_right_to_manage_keys(self) -> None:
        self.run_command("new-root-key", "new.key")
        self.complains(3, "keys", "rotate", "root", "--new-root-key-file", "new.key")
        self.complains(3, "keys", "rotate", "lookup")
        self.complains(3, "keys", "complete-erasures")
        self.complains(3, "keys", "status")
        self.says("status")  # with the old root


if __name__ == "__main__":
    unittest.main()
