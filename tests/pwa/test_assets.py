"""Static files: one address for each release, kept for ever, packed."""

import gzip
from pathlib import Path

import brotli
import pytest
from flask import Flask

from pwa import assets


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "areas.css").write_text("/* Why. */\n@layer parts {\n  .area { color: var(--ink); }\n}\n" * 20)
    (tmp_path / "css" / "tokens.css").write_text("@layer tokens, parts;\n")
    (tmp_path / "js").mkdir()
    (tmp_path / "js" / "app.js").write_text("export const places = [];\n" * 20)
    (tmp_path / "mark.png").write_bytes(b"\x89PNG picture")
    return tmp_path


@pytest.fixture
def app(folder: Path) -> Flask:
    app = Flask("assets", static_folder=None)
    assets.init(app, folder, [folder])
    return app


def address(app: Flask, path: str) -> str:
    return app.extensions["assets"].address(path)


def test_a_file_may_be_kept_for_ever(app: Flask) -> None:
    answer = app.test_client().get(address(app, "js/app.js"))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip;q=0.5", "gzip"), ("identity", None), ("", None)],
)
def test_a_browser_gets_the_smallest_form_it_takes(app: Flask, accepted: str, coding: str | None) -> None:
    answer = app.test_client().get(address(app, "js/app.js"), headers={"Accept-Encoding": accepted})

    assert answer.headers.get("Content-Encoding") == coding
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding]
    assert unpack(answer.data).startswith(b"export const places")


def test_pictures_are_not_packed_again(app: Flask) -> None:
    answer = app.test_client().get(address(app, "mark.png"), headers={"Accept-Encoding": "br, gzip"})

    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Type"] == "image/png"


def test_sheets_are_joined_with_the_tokens_first_and_without_comments(app: Flask) -> None:
    sheet = app.test_client().get(address(app, "app.css")).text

    assert sheet.startswith("@layer tokens, parts;")
    assert ".area { color: var(--ink); }" in sheet
    assert "Why" not in sheet


@pytest.mark.parametrize("path", ["css/areas.css", "../assets.py", "js/other.js", "js/../mark.png", "", "%00"])
def test_what_is_not_a_file_of_ours_is_not_found(app: Flask, path: str) -> None:
    release = app.extensions["assets"].release

    assert app.test_client().get(f"/static/{release}/{path}").status_code == 404


def test_another_release_is_not_found(app: Flask) -> None:
    assert app.test_client().get("/static/0123456789/js/app.js").status_code == 404


def test_a_page_cannot_link_to_a_file_that_is_missing(app: Flask) -> None:
    with pytest.raises(KeyError, match="no static file named js/gone"):
        address(app, "js/gone.js")


def test_the_release_changes_with_any_file_and_only_then(folder: Path) -> None:
    before = assets.release_of([folder])
    (folder / "js" / "app.js").touch()
    untouched = assets.release_of([folder])
    (folder / "js" / "app.js").write_text("export const places = [1];\n")

    assert untouched == before
    assert assets.release_of([folder]) != before


def test_our_whole_style_is_at_most_13_kilobytes_packed() -> None:
    style = assets.Assets(assets.HERE / "static", []).find("app.css")

    assert style.brotlied is not None
    assert len(style.brotlied) <= 13_000
