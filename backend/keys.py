"""What only this installation knows: keys made at first start, and the marks that are kept instead of secrets."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets as chance
from functools import cache
from pathlib import Path


def token() -> str:
    """A word nobody can guess, fit for addresses and cookies (256 bits)."""
    return chance.token_urlsafe(32)


def mark(word: str) -> str:
    """What is kept of a token: enough to know it again, not enough to use it. Tokens are random, so SHA-256 will do."""
    return hashlib.sha256(word.encode()).hexdigest()


def keyed_mark(key: bytes, word: str) -> str:
    """What is kept of a word that could be guessed, such as a slip's digits (HMAC-SHA-256)."""
    return hmac.new(key, word.encode(), hashlib.sha256).hexdigest()


@cache
def key(folder: Path, name: str) -> bytes:
    """The key of this name (32 bytes), made on first use into folder with mode 600."""
    path = folder / "keys" / name
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{name}.{os.getpid()}.{chance.token_hex(4)}")
    if not path.exists():
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(chance.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(fresh, path)  # two processes may start at once: the first link wins, both read the same key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_bytes()
