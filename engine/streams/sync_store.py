"""The synchronous way to Redis, for the renewer's thread and for tests."""

from __future__ import annotations

from typing import Any, TypeVar

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from engine.streams.call import Arg, Call
from engine.streams.replies import LINK_ERRORS, is_elsewhere, is_unknown_script, to_engine_error

R = TypeVar("R")


class SyncStore:
    """Sends one call at a time over one connection, without retries of its own."""

    def __init__(self, url: str, timeout_s: float = 5.0) -> None:
        self._client: Redis = Redis.from_url(  # pyright: ignore[reportUnknownMemberType] - its kwargs are untyped
            url,
            retry=Retry(NoBackoff(), 0),
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            protocol=2,
            single_connection_client=False,
            max_connections=1,
        )
        # Without these the client reshapes replies by the name of their command.
        self._client.response_callbacks.clear()

    def run(self, call: Call[R]) -> R:
        """The call's decoded reply; raises `Unreachable` or a `StoreError`."""
        try:
            reply = self.command(*call.command())
        except RedisError as error:
            if is_elsewhere(error):
                self._client.connection_pool.disconnect()
            if not is_unknown_script(error):
                raise to_engine_error(error) from error
            try:
                reply = self.command(*call.command_with_text())
            except (RedisError, *LINK_ERRORS) as second:
                raise to_engine_error(second) from second
        except LINK_ERRORS as error:
            raise to_engine_error(error) from error
        return call.decode(reply)

    def command(self, *words: Arg) -> Any:
        """The raw reply of a plain command; raises redis-py's own errors."""
        return self._client.execute_command(*words)  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """The connection is closed."""
        self._client.close()
