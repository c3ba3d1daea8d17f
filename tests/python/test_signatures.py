"""The table of the binding against the headers, and its structs against what a C compiler makes of them."""

import ctypes
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from typing import Any

from support import HEADERS, myqsec
from myqsec import _signatures, _spool, _values, errors, roots


SCALARS = {"int": ctypes.c_int, "int32_t": ctypes.c_int32, "uint32_t": ctypes.c_uint32, "int64_t": ctypes.c_int64,
           "uint64_t": ctypes.c_uint64, "size_t": ctypes.c_size_t, "myqsec_status": ctypes.c_int32, "void": None,
           "myqsec_column_type": ctypes.c_uint32, "myqsec_read_function": _signatures.ReadFunction,
           "myqsec_run_function": _signatures.RunFunction, "myqsec_task_function": _signatures.TaskFunction,
           "myqsec_write_function": _signatures.WriteFunction,
           "myqsec_progress_function": _signatures.ProgressFunction}


def python_types(c_type: str) -> list[Any]:
    """What ctypes may make of a C type. Raises KeyError for a type that nobody knows."""
    if array := re.fullmatch(r"uint8_t\[(\d+)\]", c_type):
        return [ctypes.c_uint8 * int(array[1])]
    base = c_type.replace("const", "").replace("struct ", "").rstrip("* ").strip()
    stars = c_type.count("*")
    if stars == 0:
        return [SCALARS[base]]
    if stars == 1 and base in ("char", "uint8_t"):
        return [ctypes.c_char_p, ctypes.c_void_p]  # bytes go in as either; memory is written through either
    if base == "char":
        return [ctypes.POINTER(ctypes.c_char_p)]
    if stars == 1 and base in _signatures.STRUCTS:
        return [ctypes.POINTER(_signatures.STRUCTS[base])]
    if stars == 1 and SCALARS.get(base):
        return [ctypes.POINTER(SCALARS[base])]
    return [ctypes.POINTER(ctypes.c_void_p) if stars == 2 else ctypes.c_void_p]  # a handle, or plain memory


def parameter_types(parameters: str) -> list[str]:
    """The types of a parameter list, its names taken off."""
    listed = [] if parameters.strip() == "void" else [each.strip() for each in parameters.split(",")]
    arrays = [re.sub(r"(\w+)\[\w*\]$", r"*\1", each) for each in listed]
    return [re.sub(r"\w+$", "", each).strip() for each in arrays]


def headers() -> str:
    """All headers without comments and preprocessor lines."""
    source = "".join(each.read_text("utf-8") for each in sorted((HEADERS / "myqsec").glob("*.h")))
    return re.sub(r"^#.*$", "", re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL), flags=re.MULTILINE)


def declarations() -> dict[str, tuple[str, list[str]]]:
    """Every MYQSEC_API function: the type of its result, and those of its parameters."""
    found = re.findall(r"MYQSEC_API\s([^;(]*?)\b(myqsec_\w+)\(([^;]*)\);", headers())
    return {name: (result.strip(), parameter_types(parameters)) for result, name, parameters in found}


def struct_members() -> dict[str, dict[str, str]]:
    """Every struct: the type of each member; of a callback the text between its parentheses."""
    found: dict[str, dict[str, str]] = {}
    for name, body in re.findall(r"typedef struct (myqsec_\w+) \{(.*?)\} \1;", headers(), re.DOTALL):
        callbacks = re.findall(r"(\w+) \(\*(\w+)\)\((.*?)\);", body, re.DOTALL)
        found[name] = {member: f"{result}({parameters})" for result, member, parameters in callbacks}
        for member in re.sub(r"\w+ \(\*\w+\)\(.*?\);", "", body, flags=re.DOTALL).split(";"):
            if member.strip():
                kind, named, size = re.findall(r"^(.*?)(\w+)((?:\[\d+\])?)$", member.strip(), re.DOTALL)[0]
                found[name][named] = kind.strip() + size
    return found


class Signatures(unittest.TestCase):
    def same(self, c_type: str, python_type: Any, where: str) -> None:
        if "(" in c_type:
            result, parameters = c_type.rstrip(")").split("(")
            self.same(result, python_type._restype_, where)
            kinds = parameter_types(parameters)
            self.assertEqual(len(kinds), len(python_type._argtypes_), where)
            for kind, argument in zip(kinds, python_type._argtypes_):
                self.same(kind, argument, where)
        else:
            self.assertIn(python_type, python_types(c_type), f"{where}: {c_type}")

    def test_each_function_of_the_headers_is_there_with_its_types(self) -> None:
        expected = declarations()
        self.assertGreater(len(expected), 80)
        self.assertEqual(set(expected), set(_signatures.FUNCTIONS))
        for name, (result, parameters) in expected.items():
            python_result, python_parameters = _signatures.FUNCTIONS[name]
            self.same(result, python_result, name)
            self.assertEqual(len(parameters), len(python_parameters), name)
            for kind, argument in zip(parameters, python_parameters):
                self.same(kind, argument, name)

    def test_each_member_of_a_struct_has_its_type(self) -> None:
        for struct, members in struct_members().items():
            ours = dict(each[:2] for each in _signatures.STRUCTS[struct]._fields_)
            self.assertEqual(set(ours), set(members), struct)
            for name, kind in members.items():
                self.same(kind, ours[name], f"{struct}.{name}")

    def test_callback_types_are_those_of_the_headers(self) -> None:
        found = re.findall(r"typedef (\w+) \(\*(\w+)\)\((.*?)\);", headers(), re.DOTALL)
        self.assertEqual({name for _, name, _ in found}, {each for each in SCALARS if each.endswith("_function")})
        for result, name, parameters in found:
            self.same(f"{result}({parameters})", SCALARS[name], name)

    def test_each_struct_of_the_headers_is_there(self) -> None:
        self.assertEqual(set(struct_members()), set(_signatures.STRUCTS))
        self.assertEqual(len(struct_members()), len(re.findall(r"\bstruct \w+ \{", headers())))

    def test_each_status_has_a_class(self) -> None:
        source = (HEADERS / "myqsec" / "status.h").read_text("utf-8")
        expected = {int(number) for number in re.findall(r"MYQSEC_\w+ = (-\d+),", source)}
        self.assertEqual(expected, set(errors.CLASSES))
        self.assertEqual(len(set(errors.CLASSES.values())), len(expected))

    def test_constants_are_those_of_the_headers(self) -> None:
        homes = {"AUDIT": (myqsec.audit, ""), "QUEUE": (myqsec, "QUEUE_"), "METHOD": (myqsec, "METHOD_"), "KEY": (myqsec.container, ""),
                 "COLUMN": (_values, "_"), "ATTRIBUTE": (_spool, "_"), "ROOT": (roots, "_ROOT_")}
        # A list's order is a bool in Python.
        constants = re.findall(r"\bMYQSEC_(?!ERR_|END\b|OK\b|OLDEST_|NEWEST_)([A-Z]+)_(\w+) = (-?\d+)", headers())
        self.assertGreater(len(constants), 20)
        for kind, name, number in constants:
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
        with tempfile.TemporaryDirectory() as folder:
            source, program = Path(folder) / "layout.c", Path(folder) / "layout"
            source.write_text("#include <myqsec/myqsec.h>\n#include <stdio.h>\nint main(void) {\n"
                              + "\n".join(lines) + "\nreturn 0;\n}\n")
            subprocess.run(["cc", f"-I{HEADERS}", str(source), "-o", str(program)], check=True)
            output = subprocess.run([str(program)], check=True, capture_output=True, text=True).stdout
        self.assertEqual(output.splitlines(), expected)
