"""The read of a search's steps."""

from __future__ import annotations

from engine.queries import Query
from engine.streams.call import Arg, Call
from engine.streams.commands.build import build
from engine.streams.keys import Keys
from engine.streams.reads.lists import lines, to_bytes, to_cursor
from engine.views import Hits, Listed


def search(k: Keys, clock_us: int, listed: Listed, query: Query, looked: int, after: str | None) -> Call[Hits]:
    """The hits among the next jobs of a list, at most `looked` of them, and where the next step begins."""

    def decode(reply: list[bytes]) -> Hits:
        behind, seen, total = reply[:3]
        return Hits(lines(reply[3:]), int(seen), int(total), to_cursor(behind) or None)

    args: list[Arg] = [clock_us, listed, looked, to_bytes(after or "")]
    return build("search", k, [*args, *query_words(query)], decode, items=looked)


def query_words(query: Query) -> list[Arg]:
    """The terms as scripts take them: field, operator and value of each."""
    return [word for term in query.terms for word in (term.field, term.op, term.value)]
