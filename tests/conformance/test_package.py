"""The installed package serves a C99 and a C++20 host: through CMake, through pkg-config, shared and static."""

import os
import re
import shlex
import shutil
import tempfile
import unittest
from pathlib import Path

from support import BUILD, CC, CXX, ROOT, run

HOST = Path(__file__).resolve().parent / "package"
QUICKSTART = ROOT / "examples" / "quickstart.c"


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.installed = cls.folder / "first"
        result = run("cmake", "--install", BUILD, "--prefix", cls.installed)
        assert result.returncode == 0, result.stdout
        # An installation may be moved.
        cls.prefix = cls.folder / "moved here"
        cls.installed.rename(cls.prefix)
        cls.library_folder = next(cls.prefix.rglob("libmyqsec.so.1")).parent

    def succeeds(self, *command: object, **environment: str) -> str:
        result = run(*command, env={**os.environ, **environment})
        self.assertEqual(result.returncode, 0, result.stdout)
        return result.stdout

    def prints(self, program: Path) -> None:
        """Runs the quickstart on a document."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        passphrase, document, output = folder / "passphrase", folder / "document", folder / "printed"
        passphrase.write_text("correct horse battery staple")
        document.write_bytes(os.urandom(200_000))
        said = self.succeeds(program, folder / "instance", passphrase, document, output,
                             LD_LIBRARY_PATH=str(self.library_folder))
        self.assertIn("job.released", said)
        self.assertEqual(output.read_bytes(), document.read_bytes())

    def test_quickstart_is_short(self) -> None:
        self.assertLessEqual(len(QUICKSTART.read_text("utf-8").splitlines()), 120)

    def test_nothing_but_the_package_is_installed(self) -> None:
        files = {str(each.relative_to(self.prefix)) for each in self.prefix.rglob("*") if not each.is_dir()}
        for name in files:
            self.assertRegex(name, r"^(include/myqsec/\w+\.hp?p?|bin/myqsec|share/doc/myqsec/(LICENSE|[\w/-]+\.md)"
                                   r"|lib.*/(libmyqsec\.(a|so[.\d]*)|cmake/myqsec/[\w-]+\.cmake|pkgconfig/myqsec(-static)?\.pc))$")
        self.assertTrue({"bin/myqsec", "include/myqsec/myqsec.h", "include/myqsec/myqsec.hpp"} <= files)

    def test_the_pages_that_headers_name_are_installed(self) -> None:
        pages = {page for header in (self.prefix / "include" / "myqsec").iterdir()
                 for page in re.findall(r"docs/([\w/-]+\.md)", header.read_text("utf-8"))}
        self.assertIn("durability.md", pages)
        for page in (*pages, "LICENSE"):
            self.assertTrue((self.prefix / "share" / "doc" / "myqsec" / page).is_file(), page)

    def test_cmake_finds_it_and_c_and_cpp_hosts_run(self) -> None:
        build = self.folder / "build"
        self.succeeds("cmake", "-S", HOST, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                      f"-DQUICKSTART={QUICKSTART}", f"-DCMAKE_C_COMPILER={CC}", f"-DCMAKE_CXX_COMPILER={CXX}")
        self.succeeds("cmake", "--build", build)
        self.prints(build / "quickstart_shared")
        self.prints(build / "quickstart_static")
        self.assertNotIn("libmyqsec", self.succeeds("readelf", "--dynamic", build / "quickstart_static"))
        self.assertEqual(self.succeeds(build / "wrapper", self.folder / "wrapped",
                                       LD_LIBRARY_PATH=str(self.library_folder)), "ok\n")

    def test_libcrypto_is_asked_for_by_the_builds_that_have_it_and_by_no_other(self) -> None:
        built_with = re.search("^MYQSEC_WITH_OPENSSL:BOOL=ON$", (Path(BUILD) / "CMakeCache.txt").read_text("utf-8"), re.MULTILINE)
        needed = self.succeeds("readelf", "--dynamic", self.library_folder / "libmyqsec.so.1")
        self.assertEqual("[libcrypto.so" in needed, bool(built_with))
        described = (self.library_folder / "pkgconfig" / "myqsec-static.pc").read_text("utf-8")
        self.assertEqual("libcrypto" in described, bool(built_with))

    def test_the_build_for_firmware_needs_the_core_alone_and_is_made_small(self) -> None:
        command = re.search(r"^cmake --preset firmware", (ROOT / "docs" / "firmware.md").read_text("utf-8"), re.MULTILINE)
        self.assertTrue(command)
        build = self.folder / "firmware"
        self.succeeds("cmake", "-S", ROOT, "--preset", "firmware", "-B", build, f"-DCMAKE_CXX_COMPILER={CXX}")
        how = (build / "build.ninja").read_text("utf-8")
        self.assertIn(" -Os", how)
        for word in ("libcrypto", "tss2", "MYQSEC_WITH_", "doctest", "CLI11"):
            self.assertNotIn(word, how)

    def test_a_version_that_is_not_there_is_refused(self) -> None:
        text = (HOST / "CMakeLists.txt").read_text("utf-8").replace("myqsec 0.1", "myqsec 99.0")
        newer = self.folder / "newer"
        newer.mkdir()
        (newer / "CMakeLists.txt").write_text(text)
        result = run("cmake", "-S", newer, "-B", newer / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("version: 0.", result.stdout)

    @unittest.skipUnless(shutil.which("pkg-config"), "pkg-config is not installed")
    def test_a_host_of_the_shared_library_needs_nothing_of_what_that_was_built_with(self) -> None:
        alone = {"PKG_CONFIG_PATH": "", "PKG_CONFIG_LIBDIR": str(self.library_folder / "pkgconfig")}
        flags = self.succeeds("pkg-config", "--cflags", "--libs", "myqsec", **alone)
        self.assertEqual(flags.count("-I"), 1, flags)
        self.assertEqual(re.findall(r"-l(\S+)", flags), ["myqsec"])
        program = self.folder / "by-pkg-config-alone"
        self.succeeds(CC, "-std=c99", QUICKSTART, *shlex.split(flags), "-o", program)
        self.prints(program)
        self.assertNotEqual(run("pkg-config", "--cflags", "--libs", "myqsec-static", env={**os.environ, **alone}).returncode, 0)

    @unittest.skipUnless(shutil.which("pkg-config"), "pkg-config is not installed")
    def test_pkg_config_alone_is_enough_for_a_c_compiler(self) -> None:
        for module in ("myqsec", "myqsec-static"):
            flags = self.succeeds("pkg-config", "--cflags", "--libs", module,
                                  PKG_CONFIG_PATH=str(self.library_folder / "pkgconfig"))
            program = self.folder / f"by-pkg-config-{module}"
            self.succeeds(CC, "-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror", QUICKSTART, *shlex.split(flags),
                          "-o", program)
            self.prints(program)
            needed = self.succeeds("readelf", "--dynamic", program)
            self.assertEqual("libmyqsec" in needed, module == "myqsec")
