"""The simulator over real HTTP, and a connector's view of it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from random import Random
from typing import Any

import httpx

from jobs.connectors import ConnectorConfig, FetchedReview, Http, Page, open_source
from jobs.simulator import (
    Fault,
    Simulator,
    TrueReview,
    World,
    business_slugs,
    connector_credentials,
    connector_settings,
    make_world,
    source_type_of,
)
from tests.support.no_tls import NO_TLS

AS_OF = date(2026, 1, 31)
NOW = datetime(2026, 2, 2, 12, tzinfo=UTC)
HERE, THERE = "accounts/1/locations/1", "accounts/1/locations/2"
(SLUG,) = business_slugs(1)


class Bench:
    """A simulator, and what a connector reads from it."""

    def __init__(self, simulator: Simulator, client: httpx.AsyncClient) -> None:
        self.simulator = simulator
        self.client = client
        self.saved: list[dict[str, Any]] = []

    async def pages(
        self,
        location: str = HERE,
        *,
        cursor: str | None = None,
        since: datetime | None = None,
        settings: dict[str, Any] | None = None,
    ) -> list[Page]:
        """Everything the connector reads; from Hellopeter's older host, with small pages, unless `settings` say."""
        source_type = source_type_of(location)
        small = {"baseUrl": f"{self.simulator.url}/consumer/business"} if source_type == "HELLOPETER" else {}
        config = ConnectorConfig(
            source_type=source_type,
            external_id=location,
            settings=connector_settings(self.simulator.url, source_type) | small | (settings or {}),
            credentials=connector_credentials(source_type),
        )
        http = Http(self.client, random=Random(1), sleep=_no_wait)
        source = open_source(config, http, self._save)
        return [page async for page in source.pages(cursor=cursor, since=since)]

    async def rows(self, location: str = HERE, *, since: datetime | None = None) -> list[FetchedReview]:
        """The reviews of all pages."""
        return [review for page in await self.pages(location, since=since) for review in page.reviews]

    async def control(self, what: str, **body: Any) -> Any:
        """What a control endpoint answers."""
        response = await self.client.post(f"{self.simulator.url}/control/{what}", json=body)
        response.raise_for_status()
        return response.json()

    def trouble(self, fault: Fault) -> None:
        """This is to go wrong."""
        self.simulator.faults.add(fault)

    async def _save(self, credentials: dict[str, Any]) -> None:
        self.saved.append(credentials)


@asynccontextmanager
async def open_bench(reviews: int = 230) -> AsyncGenerator[Bench]:
    """A small world of two locations on Google and a business on Hellopeter, served."""
    world = make_world(seed=7, as_of=AS_OF, locations=2, businesses=1, reviews=reviews)
    async with (
        Simulator(world, now=lambda: NOW) as simulator,
        httpx.AsyncClient(trust_env=False, verify=NO_TLS) as client,
    ):
        yield Bench(simulator, client)


def truth(world: World, location: str = HERE) -> list[FetchedReview]:
    """The whole listing as a reader must see it."""
    says_when_changed = source_type_of(location) == "GOOGLE"
    return [
        _expected(review, review.updated if says_when_changed else review.created) for review in world.truth(location)
    ]


def _expected(review: TrueReview, changed_at: datetime) -> FetchedReview:
    return FetchedReview(
        external_id=review.review_id,
        rating=review.rating,
        title=review.title,
        content=review.text,
        author_name=review.author,
        author_id=review.author_id,
        reviewed_at=review.created,
        changed_at=changed_at,
        response_text=review.reply_text,
        response_at=review.reply_at,
        replies=review.replies,
    )


async def _no_wait(_seconds: float) -> None:
    return
