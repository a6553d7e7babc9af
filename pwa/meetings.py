"""Meetings of an area: what is coming, who comes, a file for one's calendar; coordinators announce them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from babel import Locale
from babel.lists import format_list
from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

from backend import (
    addresses,
    calendars,
    cases,
    coming,
    days,
    deliveries,
    languages,
    mail,
    meetings,
    notices,
    queue,
    typed,
)
from backend.errors import Conflict, NotFound, Refusal
from backend.meetings import MOST_MINUTES, MOST_SEATS, USUAL_MINUTES, Meeting
from backend.notices import Message
from backend.texts import Said
from backend.wording import say

from . import current, language, texts
from .current import coordinates, open_to_all
from .forms import Form, GuestForm
from .page_cache import public, until

pages = Blueprint("meetings", __name__)
TEXTS = {
    "title": (StringField, _("What is the meeting about?")),
    "place": (StringField, _("Place")),
    "about": (TextAreaField, _("Short text")),
}


class ComingForm(GuestForm):
    how_many = SelectField(
        _("How many are you?"),
        choices=[(str(number), str(number)) for number in range(1, coming.MOST_TOGETHER + 1)],
        validate_choice=False,
    )


class AnnounceForm(Form):
    day = StringField(_("Day"))
    clock = StringField(_("Time"))
    which = RadioField(
        _("Which of the two hours?"),
        choices=[
            (days.EARLIER, _("The earlier one, in summer time")),
            (days.LATER, _("The later one, in winter time")),
        ],
        validate_choice=False,
    )
    interpreters = SelectMultipleField(
        _("Interpreter"),
        choices=[(one.tag, one.autonym) for one in languages.WRITTEN if one.tag != languages.FIRST.tag],
        option_widget=CheckboxInput(),
        widget=ListWidget(),
        validate_choice=False,
    )
    minutes = StringField(_("How many minutes?"))
    seats = StringField(_("Number of seats"))
    has_childcare = BooleanField(_("There is childcare"))
    case = SelectField(_("Belongs to a case"), validate_choice=False)
    client_uuid = HiddenField()


@pages.get("/<area>/meetings/")
@public("meetings")
def index() -> ResponseReturnValue:
    session, tag, at = current.session(), language.this().tag, current.now()
    coming_up = meetings.upcoming(session, current.area().id, tag, at=at)
    for meeting in coming_up:
        until(meeting.ends_at)
    past = meetings.past(session, current.area().id, tag, at=at)
    return render_template("meetings/index.html", upcoming=coming_up, past=past)


@pages.get("/<area>/meetings/<int:number>")
@public("meetings", "cases")
def show(number: int) -> ResponseReturnValue:
    session, tag = current.session(), language.this().tag
    meeting = meetings.show(session, number, tag, area_id=current.area().id)
    until(meeting.starts_at)
    until(meeting.ends_at)
    return render_template(
        "meetings/show.html",
        meeting=meeting,
        case=_case_of(meeting.case_id, tag),
        interpreters=in_words(meeting.interpreters),
        is_over=meeting.ends_at <= current.now(),
    )


@pages.get("/<area>/meetings/<int:number>.ics")
@open_to_all
def calendar(number: int) -> ResponseReturnValue:
    session, area = current.session(), current.area()
    meeting = meetings.by_number(session, number, area_id=area.id)
    shown = meetings.show(session, number, language.this().tag, area_id=area.id)
    path = addresses.meeting(language.this().tag, area.slug, number)
    address = addresses.absolute(current.settings().public_url, path)
    entry = calendars.entry(meeting, shown, area, address=address, at=current.now())
    named = {"Content-Disposition": f'attachment; filename="{area.slug}-{number}.ics"'}
    return Response(entry, content_type="text/calendar; charset=utf-8", headers=named)


@pages.route("/<area>/meetings/<int:number>/coming", methods=["GET", "POST"], endpoint="coming")
@open_to_all
def coming_page(number: int) -> ResponseReturnValue:
    meeting = meetings.by_number(current.session(), number, area_id=current.area().id)
    form = ComingForm()
    if form.is_sent():
        try:
            _say_who_comes(meeting, form)
            return redirect(url_for("meetings.coming", number=number), 303)
        except Refusal as refusal:
            form.refuse(refusal)
    with_me = coming.comes_with(current.session(), meeting, current.person())
    shown = meetings.show(current.session(), number, language.this().tag, area_id=current.area().id)
    is_over = meeting.ends_at <= current.now() or meeting.cancelled_at is not None
    page = render_template("meetings/coming.html", form=form, meeting=shown, with_me=with_me, is_over=is_over)
    return page, 400 if form.errors else 200


@pages.route("/<area>/meetings/new", methods=["GET", "POST"])
@coordinates
def announce() -> ResponseReturnValue:
    form, status = texts.in_languages(AnnounceForm, TEXTS), 200
    _offer_cases(form)
    if request.method == "GET":
        _prefill(form)
    if form.is_sent() and not request.form.get("preview"):
        try:
            meeting = _announce(form)
            queue.wake(current.settings())
            return redirect(url_for("meetings.told", number=meeting.id), 303)
        except Refusal as refusal:
            texts.refuse(form, refusal)
            status = 409 if isinstance(refusal, Conflict) else 400
    area = current.area()
    page = render_template(
        "meetings/announce.html",
        form=form,
        groups=texts.groups(form, *TEXTS),
        previews=_previews(form),
        reach=deliveries.reach(current.session(), "area", area.id, by_mail=current.settings().sends_mail),
    )
    return page, 400 if form.errors and status == 200 else status


@pages.get("/<area>/meetings/<int:number>/told")
@coordinates
def told(number: int) -> ResponseReturnValue:
    session = current.session()
    meeting = meetings.show(session, number, language.this().tag, area_id=current.area().id)
    notice = notices.latest(session, "meeting_announced", number)
    if notice is None:
        raise NotFound(say("Nobody was told of this meeting by notice."))
    report, letters = deliveries.report(session, notice), mail.counts(session, notice.id)
    return render_template("meetings/told.html", meeting=meeting, notice=notice, report=report, letters=letters)


def in_words(tags: Iterable[str]) -> str:
    """Names of languages in the reader's own, as a list; the language's own name where ours has none."""
    locale = Locale.parse(language.this().locale)
    known = [languages.WRITTEN_BY_TAG[tag] for tag in tags if tag in languages.WRITTEN_BY_TAG]
    names = [locale.languages.get(one.locale) or one.autonym for one in known]
    return format_list(names, locale=locale) if names else ""


def _say_who_comes(meeting: Meeting, form: ComingForm) -> None:
    with current.transaction() as session:
        if request.form.get("undo"):
            somebody = current.person()
            if somebody is not None:
                coming.stay_away(session, meeting, somebody)
            return
        many = typed.whole_number(form.how_many.data, field="how_many", least=1, most=coming.MOST_TOGETHER)
        coming.come(session, meeting, current.person_or_guest(), how_many=many, at=current.now())


def _announce(form: AnnounceForm) -> Meeting:
    area, by_language = current.area(), texts.written(form, *TEXTS)
    starts_at = days.moment_of(form.day.data, form.clock.data, area.zone, which=form.which.data)
    minutes = typed.whole_number(form.minutes.data, field="minutes", least=15, most=MOST_MINUTES)
    seats = typed.whole_number(form.seats.data, field="seats", least=1, most=MOST_SEATS) if form.seats.data else None
    with current.transaction() as session:
        case_id = None
        if form.case.data:
            case_number = typed.whole_number(form.case.data, field="case", least=1, most=2**31 - 1)
            case_id = cases.by_number(session, case_number, area_id=area.id).id
        return meetings.announce(
            session, area, by_language=by_language, original=form.original.data, starts_at=starts_at, minutes=minutes,
            place=by_language[form.original.data]["place"], interpreters=form.interpreters.data or (), seats=seats,
            has_childcare=form.has_childcare.data, client_uuid=typed.uuid(form.client_uuid.data), case_id=case_id,
            by=current.known_person(), at=current.now(),
        )  # fmt: skip


def _prefill(form: AnnounceForm) -> None:
    area = current.area()
    likely = meetings.likely_start(current.session(), area, at=current.now())
    form.day.data, form.clock.data = likely.date().isoformat(), likely.strftime("%H:%M")
    form.minutes.data, form.client_uuid.data = str(USUAL_MINUTES), str(uuid4())
    for one in languages.OFFERED:
        form[texts.name_in("place", one.tag)].data = area.meeting_place_in(one.tag)


def _offer_cases(form: AnnounceForm) -> None:
    found = cases.of_area(current.session(), current.area().id, language.this().tag)
    form.case.choices = [("", _("No case")), *((str(case.id), str(case.title)) for case in found)]


def _previews(form: AnnounceForm) -> list[tuple[languages.Language, Message]]:
    """The notice in each language as phones will show it; nothing until there are a title and a time."""
    said, area = texts.written(form, *TEXTS), current.area()
    own = said[form.original.data]
    try:
        starts_at = days.moment_of(form.day.data, form.clock.data, area.zone, which=form.which.data or days.EARLIER)
    except Refusal:
        return []
    if not own["title"].strip():
        return []
    return [
        (
            one,
            meetings.invitation(
                title=said[one.tag]["title"].strip() or own["title"].strip(),
                place=said[one.tag]["place"].strip() or own["place"].strip(),
                starts_at=starts_at,
                area=area,
                language=one.tag,
            ),
        )
        for one in languages.OFFERED
    ]


def _case_of(case_id: int | None, tag: str) -> tuple[int, Said, int] | None:
    """(number, texts, stage) of the case that a meeting belongs to."""
    if case_id is None:
        return None
    case = cases.by_number(current.session(), case_id)
    return case.id, cases.texts_of(current.session(), case, tag), case.stage
