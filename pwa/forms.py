"""The base of all forms: a token bound to the sign-in, and a way to put a Refusal beside its field.

Rules of length and shape live in the backend, which every way in shares; a form carries what was typed there and back.
"""

from __future__ import annotations

import hmac
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField
from wtforms.csrf.core import CSRF
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from backend.errors import Refusal, TooMany
from backend.wording import say

from . import current, language


class TokenOfSignIn(CSRF):
    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        return current.csrf_token()

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        if not hmac.compare_digest(str(field.data or "").encode(), self.generate_csrf_token(field).encode()):
            stale = say("This page was open for too long, or somebody else signed in. Send it again.")
            raise ValidationError(stale.into(language.this().tag))


class Form(FlaskForm):
    """A form of somebody who has signed in."""

    class Meta(FlaskForm.Meta):
        csrf = True
        csrf_class = TokenOfSignIn
        csrf_field_name = "csrf_token"

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """What a form sent. A body of JSON is no form; the library would take it for one, whatever it holds."""
            return None if request.is_json else super().wrap_formdata(form, formdata)

    def is_sent(self) -> bool:
        """Whether it was posted to be carried out, with its token; a language button only shows the page anew."""
        return request.method == "POST" and not request.form.get("switch_to") and self.validate()

    def refuse(self, refusal: Refusal) -> None:
        """Shows a refusal beside its field, or above the form where it names none that is here.

        Raises TooMany on: a form can't be mended by typing, and its own page says when to try again.
        """
        if isinstance(refusal, TooMany):
            raise refusal
        words = refusal.wording.into(language.this().tag)
        if refusal.field and refusal.field in self._fields:
            field = self._fields[refusal.field]
            field.errors = [*field.errors, words]
        else:
            self.form_errors.append(words)


class GuestForm(Form):
    """A form that carries no authority, so it needs no token: the Origin of each POST is judged in headers.py."""

    class Meta(Form.Meta):
        csrf = False


class TicksField(SelectMultipleField):
    """Several of what is offered, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()
