"""Forms for texts that stand in several languages: one's own is needed, the others may stay empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wtforms import Field, HiddenField

from backend import languages
from backend.errors import Refusal

from . import language


def in_languages(base: type, fields: Mapping[str, tuple[type[Field], Any]], *, original: str = "") -> Any:
    """A form of this base with each field once in each language: title_sv, title_ar ...; fields: (kind, label).

    original is the language of what is changed; empty: something new, in the page's language.
    """
    each = {
        name_in(name, tag): kind(label)
        for tag in (one.tag for one in languages.OFFERED)
        for name, (kind, label) in fields.items()
    }
    form = type(base.__name__, (base,), {**each, "original": HiddenField()})()
    if original or languages.offered(form.original.data) is None:
        form.original.data = original or language.this().tag
    return form


def fill(form: Any, known: Mapping[str, Mapping[str, str]], *names: str) -> None:
    """Shows what stands already, {"sv": {"title": ...}}."""
    for one in languages.OFFERED:
        for name in names:
            form[name_in(name, one.tag)].data = known.get(one.tag, {}).get(name, "")


def name_in(name: str, tag: str) -> str:
    return f"{name}_{tag.replace('-', '_')}"


def written(form: Any, *names: str) -> dict[str, dict[str, str]]:
    """{"sv": {"title": ...}} as it was typed."""
    return {one.tag: {name: form[name_in(name, one.tag)].data or "" for name in names} for one in languages.OFFERED}


def refuse(form: Any, refusal: Refusal) -> None:
    """Shows a refusal of a text beside its field in the original language."""
    field = name_in(refusal.field or "", form.original.data)
    form.refuse(Refusal(refusal.wording, field=field if field in form else refusal.field))


def groups(form: Any, *names: str) -> list[tuple[languages.Language, list[Field]]]:
    """(language, its fields), the original first."""
    ordered = sorted(languages.OFFERED, key=lambda one: one.tag != form.original.data)
    return [(one, [form[name_in(name, one.tag)] for name in names]) for one in ordered]
