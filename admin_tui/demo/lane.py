"""A sorted list of jobs of any length: real ones, and behind or between them a million that are made when looked at."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from heapq import merge
from itertools import islice
from typing import Protocol

from admin_tui.demo.record import Record

Key = tuple[int, str]
"""What a job is sorted by, and its id."""


class Deep(Protocol):
    """Jobs that exist only by their number: `key` rises with it."""

    @property
    def count(self) -> int:
        """How many there are; their numbers begin at 0."""
        ...

    def key(self, number: int) -> Key:
        """What this one is sorted by."""
        ...

    def make(self, number: int) -> Record:
        """The job of this number."""
        ...

    def number(self, job_id: str) -> int | None:
        """The number of the job with this id."""
        ...


class Lane:
    """Jobs in the order of their keys; those of `deep` are in it until they are taken out."""

    def __init__(self, deep: Deep | None = None) -> None:
        self._keys: list[Key] = []
        self._deep = deep
        self._gone: list[int] = []

    def __len__(self) -> int:
        return len(self._keys) + self._deep_count

    @property
    def _deep_count(self) -> int:
        return self._deep.count - len(self._gone) if self._deep is not None else 0

    def add(self, key: Key) -> None:
        """The job is in the list."""
        insort(self._keys, key)

    def remove(self, key: Key) -> None:
        """The job is not in the list."""
        at = bisect_left(self._keys, key)
        if at < len(self._keys) and self._keys[at] == key:
            del self._keys[at]
            return
        number = self._deep.number(key[1]) if self._deep is not None else None
        if number is not None and not self._is_gone(number):
            insort(self._gone, number)

    def find(self, job_id: str) -> Record | None:
        """The job of this id, if it is one of the deep ones."""
        if self._deep is None:
            return None
        number = self._deep.number(job_id)
        return None if number is None or self._is_gone(number) else self._deep.make(number)

    def _is_gone(self, number: int) -> bool:
        at = bisect_left(self._gone, number)
        return at < len(self._gone) and self._gone[at] == number

    def rank(self, key: Key) -> int:
        """How many are before this key."""
        return bisect_left(self._keys, key) + self._deep_below(key)

    def page(self, first: int, count: int) -> list[Key]:
        """The keys of up to `count` jobs from number `first` on."""
        first = max(0, first)
        count = min(count, len(self) - first)
        if count <= 0:
            return []
        before = self._real_before(first)
        real, deep = self._keys[before : before + count], self._deep_from(first - before, count)
        return list(islice(merge(real, deep), count))

    def _real_before(self, rank: int) -> int:
        """How many real ones are before this rank: as many as are smaller than the deep ones beside them."""
        low, high = max(0, rank - self._deep_count), min(rank, len(self._keys))
        while low < high:
            middle = (low + high) // 2
            if self._keys[middle] < self._deep_key(rank - middle - 1):
                low = middle + 1
            else:
                high = middle
        return low

    def _deep_from(self, n: int, count: int) -> Iterator[Key]:
        """The keys of up to `count` deep ones, from the n-th that is still there on."""
        if self._deep is None or n >= self._deep_count:
            return
        number = self._deep_number(n)
        for _ in range(min(count, self._deep_count - n)):
            while self._is_gone(number):
                number += 1
            yield self._deep.key(number)
            number += 1

    def _deep_key(self, n: int) -> Key:
        """The key of the n-th that is still there."""
        assert self._deep is not None
        return self._deep.key(self._deep_number(n))

    def _deep_number(self, n: int) -> int:
        """The number of the n-th that is still there."""
        low, high = n, n + len(self._gone)
        while low < high:
            middle = (low + high) // 2
            if middle + 1 - bisect_right(self._gone, middle) < n + 1:
                low = middle + 1
            else:
                high = middle
        return low

    def _deep_below(self, key: Key) -> int:
        if self._deep is None:
            return 0
        low, high = 0, self._deep_count
        while low < high:
            middle = (low + high) // 2
            if self._deep_key(middle) < key:
                low = middle + 1
            else:
                high = middle
        return low
