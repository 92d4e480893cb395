"""What axe finds on a page: contrast, names, roles."""

from pathlib import Path
from typing import Any

AXE = Path(__file__).resolve().parents[2] / "static" / "vendor" / "axe-core-4.14.0" / "axe.min.js"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


def faults(page: Any) -> list[str]:
    """Rule and place of each violation; empty for a page everybody can use."""
    # Injected by the test and not by the page: the policy of the page forbids foreign scripts.
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run(document, rules)", RULES)["violations"]
    return [f"{one['id']}: {' '.join(node['target'])}" for one in found for node in one["nodes"]]
