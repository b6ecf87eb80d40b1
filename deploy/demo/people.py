"""Made-up people: names in Portuguese, Spanish and English, addresses that belong to nobody.

Numbers come from a range kept for fiction where a country has one (US 555-01xx), e-mails from example.com
(RFC 2606). The same people each time.
"""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

FIRST = {
    "pt": "Ana João Maria José Beatriz Caio Débora Edson Flávia Gustavo Helena Ícaro Júlia Kauã Letícia "
    "Márcio Natália Otávio Patrícia Rafael Sônia Tiago Valéria Wagner Conceição",
    "es": "Alejandra Benjamín Carmen Diego Elena Fernando Guadalupe Héctor Inés Joaquín Lucía Martín Nuria "
    "Óscar Pilar Ramón Sofía Tomás Úrsula Víctor Ximena Yolanda Andrés Begoña Íñigo",
    "en": "Alice Benjamin Charlotte Daniel Emily Frank Grace Henry Isabel Jack Katherine Liam Megan Noah "
    "Olivia Peter Quinn Rose Samuel Theresa Victor Wendy Zoe Siobhán Zachary",
}
LAST = {
    "pt": "Silva Souza Oliveira Santos Pereira Araújo Conceição Gonçalves Magalhães Corrêa Lima Rocha Cunha "
    "Brandão Paixão",
    "es": "García Martínez Hernández Rodríguez Muñoz Ibáñez Peña Álvarez Gutiérrez Jiménez Ortega Vázquez "
    "Núñez Soler Ríos",
    "en": "Smith Johnson Brown Taylor Wilson Evans Thomas Walker O'Brien Clarke MacDonald Bennett Harris "
    "Cooper Ward",
}
CITIES = {
    "pt": ("São Paulo", "Rio de Janeiro", "Belo Horizonte", "Curitiba", "Lisboa"),
    "es": ("Madrid", "Ciudad de México", "Buenos Aires", "Bogotá", "Sevilla"),
    "en": ("London", "New York", "Dublin", "Toronto", "Leeds"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """One made-up person; `phone` is E.164."""

    language: str
    name: str
    email: str
    phone: str
    city: str


def _phones(language: str) -> Iterator[str]:
    if language == "pt":
        return (f"+55{11 + n % 9}9{90000000 + n}" for n in count())
    if language == "es":
        return (f"+346{10000000 + n}" for n in count())
    areas = ("202", "212", "303", "312", "404", "415", "503", "602", "617", "702")
    us = (f"+1{area}55501{n:02d}" for area in areas for n in range(100))
    return us


def _ascii(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if c.isascii() and c.isalpha())


def people(total: int, seed: int = 7) -> Iterator[Person]:
    """`total` different people: half Portuguese, a quarter Spanish, a quarter English (at most 1,000)."""
    rng = random.Random(seed)
    phones = {language: _phones(language) for language in FIRST}
    for number in range(total):
        language = ("pt", "es", "pt", "en")[number % 4]
        first = rng.choice(FIRST[language].split())
        last = rng.sample(LAST[language].split(), 2 if language != "en" else 1)
        email = f"{_ascii(first)}.{_ascii(last[0])}{number}@example.com"
        name = " ".join([first, *last])
        yield Person(language, name, email, next(phones[language]), rng.choice(CITIES[language]))
