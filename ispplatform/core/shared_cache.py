"""The cache that all processes share, without making its client anew for every call."""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool, Redis


class KeptClient(RedisCacheClient):
    """Django's client, with one Redis object for each pool of connections.

    Django makes one for every call, which costs more than the call. It is safe among threads: it
    takes a connection from the pool for each command.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kept: dict[ConnectionPool, Redis] = {}
        self._client: Any = self._client_of

    def _client_of(self, *, connection_pool: ConnectionPool) -> Redis:
        if connection_pool not in self._kept:
            self._kept[connection_pool] = Redis(connection_pool=connection_pool)
        return self._kept[connection_pool]


class SharedCache(RedisCache):
    """Django's Redis cache on a ``KeptClient``."""

    def __init__(self, server: Any, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient
