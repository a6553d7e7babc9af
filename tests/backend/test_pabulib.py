from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend import pabulib, pabulib_lines
from backend.pabulib import Broken, Election, Project, Vote
from tests.backend.elections import an_election, published

FILE = """META
key;value
description;A street for all
num_projects;3
num_votes;2
budget;100
vote_type;approval
PROJECTS
project_id;cost;name
a;60;Benches
b;40;Lamps
c;25.5;Trees
VOTES
voter_id;age;vote
1;34;a,b
2;;c
"""
POINTS = (
    FILE.replace("approval", "cumulative")
    .replace("age;vote", "points;vote")
    .replace("34", "7,3")
    .replace("2;;", "2;4;")
)


def changed(old: str, new: str, *, of: str = FILE) -> str:
    assert old in of
    return of.replace(old, new, 1)


def test_a_file_is_read_as_it_is_written() -> None:
    election = pabulib.read(FILE)

    assert election.budget == 100
    assert [(one.id, one.cost, one.name) for one in election.projects.values()] == [
        ("a", 60, "Benches"), ("b", 40, "Lamps"), ("c", Fraction(51, 2), "Trees"),
    ]  # fmt: skip
    assert election.votes == (Vote("1", ("a", "b"), more={"age": "34"}), Vote("2", ("c",), more={"age": ""}))
    assert election.ticks() == {"a": 1, "b": 1, "c": 1}
    assert dict(election.meta) == {"description": "A street for all"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("\ufeff" + FILE, id="a mark at the beginning"),
        pytest.param(FILE.replace("\n", "\r\n"), id="lines that end as on Windows"),
        pytest.param(FILE.replace("\n", "\r"), id="lines that end as on old Macs"),
        pytest.param(FILE.rstrip(), id="no end of the last line"),
        pytest.param(FILE.replace("\n", "\n\n"), id="empty lines"),
        pytest.param(FILE.replace(";", " ; "), id="blanks around cells"),
        pytest.param(FILE.replace("META", "meta").replace("VOTES", "Votes;;"), id="small letters, and empty cells"),
        pytest.param(changed("25.5", "25,50"), id="a decimal comma"),
        pytest.param(changed("budget;100", 'budget;"100"'), id="quotation marks"),
        pytest.param(changed("c;25.5;Trees", 'c;25.5;"Trees"'), id="quotation marks around a name"),
        pytest.param(changed("1;34;a,b", "1;34; a , b ,"), id="blanks and a comma too many on a ballot"),
        pytest.param(changed("num_votes;2\n", ""), id="no number of votes"),
        pytest.param(changed("approval", "Approval"), id="a capital letter"),
    ],
)
def test_what_other_programs_write_is_read_just_the_same(text: str) -> None:
    assert pabulib.read(text) == pabulib.read(FILE)
    assert pabulib.read(text.encode()) == pabulib.read(FILE)


def test_columns_may_come_in_any_order() -> None:
    turned = changed("project_id;cost;name\na;60;Benches", "name;cost;project_id\nBenches;60;a")
    turned = turned.replace("b;40;Lamps", "Lamps;40;b").replace("c;25.5;Trees", "Trees;25.5;c")
    turned = turned.replace("voter_id;age;vote\n1;34;a,b\n2;;c", "vote;voter_id;age\na,b;1;34\nc;2;")

    assert pabulib.read(turned) == pabulib.read(FILE)


def test_a_quoted_name_may_hold_semicolons_quotation_marks_and_lines() -> None:
    election = pabulib.read(changed("Benches", '"Benches; ""red"" ones\nand a table"'))

    assert election.projects["a"].name == 'Benches; "red" ones\nand a table'
    assert election.projects["b"].name == "Lamps"


def test_a_project_named_twice_on_a_ballot_counts_once_and_is_told() -> None:
    election = pabulib.read(changed("a,b", "a,b,a"))

    assert election.ticks()["a"] == 1
    assert election.notes == ("Ballots that name a project twice: 1. It counts once.",)


