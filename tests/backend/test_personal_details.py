"""Phone numbers, addresses and personal numbers are found in a text; years, prices and slips are none."""

from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.personal_details import FLAGS, HINTS, flags, marked


def found(text: str) -> list[tuple[str, str]]:
    return [(text[mark.start : mark.end], mark.code) for mark in marked(text)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ring 070-123 45 67!", "070-123 45 67"),
        ("Ring 0701234567.", "0701234567"),
        ("08-123 45 67 på dagen", "08-123 45 67"),
        ("040-12 34 56 2026", "040-12 34 56"),
        ("(040) 12 34 56", "040) 12 34 56"),
        ("070.123.45.67", "070.123.45.67"),
        ("+46 (0)70 123 45 67", "+46 (0)70 123 45 67"),
        ("tel: +46701234567", "+46701234567"),
        ("0046 70 123 45 67", "0046 70 123 45 67"),
        ("46701234567", "46701234567"),
        ("+963 944 567 890", "+963 944 567 890"),
        ("اتصل ٠٧٠١٢٣٤٥٦٧ مساء", "٠٧٠١٢٣٤٥٦٧"),
        ("۰۷۰-۱۲۳ ۴۵ ۶۷", "۰۷۰-۱۲۳ ۴۵ ۶۷"),
    ],
)
def test_phone_numbers_are_found(text: str, number: str) -> None:
    assert found(text) == [(number, "phone")]


def test_two_numbers_beside_each_other_are_two() -> None:
    assert found("0701234567 0709876543") == [("0701234567", "phone"), ("0709876543", "phone")]


@pytest.mark.parametrize(
    "text",
    [
        "2026", "2024-2026", "2026 2027 2028", "01-02-2026", "2026-11-23 18:00", "23/11 kl 18", "0800-1600",
        "08.00-16.00", "08.00 - 17.30", "12 000 kr", "1 250 000 kronor", "0,5 procent", "0.125 000", "112", "1177",
        "1234 5678 9012 3456", "0123 4567 8901 2345", "0123456789012345", "0123-4567-8901-2345", "214 38 Malmö",
        "000 000 000", "3,14159265", "Rasmusgatan 12 B", "@malmo", "a@b", "kl 8 @ torget", "٢٠٢٦",
    ],
)  # fmt: skip
def test_years_times_prices_and_slips_are_none(text: str) -> None:
    assert marked(text) == []


@pytest.mark.parametrize("text", ["811218-9876", "8112189876", "19811218-9876", "811218 9876", "٨١١٢١٨-٩٨٧٦"])
def test_personal_numbers_are_found(text: str) -> None:
    assert found(f"Jag heter så, {text}.") == [(text, "personal_number")]


def checked(nine: str) -> str:
    """Nine digits and the one that fits them."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(nine))
    return nine + str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def test_coordination_numbers_are_found_too() -> None:
    number = checked("810978901")

    assert found(number) == [(number, "personal_number")]


@pytest.mark.parametrize("text", ["811218-9875", "811318-9876", "19811232-9876", "19900101-1234"])
def test_a_wrong_date_or_check_digit_makes_no_personal_number(text: str) -> None:
    assert "personal_number" not in flags(text)


@given(
    st.dates(date(1900, 1, 1), date(2026, 1, 1)), st.integers(0, 999), st.booleans(), st.sampled_from(["", "-", "+"])
)
def test_every_personal_number_is_found(born: date, order: int, is_coordinated: bool, parted: str) -> None:
    day = born.day + 60 * is_coordinated
    ten = checked(f"{born:%y%m}{day:02}{order:03}")

    assert "personal_number" in flags(f"Nummer {ten[:6]}{parted}{ten[6:]}")


@pytest.mark.parametrize("text", ["ana@x.se", "bo.karlsson+idé@malmo.example.se", "أنا: a_b@example.org،", "ANA@X.SE"])
def test_addresses_are_found(text: str) -> None:
    assert flags(text) == ["email"]


def test_each_kind_is_named_once_in_one_order() -> None:
    assert flags("811218-9876, ana@x.se, bo@x.se, 070-123 45 67") == ["phone", "email", "personal_number"]
    assert set(FLAGS) == set(HINTS)


@given(st.text(alphabet="0123456789 +-()./@ax\u00a0٠٧۱\u2011", max_size=200) | st.text(max_size=200))
def test_marks_lie_within_the_text_in_order_and_apart(text: str) -> None:
    last = 0
    for mark in marked(text):
        assert last <= mark.start < mark.end <= len(text)
        assert mark.code in FLAGS
        last = mark.end


@pytest.mark.parametrize(
    "piece",
    [
        "0", "07", "0 ", "0-", "(", "+", "@", "a@", "a.", "a@a.", "1234567 ", "0701234567", "000101", "- ", "+46 ",
        "٠", "%", "w",
    ],
)  # fmt: skip
def test_hostile_texts_cost_no_time(piece: str) -> None:
    text = (piece * 2000)[:2000]
    started = time.perf_counter()

    marked(text)
    marked(f"{text}!")

    assert time.perf_counter() - started < 0.5
