"""Card transforms as docs/cards.md shows them, and what hosts do with cards and passwords that end."""

import re
import sys
import unittest
from datetime import datetime, timedelta, timezone

from support import CARD, ROOT, InstanceTest, myqsec

sys.path.insert(0, str(ROOT / "tests"))
from code_blocks import DOCS  # noqa: E402

PAGE = (DOCS / "cards.md").read_text("utf-8")


def rows(heading: str, columns: int) -> "list[list[str]]":
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    table = [re.split(r"(?<!\\) \| ", line[2:-2]) for line in part.splitlines() if line.startswith("| ")]
    return [[each.replace("\\|", "|") for each in row] for row in table[1:] if len(row) == columns]


class Transforms(unittest.TestCase):
    def test_each_readers_example_is_known_by_what_the_page_says(self) -> None:
        examples = rows("Readers", 4)
        self.assertGreater(len(examples), 20)
        for reader, expression, gives, known_by in examples:
            with self.subTest(reader=reader, expression=expression):
                self.assertEqual(myqsec.transform_card(expression.strip("`"), gives.strip("`")), known_by.strip("`"))

    def test_each_step_has_a_row_and_a_readers_example(self) -> None:
        with self.assertRaises(myqsec.Error) as caught:
            myqsec.transform_card("no-such-step", "04A2B3C4")
        steps = str(caught.exception).split("there are ")[1].split(" [")[0].split(", ")
        self.assertGreater(len(steps), 15)
        described = " ".join(row[0] for row in rows("The expression", 2))
        used = " ".join(row[1] for row in rows("Readers", 4))
        for step in steps:
            self.assertRegex(described, rf"`{step}[ `]")
            self.assertRegex(used, rf"[`|] ?{step}[ `]")

    def test_a_mistake_is_refused_with_its_place(self) -> None:
        with self.assertRaisesRegex(myqsec.Error, "at character 18: there is no such step"):
            myqsec.transform_card("hex-to-decimal | dorp 2 left", "04A2B3C4")


class Cards(InstanceTest):
    def test_a_devices_transform_is_listed_changed_and_used(self) -> None:
        self.admin.change_device(self.device, card_transform="decimal-to-hex | pad 8 0")
        [device] = self.system.devices()
        self.assertEqual((device["card_transform"], device["self_registration"]), ("decimal-to-hex | pad 8 0", False))
        with self.system.device_login(self.device, card=str(int(CARD, 16))) as jana:
            self.assertEqual(jana.info()["user_name"], "jana")
        with self.assertRaisesRegex(myqsec.Error, "at character 1: there is no such step"):
            self.admin.change_device(self.device, card_transform="hex")
        self.admin.change_device(self.device, card_transform="", self_registration=True)
        [device] = self.system.devices()
        self.assertEqual((device["card_transform"], device["self_registration"]), ("", True))

    def test_a_person_registers_a_card_after_a_pin(self) -> None:
        self.admin.change_device(self.device, methods=63, self_registration=True)
        pin = self.admin.generate_pin(self.user)
        with self.system.device_login(self.device, pin=pin) as jana:
            card = jana.register_card("04FFEE11", label="my own")
        self.assertEqual([each["label"] for each in self.admin.cards(self.user) if each["id"] == card], ["my own"])
        with self.system.device_login(self.device, card="04ffee11") as jana:
            with self.assertRaises(myqsec.errors.NotPossible):
                jana.register_card("04FFEE12")

    def test_a_user_comes_with_a_pin_and_loses_it(self) -> None:
        self.admin.change_device(self.device, methods=63)
        user, pin = self.admin.create_user_with_pin("petr", full_name="Petr Novák")
        with self.system.device_login(self.device, pin=pin) as petr:
            self.assertEqual(petr.info()["user"], user)
        self.admin.remove_pin(user)
        self.assertFalse(self.admin.user(user)["has_pin"])
        with self.assertRaises(myqsec.errors.NotFound):
            self.admin.remove_pin(user)

    def test_a_cards_state_is_listed(self) -> None:
        self.admin.add_card(self.user, "04FFEE13", expires=datetime.now(timezone.utc) + timedelta(hours=8))
        self.assertEqual([each["state"] for each in self.admin.cards(self.user)], ["active", "active"])


class LimitedSessions(InstanceTest):
    """Of somebody whose password must be changed first."""

    def setUp(self) -> None:
        super().setUp()
        self.first, self.second = "seven purple giraffes", "eight purple giraffes"
        self.admin.set_password(self.user, self.first)
        self.admin.give_role("administrator", user=self.user)
        self.admin.expire_password(self.user)
        self.assertTrue(self.admin.user(self.user)["must_change_password"])

    def test_every_call_but_the_change_is_refused(self) -> None:
        jana = self.system.login("jana", self.first)
        info = jana.info()
        self.assertEqual((info["must_change_password"], info["user_name"], info["rights"]), (True, "jana", "credential.own"))
        calls = {
            "users": lambda: list(jana.users()), "user": lambda: jana.user(self.user), "rights": jana.rights,
            "jobs": lambda: list(jana.jobs()), "queues": lambda: list(jana.queues()),
            "submit": lambda: jana.submit(self.queue, b"page"), "settings": lambda: list(jana.settings()),
            "audit": lambda: list(jana.audit()), "cards": lambda: list(jana.cards(self.user)),
            "create_user": lambda: jana.create_user("petr"), "set_pin": lambda: jana.set_pin(self.user, "739164", self.first),
            "generate_pin": lambda: jana.generate_pin(self.user, self.first),
            "locks": lambda: list(jana.locks()), "devices": lambda: list(jana.devices()),
            "create_device": lambda: jana.create_device("other"),
        }
        for name, refused in calls.items():
            with self.subTest(name), self.assertRaises(myqsec.errors.PasswordChangeRequired):
                refused()
        jana.set_password(self.user, self.second, self.first)
        self.assertFalse(jana.info()["must_change_password"])
        self.assertEqual(jana.user(self.user)["user_name"], "jana")

    def test_the_password_is_changed_at_the_device(self) -> None:
        with self.system.device_login(self.device, user_name="jana", password=self.first) as jana:
            self.assertTrue(jana.info()["must_change_password"])
            with self.assertRaises(myqsec.errors.PasswordChangeRequired):
                list(jana.jobs())
            jana.set_password(self.user, self.second, self.first)
            self.assertEqual(list(jana.jobs()), [])


if __name__ == "__main__":
    unittest.main()
