"""Recordings: what phones record is packed anew, short and without metadata; anything else is refused in words."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from backend import sound_packing, sounds
from backend.errors import NotFound, Refusal
from backend.files import Folder
from backend.sounds import Sound
from tests.conftest import NOON
from tests.makers import a_case, a_photograph, a_recording, an_insight, ana, bo, karin, lindangen, mira, seved

KINDS = {
    "m4a of an iPhone": ("ipod", "aac", 48_000), "webm of Chrome": ("webm", "libopus", 48_000),
    "ogg of Firefox": ("ogg", "libopus", 48_000), "mp3": ("mp3", "libmp3lame", 44_100),
    "wav": ("wav", "pcm_s16le", 44_100),
    "3gp of an older phone": ("3gp", "libopencore_amrnb", 8_000), "amr": ("amr", "libopencore_amrnb", 8_000),
    "aac without a container": ("adts", "aac", 44_100),
}  # fmt: skip


def refusal_of(content: bytes) -> str:
    with pytest.raises(Refusal) as refused:
        sounds.prepare(content)
    assert refused.value.field == "sound"
    return str(refused.value.wording)


def a_film() -> bytes:
    content = BytesIO()
    with av.open(content, "w", format="mp4") as made:
        into = made.add_stream("mpeg4", rate=10)
        into.width, into.height, into.pix_fmt = 32, 32, "yuv420p"
        for _ in range(10):
            made.mux(into.encode(av.VideoFrame(32, 32, "yuv420p")))
        made.mux(into.encode(None))
    return content.getvalue()


@pytest.mark.parametrize("kind", KINDS)
def test_what_phones_record_becomes_mono_aac(kind: str) -> None:
    container, codec, rate = KINDS[kind]

    prepared = sounds.prepare(a_recording(2.0, container, codec=codec, rate=rate))

    assert abs(prepared.milliseconds - 2000) < 150
    with av.open(BytesIO(prepared.content)) as kept:
        sound = kept.streams.audio[0].codec_context
        assert (sound.name, sound.rate, sound.channels) == ("aac", 24_000, 1)
        assert abs((kept.duration or 0) / av.time_base - 2) < 0.2


def test_what_was_told_of_place_and_phone_is_left_out() -> None:
    content = a_recording(1.0, "ipod", codec="aac", rate=44_100, title="Secrettitle", comment="Secretplace")
    assert b"Secretplace" in content

    packed = sounds.prepare(content).content

    assert b"Secret" not in packed
    assert b"Lavf" not in packed


def test_the_index_comes_before_the_sound() -> None:
    packed = sounds.prepare(a_recording(1.0)).content

    assert packed.index(b"moov") < packed.index(b"mdat"), "a phone would have to fetch all before it plays"


def test_a_minute_is_taken_and_small() -> None:
    prepared = sounds.prepare(a_recording(60.0, rate=8_000))

    assert prepared.milliseconds == 60_000
    assert len(prepared.content) < 400_000


def test_more_than_a_minute_is_refused() -> None:
    assert "60 seconds" in refusal_of(a_recording(61.5, rate=8_000))


def test_too_many_bytes_are_refused_before_anything_is_decoded() -> None:
    assert "12 megabytes" in refusal_of(bytes(sounds.MOST_BYTES + 1))


def test_next_to_nothing_is_refused() -> None:
    assert "empty" in refusal_of(a_recording(0.2))


def test_a_film_is_refused_by_its_name() -> None:
    assert "film" in refusal_of(a_film())


def test_a_rate_that_no_phone_has_is_refused() -> None:
    content = bytearray(a_recording(1.0))
    content[24:28] = (4_000_000).to_bytes(4, "little")  # the samples a second of a WAV's header

    assert refusal_of(bytes(content))


def test_more_channels_than_phones_have_are_refused() -> None:
    content = bytearray(a_recording(1.0))
    content[22:24], content[32:34] = (250).to_bytes(2, "little"), (500).to_bytes(2, "little")

    assert refusal_of(bytes(content))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"not a sound", b"RIFF\xff\xff\xff\xffWAVE" + b"\xff" * 500, b"\x1aE\xdf\xa3" + bytes(500),
        b"OggS" + bytes(500), b"\0\0\0\x20ftypM4A " + b"\xff" * 500, b"ID3\x04\0\0\x7f\x7f\x7f\x7f" + bytes(500),
        b"\xff\xfb" * 300, b"#EXTM3U\nhttp://127.0.0.1/a.ts\n", b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"<svg/>", a_photograph((60, 40)), a_recording(2.0, "ipod", codec="aac", rate=44_100)[:4000],
        a_recording(2.0, "mp3", codec="libmp3lame")[:3000],
    ],
)  # fmt: skip
def test_what_is_no_whole_recording_is_refused(content: bytes) -> None:
    assert "can’t play" in refusal_of(content)


def test_a_file_that_needs_too_much_ends_its_own_program_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hungry = tmp_path / "hungry.py"
    hungry.write_text("import os, sys\nsys.stdin.buffer.read()\nos.abort()\n", "utf-8")
    monkeypatch.setattr(sounds, "PACKING", hungry)

    assert "can’t play" in refusal_of(a_recording(1.0))


def test_the_system_limits_memory_time_and_files_of_the_program() -> None:
    asked = (
        "import resource, runpy, sys; runpy.run_path(sys.argv[1])['limit']();"
        "print(*(resource.getrlimit(getattr(resource, f'RLIMIT_{what}'))[0] for what in ('AS', 'CPU', 'FSIZE')))"
    )
    command = [sys.executable, "-I", "-c", asked, sound_packing.__file__]

    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert told == [str(sound_packing.MOST_MEMORY), str(sound_packing.MOST_PROCESSOR_SECONDS), "0"]


@settings(deadline=None, max_examples=25)
@given(place=st.integers(0, 3000), piece=st.binary(min_size=1, max_size=40), kind=st.sampled_from(sorted(KINDS)))
def test_a_damaged_recording_is_read_or_refused_but_never_breaks(place: int, piece: bytes, kind: str) -> None:
    container, codec, rate = KINDS[kind]
    content = a_recording(0.6, container, codec=codec, rate=rate)
    place %= len(content)

    try:
        # In this process, since a program for each example would take a minute; its limits are tried above.
        sound_packing.pack(content[:place] + piece + content[place + len(piece) :])
    except sound_packing.No as no:
        assert str(no) in sounds.REFUSED  # noqa: PT017, both ends are fine


def test_a_kept_recording_has_a_row_and_a_file(session: Session, tmp_path: Path) -> None:
    area, store = seved(session), Folder(tmp_path)
    prepared = sounds.prepare(a_recording(1.4))

    sound = sounds.keep(session, store, prepared, area_id=area.id, by=None, at=NOON)

    assert sounds.by_key(session, sound.key) is sound
    assert store.read(sound.file) == prepared.content
    assert (sound.seconds, sound.size) == (1, len(prepared.content))


def a_sound(session: Session, folder: Path, **changed: object) -> Sound:
    prepared = sounds.Prepared(b"sound", 1000, "mark")
    return sounds.keep(session, Folder(folder), prepared, **{"area_id": None, "by": None, "at": NOON, **changed})


def test_until_it_is_public_only_its_sender_and_moderators_hear_it(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    sender = ana(session, area)
    sound = a_sound(session, tmp_path, area_id=area.id, by=sender)

    assert sounds.may_hear(sound, sender)
    assert sounds.may_hear(sound, mira(session, area))
    assert not sounds.may_hear(sound, bo(session, area))
    assert not sounds.may_hear(sound, karin(session, lindangen(session)))
    assert not sounds.may_hear(sound, None)

    sound.is_public = True

    assert sounds.may_hear(sound, None)


def test_a_recording_that_was_never_sent_is_forgotten_after_a_day(session: Session, tmp_path: Path) -> None:
    area = seved(session)
    unsent, sent = a_sound(session, tmp_path), a_sound(session, tmp_path)
    an_insight(session, a_case(session, area), ana(session, area), sound=sent, transcript="Hej")

    assert sounds.forget_unsent(session, Folder(tmp_path), at=NOON + timedelta(hours=23)) == 0
    assert sounds.forget_unsent(session, Folder(tmp_path), at=NOON + timedelta(hours=25)) == 1

    assert [Folder(tmp_path).exists(one.file) for one in (unsent, sent)] == [False, True]
    with pytest.raises(NotFound):
        sounds.by_key(session, unsent.key)
