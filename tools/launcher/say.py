"""What we tell the person, always on the standard error.

The standard output belongs to the command that was asked for.
"""

import sys
import time


class Trouble(Exception):
    """Something a person must see to; the text says what to do."""


class Clock:
    """Seconds since the launcher started."""

    started = time.monotonic()

    @classmethod
    def elapsed(cls) -> float:
        """Seconds, as a float."""
        return time.monotonic() - cls.started


def both(french: str, english: str) -> str:
    """A refusal as whoever asked reads it: nobody has said yet which language is his."""
    return f"{french}\n{english}"


def say(text: str) -> None:
    """One line of progress."""
    print(f"acquit [{Clock.elapsed():5.1f} s] {text}", file=sys.stderr, flush=True)
