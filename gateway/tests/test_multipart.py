"""Bodies of multipart/form-data taken apart, and names of files. Pure: no server."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.uploads.filenames import LONGEST, attachment, clean_name
from gateway.uploads.multipart import Begins, Ends, Multipart, boundary_of
from servicekit.errors import Invalid

BOUNDARY = b"xyz"


def a_part(content: bytes, disposition: bytes, *more: bytes) -> bytes:
    lines = [b"--xyz", b"Content-Disposition: " + disposition, *more, b"", content]
    return b"\r\n".join(lines) + b"\r\n"


def a_body(content: bytes, disposition: bytes = b'form-data; name="file"; filename="a.csv"') -> bytes:
    return a_part(content, disposition) + b"--xyz--\r\n"


def parts_of(*pieces: bytes) -> list[tuple[str, str | None, bytes]]:
    """(field, file name, content) of each complete part."""
    parser, found, content = Multipart(BOUNDARY), [], b""
    for piece in pieces:
        for event in parser.feed(piece):
            if isinstance(event, Begins):
                found.append((event.name, event.filename))
                content = b""
            elif isinstance(event, Ends):
                found[-1] = (*found[-1], content)
            else:
                content += event
    assert parser.is_complete
    return found


# Line ends, hyphens and pieces of the boundary: what a parser may mistake for the end of a part.
NEARLY_BOUNDARIES = st.lists(
    st.sampled_from([b"\r", b"\n", b"--", b"-", b"\r\n--xyz", b"xy", b"a"]), max_size=8
)


@settings(max_examples=60, deadline=None)
@given(NEARLY_BOUNDARIES.map(b"".join), st.lists(st.integers(0, 200), max_size=4))
def test_what_was_sent_comes_out_wherever_the_network_cuts_it(content: bytes, cuts: list[int]):
    if b"\r\n--xyz" in b"\r\n" + content:
        return  # such a file cannot be sent with this boundary
    body = a_body(content)
    places = sorted({0, len(body), *(min(cut, len(body)) for cut in cuts)})
    pieces = [body[start:end] for start, end in pairwise(places)]
    assert parts_of(*pieces) == [("file", "a.csv", content)]


def test_fields_and_files_are_told_apart():
    body = a_part(b"pt", b'form-data; name="language"') + a_body(b"x")
    assert parts_of(body) == [("language", None, b"pt"), ("file", "a.csv", b"x")]


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        ('form-data; name="file"; filename="açúcar.csv"'.encode(), "açúcar.csv"),
        ('form-data; name="file"; filename="açúcar.csv"'.encode("latin-1"), "açúcar.csv"),
        (b'form-data; name="file"; filename="a;b.csv"', "a;b.csv"),
        (b'form-data; name="file"; filename="say \\"hi\\".csv"', 'say "hi".csv'),
        (b"form-data; name=file; filename=plain.csv", "plain.csv"),
    ],
)
def test_names_of_files_are_read_as_programs_write_them(disposition: bytes, filename: str):
    assert parts_of(a_body(b"x", disposition))[0][1] == filename


@pytest.mark.parametrize(
    "body",
    [
        b"this is no multipart body at all",
        b"--abc\r\n\r\nx\r\n--abc--\r\n",
        a_part(b"x", b'attachment; filename="a.csv"'),
        a_part(b"x", b'form-data; filename="a.csv"'),
        a_part(b"x", b'form-data; name="file"; filename="a"', b"Content-Transfer-Encoding: base64"),
        a_part(b"x", b'form-data; name="file"', *(b"X-%d: 1" % number for number in range(20))),
        a_part(b"x", b'form-data; name="' + b"x" * 10_000 + b'"'),
        a_part(b"x", b'form-data; name="file"', b"no header at all"),
        a_part(b"", b'form-data; name="a"') * 60,
    ],
    ids=[
        "text",
        "another boundary",
        "attachment",
        "no name",
        "base64",
        "headers",
        "long",
        "no colon",
        "parts",
    ],
)
def test_a_body_that_is_broken_is_refused(body: bytes):
    with pytest.raises(Invalid) as refused:
        Multipart(BOUNDARY).feed(body)
    assert refused.value.payload["errors"][0]["code"] == "invalid_multipart"


def test_a_body_that_was_cut_off_is_not_complete():
    parser = Multipart(BOUNDARY)
    parser.feed(a_body(b"x")[:-6])
    assert not parser.is_complete


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        (b"multipart/form-data; boundary=xyz", b"xyz"),
        (b'multipart/form-data; charset=utf-8; boundary="x y"', b"x y"),
        (b"multipart/form-data", None),
        (b"multipart/form-data; boundary=", None),
        (b"multipart/form-data; boundary=" + b"x" * 71, None),
    ],
)
def test_the_boundary_is_in_the_content_type(content_type: bytes, boundary: bytes | None):
    assert boundary_of(content_type) == boundary


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("clients.csv", "clients.csv"),
        ("C:\\Users\\ana\\clients.csv", "clients.csv"),
        ("../../etc/passwd", "passwd"),
        (" a\r\n\0b.csv ", "ab.csv"),
        ("\u202egpj.exe", "gpj.exe"),
        ("..", ""),
        ("a/", ""),
        ("\u200b", ""),
        ("x" * 300 + ".csv", "x" * (LONGEST - 4) + ".csv"),
        ("x" * 300, "x" * LONGEST),
        ("a." + "x" * 300, "a." + "x" * (LONGEST - 2)),
    ],
)
def test_names_of_files_are_cleaned(raw: str, clean: str):
    assert clean_name(raw) == clean


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=250))
def test_a_clean_name_stays_as_it_is_and_is_sent_back_whole(raw: str):
    name = clean_name(raw)
    assert clean_name(name) == name
    assert len(name) <= LONGEST
    header = attachment(name).decode("ascii")
    assert header.isprintable()
    assert header.count('"') == 2
    assert unquote(header.rpartition("''")[2]) == name
