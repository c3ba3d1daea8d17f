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

    def test_the_example_at_the_top_of_the_wrapper_compiles(self) -> None:
        head = (INCLUDE / "myqsec" / "myqsec.hpp").read_text("utf-8").split("#pragma once")[0]
        example = re.findall(r"^//   (.*)$", head, re.MULTILINE)
        self.assertGreater(len(example), 2)
        self.compiles("#include <iostream>\n#include <myqsec/myqsec.hpp>\nint main() {\n" + "\n".join(example) + "\n}\n",
                      "cpp", CXX, "-std=c++20")

    def test_every_function_says_what_its_rights_audit_and_handles_are(self) -> None:
        readers = {"myqsec_user_find"}
        seen = 0
        for header in sorted((INCLUDE / "myqsec").glob("*.h")):
            for before, declaration in re.findall(r"(.*?)MYQSEC_API ([^;]*);", header.read_text("utf-8"), re.DOTALL):
                called = re.search(r"(myqsec_\w+)\(", declaration)
                if not called:
                    continue  # where MYQSEC_API is defined
                name = called[1]
                comment = re.sub(r"\s*\*\s*", " ", before.rstrip().rpartition("/**")[2])
                said, seen = comment.lower(), seen + 1
                with self.subTest(name):
                    self.assertTrue(before.rstrip().endswith("*/"), "it has no comment")
                    self.assertIn("Since 0.1", comment)
                    if "_free" in name:
                        continue
                    if "myqsec_session *" in declaration:
                        self.assertIn("right", said)
                    if "myqsec_session *s" in declaration and "myqsec_list **" not in declaration and name not in readers:
                        self.assertIn("audit", said)
                    if re.search(r"myqsec_(?:session|engine|release|job_\w+) \*\*out", declaration):
                        self.assertRegex(comment, r"(?:Free|Close) with|_free")
        self.assertGreater(seen, 120)

    def test_the_conventions_name_what_any_function_may_return(self) -> None:
        conventions = re.sub(r"\s*\*\s*", " ", (INCLUDE / "myqsec" / "base.h").read_text("utf-8"))
        said = conventions[conventions.index("Any function may return"):].partition(" - ")[0]
        for name in ("INVALID_ARGUMENT", "OUT_OF_MEMORY", "IO", "NO_SPACE", "FILE_ACCESS", "CORRUPT", "FORKED", "REENTRANT",
                     "INTERNAL", "OUTCOME_UNKNOWN"):
            self.assertIn(f"MYQSEC_ERR_{name}", said)

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
