import io
import unittest
from datetime import datetime, timedelta, timezone

from support import myqsec
from myqsec import container


class Container(unittest.TestCase):
    def test_bytes_and_files_round_trip(self) -> None:
        keys, document = container.Keys(wrapping_key=bytes(range(32))), b"page" * 100_000
        sealed = io.BytesIO()
        self.assertIsNone(container.seal(keys, io.BytesIO(document), sealed))
        self.assertNotIn(b"pagepage", sealed.getvalue())
        self.assertEqual(container.open(keys, sealed.getvalue()), document)
        with self.assertRaises(myqsec.errors.WrongKey):
            container.open(container.Keys(wrapping_key=bytes(32)), sealed.getvalue())

    def test_a_certificate_seals_and_its_key_opens(self) -> None:
        now = datetime.now(timezone.utc)
        certificate, key = container.create_certificate(container.ECDSA_P256, "archive", now,
                                                        now + timedelta(days=1), "secret")
        sealed = container.seal(container.Keys(certificates=certificate), b"document")
        opener = container.Keys(certificates=certificate, private_key=key, passphrase="secret")
        self.assertEqual(container.open(opener, sealed), b"document")

    def test_exceptions_of_files_come_out(self) -> None:
        class Broken(io.BytesIO):
            def read(self, *_: object) -> bytes:
                raise ZeroDivisionError

        with self.assertRaises(ZeroDivisionError):
            container.seal(container.Keys(wrapping_key=bytes(32)), Broken())

    def test_a_short_key_is_refused(self) -> None:
        with self.assertRaises(ValueError):
            container.seal(container.Keys(wrapping_key=b"short"), b"")
