"""Makes a recording fit to keep: a program of its own, so that a hostile file harms no other request.

It reads a file on standard input and writes one line of JSON, then the packed sound: mono AAC in an .m4a, which every
phone plays. Its memory, its time and its files are limited by the system. It knows nothing of the rest of the house
and imports none of it, so that it starts quickly. backend/sounds.py starts it.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any

LONGEST = 60  # seconds
LATE = 1  # seconds more, since a phone's own clock stops a little late
SHORTEST = 0.5  # seconds
RATE = 24_000  # samples a second of what is kept: enough for voices
BITS = 40_000  # a second: 300 kB for the longest
HIGHEST_RATE = 192_000  # samples a second of what is sent
MOST_CHANNELS = 8
MOST_BROKEN = 5  # packets that can't be decoded, such as the cut ones at both ends of an MP3
WHOLE = 0.8  # of the length that the file itself tells: less has been cut off
INDEX_BYTES = 16_384  # kept free before the sound, so that a phone begins to play before it has all
MOST_MEMORY = 800_000_000  # bytes of addresses, most of which are the library’s own code
MOST_PROCESSOR_SECONDS = 20
# What a file begins with, and how it is read then. FFmpeg never guesses: some of its formats open other files.
BEGINNINGS = (
    (re.compile(rb"....ftyp", re.DOTALL), "mov"),
    (re.compile(rb"\x1a\x45\xdf\xa3"), "matroska"),
    (re.compile(rb"OggS"), "ogg"),
    (re.compile(rb"RIFF....WAVE", re.DOTALL), "wav"),
    (re.compile(rb"#!AMR"), "amr"),
    (re.compile(rb"\xff[\xf0\xf1\xf8\xf9]"), "aac"),
    (re.compile(rb"ID3|\xff[\xe2-\xf7\xfa-\xfb]"), "mp3"),
)
CODECS = {
    "aac", "mp3", "mp3float", "opus", "libopus", "vorbis", "amrnb", "amrwb", "libopencore_amrnb", "libopencore_amrwb",
    "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_u8", "pcm_f32le",
}  # fmt: skip


class No(Exception):
    """Why a file is refused: "unreadable", "film", "too_long", "too_short" or "strange"."""


def main() -> None:
    content = sys.stdin.buffer.read()
    try:
        limit()
        milliseconds, packed = pack(content)
    except No as no:
        sys.stdout.write(json.dumps({"no": str(no)}) + "\n")
        return
    sys.stdout.write(json.dumps({"milliseconds": milliseconds}) + "\n")
    sys.stdout.flush()
    sys.stdout.buffer.write(packed)


def pack(content: bytes) -> tuple[int, bytes]:
    """(its length in milliseconds, the packed sound). Raises No."""
    import av  # heavy, and of use in this program alone

    av.logging.set_level(av.logging.PANIC)
    form = next((form for beginning, form in BEGINNINGS if beginning.match(content)), None)
    if form is None:
        raise No("unreadable")
    try:
        with av.open(BytesIO(content), format=form, options={"max_streams": "8", "protocol_whitelist": "none"}) as sent:
            return _packed(sent)
    except (av.FFmpegError, ValueError, MemoryError, OverflowError, OSError):
        raise No("unreadable") from None


def limit() -> None:
    """From now on the system ends this program where it takes too much, and it can write no file."""
    wanted = {
        resource.RLIMIT_AS: MOST_MEMORY, resource.RLIMIT_CPU: MOST_PROCESSOR_SECONDS, resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }  # fmt: skip
    for what, most in wanted.items():
        resource.setrlimit(what, (most, most))


def _packed(sent: Any) -> tuple[int, bytes]:
    import av

    if sent.streams.video:
        raise No("film")
    if not sent.streams.audio:
        raise No("unreadable")
    stream = sent.streams.audio[0]
    if stream.codec_context.name not in CODECS:
        raise No("unreadable")
    told = (sent.duration or 0) / av.time_base  # seconds; 0 where the file does not say
    kept, heard = BytesIO(), 0.0
    options = {"moov_size": str(INDEX_BYTES), "fflags": "+bitexact"}
    with av.open(kept, "w", format="ipod", options=options) as made:
        into = made.add_stream("aac", rate=RATE, layout="mono", bit_rate=BITS)
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE, frame_size=1024)
        at = 0  # samples written so far
        for frame in _frames(sent, stream):
            if frame is not None:
                heard += frame.samples / frame.sample_rate
                if heard > LONGEST + LATE:
                    raise No("too_long")
            for piece in resampler.resample(frame):
                piece.pts, at = at, at + piece.samples
                made.mux(into.encode(piece))
        made.mux(into.encode(None))
    if heard + SHORTEST < WHOLE * told:
        raise No("unreadable")
    if heard < SHORTEST:
        raise No("too_short")
    return round(heard * 1000), kept.getvalue()


def _frames(sent: Any, stream: Any) -> Iterator[Any]:
    """What is heard, piece by piece, and None at the end. Raises No."""
    import av

    broken = 0
    for packet in sent.demux(stream):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            broken += 1
            if broken > MOST_BROKEN:
                raise No("unreadable") from None
            continue
        for frame in frames:
            if not 0 < frame.sample_rate <= HIGHEST_RATE or frame.layout.nb_channels > MOST_CHANNELS:
                raise No("strange")
            yield frame
    yield None


if __name__ == "__main__":
    main()
