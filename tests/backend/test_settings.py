from __future__ import annotations

import pytest

from backend.settings import WrongSetting, from_environment

SAFE = {"PRODUCTION": "1", "PUBLIC_URL": "https://forum.example.se", "CONTACT": "mailto:forum@malmo.example"}


def test_nothing_needs_to_be_set() -> None:
    assert from_environment({}).public_url == "http://localhost:8000"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "-1"),
        ("LEASE_SECONDS", "0"),
        ("LEASE_SECONDS", "nan"),
        ("PRODUCTION", "maybe"),
        ("PUBLIC_URL", "ftp://x"),
    ],
)
def test_a_wrong_value_names_itself(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=name):
        from_environment({name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("PUBLIC_URL", "http://forum.example.se"), ("PUSH_LOOPBACK", "localhost:4443"), ("PUSH_CA", "/ca.pem"),
     ("LEASE_SECONDS", "2"), ("CONTACT", "")],
)  # fmt: skip
def test_production_refuses_what_is_only_safe_in_tests(name: str, value: str) -> None:
    assert from_environment(SAFE).production

    with pytest.raises(WrongSetting, match=name):
        from_environment({**SAFE, name: value})
