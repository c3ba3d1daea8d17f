"""Who may include what. The order of the layers is that of src/CMakeLists.txt."""

import re
import unittest

from support import INCLUDE, ROOT, SOURCE

LAYERS = re.findall(r"^myqsec_layer\((\w+)", (SOURCE / "CMakeLists.txt").read_text("utf-8"), re.MULTILINE)
# Within a layer, from the bottom up: a folder includes itself and what stands before it. "": the layer's own files.
INNER = {
    "crypto": ["", "public_key", "container", "root", "self_test"],
    "storage": ["pages", "wal", "vfs", "sqlite", "keys", ""],
    "audit": ["event", "tree", "signing", "log", "bundle", ""],
    "access": ["cards", "passwords", "identity", "rights", ""],
    "spool": ["records", "permits", "queues", "keeping", "documents", ""],
    "abi": ["machinery", ""],
}
SOURCES = sorted([*SOURCE.rglob("*.cpp"), *SOURCE.rglob("*.hpp"), *SOURCE.rglob("*.def")])
# Which files may include what is not ours, by the folder or file name that the pattern gives.
ELSEWHERE = {
    r"botan/": r"^crypto/",
    r"openssl/": r"^crypto/aead_openssl\.cpp$",
    r"sqlite3\.h": r"^storage/",
    r"utf8proc\.h": r"^base/unicode\.cpp$",
    r"tss2/": r"^crypto/root/tpm_",
    r"fmt/": r"^",
    r"nlohmann/|tinyxml2\.h": r"^$",
    r"myqsec/": r"^(abi/|base/status)",
}


def includes(path):
    return re.findall(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', path.read_text("utf-8"), re.MULTILINE)


class Layers(unittest.TestCase):
    def test_every_source_belongs_to_a_layer(self) -> None:
        self.assertEqual(LAYERS[0], "base")
        self.assertEqual(LAYERS[-1], "abi")
        self.assertGreater(len(SOURCES), 100)
        for path in SOURCES:
            self.assertIn(path.relative_to(SOURCE).parts[0], LAYERS)

    def test_no_include_points_upwards(self) -> None:
        seen = 0
        for path in SOURCES:
            own = LAYERS.index(path.relative_to(SOURCE).parts[0])
            for name in includes(path):
                folder = name.split("/")[0]
                if "/" in name and folder in LAYERS:
                    seen += 1
                    self.assertLessEqual(LAYERS.index(folder), own, f"{path.relative_to(ROOT)} includes {name}")
                    self.assertTrue((SOURCE / name).is_file(), f"{path.relative_to(ROOT)} includes {name}")
        self.assertGreater(seen, 300)

    def test_no_include_points_upwards_within_a_layer(self) -> None:
        seen = 0
        for path in SOURCES:
            layer, *inner = path.relative_to(SOURCE).parts[:-1]
            order = INNER.get(layer, [""])
            self.assertIn("/".join(inner), order, str(path.relative_to(ROOT)))
            for name in includes(path):
                folder, *below = name.split("/")[:-1] or [""]
                if folder == layer:
                    seen += 1
                    place = order.index("/".join(below))
                    self.assertLessEqual(place, order.index("/".join(inner)), f"{path.relative_to(ROOT)} includes {name}")
        self.assertGreater(seen, 200)

    def test_foreign_headers_stay_in_their_layers(self) -> None:
        for path in SOURCES:
            own = str(path.relative_to(SOURCE))
            for name in includes(path):
                for pattern, allowed in ELSEWHERE.items():
                    if re.match(pattern, name):
                        self.assertRegex(own, allowed, f"{own} includes {name}")

    def test_sql_stays_in_the_stores(self) -> None:
        verbs = "SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|REPLACE|WITH|PRAGMA"
        statement = re.compile(rf'(R"\w*\(|")\s*({verbs}) [A-Za-z]')
        found = set()
        for path in SOURCES:
            if statement.search(path.read_text("utf-8")):
                found.add(str(path.relative_to(SOURCE)))
        self.assertGreater(len(found), 5)
        for own in found:
            self.assertRegex(own, r"(_store\.cpp|/schema\.cpp|^storage/sqlite/[\w]+\.cpp|^storage/[\w]+\.cpp)$")

    def test_public_headers_include_nothing_private(self) -> None:
        for path in (INCLUDE / "myqsec").iterdir():
            for name in includes(path):
                self.assertTrue(name.startswith("myqsec/") or "/" not in name, f"{path.name} includes {name}")
                if path.suffix == ".h" and "/" not in name:
                    self.assertIn(name, ("stddef.h", "stdint.h"), path.name)

    def test_the_command_and_the_examples_use_the_public_abi_only(self) -> None:
        files = [each for each in (ROOT / "examples").rglob("*") if each.suffix in (".c", ".cpp", ".hpp", ".h")]
        self.assertGreater(len(files), 5)
        for path in files:
            for name in includes(path):
                self.assertNotIn(name.split("/")[0], LAYERS, f"{path.relative_to(ROOT)} includes {name}")
