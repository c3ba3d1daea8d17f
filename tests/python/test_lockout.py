from datetime import datetime, timezone

from support import CARD, PASSPHRASE, InstanceTest, myqsec


class Lockout(InstanceTest):
    def lock(self) -> myqsec.errors.LockedOut:
        """Wrong PINs at a device, until it refuses."""
        for _ in range(5):
            with self.assertRaises(myqsec.errors.AuthenticationFailed):
                self.system.device_login(self.device, user_name="jana", pin="824610")
        with self.assertRaises(myqsec.errors.LockedOut) as caught:
            self.system.device_login(self.device, user_name="jana", pin="824610")
        return caught.exception

    def test_a_refusal_says_to_the_host_what_is_locked_and_until_when(self) -> None:
        refusal = self.lock().refusal
        assert refusal
        self.assertEqual((refusal.scope, refusal.methods), ("device", 0))
        assert refusal.until
        self.assertLess(datetime.now(timezone.utc), refusal.until)
        self.system.device_login(self.device, card=CARD).close()  # what was typed is not the card's concern

    def test_locks_are_listed_and_lifted(self) -> None:
        self.lock()
        locks = list(self.admin.locks())
        self.assertEqual([(each["scope"], each["method"]) for each in locks], [("device", "typed"), ("account", "name-pin")])
        self.assertEqual(locks[1]["user"], self.user)
        for each in locks:
            self.admin.lift_lock(each["id"])
        self.assertEqual(list(self.admin.locks()), [])
        with self.assertRaises(myqsec.errors.NotFound):
            self.admin.lift_lock(locks[0]["id"])

    def test_time_that_the_host_lets_pass_ends_a_lock(self) -> None:
        self.lock()
        self.engine.close()
        passed = 0
        with myqsec.open(self.directory, PASSPHRASE, running=lambda: passed) as engine, engine.system() as system:
            with self.assertRaises(myqsec.errors.LockedOut):
                system.device_login(self.device, user_name="jana", pin="824610")
            passed = 3_600_000
            with self.assertRaises(myqsec.errors.AuthenticationFailed):
                system.device_login(self.device, user_name="jana", pin="824610")

    def test_an_administrator_who_is_kept_out_gets_back_in(self) -> None:
        code = self.admin.recovery_code()
        with self.assertRaises(myqsec.errors.AccessDenied):
            self.system.recovery_code()
        password, begins = self.system.recover_administrator(PASSPHRASE, "admin", code)
        self.assertLessEqual(begins, datetime.now(timezone.utc))
        self.system.login("admin", password)
        with self.assertRaises(myqsec.errors.AuthenticationFailed):
            self.system.login("admin", self.password)
        with self.assertRaises(myqsec.errors.WrongKey):
            self.system.recover_administrator("another passphrase", "admin")
