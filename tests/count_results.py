"""Counts test cases in a JUnit file of CTest: python3 tests/count_results.py junit.xml -> "passed failed skipped".

CTest sees programs. What a program says of its own cases (doctest, unittest) counts case by case; a program that says
nothing is one case.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

DOCTEST = re.compile(r"test cases:\s*\d+\s*\|\s*(\d+) passed\s*\|\s*(\d+) failed\s*\|\s*(\d+) skipped")
UNITTEST = re.compile(r"^Ran (\d+) tests? in .*\n+(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?", re.MULTILINE)


def cases(output):
    """(passed, failed, skipped) as the program reports them."""
    passed = failed = skipped = 0
    for match in DOCTEST.finditer(output):
        passed += int(match[1])
        failed += int(match[2])
        skipped += int(match[3])
    for match in UNITTEST.finditer(output):
        details = dict(re.findall(r"(\w[a-z ]*)=(\d+)", match[2] or ""))
        bad = sum(int(details.get(kind, 0)) for kind in ("failures", "errors"))
        left_out = int(details.get("skipped", 0))
        # Each failed subTest counts, and what fails for a whole class counts without having run.
        passed += max(0, int(match[1]) - bad - left_out)
        failed += bad
        skipped += left_out
    return passed, failed, skipped


def count(path):
    total = [0, 0, 0]
    for program in ElementTree.parse(path).iter("testcase"):
        result = list(cases(program.findtext("system-out") or ""))
        status = program.get("status")
        if status == "fail" and result[1] == 0:
            result[1] = 1  # a crash, a time-out, a sanitizer's report
        elif status in ("notrun", "disabled"):
            result = [0, 0, 1]
        elif status == "run" and sum(result) == 0:
            result[0] = 1
        total = [a + b for a, b in zip(total, result)]
    return total


if __name__ == "__main__":
    print(*count(sys.argv[1]))
