"""Drawings: every mark that an area may have is drawn, and the line has seven stops."""

import re

import pytest
from jinja2 import Environment, FileSystemLoader

from backend.areas import MARKS
from pwa.assets import HERE


@pytest.fixture
def parts() -> Environment:
    return Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)


def test_every_mark_of_an_area_is_drawn(parts: Environment) -> None:
    drawn = parts.get_template("parts/_icons.html").module.marks

    assert set(drawn) == set(MARKS)


@pytest.mark.parametrize("here", range(1, 9))
def test_the_line_always_has_seven_stops(parts: Environment, here: int) -> None:
    line = str(parts.get_template("parts/_line.html").module.mini(here))

    assert len(re.findall("<i", line)) == 7
    assert line.count('class="done"') == here - 1
    assert line.count('class="here"') == (1 if here < 8 else 0)


def test_a_case_that_went_back_shows_the_way_and_what_it_visited(parts: Environment) -> None:
    line = str(parts.get_template("parts/_line.html").module.mini(3, 6))

    assert '<b data-hops="3">' in line
    assert line.count('class="been"') == 3


def test_a_bar_is_as_long_as_its_share_and_says_it_in_words(parts: Environment) -> None:
    lines = parts.get_template("parts/_line.html").module

    assert 'width="72.3%"' in lines.bar(107, 148, "107 of 148 votes")
    assert 'aria-label="107 of 148 votes"' in lines.bar(107, 148, "107 of 148 votes")
    assert 'width="0%"' in lines.bar(0, 0, "no votes")


@pytest.mark.parametrize("name", ["table", "stall", "sofa", "passage", "wash", "call", "busstop", "window", "unknown"])
def test_a_picture_stands_in_where_there_is_no_photograph(parts: Environment, name: str) -> None:
    assert str(parts.get_template("parts/_pictures.html").module.pic(name)).strip().startswith("<svg")


def test_templates_keep_to_the_strict_policy() -> None:
    for template in (HERE / "templates").rglob("*.html"):
        text = template.read_text("utf-8")
        assert not re.search(r'\sstyle="|\son[a-z]+="|<style|<script(?![^>]*\bsrc=)', text), template
