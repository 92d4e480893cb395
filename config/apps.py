from django.apps import AppConfig


class HouseConfig(AppConfig):
    """The assembly itself: no model, only the checks told at start."""

    name = "config"
    label = "config"

    def ready(self) -> None:
        """Register the start-up checks."""
        from config import checks  # noqa: F401 - registering needs the apps loaded
