"""Addresses that leave the house lead to pages that there are."""

from __future__ import annotations

import pytest
from flask import Flask

from backend import addresses


@pytest.mark.parametrize(
    ("path", "endpoint"),
    [
        (addresses.area("ar", "seved"), "areas.show"),
        (addresses.idea("ar", "seved", 7), "ideas.show"),
        (addresses.own_idea("ar", "seved", 7), "ideas.mine"),
        (addresses.case("ar", "seved", 7), "cases.show"),
        (addresses.options("ar", "seved", 7), "options.index"),
        (addresses.prototype("ar", "seved", 7, 8), "prototypes.show"),
        (addresses.vote("ar", "seved", 7), "votes.show"),
        (addresses.results("ar", "seved", 7), "votes.results"),
        (addresses.meeting("ar", "seved", 7), "meetings.show"),
        (addresses.devices("ar"), "push.devices"),
        (addresses.contact("ar"), "about.contact"),
        (addresses.queue_item("ar", 7), "moderation.show"),
        (addresses.report("ar", "seved", 7), "reports.show"),
        (addresses.objection("ar", "seved", "idea", 7), "appeals.new"),
        (addresses.own_appeal("ar", "seved", 7), "appeals.show"),
        (addresses.queue("ar"), "moderation.index"),
        (addresses.way_out("ar", "notices", "a-word"), "mail_addresses.leave"),
        (addresses.sign_in("ar", "a-token"), "sign_in.address"),
        (addresses.mail_code("ar", "a-word"), "mail_codes.link"),
        (addresses.slip("ar", "4539148803436467").partition("#")[0], "slips.redeem"),
        (addresses.place_code("ar", "seved", "123456").partition("?")[0], "place_codes.redeem"),
    ],
)
def test_an_address_leads_to_its_page(app: Flask, path: str, endpoint: str) -> None:
    found, values = app.url_map.bind("localhost").match(path)

    assert (found, values["lang"]) == (endpoint, "ar")


def test_an_absolute_address_has_one_slash() -> None:
    assert addresses.absolute("https://forum.example", "/sv/") == "https://forum.example/sv/"
