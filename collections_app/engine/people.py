"""Who may still do what he was given."""

from collections_app.engine.night import Night


def release(night: Night) -> int:
    """Take back the open actions of people who are no longer active, before actions are given out; how many."""
    return night.do("release")
