"""What a reader of the assembled scripts would find fault with, found without any tool of Lua's own."""

from tests.support.lua.check import check
from tests.support.lua.replies import reply_words
from tests.support.lua.scopes import Finding
from tests.support.lua.uses import Numbers, functions, literals, numbers_of

__all__ = [
    "Finding",
    "Numbers",
    "check",
    "functions",
    "literals",
    "numbers_of",
    "reply_words",
]
