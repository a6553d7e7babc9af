"""A case through all seven stops, back once, and taken up by another area: by the forms that people use.

Two coordinators and a resident, on phones of 360 pixels; one reads Swedish, the others Arabic. Each step builds on
the one before.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Phones, came_in
from tests.browser.service import Service

pytestmark = pytest.mark.browser
TITLE = {"sv": "Bänkar i skuggan", "ar": "مقاعد في الظل"}
WHY = {
    2: "Vi har hört nog för att bilda ett lag.", 3: "Laget är samlat.", 4: "Vi vet vad som är fel.",
    5: "Två lösningar ska prövas.", 6: "Bänken fungerar.", 7: "Den är byggd och har en ägare.",
}  # fmt: skip
BACK = "Regnet visade att vi valde för fort."
Typed = str | Sequence[str]


@dataclass
class Way:
    """Who takes the case along, each in a browser of their own, and its number."""

    coordinator: Page  # of Seved, in Swedish
    resident: Page  # of Seved, in Arabic
    elsewhere: Page  # the coordinator of Lindängen, in Arabic
    number: int = 0

    def at(self, room: str, tag: str = "sv") -> str:
        return f"/{tag}/seved/cases/{self.number}/{room}"


def test_a_case_on_its_way(service: Service, phones: Phones) -> None:
    way = Way(
        came_in(phones(), service, "Karin", "coordinator"),
        came_in(phones(locale="ar"), service, "Nour", "resident", language="ar"),
        came_in(phones(locale="ar"), service, "Samira", "coordinator", language="ar", area="lindangen"),
    )
    it_is_opened_and_followed(way)
    people_tell_what_they_see(way)
    a_team_forms(way)
    the_team_says_what_is_wrong(way)
    solutions_are_weighed(way)
    two_are_tried_and_one_is_voted_for(way)
    it_goes_back_once_and_on_again(way)
    it_gets_what_it_needs_and_an_owner(way)
    another_area_takes_it_up(way)
    its_journal_tells_all_of_it(way)


# --- the steps ---


def it_is_opened_and_followed(way: Way) -> None:
    words = {"title_sv": TITLE["sv"], "summary_sv": "Det finns ingen plats att vila på.", "title_ar": TITLE["ar"]}
    send(way.coordinator, "/sv/seved/cases/new", words)
    way.number = int(re.findall(r"/cases/(\d+)", way.coordinator.url)[0])
    where_it_is(way, 1)

    way.resident.goto(way.at("follow", "ar"))
    expect(way.resident.locator("html")).to_have_attribute("dir", "rtl")
    press(way.resident, way.resident.locator("main form button"))
    expect(way.resident.locator("main [role=status]")).to_be_visible()


def people_tell_what_they_see(way: Way) -> None:
    for text in ("Alla går runt torget, ingen stannar.", "Min mor vilar på trappan."):
        told = {"form": "observation", "text": text, "told_by": "nobody", "is_agreed": "y"}
        send(way.coordinator, way.at("insights/new"), told)
    send(
        way.resident, way.at("insights/new", "ar"),
        {"form": "story", "text": "جدتي لا تخرج في الصيف.", "told_by": "nobody", "is_agreed": "y"},
    )  # fmt: skip
    expect(way.resident).to_have_url(re.compile("/mine$"))  # a person reads it first

    ticks = values_of(way.coordinator, way.at("patterns/new"), "insights")
    assert len(ticks) == 2
    send(way.coordinator, way.at("patterns/new"), {"text_sv": "Ingen kan vila på torget.", "insights": ticks})
    shows(way, "insights/", "Ingen kan vila på torget.")
    moves(way, 2)


def a_team_forms(way: Way) -> None:
    send(way.resident, way.at("join", "ar"), {"name": "Nour", "sector": "resident", "gives": "وقت بعد العمل"})
    way.coordinator.goto(way.at("team/room"))
    way.coordinator.locator('a[href*="/team/requests/"]').first.click()
    press(way.coordinator, way.coordinator.locator('button[value="welcome"]'))
    shows(way, "team/", "Nour")
    moves(way, 3)


def the_team_says_what_is_wrong(way: Way) -> None:
    send(way.resident, way.at("statements/problem/new", "ar"), {"text_ar": "لا مكان للراحة في الظل."})
    way.resident.goto(way.at("statements/problem/accept", "ar"))
    press(way.resident, way.resident.locator('main form[action$="/accept"] button'))
    shows(way, "problem/", "لا مكان للراحة في الظل.")
    moves(way, 4)


def solutions_are_weighed(way: Way) -> None:
    for title in ("En flyttbar bänk", "Ett segel mot solen"):
        words = {"title_sv": title, "text_sv": f"{title} på torget.", "source_sv": "Så gör de i Lund."}
        send(way.coordinator, way.at("options/new"), words)
    way.coordinator.goto(way.at("options/"))
    numbers = sorted(int(one) for one in set(re.findall(r"/options/(\d+)/argue", way.coordinator.content())))
    assert len(numbers) == 2
    send(way.resident, way.at(f"options/{numbers[0]}/argue", "ar"), {"side": "for", "text": "رخيص وسهل."})
    for number in numbers:
        decided = {"goes_on": "yes", "why_sv": "Det går att pröva billigt.", "lines_sv": "Prövas en vecka."}
        send(way.coordinator, way.at(f"options/{number}/decide"), decided)
    shows(way, "options/", "رخيص وسهل.")
    moves(way, 5)


def two_are_tried_and_one_is_voted_for(way: Way) -> None:
    bench, sail = values_of(way.coordinator, way.at("vote/new"), "prototypes")
    told = {"did": "جلسنا هناك.", "seen": "جاء عشرون شخصًا.", "prototype": bench, "state": "works"}
    send(way.resident, way.at("trials/new", "ar"), told)
    shows(way, "prototypes/", "جاء عشرون شخصًا.")

    asked = {"question_sv": "Vad bygger vi?", "prototypes": [bench, sail], "closes_on": in_days(9)}
    send(way.coordinator, way.at("vote/new"), {**asked, "show_originals": "y"})
    vote = re.findall(r"/votes/(\d+)", way.coordinator.url)[0]
    send(way.resident, f"/ar/seved/votes/{vote}", {"choices": [bench]})
    expect(way.resident.locator(".ticket .code").first).to_be_visible()
    way.coordinator.goto(f"/sv/seved/votes/{vote}/close")
    press(way.coordinator, way.coordinator.locator("main form button"))
    counted(way.resident, f"/ar/seved/votes/{vote}/results")
    expect(way.resident.locator(".bars .n")).to_have_text(["1", "0"])


def it_goes_back_once_and_on_again(way: Way) -> None:
    moves(way, 4, BACK)
    for page, tag in ((way.coordinator, "sv"), (way.resident, "ar")):
        page.goto(way.at("", tag).rstrip("/"))
        expect(page.locator(".line li.here.back")).to_contain_text(BACK)
    moves(way, 5, "Vi valde om, med tak.")
    moves(way, 6)


def it_gets_what_it_needs_and_an_owner(way: Way) -> None:
    send(way.coordinator, way.at("needs/new"), {"kind": "hands", "words_sv": "Två som målar.", "how_much": "2"})
    way.resident.goto(way.at("resources/", "ar"))
    need = re.findall(r"need=(\d+)", way.resident.content())[0]
    promise = {"words": "أطلي يوم السبت.", "how_much": "1", "shown_as": "nobody"}
    send(way.resident, way.at(f"pledges/new?need={need}", "ar"), promise)

    [member] = values_of(way.coordinator, way.at("handovers/new"), "members")
    offer = {"to_whom": "residents", "members": [member], "words": "Bänken, och beslutet om var den står."}
    send(way.coordinator, way.at("handovers/new"), offer)
    handover = re.findall(r"/handovers/(\d+)", way.coordinator.url)[0]
    send(way.resident, way.at(f"handovers/{handover}", "ar"), {"answer": "yes", "words": "نعم، بكل سرور."})
    shows(way, "resources/", "نعم، بكل سرور.")
    moves(way, 7)


def another_area_takes_it_up(way: Way) -> None:
    page = way.elsewhere
    page.goto(f"/ar/cases/{way.number}/adopt")
    press(page, page.locator("main form button.wide"))
    expect(page).to_have_url(re.compile(r"/ar/lindangen/cases/\d+$"))
    expect(page.locator(f'main a[href$="/seved/cases/{way.number}"]').first).to_be_visible()
    made = re.findall(r"/cases/(\d+)$", page.url)[0]

    for tag in ("sv", "ar"):
        way.coordinator.goto(way.at("spread/", tag))
        expect(way.coordinator.locator(f'main a[href*="/lindangen/cases/{made}"]').first).to_be_visible()
        way.coordinator.goto(f"/{tag}/cases/")
        expect(way.coordinator.locator(f'[aria-labelledby="spread"] a[href$="/cases/{made}"]')).to_be_visible()


def its_journal_tells_all_of_it(way: Way) -> None:
    send(way.resident, way.at("journal/new", "ar"), {"text": "بنينا مقاعدنا بأنفسنا."})
    for page, tag in ((way.coordinator, "sv"), (way.resident, "ar")):
        page.goto(way.at("journal/", tag))
        expect(page.locator("html")).to_have_attribute("dir", "rtl" if tag == "ar" else "ltr")
        expect(page.locator(".journal > li").first).to_have_attribute("id", re.compile("^note-"))
        expect(page.locator(".journal > li.turn")).to_have_count(8)  # six stops on, one back, and that one once more
        expect(page.locator(".journal")).to_contain_text(BACK)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    where_it_is(way, 7)


# --- what people do on every page ---


def moves(way: Way, stage: int, why: str = "") -> None:
    """The coordinator moves it, and both read so in their language."""
    send(way.coordinator, way.at("move"), {"to_stage": str(stage), "why": why or WHY[stage]})
    where_it_is(way, stage)


def where_it_is(way: Way, stage: int) -> None:
    for page, tag in ((way.coordinator, "sv"), (way.resident, "ar")):
        page.goto(way.at("", tag).rstrip("/"))
        expect(page.locator("h1")).to_contain_text(TITLE[tag])
        expect(page.locator(f'#stop-{stage}[aria-current="step"]')).to_have_count(1)


def shows(way: Way, room: str, words: str) -> None:
    """The page of a stage, to both."""
    for page, tag in ((way.coordinator, "sv"), (way.resident, "ar")):
        page.goto(way.at(room, tag))
        expect(page.locator("main")).to_contain_text(words)


def send(page: Page, address: str, typed: Mapping[str, Typed]) -> None:
    """Opens a form, fills it in, and sends it; it must be taken."""
    page.goto(address)
    for name, value in typed.items():
        fill(page, name, value)
    form = page.locator(f'main form:has([name="{next(iter(typed))}"])').last
    press(page, form.locator("button:not([name]):not([type=button])").last)


def fill(page: Page, name: str, value: Typed) -> None:
    """Types, chooses or ticks; what stands folded away for another language is opened first."""
    field = page.locator(f'main [name="{name}"]')
    assert field.count(), f"{page.url} has no field {name}"
    field.first.evaluate("one => one.closest('details') && (one.closest('details').open = true)")
    kind = field.first.evaluate("one => one.type")
    if kind in ("radio", "checkbox"):
        for one in [value] if isinstance(value, str) else value:
            page.locator(f'main [name="{name}"][value="{one}"]').check(force=True)
    elif kind == "select-one":
        field.select_option(str(value))
    else:
        field.fill(str(value))


def press(page: Page, button: Locator) -> None:
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        button.click()
    assert sent.value.status == 303, f"{page.url}: {page.locator('main').inner_text()[:600]}"
    page.wait_for_load_state()


def values_of(page: Page, address: str, name: str) -> list[str]:
    """What can be ticked."""
    page.goto(address)
    return [one.get_attribute("value") or "" for one in page.locator(f'main [name="{name}"]').all()]


def counted(page: Page, address: str) -> None:
    """Waits until the worker has counted a vote."""
    end = time.monotonic() + 15
    while page.goto(address) and not page.locator(".bars .n").count():
        assert time.monotonic() < end, "nobody counts this vote"
        page.wait_for_timeout(200)


def in_days(days: int) -> str:
    return (datetime.now(ZoneInfo("Europe/Stockholm")).date() + timedelta(days=days)).isoformat()
