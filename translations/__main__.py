"""`python -m translations`: reads every text out of the code, brings the catalogues up to date, tells what is missing.

Two catalogues: `staff` holds what only the desks of moderators and coordinators say, `resident` all else. New texts
come in empty, texts nobody uses go, nothing is guessed ("fuzzy"), and nothing is marked with its line, so that a
moved line changes no file.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.js", "jinja2")]
KEYWORDS = {
    "_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "say": None, "say_count": (1, 2),
}  # fmt: skip
STAFF = (
    "moderation", "coordination", "announce", "_deskbar", "close.html", "told.html", "prototypes/new",
    "prototypes/tell", "option_decisions", "templates/people", "overview/index", "backend/connections", "slip_batches",
    "place_codes/screen", "dangers/guide", "comments/rule", "written_down", "templates/reading",
)  # fmt: skip
# By hand, in the order of GNU and CLDR: the tool's own rules for Arabic swap the last two forms.
PLURALS = {
    "sv": (2, "(n != 1)"),
    "ar": (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"),
}


def main(tags: list[str]) -> int:
    """Brings the named languages up to date, or all; how many texts wait decides what it returns."""
    found = extract()
    missing = 0
    for domain, template in found.items():
        write(HERE / f"{domain}.pot", template)
        for tag in tags or PLURALS:
            missing += update(tag, domain, template)
    return 1 if missing else 0


def extract() -> dict[str, Catalog]:
    """{"resident": ..., "staff": ...}: each text once; what both use is the residents'."""
    heard: dict[str, list[tuple[str | tuple[str, ...], list[str], str | None]]] = {"resident": [], "staff": []}
    for folder in ("backend", "pwa"):
        for file, _line, message, comments, context in extract_from_dir(
            str(ROOT / folder), METHODS, keywords=KEYWORDS, comment_tags=("Translators:",), strip_comment_tags=True,
            options_map={"**.html": {"trimmed": "true", "silent": "false"}},
        ):  # fmt: skip
            domain = "staff" if any(word in file for word in STAFF) else "resident"
            heard[domain].append((message, comments, context))
    made = {"resident": Catalog(charset="utf-8"), "staff": Catalog(charset="utf-8")}
    for domain, messages in heard.items():
        for message, comments, context in messages:
            if not message or (domain == "staff" and made["resident"].get(message, context)):
                continue
            made[domain].add(message, None, auto_comments=comments, context=context)
    return made


def update(tag: str, domain: str, template: Catalog) -> int:
    """Brings one catalogue up to date; the number of texts that still wait for a translator."""
    path = HERE / tag / "LC_MESSAGES" / f"{domain}.po"
    old = read_po(path.open("rb"), locale=tag) if path.exists() else Catalog(locale=tag)
    others = [read_po(one.open("rb"), locale=tag) for one in path.parent.glob("*.po") if one != path]
    new = Catalog(locale=tag, charset="utf-8")
    new._num_plurals, new._plural_expr = PLURALS[tag]
    waiting = []
    for message in template:
        if not message.id:
            continue
        known = next(
            (one for book in (old, *others) if (one := book.get(message.id, message.context)) and one.string), None
        )
        string = known.string if known else ("",) * PLURALS[tag][0] if message.pluralizable else ""
        new.add(message.id, string, auto_comments=message.auto_comments, context=message.context)
        if not all(string if isinstance(string, tuple | list) else (string,)):
            waiting.append(message.id)
    write(path, new)
    for text in waiting:
        print(f"{tag}/{domain}: {text!r}")
    return len(waiting)


def write(path: Path, catalogue: Catalog) -> None:
    """Sorted by text and without dates, so that two who translate at once seldom meet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.header_comment, catalogue.fuzzy = "# Innovationsforum", False
    with path.open("wb") as file:
        write_po(
            file, catalogue, sort_output=True, omit_header=False, no_location=True, width=120, ignore_obsolete=True
        )
    lines = path.read_text("utf-8").splitlines(keepends=True)
    dated = (
        "POT-Creation-Date",
        "PO-Revision-Date",
        "Generated-By",
        "Last-Translator",
        "Language-Team",
        "Project-Id",
        "Report-",
    )
    path.write_text(
        "".join(line for line in lines if not line.startswith(tuple(f'"{word}' for word in dated))), "utf-8"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
