"""Files of others are exactly what their manifest says."""

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"


def listed() -> dict[str, str]:
    """Path below static/vendor and digest, from the manifest's entries {name, version, file, sha256, licence}."""
    entries = json.loads(MANIFEST.read_text()) if MANIFEST.exists() else []
    return {entry["file"]: entry["sha256"] for entry in entries}


def present() -> dict[str, str]:
    return {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path != MANIFEST
    }


def test_every_vendored_file_is_listed_with_its_digest():
    assert present() == listed()