def test_a_voter_who_wants_none_is_a_voter() -> None:
    assert pabulib.read(changed("34;a,b", "34;")).votes[0].choices == ()


def test_points_are_added_up() -> None:
    election = pabulib.read(POINTS)

    assert election.scores() == {"a": 7, "b": 3, "c": 4}
    assert election.ticks() == {"a": 1, "b": 1, "c": 1}


def test_the_first_of_a_ranking_gets_the_most_points() -> None:
    assert pabulib.read(changed("approval", "ordinal")).scores() == {"a": 2, "b": 1, "c": 1}


BROKEN = {
    "an empty file": ("", "The file is empty."),
    "nothing but empty lines": ("\n\n ;\n", "The file is empty."),
    "something before META": ("hello\n" + FILE, "Line 1: a file begins"),
    "no META": (FILE[FILE.index("PROJECTS") :], "Line 1: PROJECTS stands where META belongs"),
    "no PROJECTS": (FILE[: FILE.index("PROJECTS")] + FILE[FILE.index("VOTES") :], "Line 8: VOTES stands where"),
    "no VOTES": (FILE[: FILE.index("VOTES")], "There is no section VOTES."),
    "a section twice": (FILE + "META\nkey;value\n", "Line 17: META stands here a second time"),
    "a section after its place": (FILE.replace("META", "VOTES", 1), "Line 1: VOTES stands where META belongs"),
    "no names of columns": (changed("voter_id;age;vote\n1;34;a,b\n2;;c\n", ""), "Line 13: VOTES has no line with"),
    "the next section instead of columns": (changed("META\n", "META\nPROJECTS\n"), "Line 1: META has no line"),
    "other columns in META": (changed("key;value", "name;value"), 'Line 2: the columns of META are "key"'),
    "a column twice": (changed("voter_id;age;vote", "voter_id;vote;vote"), 'Line 14: VOTES has the column'),
    "no column of costs": (changed("cost;name", "price;name"), 'Line 9: PROJECTS has no column "cost"'),
    "no column of ids": (changed("project_id;cost", "id;cost"), 'Line 9: PROJECTS has no column "project_id"'),
    "no column of votes": (changed("voter_id;age;vote", "voter_id;age;voted"), 'Line 14: VOTES has no column "vote"'),
    "no column of voters": (changed("voter_id;age", "voter;age"), 'Line 14: VOTES has no column "voter_id"'),
    "a row without its end": (changed("1;34;a,b", "1;34"), "Line 15: a row of VOTES has 3 cells, this one 2"),
    "a row of two rows": (changed("Benches\nb", "Benches;b"), "Line 10: a row of PROJECTS has 3 cells, this one 6"),
    "a key without a value": (changed("budget;100", "budget: 100"), "Line 6: a row of META has 2 cells, this one 1"),
    "a key twice": (changed("budget;100", "budget;100\nbudget;200"), "Line 7: META says 'budget' a second time"),
    "a value without a key": (changed("description", ""), 'Line 3: "key" is empty'),
    "no budget": (changed("budget;100\n", ""), 'META has no "budget".'),
    "an empty budget": (changed("budget;100", "budget;"), "Line 6: the budget is '', and not a number"),
    "a budget below zero": (changed("budget;100", "budget;-100"), "Line 6: the budget is -100; it must be above zero"),
    "a budget of zero": (changed("budget;100", "budget;0,00"), "Line 6: the budget is 0,00; it must be above"),
    "a budget that is no number": (changed("budget;100", "budget;NaN"), "Line 6: the budget is 'NaN', and not"),
    "a budget without end": (changed("budget;100", "budget;inf"), "Line 6: the budget is 'inf', and not"),
    "a huge budget": (changed("budget;100", "budget;" + "9" * 400), "Line 6: the budget is '9999"),
    "a budget with an exponent": (changed("budget;100", "budget;1e999999999"), "Line 6: the budget is '1e999999999'"),
    "a budget in other digits": (changed("budget;100", "budget;١٠٠"), "Line 6: the budget is '١٠٠', and not"),
    "no kind of votes": (changed("vote_type;approval\n", ""), 'META has no "vote_type".'),
    "an unknown kind of votes": (changed("approval", "quadratic"), "Line 7: the vote_type 'quadratic' is none of"),
    "another number of projects": (changed("num_projects;3", "num_projects;4"), "Line 4: num_projects is 4, and the"),
    "another number of votes": (changed("num_votes;2", "num_votes;3"), "Line 5: num_votes is 3, and the file holds 2"),
    "a number of votes in words": (changed("num_votes;2", "num_votes;two"), "Line 5: num_votes is 'two', and not"),
    "a threshold below zero": (changed("budget", "min_project_score_threshold;-1\nbudget"), "Line 6: the threshold is"),
    "no project": (
        FILE[: FILE.index("a;60")] + FILE[FILE.index("VOTES") :], "Line 8: there is no project",
    ),
    "a project twice": (changed("b;40", "a;40"), "Line 11: the project 'a' stands here a second time"),
    "a project without an id": (changed("b;40", ";40"), 'Line 11: "project_id" is empty'),
    "an id with a comma": (changed("b;40", '"b,c";40'), "Line 11: the id 'b,c' has a comma"),
    "an id that turns the text": (changed("b;40", "b\u202e;40"), "Line 11: the id 'b\\u202e' has signs that"),
    "a cost below zero": (changed("b;40", "b;-40"), "Line 11: the cost of 'b' is -40; it must be above zero"),
    "a cost of zero": (changed("b;40", "b;0"), "Line 11: the cost of 'b' is 0; it must be above zero"),
    "a cost in words": (changed("b;40", "b;forty"), "Line 11: the cost of 'b' is 'forty', and not a number"),
    "no cost": (changed("b;40", "b;"), "Line 11: the cost of 'b' is '', and not a number"),
    "a voter twice": (changed("2;;c", "1;;c"), "Line 16: the voter '1' stands here a second time"),
    "a voter without an id": (changed("2;;c", ";;c"), 'Line 16: "voter_id" is empty'),
    "a ballot for a project of elsewhere": (changed("2;;c", "2;;c,x"), "Line 16: the ballot names 'x', which is no"),
    "no points": (changed("approval", "scoring"), 'Line 14: VOTES has no column "points"'),
    "points that are missing": (changed("7,3", "7", of=POINTS), "Line 15: the ballot names 2 projects"),
    "points in words": (changed("7,3", "7,x", of=POINTS), "Line 15: a number of points is 'x', and not"),
    "points twice": (changed("a,b", "a,a", of=POINTS), "Line 15: the ballot gives points to a project twice"),
    "a quotation mark that is never closed": (changed("Benches", '"Benches'), "Line 10: a quotation mark is opened"),
    "one at the very end": (changed("2;;c", '2;"young;c'), "Line 16: a quotation mark is opened"),
    "a byte of zeros": (changed("Lamps", "La\0mps"), "Line 11: it holds a byte of zeros"),
}  # fmt: skip


