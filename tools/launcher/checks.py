"""`./acquit lint` and `./acquit test`: everything the CI checks, in the order of what answers fastest."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from tools.launcher import browser, environment, outside, prepare, template
from tools.launcher.locks import alone, unless_taken
from tools.launcher.paths import PYTHON, ROOT, VAR, make_folder
from tools.launcher.say import Clock, Trouble, say
from tools.launcher.services import TEST, running

LINT = {
    "ruff check": ["-m", "ruff", "check"],
    "ruff format": ["-m", "ruff", "format", "--check"],
    "mypy": ["-m", "mypy"],
    "import-linter": ["-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-logo"],
}
FIX = {"ruff check": ["-m", "ruff", "check", "--fix"], "ruff format": ["-m", "ruff", "format"]}
DJANGO = {
    "manage.py check": ["manage.py", "check", "--fail-level", "WARNING"],
    "migrations complete": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "translations complete": ["manage.py", "update_messages", "--check"],
}
PYTEST = ["-m", "pytest", "-p", "no:cacheprovider", "-n", "2"]
WITHOUT_BROWSER = ["-m", "not browser"]
WAITING = "Waiting for the tests that run already"
Results = Callable[[], list[str]]


def lint(arguments: list[str]) -> int:
    """The style and type checks; `--fix` repairs what can be repaired."""
    environment.prepare()
    steps = LINT | (FIX if "--fix" in arguments else {})
    return _report([name for name, command in steps.items() if _step(name, command, None)])


def test(arguments: list[str]) -> int:
    """All checks and all tests; with arguments, pytest alone with these."""
    environment.prepare()
    with beside({} if arguments else LINT, None) as linted:  # while the database is made
        prepare.compile_messages()
        with running(TEST) as variables, alone(make_folder(VAR) / "tests.lock", WAITING):
            variables = template.prepare(variables)
            return _chosen(arguments, variables) if arguments else _everything(variables, linted)


def _chosen(arguments: list[str], variables: dict[str, str]) -> int:
    return subprocess.run([str(PYTHON), "-m", "pytest", *arguments], env=variables, check=False).returncode


def _everything(variables: dict[str, str], linted: Results) -> int:
    failed = linted()
    has_browser = _has_browser()
    with beside(DJANGO, template.left_alone(variables)) as checked:
        wrong, counted = _pytest([] if has_browser else WITHOUT_BROWSER, variables)
        failed += (["tests"] if wrong else []) + checked() + ([] if has_browser else ["browser tests"])
    for line in outside.all_not_run():
        say(line)
    code = _report(failed)
    print(closing_line(counted, Clock.elapsed()), flush=True)
    return code


def _has_browser() -> bool:
    try:
        browser.find_or_install()
    except Trouble as trouble:
        say(str(trouble))
        return False
    return True


@contextmanager
def beside(steps: dict[str, list[str]], variables: dict[str, str] | None) -> Iterator[Results]:
    """Run the steps one after the other, beside what is done inside. The result waits for them, shows what each said
    and tells which failed. Whoever leaves without it ends the one under way and starts no other."""
    pool, children = ThreadPoolExecutor(1), list[subprocess.Popen[str]]()
    begun = {name: pool.submit(_kept, command, variables, children) for name, command in steps.items()}
    try:
        yield lambda: [name for name, step in begun.items() if _told(name, *step.result())]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in children:
            child.terminate()


def _kept(
    command: list[str], variables: dict[str, str] | None, children: list[subprocess.Popen[str]]
) -> tuple[int, str]:
    """What it returned and said."""
    pipes: dict[str, Any] = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with _own_cache(command, variables) as environ:
        child = subprocess.Popen([str(PYTHON), *command], cwd=ROOT, env=environ, **pipes)
        children.append(child)
        said, _ = child.communicate()
    return child.returncode, said


@contextmanager
def _own_cache(command: list[str], variables: dict[str, str] | None) -> Iterator[dict[str, str] | None]:
    """The variables of a command. Two mypy at once would write into one cache: the second does without any."""
    if "mypy" not in command:
        yield variables
        return
    with unless_taken(make_folder(VAR) / "mypy.lock") as alone_here:
        yield variables if alone_here else {**(variables or os.environ), "MYPY_CACHE_DIR": os.devnull}


def _told(name: str, code: int, said: str) -> int:
    say(name)
    print(said, end="", flush=True)
    return code


def _step(name: str, command: list[str], variables: dict[str, str] | None) -> int:
    say(name)
    with _own_cache(command, variables) as environ:
        return subprocess.run([str(PYTHON), *command], cwd=ROOT, env=environ, check=False).returncode


def _pytest(selection: list[str], variables: dict[str, str]) -> tuple[int, dict[str, int]]:
    """Run pytest, show what it says as it says it; what it returned and what its closing line counts."""
    say("tests")
    command = [str(PYTHON), *PYTEST, *selection]
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        last = ""
        for line in child.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line.strip() or last
    return child.returncode, read_closing_line(last)


def read_closing_line(line: str) -> dict[str, int]:
    """`== 3 failed, 12 passed in 1.20s ==` → {"failed": 3, "passed": 12}; "deselected" is not counted."""
    found = re.findall(r"(\d+) (failed|passed|skipped|xfailed|xpassed|warnings?|errors?)\b", line)
    return {word.removesuffix("s") if word != "passed" else word: int(number) for number, word in found}


def closing_line(totals: dict[str, int], seconds: float) -> str:
    """What was counted in one line, in pytest's own form."""
    order = ("failed", "passed", "skipped", "xfailed", "xpassed", "warning", "error")
    parts = ", ".join(_counted(totals[word], word) for word in order if totals.get(word))
    return f" {parts or 'no tests ran'} in {seconds:.2f}s ".center(80, "=")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}s" if word in ("warning", "error") and number > 1 else f"{number} {word}"


def _report(failed: list[str]) -> int:
    if failed:
        say(f"Failed: {', '.join(failed)}")
        return 1
    say("Everything passed")
    return 0
