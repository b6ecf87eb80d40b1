"""The spreadsheets of a small company as they really were: `python -m deploy.demo.messy FOLDER` writes them.

`clientes.csv` went through three programs: two encodings and text that was encoded twice, numbers that a
spreadsheet has shortened, people who stand there twice. `feira.xlsx` was made by hand: a title above the
table, merged cells, numbers that are numbers. What becomes of each row is told in docs/messy-file.md.
"""

from __future__ import annotations

import io
import sys
from datetime import date
from pathlib import Path
from typing import Any, Final

import xlsxwriter

CSV, XLSX = "clientes.csv", "feira.xlsx"

# As bytes, since not all of them are text in one encoding.
_LINES: Final = (
    "NOME DO CLIENTE;E-mail ;Celular;Data de nascimento;Etiquetas;Plano;Cidade",
    "Maria Aparecida da Silva;maria.silva@feira.example;(11) 97744-1835;28/02/1990;vip, fiel;Gold;São Paulo",
    "MARIA AP. DA SILVA;;+55 11 97744 1835;;recomendado;;",
    "João Souza;joao.souza@feira.example;5,51199E+12;12/05/1982;;Silver;Campinas",
    "JosÃ© Pereira;jose.pereira@feira.example;21 98844-1836;03/11/1975;fiel;;NiterÃ³i",
    "Antônio Reis;antonio.reis@feira.example;31 99811-2233;;;;Belo Horizonte".encode("cp1252"),
    "",
    ";sem.nome@feira.example;11 91234-0001;;;;",
    "Carla Dias;carla.dias@@feira.example;11 91234-0002;;lead;;Santos",
    "Pedro Rocha;;11 91234-0003 / 11 3456-7890;;;;Osasco",
    "Ana Lima;ana.lima@feira.example;11 91234-0004;31/02/1985;;;Jundiaí",
    '"Loja ""Bom Preço"", matriz";contato@bompreco.example;(11) 3456-7891;;wholesale;Gold;"Rua Sete, 7',
    'São Paulo"',
    "Rui Alves;;;07/08/85;lead;;Recife",
    "Bia Melo;bia@exämple.example;11 91234-0005;;;Platina;Salvador",
    "Beto Nunes;beto.nunes@feira.example;#N/A;;;;",
    "Lia Prado;lia.prado@feira.example;11 91234-0006;;lead;;Rua A; 12; fundos",
    "Zé Carlos;;11 91234-0007",
    "=1+1 Promoções;promo@feira.example;;;;;",
    "Souza, João;JOAO.SOUZA@FEIRA.EXAMPLE;;;vip;;",
)
_HEAD: Final = ("Contato", "Telefone", "E-mail", "Visita", "Empresa")
_ROWS: Final = (
    ("Helena Prates", 11987650101.0, "helena@oficina.example", date(2026, 3, 14), "Oficina Prates"),
    ("Otávio Prates", "(11) 98765-0102", None, date(2026, 3, 14), None),
    ("Nair Fontes", "=A1&B1", "nair@feira.example", date(2026, 3, 15), "Padaria Fontes"),
    ("Maria Silva", "11 97744-1835", "maria.aparecida@feira.example", date(2026, 3, 15), None),
    ("Ivo", "11 9876", None, "em março", None),
)


def csv_file() -> bytes:
    """UTF-8 with its mark, but for one line."""
    lines = (line if isinstance(line, bytes) else line.encode() for line in _LINES)
    return b"\xef\xbb\xbf" + b"\r\n".join(lines) + b"\r\n"


def xlsx_file() -> bytes:
    """A title over merged cells, an empty row, then the table; Oficina Prates stands in two merged cells."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Feira")
        sheet.merge_range("A1:E1", "Contatos da feira de março", book.add_format({"bold": True}))
        sheet.write_row(2, 0, _HEAD)
        for number, row in enumerate(_ROWS, 3):
            _write(sheet, number, row)
        sheet.merge_range("E4:E5", "Oficina Prates")
    return target.getvalue()


def _write(sheet: Any, number: int, row: tuple[object, ...]) -> None:
    for column, value in enumerate(row):
        if isinstance(value, date):
            sheet.write_datetime(number, column, value)
        elif isinstance(value, str) and value.startswith("="):
            sheet.write_formula(number, column, value, value="")  # no value is saved with it
        elif value is not None:
            sheet.write(number, column, value)


def main(folder: Path) -> None:
    (folder / CSV).write_bytes(csv_file())
    (folder / XLSX).write_bytes(xlsx_file())


if __name__ == "__main__":
    main(Path(sys.argv[1]))