@pytest.mark.parametrize("text, says", BROKEN.values(), ids=list(BROKEN))
def test_a_broken_file_names_its_line_and_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(Broken) as broken:
        pabulib.read(text)

    assert str(broken.value).startswith(says)
    assert "\n" not in str(broken.value)


@pytest.mark.parametrize(
    "content, says",
    [
        (FILE.encode("utf-16"), "The file is written in UTF-16."),
        (FILE.replace("Lamps", "Lyktstolpar på Ön").encode("latin-1"), "Line 11: it is not written in UTF-8."),
        (b"PK\x03\x04\x14\x00\x00\x00\x08\x00\xb7\xac", "Line 1: it is not written in UTF-8."),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "Line 1: it is not written in UTF-8."),
    ],
)
def test_bytes_that_are_no_text_are_refused(content: bytes, says: str) -> None:
    with pytest.raises(Broken, match=says):
        pabulib.read(content)


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pabulib_lines, "MOST_BYTES", 100)

    with pytest.raises(Broken, match="too large: at most 100 bytes"):
        pabulib.read(FILE)


@given(some.text("META;PROJECTSVOTES\n\"',0123456789ab-.\x00", max_size=200))
def test_nonsense_is_broken_and_nothing_worse(text: str) -> None:
    for candidate in (text, FILE.replace("100", text, 1), FILE.replace("a,b", text), FILE[: len(text)] + text):
        try:
            pabulib.read(candidate)
        except Broken:
            continue


