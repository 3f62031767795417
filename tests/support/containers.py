"""The last resort for a server: a container, where a Docker daemon answers."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from docker.errors import DockerException
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

REDIS_IMAGE = "valkey/valkey:9"
POSTGRES_IMAGE = "postgres:18"


@contextmanager
def redis_url(reason: Exception) -> Generator[str]:
    """The URL of a Valkey in a container; `reason` says why none could be started without."""
    with _container(REDIS_IMAGE, 6379, "Ready to accept connections", {}, reason) as address:
        yield f"redis://{address}/0"


@contextmanager
def postgres_url(reason: Exception) -> Generator[str]:
    """The URL of a PostgreSQL in a container; `reason` says why none could be started without."""
    environment = {"POSTGRES_PASSWORD": "test"}
    # Its first start makes the data and starts again; only the second listens on TCP.
    with _container(POSTGRES_IMAGE, 5432, "listening on IPv4 address", environment, reason) as address:
        yield f"postgresql://postgres:test@{address}/postgres"


@contextmanager
def _container(image: str, port: int, ready: str, environment: dict[str, str], reason: Exception) -> Generator[str]:
    try:
        container = DockerContainer(image)
    except DockerException as error:
        raise RuntimeError(f"no server for the tests: {reason}; and no Docker daemon answers: {error}") from error
    container.with_exposed_ports(port).with_envs(**environment)
    container.waiting_for(LogMessageWaitStrategy(ready))
    with container:
        yield f"{container.get_container_host_ip()}:{container.get_exposed_port(port)}"
