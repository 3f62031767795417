"""Invented authors and restaurants."""

from __future__ import annotations

import re
from random import Random

_FIRST_NAMES = """
    Thandi Pieter Lerato Johan Ayesha Sipho Marlene Kagiso Annelie Bongani Chantal Dirk Fatima Gerhard Hester
    Imraan Jabu Karien Lwazi Mandla Naledi Ockert Palesa Riaan Sunette Themba Unathi Vusi Wilma Xolani Yusuf
    Zinhle Emma Oliver Grace Liam Amelia Noah Priya Arjun
"""
_SURNAMES = """
    Adams Botha Cele Dlamini Erasmus Fourie Govender Hlongwane Isaacs Jacobs Khumalo Louw Mokoena Naidoo
    Olivier Petersen Quinn Radebe Smit Tshabalala Uys Venter Williams Xaba Zulu Abrahams Brink Coetzee Davids
"""
_FIRST = tuple(_FIRST_NAMES.split())
_LAST = tuple(_SURNAMES.split())

RESTAURANTS = (
    "Kelp & Copper, Harbour Road",
    "Die Blou Ketel, Kerkstraat",
    "Saffron Yard, Market Square",
    "Oom Fanie se Eetplek, Stasieweg",
    "The Quiet Fork, Dam View",
    "Umlilo Grill, Long Acre",
)


def author_name(random: Random) -> str:
    """A full name, a name with an initial or a first name, as review pages show them."""
    first, last = random.choice(_FIRST), random.choice(_LAST)
    style = random.random()
    if style < 0.55:
        return f"{first} {last}"
    return f"{first} {last[0]}." if style < 0.85 else first


def slug_of(text: str) -> str:
    """The text as a part of an address."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
