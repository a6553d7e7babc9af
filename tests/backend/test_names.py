"""Names: every people's own may be written, and none may pass for somebody who works here."""

from __future__ import annotations

import subprocess
import sys

import pytest
from sqlalchemy.orm import Session

from backend import names, people, teams
from backend.errors import Refusal
from tests.conftest import NOON
from tests.makers import a_case, ana, karin, mira, seved

REAL = (
    "Åsa", "Đorđe", "محمد", "می‌خواهم", "ሰላም", "O'Brien", "D’Angelo", "Jean-Luc", "Мария", "Nguyễn Thị", "李小龙",
    "さくらカナ", "김민준", "Ελένη", "מִרְיָם", "مُحَمَّد", "Łukasz", "Þór", "Ayşe", "İpek", "Iina", "Anna 😀", "Sara 2",
    "برويز مشرف", "Staffan", "Ivan Иван", "Karin B",
)  # fmt: skip
UNSEEN = (
    "M\u200bira", "\u202eariM", "Mi\u2066ra", "Mira\ufeff", "Mi\u00adra", "Mira\u3164", "Mira\ufe0f", "Mi\u034fra",
    "a\u200cb", "\u200cمحمد", "Mira\u0007", "Mira\ue000", "Mira\u0378", "Mira\U000e0041", "A" + "\u0301" * 5,
)  # fmt: skip
MIXED = ("Мira", "Mіra", "Kаrin", "ᛗira", "Αnna", "Kоммуна", "محمدa")
FORGED = (
    "Mira", "mira", "MIRA", " Mira ", "M i r a", "Mi-ra", "Míra", "Mıra", "MIra", "Mlra", "M1ra", "M|ra", "Ｍｉｒａ",
    "𝐌𝐢𝐫𝐚", "Mira.", "Mira ✔", "Mira 👍", "Міга", "Rnira", "Mira\u00a0",
)  # fmt: skip
OFFICES = (
    "Moderator", "m0derator", "Moderator Ali", "Admin", "ADMIN", "Malmö stad", "MalmöStad", "Malmo Stad",
    "Kommunen", "Kommunen i Malmö", "Koordinator Ali", "the city", "City of Malmö", "المُشرف", "مشرف", "بلدية مالمو",
    "الادارة", "منسّق", "Core Team", "Innovationsforum", "Polisen",
)  # fmt: skip


@pytest.mark.parametrize("name", REAL)
def test_real_names_may_be_written(session: Session, name: str) -> None:
    area = seved(session)
    mira(session, area)
    karin(session, area)
    me = ana(session, area)

    people.rename(session, me, name)

    assert me.name == name


@pytest.mark.parametrize("name", UNSEEN)
def test_signs_that_nobody_sees_are_refused(name: str) -> None:
    with pytest.raises(Refusal, match="can't be seen"):
        names.clean(name)


@pytest.mark.parametrize("name", MIXED)
def test_a_word_has_letters_of_one_alphabet(name: str) -> None:
    with pytest.raises(Refusal, match="one alphabet"):
        names.clean(name)


@pytest.mark.parametrize("name", FORGED)
def test_nobody_takes_the_name_of_a_moderator(session: Session, name: str) -> None:
    area = seved(session)
    mira(session, area)
    me = ana(session, area)

    with pytest.raises(Refusal) as refused:
        people.rename(session, me, name)

    assert refused.value.field == "name"
    assert me.name == "Ana"


@pytest.mark.parametrize("name", OFFICES)
def test_nobody_speaks_for_the_city_by_their_name(session: Session, name: str) -> None:
    me = ana(session, seved(session))

    with pytest.raises(Refusal, match="sounds like somebody who works here"):
        people.rename(session, me, name)


def test_a_team_shows_no_forged_name_either(session: Session) -> None:
    area = seved(session)
    mira(session, area)
    case, me = a_case(session, area), ana(session, area)

    with pytest.raises(Refusal, match="is called so"):
        teams.join(session, case, me, name="Mira", at=NOON)


def test_a_name_that_was_there_first_stays(session: Session) -> None:
    area = seved(session)
    me = people.add(session, name="Mira", language="sv", at=NOON)
    staff = mira(session, area)

    people.describe(session, me, name="Mira", language="ar")
    people.rename(session, staff, "Mira")

    assert (me.name, me.language) == ("Mira", "ar")


def test_those_who_work_here_may_say_what_they_are(session: Session) -> None:
    by = karin(session, seved(session))

    people.rename(session, by, "Karin, koordinator")

    assert by.name == "Karin, koordinator"


def test_a_start_reads_no_list_of_look_alikes() -> None:
    """The list is large, and most processes never need it."""
    code = "import sys, backend, backend.names; sys.exit('confusable_homoglyphs.confusables' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
