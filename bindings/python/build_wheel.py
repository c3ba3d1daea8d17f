#!/usr/bin/env python3
"""Builds a wheel that carries libmyqsec and what it needs beyond the C and C++ runtime.

Needs only Python, ldd and patchelf: it runs where no package index can be reached."""

from __future__ import annotations

import argparse
import base64
import hashlib
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SONAME = "libmyqsec.so.1"
# Every Linux has these; a second copy in one process would do harm.
SYSTEM = re.compile(r"^(linux-vdso|ld-linux|ld-musl|lib(c|m|dl|rt|pthread|resolv|util|stdc\+\+|gcc_s)\.so)")


def project_field(name: str) -> str:
    found = re.search(rf'^{name} = "([^"]*)"', (HERE / "pyproject.toml").read_text("utf-8"), re.MULTILINE)
    if not found:
        sys.exit(f"pyproject.toml has no {name}")
    return found.group(1)


def dependencies(library: Path) -> dict[str, Path]:
    """What the library needs, also at second hand: soname to file."""
    listing = subprocess.run(["ldd", str(library)], check=True, capture_output=True, text=True).stdout
    missing = re.findall(r"^\s*(\S+) => not found", listing, re.MULTILINE)
    if missing:
        sys.exit(f"{library} needs what is not here: {', '.join(missing)}")
    found = re.findall(r"^\s*(\S+) => (/\S+)", listing, re.MULTILINE)
    return {name: Path(file) for name, file in found if not SYSTEM.match(name)}


def bundle(library: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    needed = dependencies(library)
    # Names of their own: Python's ssl and sqlite3 modules must not be given these copies of libcrypto and SQLite,
    # which may be older than what they were linked with.
    renamed = {name: f"myqsec-{name}" for name in needed}
    replacements = [["--replace-needed", old, new] for old, new in renamed.items()]
    for name, file in {SONAME: library, **needed}.items():
        own_name = renamed.get(name, name)
        copy = folder / own_name
        shutil.copyfile(file, copy)  # follows links: wheels have none
        copy.chmod(0o755)
        # RPATH, not RUNPATH: only the former also counts for what the dependencies need. One change a run:
        # patchelf mixes up the strings of several.
        for change in (["--set-soname", own_name], *replacements, ["--force-rpath", "--set-rpath", "$ORIGIN"]):
            subprocess.run(["patchelf", *change, str(copy)], check=True)


def write_metadata(folder: Path, tag: str) -> None:
    folder.mkdir()
    (folder / "METADATA").write_text(
        "Metadata-Version: 2.1\n"
        f"Name: {project_field('name')}\nVersion: {project_field('version')}\n"
        f"Summary: {project_field('description')}\nLicense: Apache-2.0\n"
        f"Requires-Python: {project_field('requires-python')}\n", "utf-8")
    (folder / "WHEEL").write_text(
        f"Wheel-Version: 1.0\nGenerator: build_wheel.py\nRoot-Is-Purelib: false\nTag: {tag}\n", "utf-8")
    license_file = HERE.parents[1] / "LICENSE"
    if license_file.exists():
        shutil.copyfile(license_file, folder / "LICENSE")


def record_line(name: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return f"{name},sha256={digest},{len(data)}\n"


def pack(folder: Path, record: str, wheel: Path) -> None:
    lines = ""
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(each for each in folder.rglob("*") if each.is_file()):
            name, data = file.relative_to(folder).as_posix(), file.read_bytes()
            # A fixed date, so that the same input gives the same wheel.
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100755 if ".so" in file.name else 0o100644) << 16
            archive.writestr(entry, data)
            lines += record_line(name, data)
        archive.writestr(zipfile.ZipInfo(record, (1980, 1, 1, 0, 0, 0)), lines + f"{record},,\n")


def build(library: Path, out: Path) -> Path:
    stem = f"{project_field('name')}-{project_field('version')}"
    tag = f"py3-none-linux_{platform.machine()}"
    out.mkdir(parents=True, exist_ok=True)
    wheel = out / f"{stem}-{tag}.whl"
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(HERE / "myqsec", folder / "myqsec", ignore=shutil.ignore_patterns("__pycache__", "_lib"))
        bundle(library, folder / "myqsec" / "_lib")
        write_metadata(folder / f"{stem}.dist-info", tag)
        pack(folder, f"{stem}.dist-info/RECORD", wheel)
    return wheel


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=Path, help="the built libmyqsec.so.1")
    parser.add_argument("--out", type=Path, default=Path("dist"), help="folder for the wheel (default: dist)")
    arguments = parser.parse_args()
    if not shutil.which("patchelf"):
        sys.exit("patchelf is needed: it lets the bundled libraries find each other")
    print(build(arguments.library.resolve(), arguments.out))


if __name__ == "__main__":
    main()
