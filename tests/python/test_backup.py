"""Backups: made while an instance is in use, restored elsewhere, and gone when they expire."""

from datetime import timedelta
from typing import List, Tuple

from support import PASSPHRASE, InstanceTest, myqsec


class Backup(InstanceTest):
    def test_an_instance_comes_back_from_its_backup_and_the_exported_key(self) -> None:
        place = self.directory.parent
        told: List[Tuple[int, int]] = []
        info = self.admin.backup(place / "backup", expires_in=timedelta(days=8),
                                 progress=lambda done, files: told.append((done, files)))
        self.assertEqual(myqsec.backup.read(place / "backup"), info)
        self.assertEqual(told[-1][0], told[-1][1])
        self.assertLessEqual(info.expires - info.created, timedelta(days=8))
        key = self.admin.export_backup_key()
        self.assertEqual([row["version"] for row in self.admin.backup_keys()], [info.key_version])
        users = list(self.admin.users())
        with myqsec.restore(place / "backup", place / "restored", key, "another passphrase of my own") as engine:
            self.assertEqual([row["code"] for row in engine.findings()], ["restored"])
            with engine.system() as system, system.login("admin", self.password) as admin:
                self.assertEqual(list(admin.users()), users)
        with self.assertRaises(myqsec.errors.WrongKey):
            myqsec.open(place / "restored", PASSPHRASE)

    def test_a_key_of_another_backup_opens_nothing(self) -> None:
        place = self.directory.parent
        self.admin.backup(place / "one", expires_in=timedelta(days=1))
        one = self.admin.export_backup_key()
        self.admin.backup(place / "two", expires_in=timedelta(days=100))
        with self.assertRaises(myqsec.errors.WrongKey):
            myqsec.restore(place / "two", place / "restored", one, PASSPHRASE)
        self.assertFalse((place / "restored").exists())
        with self.assertRaises(myqsec.errors.InvalidArgument):
            myqsec.restore(place / "two", place / "restored", "no key at all", PASSPHRASE)

    def test_an_expired_backup_is_refused(self) -> None:
        place = self.directory.parent
        info = self.admin.backup(place / "backup", expires_in=timedelta(hours=2))
        key = self.admin.export_backup_key()
        later = info.expires + timedelta(seconds=1)
        with self.assertRaises(myqsec.errors.NotPossible):
            myqsec.restore(place / "backup", place / "restored", key, PASSPHRASE, clock=lambda: later)

    def test_a_lost_database_leaves_the_key_in_the_keystore(self) -> None:
        place = self.directory.parent
        self.admin.backup(place / "backup")
        exported = self.admin.export_backup_key()
        self.engine.close()
        (self.directory / "main.db").write_bytes(b"lost")
        self.assertEqual(myqsec.backup.read_key(self.directory, PASSPHRASE), exported)

    def test_what_the_progress_function_raises_ends_the_backup(self) -> None:
        class Enough(Exception):
            pass

        def refuse(done: int, files: int) -> None:
            raise Enough

        with self.assertRaises(Enough):
            self.admin.backup(self.directory.parent / "backup", progress=refuse)
        with self.assertRaises(myqsec.errors.NotFound):
            myqsec.backup.read(self.directory.parent / "backup")

    def test_a_database_gets_another_key(self) -> None:
        before = {row["what"]: row["key_version"] for row in self.admin.encryption()}
        self.admin.rotate_database_key("main")
        while any(row["converting"] for row in self.admin.encryption()):
            self.system.tick()
        after = {row["what"]: row["key_version"] for row in self.admin.encryption()}
        self.assertEqual(after, {**before, "main": before["main"] + 1})
