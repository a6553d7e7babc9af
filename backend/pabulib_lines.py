"""The lines of a Pabulib file: bytes become three tables of cells, and what is broken names its line.

The format: https://pabulib.org/format. It knows neither projects nor votes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SECTIONS = ("META", "PROJECTS", "VOTES")
MOST_BYTES = 100_000_000  # ten times the largest election that is published
LONGEST_CELL = 1_000_000  # characters


class Broken(ValueError):
    """A file that can't be counted. `line` counts from 1; 0 stands for the whole file."""

    def __init__(self, line: int, wrong: str) -> None:
        super().__init__(f"Line {line}: {wrong}" if line else wrong)
        self.line = line


@dataclass(frozen=True)
class Row:
    """The cells of a line by the names of their columns, without blanks around them."""

    line: int
    cells: dict[str, str]

    def needed(self, column: str) -> str:
        """Raises Broken when the cell is empty."""
        if not self.cells[column]:
            raise Broken(self.line, f'"{column}" is empty.')
        return self.cells[column]


@dataclass
class Section:
    title: str
    line: int
    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def needs(self, *columns: str) -> None:
        for column in columns:
            if column not in self.columns:
                raise Broken(self.line + 1, f'{self.title} has no column "{column}".')


def sections(content: bytes | str) -> dict[str, Section]:
    """META, PROJECTS and VOTES, in this order. Raises Broken."""
    found: dict[str, Section] = {}
    current: Section | None = None
    for line, cells in _rows(_lines(content)):
        title = cells[0].upper()
        if title in SECTIONS and not any(cells[1:]):
            current = found[title] = _begun(title, line, found)
        elif current is None:
            raise Broken(line, "a file begins with the line META.")
        elif not current.columns:
            current.columns = _columns(current, line, cells)
        else:
            current.rows.append(Row(line, _by_column(current, line, cells)))
    for title in SECTIONS:
        if title not in found:
            raise Broken(0, f"There is no section {title}." if found else "The file is empty.")
        if not found[title].columns:
            raise Broken(found[title].line, f"{title} has no line with the names of its columns.")
    return found


def shown(text: str) -> str:
    """What stands in a file, short and on one line, for an error that quotes it."""
    return repr(text if len(text) <= 40 else f"{text[:37]}...")


def _lines(content: bytes | str) -> list[str]:
    if len(content) > MOST_BYTES:
        raise Broken(0, f"The file is too large: at most {MOST_BYTES:,} bytes are read.")
    text = _decoded(content) if isinstance(content, bytes) else content.removeprefix("\ufeff")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if "\0" in line:
            raise Broken(number, "it holds a byte of zeros, which no text does.")
    return lines


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise Broken(0, "The file is written in UTF-16. The format wants UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Broken(content[: error.start].count(b"\n") + 1, "it is not written in UTF-8.") from None


def _rows(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each line that holds something. Most hold no quotation mark and need no parser."""
    at = 0
    while at < len(lines):
        begin, line = at, lines[at]
        if '"' in line:
            cells, at = _quoted(lines, begin)
        else:
            cells, at = line.split(";"), begin + 1
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield begin + 1, cells


def _quoted(lines: Sequence[str], begin: int) -> tuple[list[str], int]:
    """The cells of a row with quotation marks, which may go over several lines, and where the next one begins."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader((f"{lines[at]}\n" for at in range(begin, len(lines))), delimiter=";")
    try:
        cells = next(reader)
    except csv.Error:
        raise Broken(begin + 1, "a quotation mark is never closed, or a cell is too long.") from None
    end = begin + reader.line_num
    taken = lines[begin:end]
    swallowed = any(line.strip().upper() in SECTIONS for line in taken)
    if len(taken) > 1 and (swallowed or (end == len(lines) and "".join(taken).count('"') % 2)):
        raise Broken(begin + 1, "a quotation mark is opened and never closed.")
    return cells, end


def _begun(title: str, line: int, found: dict[str, Section]) -> Section:
    if title in found:
        raise Broken(line, f"{title} stands here a second time.")
    if title != SECTIONS[len(found)]:
        raise Broken(line, f"{title} stands where {SECTIONS[len(found)]} belongs.")
    for earlier in found.values():
        if not earlier.columns:
            raise Broken(earlier.line, f"{earlier.title} has no line with the names of its columns.")
    return Section(title, line)


def _columns(section: Section, line: int, cells: list[str]) -> list[str]:
    names = [cell.lower() for cell in cells]
    while names and not names[-1]:
        names.pop()
    for name in names:
        if names.count(name) > 1:
            raise Broken(line, f'{section.title} has the column "{name}" twice.')
    if section.title == "META" and sorted(names) != ["key", "value"]:
        raise Broken(line, 'the columns of META are "key" and "value".')
    return names


def _by_column(section: Section, line: int, cells: list[str]) -> dict[str, str]:
    """The format leaves out what follows a semicolon too many in META; elsewhere a row has a cell for each column."""
    wanted = len(section.columns)
    if len(cells) < wanted:
        raise Broken(line, f"a row of {section.title} has {wanted} cells, this one {len(cells)}.")
    if section.title != "META" and any(cells[wanted:]):
        raise Broken(line, f"a row of {section.title} has {wanted} cells, this one {len(cells)}.")
    return dict(zip(section.columns, cells, strict=False))
