"""What the library exports is what the headers declare and the record of the ABI has."""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

import abi
from support import BUILD, LIBRARY, constants, declared_functions, headers_without_comments, run


def exported() -> dict[str, str]:
    """Name and symbol version of everything that the library defines for others."""
    lines = run("nm", "-D", "--defined-only", "--with-symbol-versions", LIBRARY, check=True).stdout.splitlines()
    found = (re.match(r"[0-9a-f]+ (\w) ([^@]+)(?:@@?([\w.]+))?$", line) for line in lines)
    return {match[2]: match[3] for match in found if match and match[1] != "A"}


class Abi(unittest.TestCase):
    def test_the_library_exports_what_the_headers_declare_under_the_release_that_brought_it(self) -> None:
        since = {}
        for path in sorted((abi.INCLUDE / "myqsec").glob("*.h")):
            text = path.read_text("utf-8")
            for match in re.finditer(r"MYQSEC_API\s[^;(]*?\b(myqsec_\w+)\(", text):
                comments = re.findall(r"/\*\*.*?\*/", text[:match.start()], re.DOTALL)
                self.assertTrue(comments, match[1])
                self.assertRegex(comments[-1], r"Since \d+\.\d+", match[1])
                since[match[1]] = "MYQSEC_" + re.findall(r"Since (\d+\.\d+)", comments[-1])[-1]
        self.assertGreater(len(since), 80)
        self.assertEqual(set(since), declared_functions())
        self.assertEqual(since, exported())

    def test_the_library_names_its_abi_and_is_hardened(self) -> None:
        dynamic = run("readelf", "--wide", "--dynamic", "--program-headers", LIBRARY, check=True).stdout
        self.assertIn("Library soname: [libmyqsec.so.1]", dynamic)
        self.assertRegex(dynamic, r"FLAGS.*NOW")
        self.assertIn("GNU_RELRO", dynamic)
        self.assertRegex(dynamic, r"GNU_STACK.* RW +0x")
        self.assertNotRegex(dynamic, r"TEXTREL|RPATH|RUNPATH")

    def test_the_library_needs_only_what_it_says(self) -> None:
        dynamic = run("readelf", "--wide", "--dynamic", LIBRARY, check=True).stdout
        needed = {re.sub(r"(-\d)?\.so.*", "", each) for each in re.findall(r"NEEDED.*\[(.*)\]", dynamic)}
        if re.search("^MYQSEC_WITH_TPM:BOOL=ON$", (Path(BUILD) / "CMakeCache.txt").read_text("utf-8"), re.MULTILINE):
            needed -= {"libtss2-esys", "libtss2-tctildr", "libtss2-mu"}
        if re.search("^MYQSEC_WITH_OPENSSL:BOOL=ON$", (Path(BUILD) / "CMakeCache.txt").read_text("utf-8"), re.MULTILINE):
            needed -= {"libcrypto"}
        self.assertLessEqual(needed, {"libbotan", "libsqlite3", "libutf8proc", "libfmt", "libstdc++", "libgcc_s",
                                      "libc", "libm", "ld-linux-x86-64", "ld-linux-aarch64"})

    def test_no_number_of_the_abi_has_changed(self) -> None:
        recorded = abi.recorded_constants()
        self.assertGreater(len(recorded), 40)
        self.assertEqual(recorded, constants(), "record additions with tests/conformance/abi.py")

    @unittest.skipUnless(shutil.which("abidiff") and abi.RECORD.is_file(), "needs abidiff and this machine's record")
    def test_the_recorded_abi_has_neither_changed_nor_missed_an_addition(self) -> None:
        result = abi.compare(abi.RECORD, LIBRARY)
        self.assertEqual(result.returncode, 0, result.stdout + "record additions with tests/conformance/abi.py")
        with tempfile.TemporaryDirectory() as folder:
            for what, with_what in (("name='myqsec_device_fields' size-in-bits='", "\\g<0>1"),  # a larger struct
                                    ("<elf-symbol name='myqsec_close'[^>]*>", "")):            # a function more
                altered = Path(folder) / "altered.abi"
                text, count = re.subn(what, with_what, abi.RECORD.read_text("utf-8"), count=1)
                altered.write_text(text, "utf-8")
                self.assertEqual(count, 1, what)
                self.assertNotEqual(abi.compare(altered, LIBRARY).returncode, 0, what)


class Structs(unittest.TestCase):
    def test_every_struct_that_a_host_fills_begins_with_its_size(self) -> None:
        found = re.findall(r"typedef struct (myqsec_\w+) \{(.*?)\} \1;", headers_without_comments(), re.DOTALL)
        self.assertGreater(len(found), 8)
        for name, body in found:
            self.assertRegex(body, r"^\s*uint32_t struct_size;", name)
            self.assertIn(f"#define {name.upper()}_INIT", headers_without_comments())
