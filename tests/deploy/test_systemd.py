"""systemd reads the units as we mean them."""

import subprocess
from pathlib import Path

from tests.servers.outside import needed
from tools.launcher import outside

UNITS = Path(__file__).resolve().parents[2] / "deploy" / "systemd"
HERE = {"/opt/acquit/.venv/bin/python": "/bin/true", "User=acquit": "User=root", "/etc/acquit/acquit.env": "/dev/null"}


def verified(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Of copies whose program, account and files exist on every machine: systemd looks for them."""
    for unit in UNITS.iterdir():
        text = unit.read_text()
        for ours, anywhere in HERE.items():
            text = text.replace(ours, anywhere)
        (folder / unit.name).write_text(text)
    names = sorted(path.name.replace("@.", "@1.") for path in UNITS.iterdir())
    command = [str(outside.program("systemd")), "verify", "--man=no", *names]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def about_ours(done: "subprocess.CompletedProcess[str]") -> list[str]:
    # Units of the machine may have faults of their own.
    return [line for line in done.stderr.splitlines() if "acquit" in line]


@needed("systemd")
def test_systemd_finds_nothing_to_say(tmp_path):
    done = verified(tmp_path)
    assert (done.returncode, about_ours(done)) == (0, [])


@needed("systemd")
def test_it_would_say_what_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setitem(HERE, "Restart=always", "Restart=perhaps")
    said = " ".join(about_ours(verified(tmp_path)))
    assert [name in said for name in ("acquit-beat.", "acquit-web.", "acquit-worker@.")] == [True] * 3
