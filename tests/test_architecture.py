"""The plan of the house, kept: two floors, one commit, a door on every route, the same names everywhere."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from backend import settings
from pwa import create_app

ROOT = Path(__file__).resolve().parent.parent
BACKEND = sorted((ROOT / "backend").rglob("*.py"))
PWA = sorted((ROOT / "pwa").rglob("*.py"))
TEMPLATES = sorted((ROOT / "pwa/templates").rglob("*.html"))
SHEETS = sorted((ROOT / "pwa/static/css").glob("*.css"))
SCRIPTS = sorted((ROOT / "pwa/static/js").rglob("*.js"))
DOORS = {"open_to_all", "signed_in", "moderates", "coordinates", "leads", "operates"}
PAGES_ONLY = {  # rooms of the upper floor that have no rows of their own
    "__init__", "about", "assets", "coordination", "current", "e_id_back", "failures", "formatting", "forms",
    "headers", "health", "language", "limits", "manifest", "me", "next_page", "offline", "outbox", "page_cache",
    "posters", "shared_links", "stages",
}  # fmt: skip
OWN_DRAWINGS = {"pwa/templates/parts/_icons.html", "pwa/templates/base.html"}  # markup that we drew ourselves
HUBS = ("moderation", "notices", "deliveries", "texts", "revisions", "audit", "people")
FEATURES = {
    "ideas", "comments", "supports", "cases", "teams", "options", "prototypes", "trials", "votes", "journal", "lessons",
    "meetings",
}  # fmt: skip


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module:
                yield "." * node.level + node.module
            else:
                yield from ("." * node.level + alias.name for alias in node.names)


@pytest.mark.parametrize("path", BACKEND, ids=name)
def test_the_backend_knows_nothing_of_pages(path: Path) -> None:
    upstairs = {"flask", "flask_babel", "flask_wtf", "wtforms", "werkzeug", "jinja2", "markupsafe", "pwa"}

    assert not {found.split(".")[0] for found in imports(path)} & upstairs, "move what needs a page to pwa/"


def test_only_transaction_commits() -> None:
    pattern = re.compile(r"\.commit\(|\.begin\(\)")
    found = {name(path) for path in BACKEND + PWA if pattern.search(path.read_text("utf-8"))}

    assert found <= {"backend/database.py", "backend/migrations/__init__.py"}, (
        "open `with transaction(session)` instead"
    )


@pytest.mark.parametrize("hub", HUBS)
def test_hubs_know_no_feature(hub: str) -> None:
    found = {one.lstrip(".") for one in imports(ROOT / f"backend/{hub}.py") if one.startswith(".")}

    assert not found & FEATURES, "let the feature register itself with the hub"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("data")
    return create_app(settings.from_environment({"DATA_DIR": str(folder), "DATABASE_URL": "sqlite://"}))


def test_every_route_has_a_door(app: Flask) -> None:
    without = [rule.endpoint for rule in app.url_map.iter_rules() if doors_of(app, rule.endpoint) not in DOORS]

    assert not without, "decorate these views with a door of pwa/current.py or with @public"


def doors_of(app: Flask, endpoint: str) -> str:
    return getattr(app.view_functions[endpoint], "door", "none")


def test_rooms_have_the_same_name_on_both_floors() -> None:
    downstairs = {path.stem for path in BACKEND}

    lonely = {path.stem for path in PWA} - downstairs - PAGES_ONLY

    assert not lonely, "name the page after its noun in backend/"


def test_templates_stand_in_the_room_of_their_view() -> None:
    rooms = {path.stem for path in PWA} | {"parts", "failures"}

    strangers = {path.relative_to(ROOT / "pwa/templates").parts[0] for path in TEMPLATES} - rooms - {"base.html"}

    assert not strangers


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_keep_the_content_security_policy(path: Path) -> None:
    source = path.read_text("utf-8")

    assert not re.search(r"<script(?![^>]*\bsrc=)", source), "no script in the page: write a module under static/js/"
    assert not re.search(r"\sstyle\s*=", source), "no style in the page: write a class"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source), "no on...= in the page: use data-enhance"
    if name(path) not in OWN_DRAWINGS:
        assert "|safe" not in source, "nothing that people typed may pass as markup"


@pytest.mark.parametrize("path", [path for path in SHEETS if path.name != "tokens.css"], ids=name)
def test_raw_colours_stand_in_tokens_only(path: Path) -> None:
    found = re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", path.read_text("utf-8"))

    assert not found, "give the colour a name in tokens.css"


@pytest.mark.parametrize("path", SHEETS, ids=name)
def test_sheets_turn_with_the_direction_of_the_text(path: Path) -> None:
    boxes = r"(?<![-\w])(?:margin|padding|border)-(?:left|right)\b"
    places = r"(?<![-\w])(?:left|right)\s*:|text-align:\s*(?:left|right)"

    assert not re.findall(f"{boxes}|{places}", path.read_text("utf-8")), "use logical properties"


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_are_short(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 130, "look for the second behaviour"


@pytest.mark.parametrize("path", BACKEND + PWA, ids=name)
def test_files_fit_in_the_head(path: Path) -> None:
    if "versions" in path.parts:
        return
    assert len(path.read_text("utf-8").splitlines()) <= 320, "look for the second noun"
