"""Receipts of votes: a code that its voter finds again in the list, and that gives away no vote by itself.

The exact bytes stand in docs/decisions/0006-what-a-receipt-is-made-of.md, so that anybody can make the same code out
of the same vote.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

NONCE_BYTES = 16
NONCE = re.compile(r"[0-9a-f]{32}")  # what a phone may send: 16 bytes in small hexadecimal digits
SHORT = 16  # digits that are read aloud and compared; the other 48 stand in the square code


class Opened(Protocol):
    """A counted ballot with what its code was made of."""

    @property
    def choices(self) -> tuple[int, ...]: ...
    @property
    def client_nonce(self) -> str: ...
    @property
    def server_nonce(self) -> str: ...


@dataclass(frozen=True)
class Receipt:
    """What somebody keeps of a vote."""

    round_id: int
    commitment: str  # 64 hexadecimal digits
    choices: tuple[int, ...]

    @property
    def code(self) -> str:
        return in_groups(self.commitment[:SHORT])


def spelled(choices: Collection[int]) -> str:
    """ "3,7": the numbers of the prototypes, smallest first."""
    return ",".join(str(choice) for choice in sorted(choices))


def read_back(choices: str) -> tuple[int, ...]:
    return tuple(int(choice) for choice in choices.split(",") if choice)


def commitment(round_id: int, choices: Collection[int], *, client_nonce: str, server_nonce: str) -> str:
    """SHA-256 of "v1|client nonce|server nonce|round|choices" in ASCII; 64 hexadecimal digits."""
    return hashlib.sha256(_line(round_id, choices, client_nonce, server_nonce).encode("ascii")).hexdigest()


def words(round_id: int, ballot: Opened) -> str:
    """The line that a counted ballot's code was made of; empty where its choices are not kept."""
    if not ballot.choices:
        return ""
    return _line(round_id, ballot.choices, ballot.client_nonce, ballot.server_nonce)


def root(commitments: Iterable[str]) -> str:
    """One code for a whole list: SHA-256 of its codes, sorted, each with a line feed after it."""
    return hashlib.sha256("".join(f"{one}\n" for one in sorted(commitments)).encode("ascii")).hexdigest()


def in_groups(digits: str) -> str:
    """ "9f3a 02cc 7e51 d0b4"."""
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def _line(round_id: int, choices: Collection[int], client_nonce: str, server_nonce: str) -> str:
    return "|".join(("v1", client_nonce, server_nonce, str(round_id), spelled(choices)))
