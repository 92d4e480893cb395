"""Fetch the front-end files we bundle, from their npm packages, into static/vendor.

Run by a person when a version changes: ``python -m tools.vendor_assets``. It needs npm; the product does not.
"""

import hashlib
import json
import re
import subprocess
import tarfile
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENDOR = ROOT / "static" / "vendor"
# A reference to a map that is not bundled makes collectstatic fail on the missing file.
SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")


@dataclass(frozen=True)
class Package:
    """One npm package and the files we take from it."""

    name: str
    version: str
    licence: str
    files: tuple[str, ...]

    @property
    def folder(self) -> str:
        return f"{self.name.split('/')[-1]}-{self.version}"


@dataclass(frozen=True)
class Entry:
    """One line of the manifest; ``file`` is relative to static/vendor."""

    name: str
    version: str
    file: str
    sha256: str
    licence: str


PACKAGES = (
    Package("bootstrap", "5.3.9", "MIT", ("dist/css/bootstrap.min.css", "dist/js/bootstrap.bundle.min.js", "LICENSE")),
    Package("chart.js", "4.6.1", "MIT", ("dist/chart.umd.min.js", "LICENSE.md")),
    Package("@fontsource-variable/inter", "5.3.0", "OFL-1.1", ("files/inter-latin-wght-normal.woff2", "LICENSE")),
    Package("lucide-static", "1.62.0", "ISC", ("LICENSE",)),  # its icons are in static/icons.svg (tools.build_icons)
    Package("axe-core", "4.14.0", "MPL-2.0", ("axe.min.js", "LICENSE")),  # tests only
)


def unpack(package: Package, target: Path) -> Path:
    """Download ``package`` into ``target`` and return the folder of its content."""
    command = ["npm", "pack", "--silent", f"{package.name}@{package.version}"]
    subprocess.run(command, cwd=target, check=True, capture_output=True)
    with tarfile.open(next(target.glob("*.tgz"))) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def bring(package: Package) -> list[Entry]:
    """Copy the chosen files of ``package`` into static/vendor and describe them."""
    folder = VENDOR / package.folder
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    with tempfile.TemporaryDirectory() as scratch:
        content = unpack(package, Path(scratch))
        for name in package.files:
            data = (content / name).read_bytes()
            if name.endswith((".css", ".js")):
                data = SOURCE_MAP.sub(b"\n", data)
            (folder / Path(name).name).write_bytes(data)
            path = f"{package.folder}/{Path(name).name}"
            entries.append(
                Entry(package.name, package.version, path, hashlib.sha256(data).hexdigest(), package.licence)
            )
    return entries


def main() -> None:
    """Bring every package and rewrite the manifest."""
    entries = [asdict(entry) for package in PACKAGES for entry in bring(package)]
    (VENDOR / "manifest.json").write_text(json.dumps(entries, indent=2) + "\n")


if __name__ == "__main__":
    main()
