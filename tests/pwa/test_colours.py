"""Colours that people can read: each pair that the style uses, for each line, in light and in dark."""

import re
from pathlib import Path

import pytest

from backend.areas import LINES

TOKENS = Path(__file__).parents[2] / "pwa" / "static" / "css" / "tokens.css"
SHEETS = sorted(TOKENS.parent.glob("*.css"))
OF_A_LINE = {"area", "deep", "tint", "field", "shade", "glow"}
TEXT = 4.5  # WCAG 2.2, 1.4.3
MARKS = 3.0  # WCAG 2.2, 1.4.11
TEXT_PAIRS = (
    "ink paper, ink sheet, ink sand, ink tint, ink-2 paper, ink-2 sheet, ink-2 sand, ink-2 tint, "
    "area paper, area sheet, area sand, area tint, deep paper, on-area area, on-area deep, on-field field, "
    "on-field shade, on-now now, late paper, late sheet, on-late late, soon paper, soon tint, on-board board, "
    "board-2 board, coal on-field, coal white, paper ink"
)
MARK_PAIRS = "edge paper, edge sheet, edge sand, edge tint, now field, area sand, on-field field, coal now"
SIDES = (
    r"(?:margin|padding|border|inset)-(?:left|right|top|bottom)|left|right|top|bottom"
    r"|width|height|(?:min|max)-(?:width|height)|float"
)

Colours = dict[str, str]


def colours_in(block: str) -> Colours:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block))


def colours(line: str, mode: str) -> Colours:
    """What the cascade leaves: the ground's colours, then the line's; in dark, the dark ones over the light ones."""
    light, dark = TOKENS.read_text().split("@media (prefers-color-scheme: dark)")
    found: Colours = {}
    for sheet in (light, dark) if mode == "dark" else (light,):
        for selector, block in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
            names = {name.strip() for name in re.sub(r"/\*.*?\*/", "", selector, flags=re.DOTALL).split(",")}
            if f'[data-line="{line}"]' in names or names in ({":root"}, {":root", "[data-line]"}):
                found |= colours_in(block)
    return found


def brightness(colour: str) -> float:
    """Relative luminance from 0 to 1 (WCAG 2.2)."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((brightness(one), brightness(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("line", LINES)
def test_every_pair_of_colours_can_be_read(line: str, mode: str) -> None:
    seen = colours(line, mode)

    faint = [
        f"{pair}: {contrast(*(seen[name] for name in pair.split())):.2f}, needs {least}"
        for pairs, least in ((TEXT_PAIRS, TEXT), (MARK_PAIRS, MARKS))
        for pair in pairs.split(", ")
        if contrast(*(seen[name] for name in pair.split())) < least
    ]

    assert not faint, f"Change these in tokens.css for {line} in {mode}: {faint}"


@pytest.mark.parametrize("line", LINES)
def test_every_line_has_its_own_colours_in_both_modes(line: str) -> None:
    light, dark = TOKENS.read_text().split("@media (prefers-color-scheme: dark)")

    for sheet in (light, dark):
        block = re.search(rf'\[data-line="{line}"\] \{{([^}}]*)\}}', sheet)
        assert block, f"tokens.css lacks {line}."
        assert set(colours_in(block[1])) == OF_A_LINE


def test_no_two_lines_look_alike() -> None:
    for mode in ("light", "dark"):
        areas = [colours(line, mode)["area"] for line in LINES]
        assert len(set(areas)) == len(LINES)


@pytest.mark.parametrize("sheet", [sheet for sheet in SHEETS if sheet != TOKENS], ids=lambda sheet: sheet.name)
def test_raw_colours_stand_in_the_tokens_only(sheet: Path) -> None:
    raw = re.findall(r"(?<!url\()#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|lab|lch)a?\(", sheet.read_text())

    assert not raw, f"Give these a name in tokens.css: {raw}"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_sheets_speak_of_start_and_end_so_that_they_turn(sheet: Path) -> None:
    physical = re.findall(rf"^\s*(?:{SIDES})\b[^;{{]*:[^;{{]*;", sheet.read_text(), flags=re.MULTILINE)
    physical += re.findall(r"text-align: (?:left|right)", sheet.read_text())

    assert not physical, f"Use logical properties instead of {physical}."


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_every_token_that_is_used_exists(sheet: Path) -> None:
    declared = {name for each in SHEETS for name in re.findall(r"(--[\w-]+):", each.read_text())}

    assert set(re.findall(r"var\((--[\w-]+)", sheet.read_text())) <= declared
