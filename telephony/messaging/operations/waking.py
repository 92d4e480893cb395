"""Waking the tasks, which call the operations of this package."""


def wake_reader() -> None:
    """Have received mail read."""
    from telephony.messaging.tasks import read_replies  # the tasks call the operations of this package

    read_replies.delay()


def wake_applier() -> None:
    """Have what providers told applied."""
    from telephony.messaging.tasks import apply_events  # the tasks call the operations of this package

    apply_events.delay()
