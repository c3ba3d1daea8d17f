#!/usr/bin/env python3
"""The recorded ABI: abi/libmyqsec.abi (functions and structs, by abidw) and abi/constants.tsv.

  tests/conformance/abi.py LIBRARY    records the ABI of this library, which needs debug information

What is recorded may be added to and never changed, once released.
"""

import os
import subprocess
import sys
from pathlib import Path

from support import INCLUDE, ROOT, constants, run

FOLDER = Path(__file__).resolve().parent / "abi"
RECORD = FOLDER / f"libmyqsec-{os.uname().machine}.abi"
CONSTANTS = FOLDER / "constants.tsv"


def recorded_constants() -> dict[str, int]:
    return {name: int(number) for name, number in
            (line.split("\t") for line in CONSTANTS.read_text("utf-8").splitlines())}


def compare(record: Path, library: str) -> subprocess.CompletedProcess:
    """abidiff's exit status: 0 no difference, bit 4 a difference, bit 8 one that breaks hosts, bits 1 and 2 a failure.

    Not told where the public headers are: it would take structs for private whose place the record leaves out.
    """
    return run("abidiff", "--exported-interfaces-only", record, library)


def without_place(text: str) -> str:
    """The record names source files as the compiler was given them: from here on as they lie in the project."""
    return text.replace(f"path='{ROOT}/", "path='")


def record(library: str) -> None:
    subprocess.run(["abidw", "--headers-dir", str(INCLUDE), "--drop-private-types", "--exported-interfaces-only",
                    "--no-comp-dir-path", "--no-corpus-path", "--no-show-locs", "--no-elf-needed",
                    "--out-file", str(RECORD), library], check=True)
    RECORD.write_text(without_place(RECORD.read_text("utf-8")), "utf-8")
    CONSTANTS.write_text("".join(f"{name}\t{number}\n" for name, number in sorted(constants().items())), "utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    record(sys.argv[1])
