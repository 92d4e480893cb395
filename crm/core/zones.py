"""Time zones a person or a program may choose: those of places, which Python and PostgreSQL both know."""

from functools import cache
from zoneinfo import available_timezones

REGIONS = tuple(
    f"{name}/" for name in "Africa America Antarctica Arctic Asia Atlantic Australia Europe Indian Pacific".split()
)


@cache
def zones() -> tuple[str, ...]:
    """Their names in order, UTC last: Europe/Paris, and neither «Factory» nor «localtime», which no database knows."""
    return (*sorted(name for name in available_timezones() if name.startswith(REGIONS)), "UTC")
