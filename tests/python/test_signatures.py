"""The table of the binding against the headers, and its structs against what a C compiler makes of them."""

import ctypes
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import HEADERS, myqsec
from myqsec import _signatures, errors


def declarations() -> dict[str, int]:
    """Every MYQSEC_API function with its number of parameters; none takes a function pointer spelt out."""
    found = {}
    for header in sorted((HEADERS / "myqsec").glob("*.h")):
        source = re.sub(r"/\*.*?\*/", "", header.read_text("utf-8"), flags=re.DOTALL)
        source = re.sub(r"^#.*$", "", source, flags=re.MULTILINE)
        for name, parameters in re.findall(r"MYQSEC_API\s[^;(]*?\b(myqsec_\w+)\(([^;]*)\);", source):
            found[name] = 0 if parameters.strip() == "void" else parameters.count(",") + 1
    return found


class Signatures(unittest.TestCase):
    def test_each_function_of_the_headers_is_there_with_its_parameters(self) -> None:
        expected = declarations()
        self.assertGreater(len(expected), 80)
        self.assertEqual(expected, {name: len(each[1]) for name, each in _signatures.FUNCTIONS.items()})

    def test_each_struct_of_the_headers_is_there(self) -> None:
        headers = "".join(each.read_text("utf-8") for each in (HEADERS / "myqsec").glob("*.h"))
        expected = set(re.findall(r"^typedef struct (myqsec_\w+) \{", headers, re.MULTILINE))
        self.assertEqual(expected, set(_signatures.STRUCTS))

    def test_each_status_has_a_class(self) -> None:
        source = (HEADERS / "myqsec" / "status.h").read_text("utf-8")
        expected = {int(number) for number in re.findall(r"MYQSEC_\w+ = (-\d+),", source)}
        self.assertEqual(expected, set(errors.CLASSES))
        self.assertEqual(len(set(errors.CLASSES.values())), len(expected))

    def test_constants_are_those_of_the_headers(self) -> None:
        source = "".join(each.read_text("utf-8") for each in (HEADERS / "myqsec").glob("*.h"))
        for kind, name, number in re.findall(r"MYQSEC_(QUEUE|METHOD)_(\w+) = (\d+)", source):
            self.assertEqual(getattr(myqsec, f"{kind}_{name}"), int(number))
        for name, number in re.findall(r"MYQSEC_KEY_(\w+) = (\d+)", source):
            self.assertEqual(getattr(myqsec.container, name), int(number))

    @unittest.skipUnless(shutil.which("cc"), "needs a C compiler named cc")
    def test_structs_have_the_sizes_and_offsets_of_c(self) -> None:
        lines, expected = [], []
        for name, struct in _signatures.STRUCTS.items():
            lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
            expected.append(f"{name} {ctypes.sizeof(struct)}")
            for field in struct._fields_:
                member = getattr(struct, field[0])
                lines.append(f'printf("{name}.{field[0]} %zu %zu\\n", offsetof({name}, {field[0]}), '
                             f"sizeof((({name} *)0)->{field[0]}));")
                expected.append(f"{name}.{field[0]} {member.offset} {member.size}")
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder) / "layout.c", Path(folder) / "layout"
            source.write_text("#include <myqsec/myqsec.h>\n#include <stdio.h>\nint main(void) {\n"
                              + "\n".join(lines) + "\nreturn 0;\n}\n")
            subprocess.run(["cc", f"-I{HEADERS}", str(source), "-o", str(program)], check=True)
            output = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
        self.assertEqual(output.splitlines(), expected)
