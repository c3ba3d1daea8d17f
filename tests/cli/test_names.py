"""Where a name or an id may stand '#3' is an id, and everything else a name."""

from support import InstanceTest


class Names(InstanceTest):
    def test_what_is_called_by_a_number_is_found_by_it_and_nothing_else_is_touched(self) -> None:
        ids = {name: self.as_admin("user", "add", name)["user"] for name in ("alice", "bob")}
        number = str(ids["bob"])
        own = self.as_admin("user", "add", number)["user"]
        self.assertEqual(self.as_admin("user", "show", number)[0]["id"], own)
        self.says(*self.admin, "user", "delete", number)
        names = {row["user_name"] for row in self.as_admin("user", "list")}
        self.assertIn("bob", names)
        self.assertNotIn(number, names)

    def test_a_bare_number_is_no_id(self) -> None:
        number = str(self.as_admin("user", "add", "bob")["user"])
        for deleted in ("user", "group", "queue", "device", "role"):
            said = self.complains(4, *self.admin, deleted, "delete", number)
            self.assertIn(f"there is no {deleted} '{number}'; an id is written '#{number}'", said)
        self.complains(4, *self.admin, "certificate", "remove", number)
        self.complains(4, "submit", "--queue", "secure", "--owner", number, "-", document=b"x")
        self.complains(4, *self.admin, "role", "give", "auditor", "--to-user", number)
        self.assertEqual({row["user_name"] for row in self.as_admin("user", "list")}, {"admin", "jana", "bob"})
        self.assertEqual(len(self.as_admin("queue", "list")), 2)
        self.assertIn("'#3'", self.says("user", "delete", "--help"))

    def test_what_was_deleted_by_a_number_is_not_found_again(self) -> None:
        own = str(self.jana)
        self.as_admin("user", "add", own)
        self.says(*self.admin, "user", "delete", own)
        self.complains(4, *self.admin, "user", "delete", own)
        self.assertEqual(self.as_admin("user", "show", "jana")[0]["id"], self.jana)

    def test_a_marked_number_is_an_id_whatever_is_called_so(self) -> None:
        bob = self.as_admin("user", "add", "bob")["user"]
        self.says(*self.admin, "user", "add", str(bob))
        self.assertEqual(self.as_admin("user", "show", f"#{bob}")[0]["user_name"], "bob")
        self.complains(4, *self.admin, "user", "show", "#12345")

    def test_queues_groups_and_devices_are_resolved_alike(self) -> None:
        for kind, key in (("queue", "queue"), ("group", "group"), ("device", "device")):
            first = self.as_admin(kind, "add", f"first {kind}")[key]
            second = self.as_admin(kind, "add", str(first))[key]
            self.says(*self.admin, kind, "delete", str(first))
            left = {row["id"] for row in self.as_admin(kind, "list")}
            self.assertIn(first, left)
            self.assertNotIn(second, left)
            self.says(*self.admin, kind, "delete", f"#{first}")

    def test_a_card_is_one_however_it_is_written(self) -> None:
        self.file("one", "04:A2:24:1B\r\n")
        self.file("other", "0x04a2241b")
        self.as_admin("user", "add", "karel")
        self.as_admin("user", "add", "jan")
        self.says(*self.admin, "user", "card", "add", "karel", "--card-file", "one")
        self.complains(1, *self.admin, "user", "card", "add", "jan", "--card-file", "other")
