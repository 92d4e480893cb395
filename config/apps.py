from django.apps import AppConfig


class HouseConfig(AppConfig):
    """The assembly itself: no model, only the checks told at start."""

    name = "config"
    label = "config"

    def ready(self) -> None:
        """Register the start-up checks; make ours the Celery application of every process that sends a task."""
        from config import celery, checks  # noqa: F401 - registering needs the apps loaded
