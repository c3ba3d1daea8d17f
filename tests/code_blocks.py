"""The code blocks of a Markdown page, so that tests can run what the documentation shows."""

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"


def code_blocks(page: Path, language: str) -> list[str]:
    """The blocks of a language, each behind as many empty lines as stand above it, so that errors name its line."""
    found = re.finditer(rf"^```{language}\n(.*?)^```$", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return ["\n" * page.read_text("utf-8").count("\n", 0, each.start(1)) + each[1] for each in found]
