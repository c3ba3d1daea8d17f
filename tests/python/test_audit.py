"""The audit log from Python: proofs, exports, and the verdict on a bundle."""

import io
import json
import unittest

from support import InstanceTest
from myqsec import audit, errors


class AuditLog(InstanceTest):
    def test_a_bundle_verifies_until_a_byte_is_changed(self) -> None:
        [first] = self.admin.audit_keys()
        known = self.admin.audit_checkpoint()
        self.admin.audit_rotate_key()
        self.assertEqual([each["epoch"] for each in self.admin.audit_keys()], [1, 2])
        bundle = io.BytesIO()
        self.admin.audit_export(bundle, audit.BUNDLE)
        verdict = audit.verify(bundle.getvalue(), first["key"], known["note"])
        self.assertTrue(verdict.valid, verdict.reason)
        self.assertEqual((verdict.wrong_event, verdict.first, verdict.epoch), (None, 1, 2))
        self.assertEqual(verdict.root_hash, self.admin.audit_head()["root_hash"])
        altered = bytearray(bundle.getvalue())
        altered[1024 + 512 + 20] ^= 1
        verdict = audit.verify(io.BytesIO(altered), first["key"])
        self.assertEqual((verdict.valid, verdict.wrong_event), (False, 1))
        self.assertTrue(verdict.reason)

    def test_lines_go_on_where_they_ended(self) -> None:
        lines = io.BytesIO()
        next_event = self.admin.audit_export(lines)
        events = [json.loads(line) for line in lines.getvalue().splitlines()]
        self.assertEqual(next_event, len(events) + 1)
        more = io.BytesIO()
        self.assertEqual(self.admin.audit_export(more, audit.SYSLOG, next_event), next_event)
        self.assertEqual(more.getvalue(), b"")

    def test_a_target_that_fails_ends_the_export_with_its_own_exception(self) -> None:
        class Full(io.RawIOBase):
            def write(self, data: object) -> int:
                raise OSError("full")
        with self.assertRaisesRegex(OSError, "full"):
            self.admin.audit_export(Full())

    def test_what_is_no_key_and_no_checkpoint_is_refused(self) -> None:
        for key, known in (("", None), ("no key", None), (self.admin.audit_keys()[0]["key"], "no checkpoint")):
            with self.assertRaises(errors.InvalidArgument):
                audit.verify(b"", key, known)

    def test_proofs_have_a_hash_for_each_level(self) -> None:
        size = self.admin.audit_head()["size"]
        self.assertTrue(1 < len(self.admin.audit_inclusion(1)) <= size.bit_length())
        self.assertTrue(all(len(each) == 32 for each in self.admin.audit_consistency(size - 3)))
        self.assertEqual(self.admin.audit_consistency(size, size), [])


if __name__ == "__main__":
    unittest.main()
