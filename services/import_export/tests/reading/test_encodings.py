"""Encodings are told by their bytes; what other encodings could be too is never called certain."""

from __future__ import annotations

import pytest

from services.import_export.reading.domain.encodings import of_evidence

NAMES = [
    ("cp1252", "João Conceição"),
    ("cp1252", "MARÍA NÚÑEZ"),
    ("cp1252", "Hélène Côté, Benoît Lefèvre"),
    ("cp1252", "Jürgen Groß"),
    ("cp1252", "Þórður Guðmundsson"),
    ("iso-8859-15", "Anne-Cœur Lefèvre"),
    ("cp1250", "Růžena Šťastná, Jiří Dvořák"),
    ("cp1250", "Erdős Gyűrű"),
    ("iso-8859-2", "Wiśniewski Zając"),
    ("cp1251", "Мария Щукина"),
    ("iso-8859-5", "Иван Петров"),
    ("cp1253", "Μαρία Παπαδοπούλου"),
    ("iso-8859-7", "Άννα Γιώργος"),
    ("cp1254", "Şükrü Yılmaz"),
    ("cp1257", "Žemaitis Ąžuolas"),
]
# Each of these is a name in another encoding too.
DOUBTFUL = [("cp1252", "João"), ("cp1250", "Wiśniewski"), ("cp1250", "Szőke"), ("cp1257", "Kęstutis Šalčius")]


@pytest.mark.parametrize(("encoding", "name"), NAMES)
def test_the_encoding_of_a_name(encoding: str, name: str) -> None:
    found = of_evidence(valid=0, invalid=1, evidence=name.encode(encoding))
    assert name.encode(encoding).decode(found.encoding) == name


@pytest.mark.parametrize(("encoding", "name"), DOUBTFUL)
def test_a_doubt_is_told(encoding: str, name: str) -> None:
    assert not of_evidence(valid=0, invalid=1, evidence=name.encode(encoding)).certain


def test_a_file_is_utf8_if_some_of_its_lines_are() -> None:
    assert of_evidence(valid=10, invalid=90, evidence="João".encode("cp1252")).encoding == "utf-8"
    assert of_evidence(valid=1, invalid=99, evidence="João".encode("cp1252")).encoding == "windows-1252"
