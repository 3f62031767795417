"""The generated world: the same each time, within its days, with the variety that the jobs need."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from jobs.connectors import clean_line, clean_text, content_hash
from jobs.simulator import NotThere, TrueReview, World, business_slugs, location_names, make_world
from jobs.simulator.faults import Fault, Faults
from jobs.simulator.generator import DAYS
from jobs.simulator.google_wire import Cursor, cursor_of, rfc3339, token_of

AS_OF = date(2026, 1, 31)
END = datetime(2026, 1, 31, tzinfo=UTC)


@pytest.fixture(scope="module", name="world")
def make() -> World:
    """Three locations on Google and one business on Hellopeter, of a thousand reviews each."""
    return make_world(seed=7, as_of=AS_OF, locations=3, businesses=1, reviews=1000)


def everything(world: World) -> list[TrueReview]:
    """The reviews of all locations."""
    return [review for location in world.locations for review in world.truth(location)]


def test_same_seed_same_world(world: World) -> None:
    """Seed and day decide every word, and a world with fewer locations is the beginning of a larger one."""
    again = make_world(seed=7, as_of=AS_OF, locations=2, reviews=1000)
    for location in location_names(2):
        assert again.truth(location) == world.truth(location)
    other = make_world(seed=8, as_of=AS_OF, locations=1, reviews=1000)
    assert other.truth(location_names(1)[0]) != world.truth(location_names(1)[0])


def test_dates_lie_before_the_day(world: World) -> None:
    """Everything happened before the world's day, and in a sensible order."""
    for review in everything(world):
        assert END - timedelta(days=DAYS) <= review.created <= review.updated < END
        if review.reply_at is not None:
            assert review.created <= review.reply_at < END
        for message in review.thread:
            assert review.created <= message.at < END
            if message.by_owner and message.public and review.reply_at is not None:
                assert message.at > review.reply_at  # the answer is the first that the owner says in public


def test_truth_is_clean(world: World) -> None:
    """Texts and names are already as a reader must store them, so the truth needs no cleaning."""
    for review in everything(world):
        assert clean_text(review.text) == review.text
        assert clean_text(review.reply_text) == review.reply_text
        assert clean_line(review.author) == review.author
        assert clean_line(review.title) == review.title
        assert review.text is not None or review.rating is not None


def test_variety(world: World) -> None:
    """Stars only, no stars, both languages, translations both ways, answers and edits: all of it occurs."""
    rows = everything(world)
    assert {review.rating for review in rows} == {None, 1, 2, 3, 4, 5}
    assert {review.language for review in rows} == {None, "en", "af"}
    assert {review.translated_first for review in rows if review.translation} == {True, False}
    shares = {
        "stars only": sum(review.text is None for review in rows),
        "anonymous": sum(review.author is None for review in rows),
        "answered": sum(review.reply_text is not None for review in rows),
        "edited": sum(review.updated > review.created for review in rows),
        "nine digits": sum(review.nanos > 0 for review in rows),
    }
    for share in shares.values():
        assert 0.01 < share / len(rows) < 0.6


def test_posts(world: World) -> None:
    """A business on Hellopeter has numbers for ids, that rise with time, a title and a text in each, whole seconds."""
    (slug,) = business_slugs(1)
    posts = world.truth(slug)
    numbers = [int(post.review_id) for post in posts]
    assert numbers == sorted(numbers, reverse=True)
    assert [post.created for post in posts] == sorted((post.created for post in posts), reverse=True)
    assert all(post.title and post.text and post.author_id for post in posts)
    assert not any(post.created.microsecond or post.nanos or post.translation for post in posts)
    messages = [message for post in posts for message in post.thread]
    assert {(message.by_owner, message.public) for message in messages} == {(True, True), (True, False), (False, True)}


def test_slugs() -> None:
    """Every business has a slug of its own, however many there are."""
    slugs = business_slugs(20)
    assert len(set(slugs)) == 20
    assert slugs[0] == "kelp-copper-harbour-road"
    assert slugs[:6] == business_slugs(6)


def test_new_ids(world: World) -> None:
    """What is added has an id in the manner of its site that nothing has had."""
    (slug,) = business_slugs(1)
    ids = [world.new_id(slug) for _ in range(3)] + [world.new_id(location_names(1)[0])]
    assert len(set(ids)) == 4
    assert min(int(id_) for id_ in ids[:3]) > max(int(post.review_id) for post in world.truth(slug))
    assert ids[3].startswith("added-")


def test_long_texts_repeat_only_where_meant(world: World) -> None:
    """A text that is hashed stands once in its location, and a few stand in a second one."""
    places: Counter[str] = Counter()
    for location in world.locations:
        hashes = Counter(filter(None, (content_hash(review.text) for review in world.truth(location))))
        assert max(hashes.values()) == 1
        places.update(hashes.keys())
    copies = sum(count - 1 for count in places.values())
    assert 1 <= copies <= 30


def test_unhappy_guests_give_fewer_stars(world: World) -> None:
    """What is said and the stars belong together."""
    good: list[int] = []
    bad: list[int] = []
    for review in everything(world):
        if review.rating is not None and review.text is not None:
            if "delicious" in review.text:
                good.append(review.rating)
            if "rude" in review.text or "cold and" in review.text:
                bad.append(review.rating)
    assert sum(good) / len(good) > 1 + sum(bad) / len(bad)


def test_changes(world: World) -> None:
    """An edit moves a review to the front, an answer does not, and what is not there cannot be changed."""
    location = location_names(3)[2]
    oldest, newest = world.truth(location)[-1], world.truth(location)[0]
    world.reply(location, oldest.review_id, END, "Thank you")
    assert world.truth(location)[0] == newest
    world.edit(location, oldest.review_id, END, text="Another text", rating=1)
    front = world.truth(location)[0]
    assert (front.review_id, front.text, front.reply_text) == (oldest.review_id, "Another text", "Thank you")
    world.delete(location, oldest.review_id)
    for wrong in (oldest.review_id, ""):
        with pytest.raises(NotThere):
            world.delete(location, wrong)
    with pytest.raises(NotThere):
        world.truth("accounts/1/locations/4")


@pytest.mark.parametrize(
    ("micros", "nanos", "text"),
    [
        (0, 0, "2026-01-31T00:00:00Z"),
        (120_000, 0, "2026-01-31T00:00:00.120Z"),
        (120_001, 0, "2026-01-31T00:00:00.120001Z"),
        (0, 7, "2026-01-31T00:00:00.000000007Z"),
    ],
)
def test_wire_times(micros: int, nanos: int, text: str) -> None:
    """Times have 0, 3, 6 or 9 digits, as few as it takes."""
    assert rfc3339(END.replace(microsecond=micros), nanos) == text


def test_page_tokens() -> None:
    """A page token stands for its place; anything else is none."""
    cursor = Cursor("accounts/1/locations/2", 150, 3)
    assert cursor_of(token_of(cursor)) == cursor
    for wrong in ("", "x", "é", "bm90IGpzb24", token_of(cursor)[:-5]):
        assert cursor_of(wrong) is None


def test_faults_come_in_turn() -> None:
    """A fault waits for its turn, lasts as long as it says, and meets only its kind of request."""
    faults = Faults()
    faults.add(Fault(kind="reset", after=1, times=2))
    faults.add(Fault(kind="slow", on="token"))
    met = [faults.next("reviews") for _ in range(4)]
    assert [fault.kind if fault else None for fault in met] == [None, "reset", "reset", None]
    fault = faults.next("token")
    assert fault is not None
    assert fault.kind == "slow"
    assert faults.next("token") is None
