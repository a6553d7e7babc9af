"""Tries one attack on the stage and says in words what was wrong; an empty list is a stage that stood."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from backend import database, languages, moderation
from backend.photos import Photo
from backend.sounds import Sound
from backend.waiting import Waiting
from tests.attacks.bodies import BODIES, FILES
from tests.attacks.reading import VERBS, Attack, fill
from tests.attacks.stage import MOMENTS, NOW, Stage, clock

FEWEST_WORDS = 3  # of a refusal
TARGETS = {"href", "src", "action", "formaction", "data", "srcdoc", "poster", "xlink:href"}
AWAY = re.compile(r"\s*(?:javascript|vbscript|data)\s*:", re.IGNORECASE)
HOLLOW = {"script", "style", "template"}  # whose text nobody reads


def wrong_with(attack: Attack, stage: Stage) -> list[str]:
    """Tries it, and puts the stage back as it was."""
    tried = _Tried(attack, stage)
    changed: set[str] = set(stage.rows)
    try:
        with clock(NOW):
            tried.go()
            changed = stage.changed()
            tried.look_at_rows(changed)
    finally:
        stage.put_back(changed)
    return tried.wrong


class _Tried:
    def __init__(self, attack: Attack, stage: Stage) -> None:
        self.attack, self.stage = attack, stage
        self.wrong: list[str] = []
        self.browsers: dict[str, FlaskClient] = {}
        self.seen: dict[str, str] = {}
        self.last: TestResponse | None = None

    def go(self) -> None:
        for step in self.attack.steps:
            self.step(step)
        assert self.last is not None, "an attack asks for something"
        self.look_at_last(self.last)

    def step(self, step: Mapping[str, Any]) -> None:
        if "settle" in step:
            return self.settle()
        step = fill(step, {**self.stage.names, **self.seen})
        who = step.get("by", self.attack.who)
        with clock(MOMENTS[step["at"]] if "at" in step else NOW):
            if many := step.get("parallel"):
                answers = self.at_once(who, step, many)
            else:
                answers = [self.ask(self.browser(who), who, step) for _ in range(step.get("repeat", 1))]
        for answer in answers:
            self.look_at(answer)
        self.last = answers[-1]
        self.remember(self.last)

    def at_once(self, who: str, step: Mapping[str, Any], many: int) -> list[TestResponse]:
        with ThreadPoolExecutor(many) as pool:
            asked = [pool.submit(self.ask, self.new_browser(who), who, step) for _ in range(many)]
            return [one.result() for one in asked]

    def settle(self) -> None:
        """What the worker does when nobody can take a decision back any more."""
        with database.sessions(self.stage.engine)() as session, database.transaction(session):
            moderation.settle_due(session, MOMENTS["in a day"])
        self.stage.app.extensions["pages"].clear()

    def browser(self, who: str) -> FlaskClient:
        if who not in self.browsers:
            self.browsers[who] = self.new_browser(who)
        return self.browsers[who]

    def new_browser(self, who: str) -> FlaskClient:
        """ "neighbour again" is another browser with a copy of that cookie."""
        return self.stage.browser(who.removesuffix(" again"))

    def ask(self, client: FlaskClient, who: str, step: Mapping[str, Any]) -> TestResponse:
        method = next(verb for verb in VERBS if verb in step)
        path = step[method]
        if "query" in step:
            path += "?" + urlencode(_pairs(step["query"]), errors="surrogatepass")
        headers, base = {}, dict(client.environ_base)
        for name, value in step.get("headers", {}).items():
            if value is None:
                base.pop("HTTP_" + name.upper().replace("-", "_"), None)
            else:
                headers[name] = value
        if "from" in step:
            base["REMOTE_ADDR"] = step["from"]
        sent = self.content(method, who, step, headers)
        before, client.environ_base = client.environ_base, base
        try:
            return client.open(path, method=method.upper(), headers=headers, **sent)
        finally:
            client.environ_base = before

    def content(self, method: str, who: str, step: Mapping[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        token = self.token(who, step)
        if "body" in step:
            return {
                "data": BODIES[step["body"]](),
                "content_type": step.get("type", "application/x-www-form-urlencoded"),
            }
        if "json" in step:
            if token:
                headers.setdefault("X-CSRF-Token", token)
            headers.setdefault("Accept", "application/json")
            told = {**step["json"], **(step.get("also") or {})}
            return {"data": json.dumps(told), "content_type": "application/json"}
        if method == "get" or method == "head":
            return {}
        pairs = _pairs({**(step.get("form") or {}), **(step.get("also") or {})})
        if token is not None:
            pairs.append(("csrf_token", token))
        if "files" in step:
            data: dict[str, Any] = {}
            for name, value in pairs:
                data.setdefault(name, []).append(value)
            for name, file in step["files"].items():
                kind, named = file if isinstance(file, list) else (file, "photo.jpg")
                data[name] = (BytesIO(FILES[kind]()), named)
            return {"data": data, "content_type": "multipart/form-data"}
        encoded = urlencode(pairs, errors="surrogatepass")
        return {"data": encoded, "content_type": step.get("type", "application/x-www-form-urlencoded")}

    def token(self, who: str, step: Mapping[str, Any]) -> str | None:
        said = step.get("token")
        if said == "none" or (said is None and who == "nobody"):
            return None
        if said is None:
            return self.stage.token(who.removesuffix(" again"))
        return self.stage.token(said[3:]) if said.startswith("of ") else str(said)

    def remember(self, answer: TestResponse) -> None:
        location = answer.headers.get("Location", "")
        if location:
            self.seen["location"] = location
            if numbers := re.findall(r"/(\d+)", location):
                self.seen["number"] = numbers[-1]
        with self.stage.engine.connect() as connection:
            self.seen["item"] = str(connection.scalar(select(func.max(Waiting.id))))
            newest = select(Photo.key).order_by(Photo.id.desc()).limit(1)
            self.seen["newest_photo"] = str(connection.scalar(newest))
            newest = select(Sound.key).order_by(Sound.id.desc()).limit(1)
            self.seen["newest_sound"] = str(connection.scalar(newest))

    # --- what must be so of each answer ---

    def look_at(self, answer: TestResponse) -> None:
        where = f"{answer.request.method} {answer.request.path} ({answer.status_code})"
        self.wrong += [f"{where}: {what}" for what in _wrong_with_answer(answer)]
        page = _in_text(answer)
        heads = "\n".join(f"{name}: {value}" for name, value in answer.headers)
        for text in self.attack.never:
            text = str(fill(text, {**self.stage.names, **self.seen}))
            if text in page or text in heads:
                self.wrong.append(f"{where}: it holds {text!r}")

    def look_at_last(self, answer: TestResponse) -> None:
        if not _is_as_expected(answer, self.attack.expect):
            told = " ".join(_read(answer).text.split())[:300]
            location = answer.headers.get("Location", "")
            self.wrong.append(f"{answer.status_code} {location}, not {self.attack.expect}: {told}")
        page = _in_text(answer)
        for text in self.attack.shows:
            if str(fill(text, {**self.stage.names, **self.seen})) not in page:
                self.wrong.append(f"it does not hold {text!r}")
        for name, pattern in (self.attack.header or {}).items():
            pattern = str(fill(pattern, self.stage.names))
            value = answer.headers.get(name)
            if (value is not None) if not pattern else not re.search(pattern, value or ""):
                self.wrong.append(f"{name}: {value!r} and not {pattern!r}")

    def look_at_rows(self, changed: set[str]) -> None:
        if self.attack.changes is not None and not changed <= self.attack.changes | set(self.attack.more or ()):
            self.wrong.append(f"rows changed: {', '.join(sorted(changed - self.attack.changes))}")
        for name, more in (self.attack.more or {}).items():
            table = database.Base.metadata.tables[name]
            with self.stage.engine.connect() as connection:
                count = connection.scalar(select(func.count()).select_from(table)) or 0
            if count - len(self.stage.rows[name]) != more:
                self.wrong.append(f"{count - len(self.stage.rows[name])} more rows of {name}, not {more}")


def _pairs(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(name, str(one)) for name, many in fields.items() for one in (many if isinstance(many, list) else [many])]


def _is_as_expected(answer: TestResponse, expect: str | tuple[int, ...]) -> bool:
    status = answer.status_code
    is_asked = status == 303 and re.search(r"/sign-in/(?:\?|strong)", answer.headers.get("Location", "")) is not None
    if isinstance(expect, tuple):
        return status in expect
    return {
        "refused": 400 <= status < 500,
        "asked to sign in": is_asked,
        "turned away": is_asked or 400 <= status < 500,
        "taken": status < 400 and not is_asked,
        "led away": 300 <= status < 400 and not is_asked,
    }[expect]


def _wrong_with_answer(answer: TestResponse) -> Iterator[str]:
    status, page = answer.status_code, _read(answer)
    if status >= 500:
        yield "a failure of ours"
    if "default-src 'none'" not in answer.headers.get("Content-Security-Policy", ""):
        yield "no Content-Security-Policy"
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        yield "no nosniff"
    yield from page.wrong
    if status >= 400 and answer.request.method != "HEAD":
        yield from _wrong_with_refusal(answer, page)
    location = urljoin("http://localhost/", answer.headers.get("Location", ""))
    if urlsplit(location).netloc != "localhost":
        yield f"it leads away to {location}"
    cache = answer.headers.get("Cache-Control", "")
    if "public" in cache and "Set-Cookie" in answer.headers:
        yield "a page for all brings a cookie"
    if "public" not in cache and "immutable" not in cache and "no-store" not in cache:
        yield f"a private answer may be kept: {cache!r}"


def _wrong_with_refusal(answer: TestResponse, page: _Page) -> Iterator[str]:
    if answer.mimetype == "application/json":
        if not (answer.json or {}).get("error"):
            yield "it refuses without a word"
        return
    if len(page.text.split()) < FEWEST_WORDS:
        yield "it refuses without words"
    spoken = answer.request.path.split("/")[1]
    if spoken in languages.BY_TAG and page.language != languages.BY_TAG[spoken].tag:
        yield f"its language is {page.language!r}"
    if not page.language:
        yield "it does not say its language"


class _Page(HTMLParser):
    """What a browser would make of an answer: words, language, and markup that ours is not."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.wrong: list[str] = []
        self.language = ""
        self.hollow = 0

    @property
    def text(self) -> str:
        return " ".join(self.words)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.hollow += tag in HOLLOW
        named = dict(attributes)
        if tag == "html":
            self.language = named.get("lang") or ""
        if tag == "script" and not (named.get("src") or "").startswith("/static/"):
            self.wrong.append(f"a script in the page: {named}")
        if tag in ("iframe", "object", "embed", "base", "marquee"):
            self.wrong.append(f"an element <{tag}>")
        for name, value in attributes:
            if name.startswith("on") or name in ("style", "srcdoc", "x-attack"):
                self.wrong.append(f"an attribute {name}={value!r} on <{tag}>")
            if (
                name in TARGETS
                and AWAY.match(value or "")
                and not (tag == "img" and (value or "").startswith("data:image/"))
            ):
                self.wrong.append(f"{name}={value!r} on <{tag}>")

    def handle_endtag(self, tag: str) -> None:
        self.hollow -= tag in HOLLOW

    def handle_data(self, data: str) -> None:
        if self.hollow <= 0:
            self.words.append(data)


def _read(answer: TestResponse) -> _Page:
    page = _Page()
    if answer.mimetype == "text/html" and "Content-Encoding" not in answer.headers:
        page.feed(answer.get_data(as_text=True))
    elif _is_text(answer):
        page.words.append(answer.get_data().decode("utf-8", "replace"))
    return page


def _in_text(answer: TestResponse) -> str:
    return answer.get_data().decode("utf-8" if _is_text(answer) else "latin-1", "replace")


def _is_text(answer: TestResponse) -> bool:
    return (answer.mimetype or "").startswith(("text/", "application/json"))
