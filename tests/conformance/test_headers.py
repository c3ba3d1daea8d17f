"""Each public header compiles alone, as strict C99 and as C++20; what is generated from them is current."""

import re
import sys
import tempfile
import unittest
from pathlib import Path

from support import CC, CXX, INCLUDE, ROOT, run

STRICT = ("-Wall", "-Wextra", "-Wpedantic", "-Wundef", "-Wshadow", "-Wconversion", "-Werror", "-fsyntax-only", f"-I{INCLUDE}")


def fields_with_comments(body: str) -> "list[tuple[str, str]]":
    """Of a struct: each field's name, and the comment before or behind it."""
    fields: "list[tuple[str, str]]" = []
    rest = body
    while rest.strip():
        before = re.match(r"\s*/\*\*(?!<)(.*?)\*/", rest, re.DOTALL)
        rest = rest[before.end():] if before else rest
        declaration = re.match(r"\s*([^;/]*);[ ]*(?:\n?[ ]*/\*\*<(.*?)\*/)?", rest, re.DOTALL)
        if not declaration:
            raise AssertionError(f"not a field: {rest!r}")
        name = re.search(r"\(\*(\w+)\)|(\w+)(?:\[\w+\])?$", declaration[1].strip())
        assert name
        fields.append((name[1] or name[2], (before[1] if before else "") + (declaration[2] or "")))
        rest = rest[declaration.end():]
    return fields


class Headers(unittest.TestCase):
    def compiles(self, text: str, suffix: str, *compiler: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / f"alone.{suffix}"
            source.write_text(text)
            result = run(*compiler, *STRICT, source)
        self.assertEqual(result.returncode, 0, result.stdout)

    def test_each_header_compiles_alone_and_twice(self) -> None:
        headers = sorted((INCLUDE / "myqsec").iterdir())
        self.assertGreater(len(headers), 8)
        for header in headers:
            text = f"#include <myqsec/{header.name}>\n" * 2 + "int nothing;\n"
            with self.subTest(header=header.name):
                if header.suffix == ".h":
                    self.compiles(text, "c", CC, "-std=c99", "-Wstrict-prototypes", "-Wc++-compat")
                self.compiles(text, "cpp", CXX, "-std=c++20", "-Wold-style-cast")

    def test_every_initialiser_is_a_constant_of_c99(self) -> None:
        from support import headers_without_comments
        found = re.findall(r"#define MYQSEC_(\w+)_INIT\b", headers_without_comments())
        self.assertGreater(len(found), 8)
        lines = [f"myqsec_{name.lower()} {name.lower()} = MYQSEC_{name}_INIT;" for name in found]
        self.compiles("#include <myqsec/myqsec.h>\n" + "\n".join(lines) + "\n", "c", CC, "-std=c99")

    def test_every_field_of_every_struct_says_what_zero_means(self) -> None:
        structs = 0
        for header in sorted((INCLUDE / "myqsec").glob("*.h")):
            text = header.read_text("utf-8")
            for name, body in re.findall(r"typedef struct (\w+) \{\n(.*?)\n\} \1;", text, re.DOTALL):
                structs += 1
                fields = fields_with_comments(body)
                self.assertEqual(fields[0][0], "struct_size", name)
                for field, comment in fields[1:]:
                    self.assertRegex(comment, r"Zero: \S", f"{name}.{field}")
        self.assertGreater(structs, 20)

    def test_the_python_signatures_are_what_the_headers_say(self) -> None:
        result = run(sys.executable, ROOT / "tools" / "python-signatures", "--check")
        self.assertEqual(result.returncode, 0, result.stdout)
