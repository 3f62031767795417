"""Strings that would steer a terminal, if they reached it. Numbers in them are ones that nobody else writes."""

from __future__ import annotations

import base64
from random import Random

ATTACKS = (
    "\x1b]0;pwned\x07",
    "\x1b]2;pwned\x1b\\",
    "\x1b]52;c;" + base64.b64encode(b"rm -rf ~").decode() + "\x07",
    "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07",
    "\x1b]1337;File=inline=1:AAAA\x07",
    "\x1b]4;1;rgb:7/7/7\x07",
    "\x1b[2J",
    "\x1b[3J",
    "\x1b[777;777H",
    "\x1b[777A",
    "\x1b[31;7;77m",
    "\x1b[?1049l",
    "\x1b[?1000h",
    "\x1b[?2004l",
    "\x1b[?47777h",
    "\x1b[200~",
    "\x1b[201~",
    "\x1b[6n",
    "\x1b[c",
    "\x1b[>c",
    "\x1b[18t",
    "\x1b[21t",
    "\x1b[5i",
    "\x1b[?7777$p",
    "\x1b[1;77r",
    "\x1b[4h",
    "\x1bc",
    "\x1bD",
    "\x1bM",
    "\x1b7",
    "\x1b8",
    "\x1b(0",
    "\x1b#8",
    "\x1bP$q7m\x1b\\",
    "\x1bPtmux;\x1b\x1b]52;c;eA==\x07\x1b\\",
    "\x1b_Gi=77;\x1b\\",
    "\x1bX77\x1b\\",
    "\x1b^77\x1b\\",
    "\x1b",
    "\x1b[",
    "\x1b]",
    "\x9b2J",
    "\x9b777m",
    "\x9d0;pwned\x9c",
    "\x90q77\x9c",
    "\x9e77\x9c",
    "\x9f77\x9c",
    "\x85",
    "\x84",
    "\x8d",
    "\x07",
    "\x08\x08\x08",
    "\x0e",
    "\x0f",
    "\x00",
    "\x7f",
    "\x05",
    "\r",
    "\n",
    "\t",
    "\x0b",
    "\x0c",
    "\x11\x13",
    "\u202e",
    "\u202a\u202b\u202d",
    "\u2066\u2067\u2068\u2069",
    "\u200e\u200f\u061c",
    "\u200b\u200c\u200d",
    "\u2028\u2029",
    "\ufeff",
    "\u2060\u2061\u2064",
    "[/not-open]",
    "[@click=app.quit]x[/]",
    "[bold red]x[/]",
    "[link=https://evil.example]x[/link]",
    ":pile_of_poo:",
    "%s%n%x",
    "漢字かな",
    "👩‍👩‍👧‍👦🏳️‍🌈",
    "e\u0301\u0302\u0303\u0304\u0305\u0306\u0307",
    "שלום عربي",
    "\U000e0041\U000e0042",
    "\ue000\uf8ff",
)


def hostile(count: int, seed: int) -> list[str]:
    """So many strings, the plain attacks first, then one to three of them between pieces of text; none is empty."""
    random = Random(seed)
    found = list(ATTACKS[:count])
    while len(found) < count:
        parts = random.choices(ATTACKS, k=random.randint(1, 3))
        glue = random.choices(("", "a", "tenant-7", " ", chr(random.randint(0, 0x9F)), "é"), k=len(parts))
        found.append("".join(piece for pair in zip(glue, parts, strict=True) for piece in pair)[:60])
    return found


def harmless(count: int) -> list[str]:
    """So many strings that steer nothing."""
    return [f"tenant-{n} text {n}" for n in range(count)]
