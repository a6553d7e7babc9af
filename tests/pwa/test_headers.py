from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import browser

OURS, FOREIGN = "http://localhost", "https://evil.example"


@pytest.fixture
def bare(own_app: Flask) -> FlaskClient:
    """A client that sends only the headers it is told to."""

    def write() -> str:
        return "written"

    write.door = "open_to_all"  # type: ignore[attr-defined]
    own_app.add_url_rule("/write", "write", write, methods=["POST"])
    return own_app.test_client()


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://evil.example/localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": OURS},
        {"Sec-Fetch-Site": "cross-site", "Origin": OURS},
        {"Sec-Fetch-Site": "nonsense"},
        {"Referer": OURS},
    ],
)
def test_a_write_that_another_site_caused_is_refused(bare: FlaskClient, headers: dict[str, str]) -> None:
    assert bare.post("/write", headers=headers).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "same-origin"}, {"Origin": OURS}, {"Sec-Fetch-Site": "none"}])
def test_a_write_from_our_own_page_is_taken(bare: FlaskClient, headers: dict[str, str]) -> None:
    assert bare.post("/write", headers=headers).text == "written"


def test_every_answer_carries_the_walls(client: FlaskClient) -> None:
    for path in ("/sv/languages", "/nowhere", "/healthz"):
        headers = client.get(path).headers
        policy = headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_a_failure_that_nobody_foresaw_is_said_in_words(own_app: Flask) -> None:
    def fail() -> str:
        raise RuntimeError("secret detail")

    fail.door = "open_to_all"  # type: ignore[attr-defined]
    own_app.add_url_rule("/fail", "fail", fail)

    answer = browser(own_app).get("/fail", headers={"Accept-Language": "sv"})

    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert '<html lang="sv"' in answer.text


def test_a_script_gets_its_failure_as_json(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert answer.json and answer.json["error"]


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_who_watches_over_it_is_answered(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200
