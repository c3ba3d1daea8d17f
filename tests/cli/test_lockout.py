"""Locks, listed and lifted, and the way back in."""

from support import InstanceTest


class Lockout(InstanceTest):
    def test_locks_are_listed_and_lifted(self) -> None:
        self.file("wrong", "824610")
        for _ in range(5):
            self.complains(3, "release", "--device", "lobby", "--login-name", "jana", "--pin-file", "wrong", "--list")
        locks = self.as_admin("lock", "list")
        self.assertEqual([each["scope"] for each in locks], ["device", "account"])
        self.complains(3, "release", "--device", "lobby", "--login-name", "jana", "--pin-file", "pin", "--list")
        self.says(*self.admin, "lock", "lift", *(each["id"] for each in locks))
        self.assertEqual(self.as_admin("lock", "list"), [])
        self.says("release", "--device", "lobby", "--login-name", "jana", "--pin-file", "pin", "--list")

    def test_an_administrator_who_is_kept_out_gets_back_in(self) -> None:
        later = self.json("recover-administrator", "admin")
        self.assertEqual(set(later), {"password", "from"})
        self.file("later", later["password"])
        self.complains(3, "--user", "admin", "--password-file", "later", "user", "list")
        self.file("code", self.as_admin("recovery-code")["code"])
        self.file("now", self.json("recover-administrator", "admin", "--recovery-code-file", "code")["password"])
        self.says("--user", "admin", "--password-file", "now", "user", "list")
        self.complains(3, *self.admin, "user", "list")
        self.complains(3, "recover-administrator", "admin", "--recovery-code-file", "code")
        self.complains(1, "recover-administrator", "jana")
