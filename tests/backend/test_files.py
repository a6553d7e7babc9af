"""The file store keeps whole files under keys that cannot lead anywhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import files
from backend.files import Folder
from backend.settings import WrongSetting

KEY = "0123456789abcdef.jpg"


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_what_was_put_can_be_read(store: Folder) -> None:
    store.put(KEY, b"content")

    assert store.exists(KEY)
    assert store.read(KEY) == b"content"


def test_putting_again_replaces_the_whole_file(store: Folder) -> None:
    store.put(KEY, b"a long content")
    store.put(KEY, b"short")

    assert store.read(KEY) == b"short"


def test_what_was_removed_is_gone_and_may_be_removed_again(store: Folder) -> None:
    store.put(KEY, b"content")

    store.remove(KEY)
    store.remove(KEY)

    assert not store.exists(KEY)
    with pytest.raises(FileNotFoundError):
        store.read(KEY)


def test_a_write_that_breaks_off_leaves_no_file_behind(store: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space"):
        store.put(KEY, b"content")

    assert not store.exists(KEY)
    assert [path for path in store.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "key", ["", "short", "../../etc/passwd", "a/b/c/d/e/f/g", ".hidden-file", "12345678.JPEG", "12345678\n"]
)
def test_a_key_cannot_leave_the_folder(store: Folder, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        store.put(key, b"content")


@given(key=st.text(max_size=30))
def test_whatever_stands_in_a_key_no_other_file_is_read(key: str) -> None:
    try:
        found = Folder(Path("/nowhere-at-all")).exists(key)
    except ValueError:
        return
    assert not found


@pytest.mark.parametrize("url", ["", "/srv/files", "https://example.org/files", "file://relative"])
def test_a_wrong_address_of_the_store_names_the_setting(url: str) -> None:
    with pytest.raises(WrongSetting, match="FILES_URL"):
        files.store(url)


def test_the_folder_may_have_any_name(tmp_path: Path) -> None:
    store = files.store(f"file://{tmp_path}/my files 100%25")
    store.put(KEY, b"content")

    assert (tmp_path / "my files 100%25").is_dir()
