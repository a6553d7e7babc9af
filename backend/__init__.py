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
    mail_addresses,
    audit,
    reading,
    waiting,
    moderation,
    moderation_readers,
    moderation_queue,
    moderation_bulk,
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
    mail,
    deliveries,
    idea_answers,
    restrictions,
    roles,
)

__all__ = [
    "areas", "attempts", "audit", "cases", "database", "deliveries", "files", "follows", "idea_answers",
    "ideas", "journal", "lessons", "mail", "mail_addresses", "meetings", "moderation", "moderation_bulk",
    "moderation_queue",
    "moderation_readers", "notices", "people", "photos", "prototypes", "push", "reading",
    "restrictions", "revisions", "roles", "sign_in", "slips", "supports", "teams", "texts", "votes",
    "waiting",
]  # fmt: skip
