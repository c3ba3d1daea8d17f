"""People from and to files."""

import io
from typing import List

from support import InstanceTest, myqsec
from myqsec._people import RowError

FILE = "user_name,full_name,groups\nanna,=1+1,Europe/Prague\n李,李小龙,Guests\n".encode("utf-8")


class People(InstanceTest):
    def test_a_file_is_imported_and_exported(self) -> None:
        self.assertEqual(self.admin.import_people(FILE, dry_run=True).created, 2)
        self.assertEqual(len(list(self.admin.users())), 2)
        counts = self.admin.import_people(io.BytesIO(FILE))
        self.assertEqual((counts.created, counts.groups_created, counts.members_added), (2, 3, 2))
        out = io.BytesIO()
        self.admin.export_people(out)
        self.assertIn("anna,'=1+1,,,,active,Europe/Prague\r\n".encode(), out.getvalue())
        self.assertEqual(self.admin.import_people(out.getvalue()).unchanged, 4)

    def test_a_file_object_is_read_from_where_it_stands(self) -> None:
        source = io.BytesIO(b"a line before\n" + FILE)
        source.readline()
        self.assertEqual(self.admin.import_people(source).created, 2)

    def test_each_row_that_cannot_be_imported_is_told(self) -> None:
        told: List[RowError] = []
        file = b"user_name,state\nanna,active\nbert,gone\n"
        counts = self.admin.import_people(file, dry_run=True, on_error=told.append)
        self.assertEqual((counts.rows, counts.errors), (2, 1))
        self.assertEqual(told, [RowError(3, "state", "MYQSEC_ERR_INVALID_ARGUMENT", "it must be active or disabled")])
        with self.assertRaisesRegex(myqsec.errors.InvalidArgument, "line 3"):
            self.admin.import_people(file)
        with self.assertRaises(myqsec.errors.InvalidArgument):
            self.admin.import_people(b"", dry_run=True)

    def test_what_a_callback_raises_comes_out(self) -> None:
        def stop(_: RowError) -> None:
            raise LookupError("enough")
        with self.assertRaisesRegex(LookupError, "enough"):
            self.admin.import_people(b"user_name,state\nbert,gone\n", on_error=stop)
        with self.assertRaises(ValueError):
            self.admin.import_people(FILE, map="other")
        with self.assertRaises(ValueError):
            self.admin.import_people(FILE, separator=":")

    def test_files_of_others_are_read_by_their_columns(self) -> None:
        self.assertEqual(self.admin.import_people(b"tom\t\t\tTom\tt@example.org\tSales\n", map="papercut").created, 1)
        self.assertEqual(self.admin.import_people(b"FULLNAME;USERNAME_ALIASES\nTom;tom\n", map="myq").unchanged, 1)
