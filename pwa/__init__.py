"""The floor of pages: an application that shows what the backend knows and decides nothing itself."""

from __future__ import annotations

from flask import Flask

from backend import logs
from backend import settings as surroundings
from backend.settings import Settings

from . import (
    about,
    adoption_reports,
    adoptions,
    ambassadors,
    app_codes,
    appeals,
    areas,
    assets,
    case_endings,
    cases,
    comments,
    coordination,
    current,
    dangers,
    e_id,
    e_id_back,
    erasure,
    failures,
    follows,
    formatting,
    guessing,
    handovers,
    headers,
    health,
    idea_edits,
    idea_merges,
    idea_photos,
    ideas,
    insight_patterns,
    insights,
    journal,
    language,
    languages,
    lessons,
    limits,
    mail_addresses,
    mail_codes,
    manifest,
    me,
    meetings,
    methods,
    moderation,
    moderation_bulk,
    moderation_readers,
    needs,
    offline,
    option_arguments,
    option_decisions,
    options,
    outbox,
    overview,
    own_data,
    page_cache,
    paper_ballots,
    passkeys,
    people,
    photos,
    place_codes,
    pledge_outcomes,
    pledges,
    posters,
    prototypes,
    public_log,
    published,
    push,
    reports,
    resources,
    rounds,
    shared_links,
    sign_in,
    similar,
    slip_batches,
    slips,
    sounds,
    statements,
    supports,
    taking_along,
    team_invitations,
    team_notes,
    team_requests,
    teams,
    trials,
    votes,
    written_down,
)

FEATURES = (
    areas, follows, ideas, idea_edits, idea_photos, idea_merges, similar, guessing, supports, comments, cases,
    insights, insight_patterns, teams, team_requests, team_invitations, ambassadors, team_notes, statements, options,
    option_arguments, option_decisions, prototypes, trials, resources, needs, pledges, pledge_outcomes, handovers,
    adoptions, adoption_reports, case_endings, journal, votes, rounds, paper_ballots, published, meetings, lessons,
    methods, moderation, moderation_bulk, moderation_readers, reports, appeals, dangers, coordination, overview,
    written_down, people, own_data, erasure, public_log, about, sign_in, passkeys, app_codes, e_id, mail_codes,
    place_codes, slips, slip_batches, taking_along, me, mail_addresses, push, languages, outbox,
)  # fmt: skip
WITHOUT_LANGUAGE = (shared_links, e_id_back, posters, manifest, offline, photos, sounds, health)


def create_app(settings: Settings | None = None) -> Flask:
    app = Flask(__name__, static_folder=None)
    settings = settings or surroundings.from_environment()
    logs.begin(settings.log_level)
    app.config.update(
        SETTINGS=settings,
        MAX_CONTENT_LENGTH=14_000_000,
        MAX_FORM_MEMORY_SIZE=200_000,
        MAX_FORM_PARTS=200,
        WTF_CSRF_ENABLED=True,
        WTF_I18N_ENABLED=False,
    )
    app.url_map.converters["language"] = language.LanguageConverter
    for part in (current, assets, language, formatting, headers, page_cache, failures, limits):
        part.init(app)
    for feature in FEATURES:
        app.register_blueprint(feature.pages, url_prefix="/<language:lang>")
    for feature in WITHOUT_LANGUAGE:
        app.register_blueprint(feature.pages)
    return app
