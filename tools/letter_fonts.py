"""Fetch the fonts letters are drawn with, from their npm packages, into collections_app/letters/typst/fonts.

Run by a person when a version changes: ``python -m tools.letter_fonts``. It needs npm and fontTools' ``pyftsubset`` (of
the large font of symbols, the common ones are kept; the licence allows it); the product needs neither.
"""

import hashlib
import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.vendor_assets import ROOT, Package, unpack

FONTS = ROOT / "collections_app" / "letters" / "typst" / "fonts"
LICENCE = "OFL-1.1"
# Arrows, technical signs, numbers in circles, shapes, miscellaneous symbols, dingbats.
COMMON_SIGNS = "U+2190-21FF,U+2300-23FF,U+2460-24FF,U+25A0-27BF,U+2B00-2BFF"


@dataclass(frozen=True)
class Family:
    """A family and the weights of it we take; ``signs``: only these, in the notation of pyftsubset."""

    package: Package
    signs: str = ""


def _family(name: str, version: str, *files: str, signs: str = "") -> Family:
    return Family(Package(f"@expo-google-fonts/{name}", version, LICENCE, files), signs)


FAMILIES = (
    _family("inter", "0.4.2", "400Regular/Inter_400Regular.ttf", "600SemiBold/Inter_600SemiBold.ttf"),
    _family(
        "noto-sans-arabic",
        "0.4.3",
        "400Regular/NotoSansArabic_400Regular.ttf",
        "600SemiBold/NotoSansArabic_600SemiBold.ttf",
    ),
    _family("noto-sans-symbols-2", "0.4.1", "400Regular/NotoSansSymbols2_400Regular.ttf", signs=COMMON_SIGNS),
)


def bring(family: Family) -> list[dict[str, str]]:
    """Copy the fonts of a family and its licence, and describe them."""
    with tempfile.TemporaryDirectory() as scratch:
        content = unpack(family.package, Path(scratch))
        licence = FONTS / f"{family.package.folder}-LICENSE.txt"
        licence.write_bytes((content / "LICENSE_FONT").read_bytes())
        fonts = [_kept(content / name, family.signs) for name in family.package.files]
    return [_entry(family.package, path) for path in (*fonts, licence)]


def _kept(font: Path, signs: str) -> Path:
    kept = FONTS / font.name
    if signs:
        subprocess.run(["pyftsubset", str(font), f"--unicodes={signs}", f"--output-file={kept}"], check=True)
    else:
        kept.write_bytes(font.read_bytes())
    return kept


def _entry(package: Package, path: Path) -> dict[str, str]:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "name": package.name,
        "version": package.version,
        "file": path.name,
        "sha256": digest,
        "licence": package.licence,
    }


def main() -> None:
    """Bring every family and rewrite the manifest."""
    FONTS.mkdir(exist_ok=True)
    entries = [entry for family in FAMILIES for entry in bring(family)]
    (FONTS / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n")


if __name__ == "__main__":
    main()
