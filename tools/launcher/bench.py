"""`./acquit bench NAME …`: measures, on servers of their own with a production server's settings."""

import os
import subprocess

from tools.launcher import environment, prepare
from tools.launcher.paths import PYTHON, ROOT
from tools.launcher.say import Trouble, both
from tools.launcher.services import BENCH, running


def bench(arguments: list[str]) -> int:
    """Run the module bench.NAME with the rest of the arguments."""
    if not arguments or arguments[0] not in known():
        names = ", ".join(known())
        raise Trouble(both(f"Dites quelle mesure : {names}", f"Say which measure: {names}"))
    environment.prepare()
    prepare.compile_messages()
    with running(BENCH) as variables:
        if "DATABASE_URL" in os.environ:
            _refuse_what_others_made(variables)
        prepare.migrate_if_needed(BENCH.name, variables)
        command = [str(PYTHON), "-m", f"bench.{arguments[0]}", *arguments[1:]]
        return subprocess.run(command, cwd=ROOT, env=variables, check=False).returncode


def _refuse_what_others_made(variables: dict[str, str]) -> None:
    """Before anything is written to a server that is not ours. Trouble where it holds entities of somebody."""
    if subprocess.run([str(PYTHON), "-m", "bench._guard"], cwd=ROOT, env=variables, check=False).returncode:
        raise Trouble(
            both("Rien n’a été mesuré et rien n’a été changé.", "Nothing was measured and nothing was changed.")
        )


def known() -> list[str]:
    """The measures there are."""
    return sorted(path.stem for path in (ROOT / "bench").glob("[!_]*.py"))
