"""How many requests a user may make, also where many come at once."""

import threading
from typing import Any

from django.core.cache import caches
from django.core.cache.backends.redis import RedisCache
from rest_framework.request import Request
from rest_framework.throttling import UserRateThrottle

# The instants of the last requests let in, newest first, by the clock of the server, which all web processes share.
# Returns the microseconds to wait, 0 where the request is let in.
TAKE = """
local now, most, span = redis.call('TIME'), tonumber(ARGV[1]), tonumber(ARGV[2]) * 1000000
local at = now[1] * 1000000 + now[2]
local first = redis.call('LINDEX', KEYS[1], most - 1)
if first and tonumber(first) > at - span then return tonumber(first) + span - at end
redis.call('LPUSH', KEYS[1], string.format('%.0f', at))
redis.call('LTRIM', KEYS[1], 0, most - 1)
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 0
"""
SECOND = 1_000_000


class UserRate(UserRateThrottle):
    """So many requests of a user in any stretch of a minute; what is refused does not count.

    Asked and noted in one step: the framework's own reads, then writes, and counts as one what comes at once.
    """

    cache_format = "rate_%(scope)s_%(ident)s"
    # Where each web process counts for itself.
    one_at_a_time = threading.Lock()
    to_wait: float | None = None
    # Those of the rate, by the framework.
    num_requests: int
    duration: int

    def allow_request(self, request: Request, view: Any) -> bool:
        """Whether it is let in."""
        cache: Any = caches["default"]
        if not isinstance(cache, RedisCache):
            with self.one_at_a_time:
                return super().allow_request(request, view)
        key = None if self.rate is None else self.get_cache_key(request, view)
        if key is None:
            return True
        named = cache.make_and_validate_key(key)
        server = cache._cache.get_client(named, write=True)
        self.to_wait = int(server.eval(TAKE, 1, named, self.num_requests, self.duration)) / SECOND
        return not self.to_wait

    def wait(self) -> float | None:
        """Seconds after which one more is let in."""
        return super().wait() if self.to_wait is None else self.to_wait
