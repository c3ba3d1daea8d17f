"""Encryption of the databases, and the counter that tells an earlier state."""

import shutil
from typing import Dict

from support import PASSPHRASE, InstanceTest, myqsec


class Encryption(InstanceTest):
    def test_a_database_is_converted_while_it_is_in_use(self) -> None:
        self.admin.set_encryption("log", False)
        while any(row["converting"] for row in self.admin.encryption()):
            self.system.tick()
        row = next(each for each in self.admin.encryption() if each["what"] == "log")
        self.assertEqual((row["encryption"], row["pages"]), ("off", row["pages_done"]))
        with self.assertRaises(myqsec.errors.NotFound):
            self.admin.set_encryption("jobs", False)

    def test_an_earlier_state_opens_without_the_counter_if_that_is_accepted(self) -> None:
        values: Dict[str, int] = {"main": 0, "log": 0}

        def advance(what: str, value: int) -> None:
            self.assertEqual(value, values[what] + 1)
            values[what] = value

        counter = myqsec.Counter(values.__getitem__, advance)
        place = self.directory.parent / "counted"
        earlier = self.directory.parent / "earlier"
        myqsec.create(place, PASSPHRASE, counter=counter).close()
        shutil.copytree(place, earlier)
        myqsec.open(place, PASSPHRASE, counter=counter).close()
        with self.assertRaises(myqsec.errors.Tampered):
            myqsec.open(earlier, PASSPHRASE, counter=counter)
        with self.assertRaises(myqsec.errors.Tampered):
            myqsec.open(earlier, PASSPHRASE)
        with myqsec.open(earlier, PASSPHRASE, accept_earlier_parts=True) as engine:
            self.assertEqual([row["code"] for row in engine.findings()], ["outside-counter-missing"])
