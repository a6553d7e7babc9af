"""Fields of forms: label, hint and error are tied to the box, and the summary leads to it."""

import re
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader
from wtforms import BooleanField, Form, RadioField, StringField, TextAreaField, validators

from pwa.assets import HERE


class Invitation(Form):
    title = StringField("What is it about?", [validators.InputRequired("Write a title.")])
    text = TextAreaField("A short text")
    childcare = BooleanField("There is childcare")
    reason = RadioField("Why?", choices=[("1", "Somebody is named"), ("2", "We do not know where")])


@pytest.fixture
def fields() -> Any:
    pages = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, extensions=["jinja2.ext.i18n"])
    pages.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    return pages.get_template("parts/_fields.html").module


@pytest.fixture
def refused() -> Invitation:
    form = Invitation(data={"title": "", "reason": "2"})
    form.validate()
    form.form_errors.append("This meeting has begun.")
    return form


def test_label_hint_and_error_belong_to_the_box(fields: Any, refused: Invitation) -> None:
    box = fields.text(refused.title, hint="A few words.")

    assert '<label class="ask" for="title">' in box
    assert 'aria-describedby="title-hint title-error"' in box
    assert 'id="title-hint"' in box
    assert 'id="title-error"' in box
    assert 'aria-invalid="true"' in box


def test_a_field_in_order_says_nothing_of_errors(fields: Any) -> None:
    box = fields.text(Invitation().title)

    assert "aria-invalid" not in box
    assert "aria-describedby" not in box


def test_more_attributes_reach_the_box_and_describe_it_too(fields: Any) -> None:
    box = fields.textarea(Invitation().text, short=True, data_enhance="draft", aria_describedby="saved")

    assert 'data-enhance="draft"' in box
    assert 'aria-describedby="saved"' in box
    assert 'dir="auto"' in box
    assert 'class="input short"' in box


def test_what_was_typed_is_shown_as_text(fields: Any) -> None:
    box = fields.textarea(Invitation(data={"text": "</textarea><script>"}).text)

    assert "<script>" not in box


def test_a_choice_keeps_what_was_chosen(fields: Any, refused: Invitation) -> None:
    choice = fields.radios(refused.reason, hint="One only.")

    assert re.search(r'<input checked id="reason-1"[^>]*value="2"', choice)
    assert 'aria-describedby="reason-hint' in choice


def test_the_summary_takes_the_focus_and_leads_to_each_field(fields: Any, refused: Invitation) -> None:
    summary = fields.summary(refused)

    assert 'role="alert" tabindex="-1" autofocus' in summary
    assert '<a href="#title">Write a title.</a>' in summary
    assert "<li>This meeting has begun.</li>" in summary


def test_a_form_in_order_has_no_summary(fields: Any) -> None:
    assert fields.summary(Invitation()).strip() == ""
