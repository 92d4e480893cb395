"""Build static/icons.svg, one sprite of the Lucide icons we use: ``python -m tools.build_icons``. It needs npm.

An icon is one ``<symbol>``; templates write ``{% icon "phone" %}``.
"""

import re
import tempfile
from pathlib import Path

from tools.vendor_assets import PACKAGES, ROOT, unpack

ICONS = """
alarm-clock archive arrow-down arrow-left arrow-right arrow-up arrow-up-down badge-check ban bell bookmark building-2
calendar calendar-check calendar-clock calendar-x chart-column check check-check chevron-down chevron-left
chevron-right chevron-up circle-alert circle-check circle-help circle-pause circle-x clipboard-list clock contact
copy download ellipsis external-link eye file-text file-warning flag gavel git-branch hand-coins handshake
history hourglass inbox info keyboard landmark languages layers list-checks list-filter lock log-out mail mail-check
mail-open mail-x map-pin menu message-square messages-square monitor moon notebook-pen package pause phone phone-call
phone-missed phone-off pencil play plus printer receipt-text refresh-cw reply rotate-ccw scale search send settings
shield-alert shield-check skip-forward sliders-horizontal smartphone split square-check-big star sticky-note sun tag
trash-2 triangle-alert undo-2 upload user user-check user-plus user-round-cog users wallet workflow x zap
""".split()

BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)


def symbol(folder: Path, name: str) -> str:
    """Return the icon ``name`` as a symbol; the strokes follow the text colour of the place that uses it."""
    found = BODY.search((folder / f"{name}.svg").read_text())
    if found is None:
        raise ValueError(f"{name}.svg does not look like an icon")
    body = re.sub(r"\s+", " ", found.group(1)).replace("> <", "><").strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>'


def main() -> None:
    """Write the sprite, icons in alphabetical order."""
    package = next(package for package in PACKAGES if package.name == "lucide-static")
    with tempfile.TemporaryDirectory() as scratch:
        folder = unpack(package, Path(scratch)) / "icons"
        symbols = "\n".join(symbol(folder, name) for name in sorted(set(ICONS)))
    (ROOT / "static" / "icons.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg">\n{symbols}\n</svg>\n')


if __name__ == "__main__":
    main()