PLAIN = some.text(some.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=12)
NAMES = PLAIN.filter(lambda name: not name.startswith(pabulib.FORMULA))
IDS = PLAIN.filter(lambda name: name.isprintable() and "," not in name)
AMOUNTS = some.decimals(min_value="0.01", max_value=10**9, places=2).map(Fraction)


@some.composite
def whole_elections(draw: some.DrawFn) -> Election:
    ids = draw(some.lists(IDS, min_size=1, max_size=4, unique=True))
    projects = {one: Project(one, draw(AMOUNTS), draw(NAMES), {"selected": "1"}) for one in ids}
    ballots = draw(some.lists(some.lists(some.sampled_from(ids), unique=True).map(tuple), max_size=4))
    kind = draw(some.sampled_from(pabulib.KINDS))
    points = draw(AMOUNTS)
    votes = tuple(
        Vote(f"v{number}", ballot, (points,) * len(ballot) if kind in pabulib.WITH_POINTS else (), {"sex": "F"})
        for number, ballot in enumerate(ballots)
    )
    return Election(draw(AMOUNTS), projects, votes, kind, draw(AMOUNTS), {"unit": draw(NAMES)})


@given(whole_elections())
def test_what_is_written_is_read_back(election: Election) -> None:
    assert pabulib.read(pabulib.write(election)) == election
    assert pabulib.read(pabulib.write(election).encode()) == election


@pytest.mark.parametrize("name", ["=1+1", "+46", "-Park", "@home", "\t=1"])
def test_a_spreadsheet_takes_no_name_for_a_formula(name: str) -> None:
    written = pabulib.write(Election(Fraction(1), {"a": Project("a", Fraction(1), name)}, (), meta={"unit": name}))

    assert not [
        cell for line in written.splitlines() for cell in line.split(";") if cell.startswith(pabulib.FORMULA)
    ] or (name == "+46")
    assert pabulib.read(written).projects["a"].name.lstrip("'") == name.strip()


def test_a_withdrawn_project_is_one_by_its_cost() -> None:
    projects = an_election(100, {"a": pabulib.WITHDRAWN, "b": 10}, []).projects

    assert [project.is_withdrawn for project in projects.values()] == [True, False]


@pytest.mark.parametrize(
    "name, projects, votes", [("Netherlands_Assen_2024", 14, 84), ("Poland_Gdynia_2020_Babie_Doly__large", 6, 318)]
)
def test_a_published_election_has_the_votes_that_it_says(name: str, projects: int, votes: int) -> None:
    election = pabulib.read(published(name))

    assert (len(election.projects), len(election.votes)) == (projects, votes)
    assert {one.id: one.more["votes"] for one in election.projects.values()} == {
        project: str(ticks) for project, ticks in election.ticks().items()
    }
    assert pabulib.read(pabulib.write(election)) == election


def test_a_published_election_is_written_as_it_was() -> None:
    path = published("Netherlands_Assen_2024")

    assert pabulib.write(pabulib.read(path)) == path.read_text("utf-8")
