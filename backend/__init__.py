"""The floor of rules and rows. It knows nothing of HTTP.

Every feature is imported here in order, so that whoever imports the backend has all mappers, and migrations are
complete.
"""

from . import (  # noqa: I001, the order is the table of contents
    database,
    texts,
    revisions,
    areas,
    people,
    sign_in,
    attempts,
    slips,
    files,
    photos,
    follows,
    audit,
    reading,
    moderation,
    cases,
    ideas,
    supports,
    teams,
    prototypes,
    votes,
    journal,
    lessons,
    meetings,
    push,
    notices,
    deliveries,
    idea_answers,
)

__all__ = [
    "areas", "attempts", "audit", "cases", "database", "deliveries", "files", "follows", "idea_answers",
    "ideas", "journal", "lessons", "meetings", "moderation", "notices", "people", "photos", "prototypes",
    "push", "reading", "revisions", "sign_in", "slips", "supports", "teams", "texts", "votes",
]  # fmt: skip
