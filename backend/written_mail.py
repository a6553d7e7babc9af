"""How a letter looks: plain text and simple HTML, from the words of its kind. It holds no picture and no foreign link.

Headers are set through email.message, never glued, and hold no line break whatever people call their things.
"""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime
from html import escape

from . import addresses
from .days import isolated
from .languages import direction_of
from .mail import WAYS_OUT, Letter, Text
from .settings import Settings
from .wording import say

STOP = say("Stop these e-mails")
LONGEST_SUBJECT = 200  # characters
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]+")  # ends or hides a line
UNPRINTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # the same, where there are several lines
ADDRESSES = ("list-unsubscribe", "message-id")  # a folded or encoded address is none
PAGE = (
    '<!DOCTYPE html><html lang="{language}" dir="{direction}">'
    '<head><meta charset="utf-8"><title>{subject}</title></head>'
    '<body style="font-family: sans-serif; font-size: 18px; line-height: 1.6; max-width: 36em">{body}</body></html>'
)


class _Policy(EmailPolicy):
    """Lines end as SMTP wants them, and addresses stay in one piece, which the library would fold at 78 signs."""

    def fold(self, name: str, value: str) -> str:
        return f"{name}: {value}{self.linesep}" if name.lower() in ADDRESSES else super().fold(name, value)

    def fold_binary(self, name: str, value: str) -> bytes:
        return self.fold(name, value).encode() if name.lower() in ADDRESSES else super().fold_binary(name, value)


POLICY = _Policy(linesep=SMTP.linesep, cte_type="7bit")  # fit for every server on the way


def message(letter: Letter, text: Text, settings: Settings, *, leave_mark: str = "") -> EmailMessage:
    """The mail of a letter, the same at each try; leave_mark is the way out of letters that their receiver may end."""
    made = EmailMessage(policy=POLICY)
    sender = say("Innovationsforum %(city)s", city=settings.city_name).into(letter.language)
    made["From"] = Address(_line(sender), addr_spec=settings.mail_from)
    made["To"] = Address(addr_spec=letter.to)
    made["Subject"] = _line(text.subject)[:LONGEST_SUBJECT]
    made["Date"] = format_datetime(letter.created_at)
    made["Message-ID"] = f"<{letter.tag}@{settings.mail_from.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    way_out = _way_out(letter, settings, leave_mark)
    if way_out:
        made["List-Unsubscribe"] = f"<{way_out}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"  # RFC 8058
    link = addresses.absolute(settings.public_url, text.link) if text.link else ""
    made.set_content(_plain(letter, text, link, way_out))
    made.add_alternative(_html(letter, text, link, way_out), subtype="html")
    made["Content-Language"] = letter.language  # last, since content takes such headers along into its part
    return made


def return_path(letter: Letter, settings: Settings) -> str:
    """Where a server sends a mail back that it can't deliver: an address of this letter's own, where one is set."""
    if not settings.mail_bounces:
        return settings.mail_from
    name, _, host = settings.mail_bounces.rpartition("@")
    return f"{name}+{letter.tag}@{host}"


def _plain(letter: Letter, text: Text, link: str, way_out: str) -> str:
    parts = [*([isolated(text.code)] if text.code else []), *text.paragraphs]
    if link:
        parts.append(f"{text.link_words}\n{link}" if text.link_words else link)
    if way_out:
        parts.append(f"-- \n{STOP.into(letter.language)}\n{way_out}")
    return "\n\n".join(UNPRINTED.sub("", part) for part in parts) + "\n"


def _html(letter: Letter, text: Text, link: str, way_out: str) -> str:
    parts = [f'<p style="font-size: 32px"><b><bdi>{_escaped(text.code)}</bdi></b></p>'] if text.code else []
    parts.extend(f"<p>{_escaped(part)}</p>" for part in text.paragraphs)
    if link:
        parts.append(f'<p><a href="{_escaped(link)}">{_escaped(text.link_words or link)}</a></p>')
    if way_out:
        parts.append(f'<hr><p><a href="{_escaped(way_out)}">{_escaped(STOP.into(letter.language))}</a></p>')
    return PAGE.format(
        language=_escaped(letter.language), direction=direction_of(letter.language),
        subject=escape(_line(text.subject)), body="\n".join(parts),
    )  # fmt: skip


def _escaped(words: str) -> str:
    return escape(UNPRINTED.sub("", words)).replace("\n", "<br>")


def _way_out(letter: Letter, settings: Settings, leave_mark: str) -> str:
    sort = WAYS_OUT.get(letter.kind)
    if not sort or not leave_mark:
        return ""
    return addresses.absolute(settings.public_url, addresses.way_out(letter.language, sort, leave_mark))


def _line(words: str) -> str:
    """Words fit for a header: one line of signs that can be seen."""
    return " ".join(UNSEEN.sub(" ", words).split())
