"""What a complaints site shows of an invented review: a number for an id, a title, and a conversation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import msgspec

from jobs.simulator.world import Message, TrueReview

_TITLE_WORDS = 5
_COMMENTS = {
    "en": ("Thank you for getting back to me.", "Nobody has called me yet.", "We shall see next time."),
    "af": ("Dankie dat u geantwoord het.", "Niemand het my nog gebel nie.", "Ons sal volgende keer sien."),
}
_MORE_ANSWERS = {
    "en": ("We have sent you a message & hope to hear from you.", "The manager will call you today."),
    "af": ("Ons het vir u 'n boodskap gestuur & hoor graag van u.", "Die bestuurder sal u vandag bel."),
}
_PRIVATE = "Please send us your number and the name of your waiter, {name}."


def posts(reviews: Iterable[TrueReview], business: int, end: datetime, random: Random) -> Iterator[TrueReview]:
    """The reviews of the site's business of this number, with ids in the order in which they were written."""
    first = (business + 5) * 1_000_000
    for number, review in enumerate(sorted(reviews, key=lambda review: review.created)):
        yield post(review, str(first + number), end, random)


def post(review: TrueReview, review_id: str, end: datetime, random: Random) -> TrueReview:
    """The review as the site shows it; nothing in its conversation is as late as `end`."""
    return msgspec.structs.replace(
        review,
        review_id=review_id,
        author_id=str(UUID(int=random.getrandbits(128), version=4)),
        title=_title(review.text),
        thread=tuple(_thread(review, end, random)),
    )


def _title(text: str | None) -> str | None:
    """The first few words, as somebody in a hurry would put it."""
    return text and " ".join(text.split()[:_TITLE_WORDS]).rstrip(".,!…")


def _thread(review: TrueReview, end: datetime, random: Random) -> Iterator[Message]:
    language = review.language or "en"
    if review.reply_at is None:
        if random.random() < 0.05:
            at = _after(review.created, end, random)
            yield Message(text=random.choice(_COMMENTS[language]), at=at, by_owner=False, public=True)
        return
    if random.random() < 0.3:  # before the public answer, so that the first message is not always it
        text = _PRIVATE.format(name=(review.author or "guest").split(" ")[0])
        at = review.created + (review.reply_at - review.created) / 2
        yield Message(text=text, at=at.replace(microsecond=0), by_owner=True, public=False)
    if random.random() < 0.25:
        at = _after(review.reply_at, end, random)
        yield Message(text=random.choice(_COMMENTS[language]), at=at, by_owner=False, public=True)
        if random.random() < 0.5:
            again = _after(at, end, random)
            yield Message(text=random.choice(_MORE_ANSWERS[language]), at=again, by_owner=True, public=True)


def _after(at: datetime, end: datetime, random: Random) -> datetime:
    later = at + timedelta(seconds=random.randrange(1, 3 * 86_400))
    return min(later, end - timedelta(seconds=1)).replace(microsecond=0)
