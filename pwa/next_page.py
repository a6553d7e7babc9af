"""Where the reader wanted to go before signing in: only ever a path of our own."""

from __future__ import annotations

import re

from flask import request

# A slash, then a letter or digit, and nothing that a browser turns into another host on its way.
LOCAL = re.compile(r"/(?:[A-Za-z0-9][^\\\x00-\x20\x7f-\xa0]*)?")


def asked_for() -> str:
    """Empty where none was asked for, or where it is no path of ours."""
    wanted = request.form.get("next") or request.args.get("next") or ""
    return wanted if LOCAL.fullmatch(wanted) else ""
