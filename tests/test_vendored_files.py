"""Files of others are exactly what their manifest says."""

import hashlib
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = [ROOT / "static" / "vendor", ROOT / "collections_app" / "letters" / "typst" / "fonts"]


def listed(folder: Path) -> dict[str, str]:
    """Path below the folder and digest, from the manifest's entries {name, version, file, sha256, licence}."""
    return {entry["file"]: entry["sha256"] for entry in json.loads((folder / "manifest.json").read_text())}


def present(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / "manifest.json"
    }


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_file_is_listed_with_its_digest(folder: Path) -> None:
    assert present(folder) == listed(folder)
