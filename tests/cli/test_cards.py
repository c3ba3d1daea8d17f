"""Cards and passwords that end, by the command."""

import unittest

from support import CommandTest, InstanceTest


class Transforms(CommandTest):
    def test_an_expression_is_tried_without_an_instance(self) -> None:
        expression = "hex-to-decimal | drop 2 left | pad 10 0"
        self.assertEqual(self.says("card", "transform", expression, "04A2B3C4"), "0000771716\n")
        self.assertEqual(self.json("card", "transform", expression, "04A2B3C4"), {"card": "0000771716"})
        self.assertEqual(self.says("card", "transform", "", "--card-fd", "0", document=b"04:a2:b3:c4\n"), "04A2B3C4\n")
        self.assertIn("at character 18: there is no such step",
                      self.complains(2, "card", "transform", "hex-to-decimal | dorp", "04A2B3C4"))


class Cards(InstanceTest):
    def test_a_card_is_lent_as_the_devices_reader_gives_it(self) -> None:
        self.says(*self.admin, "device", "change", "lobby", "--card-transform", "decimal-to-hex | pad 8 0", "--method", "card")
        self.file("lent", "0077771716\n")
        self.as_admin("user", "card", "add", "jana", "--card-file", "lent", "--read-at", "lobby", "--for", "8h")
        lent = self.as_admin("user", "card", "list", "jana")[-1]
        self.assertEqual(lent["state"], "active")
        self.assertIsNotNone(lent["expires"])
        self.assertEqual(self.json("release", "--device", "lobby", "--card-file", "lent", "--list"), [])

    def test_a_person_registers_a_card_at_a_device_that_allows_it(self) -> None:
        pin = self.as_admin("user", "pin", "jana", "--generate")["pin"]
        self.file("generated", pin)
        self.file("own", "04FFEE11\n")
        self.says(*self.admin, "device", "change", "lobby", "--method", "card", "--method", "pin")
        register = ("release", "--device", "lobby", "--pin-file", "generated", "--register-card-file", "own")
        self.assertIn("is not set to let people register", self.complains(1, *register))
        self.says(*self.admin, "device", "change", "lobby", "--self-registration", "1")
        self.assertEqual(list(self.json(*register)), ["card"])
        self.assertEqual(self.json("release", "--device", "lobby", "--card-file", "own", "--list"), [])

    def test_a_pin_comes_with_a_user_and_goes(self) -> None:
        self.file("generated", self.as_admin("user", "add", "petr", "--with-pin")["pin"])
        self.says(*self.admin, "device", "change", "lobby", "--method", "pin")
        release = ("release", "--device", "lobby", "--pin-file", "generated", "--list")
        self.assertEqual(self.json(*release), [])
        self.says(*self.admin, "user", "pin", "petr", "--remove")
        self.complains(3, *release)

    def test_an_expired_password_does_nothing_but_change(self) -> None:
        self.file("first", "seven purple giraffes\n")
        self.file("second", "eight purple giraffes\n")
        self.says(*self.admin, "user", "password", "jana", "--new-password-file", "first")
        self.says(*self.admin, "user", "password", "jana", "--expire")
        self.assertTrue(self.as_admin("user", "show", "jana")[0]["must_change_password"])
        self.assertIn("PASSWORD_CHANGE_REQUIRED",
                      self.complains(3, "--user", "jana", "--password-file", "first", "user", "show", "jana"))
        self.says("--user", "jana", "--password-file", "first", "user", "password", "jana", "--new-password-file", "second")
        self.assertIn("jana", self.says("--user", "jana", "--password-file", "second", "user", "show", "jana"))


if __name__ == "__main__":
    unittest.main()
