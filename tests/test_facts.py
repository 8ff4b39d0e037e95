"""The outside facts that comments cite: each cited section stands in docs/facts."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
CITED = re.compile(r"(slack|admin-api|platform)\.md,? §?([0-9]+(?:\.[0-9]+)?|[A-Z][0-9])")


def test_every_cited_section_exists() -> None:
    facts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "facts").glob("*.md")}
    cited = {
        (found[1], found[2])
        for folder in ("bot", "handlers", "tests")
        for path in (ROOT / folder).rglob("*.py")
        for found in CITED.finditer(path.read_text(encoding="utf-8"))
    }
    assert len(cited) > 20
    missing = [f"{page}.md §{section}" for page, section in sorted(cited) if not _has(facts[page], section)]
    assert missing == []


def _has(page: str, section: str) -> bool:
    return re.search(rf"^## {re.escape(section)} |\*\*§?{re.escape(section)}[ .]", page, re.MULTILINE) is not None
