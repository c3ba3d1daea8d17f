"""The generated table of the binding, and its structs, against what a compiler makes of the headers."""

import ctypes
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from support import HEADERS, myqsec
from myqsec import _host, _people, _signatures, _spool, _values, errors, roots


# Prints each function's name and the shapes of its result and parameters: i4 a signed number of 4 bytes, p memory or a
# handle, pu8 where such a number goes, s40 a struct of 40 bytes, f a callback.
SHAPES = r"""
#include <myqsec/myqsec.h>
#include <cstdio>
#include <string>
#include <type_traits>

template <class T>
std::string shape() {
    using Plain = std::remove_cv_t<T>;
    if constexpr (std::is_enum_v<Plain>) return shape<std::underlying_type_t<Plain>>();
    else if constexpr (std::is_integral_v<Plain>)
        return (std::is_signed_v<Plain> ? "i" : "u") + std::to_string(sizeof(Plain));
    else if constexpr (requires(Plain value) { value.struct_size; }) return "s" + std::to_string(sizeof(Plain));
    else if constexpr (std::is_pointer_v<Plain>) {
        using To = std::remove_pointer_t<Plain>;
        if constexpr (std::is_function_v<To>) return "f";
        else if constexpr (std::is_same_v<const To, const char> || std::is_same_v<const To, const unsigned char>) return "p";
        else return "p" + shape<To>();
    }
    else return "";
}
template <class Returned, class... Parameters>
void print(const char* name, Returned (*)(Parameters...)) {
    std::string line = std::string(name) + " " + shape<Returned>();
    ((line += " " + shape<Parameters>()), ...);
    std::puts(line.c_str());
}
int main() {
FUNCTIONS
}
"""


def shape(kind: Any) -> str:
    """The same of what ctypes was told."""
    if kind in (None, ctypes.c_char_p, ctypes.c_void_p):
        return "" if kind is None else "p"
    if issubclass(kind, ctypes.Structure):
        return f"s{ctypes.sizeof(kind)}"
    if hasattr(kind, "_restype_"):
        return "f"
    if hasattr(kind, "contents"):
        return "p" + shape(kind._type_)
    return ("i" if kind(-1).value == -1 else "u") + str(ctypes.sizeof(kind))


def headers() -> str:
    """All headers without comments and preprocessor lines."""
    source = "".join(each.read_text("utf-8") for each in sorted((HEADERS / "myqsec").glob("*.h")))
    return re.sub(r"^#.*$", "", re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL), flags=re.MULTILINE)


def output_of(source: str, suffix: str, *compiler: str) -> list[str]:
    """What the program prints."""
    with tempfile.TemporaryDirectory() as folder:
        file, program = Path(folder) / f"source.{suffix}", Path(folder) / "program"
        file.write_text(source)
        subprocess.run([*compiler, f"-I{HEADERS}", str(file), "-o", str(program)], check=True)
        return subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout.splitlines()


class Signatures(unittest.TestCase):
    def test_each_function_and_struct_of_the_headers_is_there(self) -> None:
        functions = set(re.findall(r"\b(myqsec_\w+)\([^*]", headers()))
        self.assertGreater(len(functions), 80)
        self.assertEqual(functions, set(_signatures.FUNCTIONS))
        self.assertEqual(set(re.findall(r"\bstruct (\w+) \{", headers())), set(_signatures.STRUCTS))

    @unittest.skipUnless(shutil.which("c++"), "needs a C++ compiler named c++")
    def test_each_function_has_the_types_that_a_compiler_sees(self) -> None:
        calls = "\n".join(f'print("{name}", static_cast<decltype(&{name})>(nullptr));' for name in _signatures.FUNCTIONS)
        expected = [" ".join([name, shape(result), *map(shape, parameters)])
                    for name, (result, parameters) in _signatures.FUNCTIONS.items()]
        # Only types are asked for: no function is called, and none needs to be linked.
        self.assertEqual(output_of(SHAPES.replace("FUNCTIONS", calls), "cpp", "c++", "-std=c++20"), expected)

    def test_each_status_has_a_class(self) -> None:
        source = (HEADERS / "myqsec" / "status.h").read_text("utf-8")
        expected = {int(number) for number in re.findall(r"MYQSEC_\w+ = (-\d+),", source)}
        self.assertEqual(expected, set(errors.CLASSES))
        self.assertEqual(len(set(errors.CLASSES.values())), len(expected))

    def test_constants_are_those_of_the_headers(self) -> None:
        homes = {"AUDIT": (myqsec.audit, ""), "QUEUE": (myqsec, "QUEUE_"), "METHOD": (myqsec, "METHOD_"), "KEY": (myqsec.container, ""),
                 "COLUMN": (_values, "_"), "ATTRIBUTE": (_spool, "_"), "ROOT": (roots, "_ROOT_"), "LOCK": (errors, "_LOCK_"),
                 "EVENT": (_host, "_EVENT_"), "PEOPLE": (_people, "_PEOPLE_")}
        own = {"USER", "SUITE"}  # a bool, and a number that container.Keys takes
        # A list's order is a bool in Python.
        constants = re.findall(r"\bMYQSEC_(?!ERR_|END\b|OK\b|OLDEST_|NEWEST_)([A-Z]+)_(\w+) = (-?\d+)", headers())
        self.assertGreater(len(constants), 20)
        for kind, name, number in constants:
            if kind in own:
                continue
            home, prefix = homes[kind]
            self.assertEqual(getattr(home, prefix + name), int(number), f"{kind}_{name}")
        sizes = dict(re.findall(r"#define MYQSEC_(\w+_SIZE) (\d+)", "".join(
            each.read_text("utf-8") for each in (HEADERS / "myqsec").glob("*.h"))))
        self.assertEqual({name: int(size) for name, size in sizes.items()},
                         {"ROOT_KEY_SIZE": roots._KEY_SIZE, "CONTAINER_KEY_SIZE": myqsec.container._KEY_SIZE})

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
        source = ("#include <myqsec/myqsec.h>\n#include <stdio.h>\nint main(void) {\n" + "\n".join(lines)
                  + "\nreturn 0;\n}\n")
        self.assertEqual(output_of(source, "c", "cc"), expected)
