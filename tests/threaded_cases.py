#!/usr/bin/env python3
"""The test cases in which threads are started, as doctest's filter: tests/threaded_cases.py FOLDER

Where a file starts some outside its cases, all of its cases are meant. A comma in a name would end it: any character
is as good there.
"""
import re
import sys
from pathlib import Path

THREADS = re.compile(r"std::(?:jthread|thread|async)\b")
CASE = re.compile(r'TEST_CASE\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')


def threaded_cases(text):
    """Names of the cases of one file."""
    before, *cases = re.split(r"(?=^TEST_CASE\()", text, flags=re.MULTILINE)
    everywhere = THREADS.search(before)
    for case in cases:
        # What follows a case's end belongs to the file.
        body, _, after = case.partition("\n}\n")
        everywhere = everywhere or THREADS.search(after)
    for case in cases:
        if everywhere or THREADS.search(case):
            yield "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', CASE.match(case).group(1)))


def main():
    names = [name for path in sorted(Path(sys.argv[1]).glob("*_test.cpp"))
             for name in threaded_cases(path.read_text(encoding="utf-8"))]
    print(",".join(name.replace(",", "?") for name in names))


if __name__ == "__main__":
    main()
