"""The one file store: photos today, sound later. A folder by default; another kind needs the same four verbs.

It knows no photo and no person: whoever puts a file here keeps its key in a row.
"""

from __future__ import annotations

import os
import re
import secrets as chance
from pathlib import Path
from typing import Protocol

from .settings import WrongSetting

KEY = re.compile(r"[A-Za-z0-9_-]{8,80}(\.[a-z0-9]{1,5})?")  # no slash, no leading dot: a key can't leave the folder
SCHEME = "file://"


class Store(Protocol):
    """What every store can do. A key that is no key raises ValueError; a file that is not there, FileNotFoundError."""

    def put(self, key: str, content: bytes) -> None: ...

    def read(self, key: str) -> bytes: ...

    def remove(self, key: str) -> None: ...

    def exists(self, key: str) -> bool: ...


class Folder:
    """Files in a folder, in sub-folders by the first two signs of their keys."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, key: str, content: bytes) -> None:
        """Whole or not at all, also when the machine stops in between: written aside, flushed, then renamed."""
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{chance.token_hex(4)}")
        try:
            with fresh.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
        _flush(path.parent)

    def read(self, key: str) -> bytes:
        return self._path(key).read_bytes()

    def remove(self, key: str) -> None:
        """Removing what is not there changes nothing."""
        self._path(key).unlink(missing_ok=True)

    def exists(self, key: str) -> bool:
        return self._path(key).is_file()

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise ValueError(f"{key!r} is no key of a file")
        return self.root / key[:2] / key


def store(url: str) -> Store:
    """The store that FILES_URL names. Raises WrongSetting."""
    path = url.removeprefix(SCHEME)
    if path == url or not path.startswith("/"):
        raise WrongSetting(f"FILES_URL must be file:// and a folder, such as file:///srv/files, not {url!r}")
    return Folder(Path(path))


def _flush(folder: Path) -> None:
    """A new name is safe only when its folder has been flushed as well."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
