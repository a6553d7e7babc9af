"""A feed in the Atom format (RFC 4287): what follows it reads on without a visit. It knows no addresses of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from xml.etree import ElementTree

from .keys import keyed_mark

ATOM = "http://www.w3.org/2005/Atom"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
MIME = "application/atom+xml; charset=utf-8"
NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


@dataclass(frozen=True)
class Said:
    """Text alone, never markup, and the language that it stands in."""

    text: str
    language: str


@dataclass(frozen=True)
class Picture:
    address: str
    size: int  # bytes
    title: str
    language: str


@dataclass(frozen=True)
class Entry:
    id: str
    title: Said
    content: Said
    address: str  # of its page
    published: datetime
    updated: datetime
    author: str = ""  # empty: the feed's
    picture: Picture | None = None


@dataclass(frozen=True)
class Feed:
    id: str
    title: Said
    author: str
    address: str  # of the page that says the same
    own_address: str
    updated: datetime  # where it has no entry
    entries: Sequence[Entry]


def identity(key: bytes, *parts: object) -> str:
    """What a thing is called in feeds for good, wherever its page stands: made of the noun and its number, by a key of
    this installation, so that two forums never call theirs the same (RFC 4287, section 4.2.6).
    """
    return UUID(keyed_mark(key, " ".join(str(part) for part in parts))[:32], version=5).urn


def written(feed: Feed) -> bytes:
    """The feed as UTF-8."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(_name("feed"), {LANGUAGE: feed.title.language})
    _add(root, "id", feed.id)
    _add(root, "title", feed.title.text, type="text")
    _add(root, "updated", _moment(max((entry.updated for entry in feed.entries), default=feed.updated)))
    _add(_add(root, "author"), "name", feed.author)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.own_address)
    _add(root, "link", rel="alternate", type="text/html", hreflang=feed.title.language, href=feed.address)
    for entry in feed.entries:
        _write(_add(root, "entry"), entry, feed.title.language)
    made: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _write(element: ElementTree.Element, entry: Entry, language: str) -> None:
    _add(element, "id", entry.id)
    _say(element, "title", entry.title, language)
    _add(element, "updated", _moment(entry.updated))
    _add(element, "published", _moment(entry.published))
    if entry.author:
        _add(_add(element, "author"), "name", entry.author)
    _add(element, "link", rel="alternate", type="text/html", hreflang=language, href=entry.address)
    if entry.picture is not None:
        shown = entry.picture
        link = _add(element, "link", rel="enclosure", type="image/jpeg", length=str(shown.size), href=shown.address)
        if shown.title:
            link.attrib |= {"title": NO_XML.sub("", shown.title), LANGUAGE: shown.language}
    _say(element, "content", entry.content, language)


def _say(parent: ElementTree.Element, name: str, said: Said, language: str) -> None:
    element = _add(parent, name, said.text, type="text")
    if said.language and said.language != language:
        element.set(LANGUAGE, said.language)


def _add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    element = ElementTree.SubElement(parent, _name(name), attributes)
    element.text = NO_XML.sub("", text) or None
    return element


def _name(name: str) -> str:
    return f"{{{ATOM}}}{name}"


def _moment(moment: datetime) -> str:
    """As RFC 3339 wants it, such as "2026-11-24T10:00:00Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
