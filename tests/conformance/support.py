"""What the conformance tests share: where things are, and what the headers and the version script say."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INCLUDE = ROOT / "include"
SOURCE = ROOT / "src"
LIBRARY = os.environ.get("MYQSEC_LIBRARY", "")
BUILD = os.environ.get("MYQSEC_BUILD", "")
CC = os.environ.get("CC", "cc")
CXX = os.environ.get("CXX", "c++")


def run(*command: object, **options: object) -> subprocess.CompletedProcess:
    return subprocess.run([str(each) for each in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, **options)


def headers_without_comments() -> str:
    source = "".join(each.read_text("utf-8") for each in sorted((INCLUDE / "myqsec").glob("*.h")))
    return re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)


def declared_functions() -> set[str]:
    return set(re.findall(r"MYQSEC_API\s[^;(]*?\b(myqsec_\w+)\(", headers_without_comments()))


def constants() -> dict[str, int]:
    """Every enumerator and numeric macro of the headers: no debug information has them, yet they are part of the ABI."""
    source = headers_without_comments()
    found = re.findall(r"\b(MYQSEC_\w+) = (-?\d+)", source) + re.findall(r"#define (MYQSEC_\w+) (-?\d+)$", source, re.M)
    return {name: int(number) for name, number in found if not name.startswith("MYQSEC_VERSION_")}
