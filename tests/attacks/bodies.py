"""What can't be written down in a list of attacks: files, and bodies that are too large or too deep to read."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO

from PIL import Image

from tests.makers import a_photograph, a_recording


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_that_says(width: int, height: int) -> bytes:
    """A few bytes whose header promises this many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(1000)))
        + _chunk(b"IEND", b"")
    )


def jpeg_that_says(width: int, height: int) -> bytes:
    """A photograph whose header promises other pixels than it has."""
    made = bytearray(a_photograph((64, 48)))
    at = made.index(b"\xff\xc0")
    made[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(made)


def photograph_with_gps() -> bytes:
    """Where it was taken, by whom, and a comment with markup."""
    exif = Image.Exif()
    exif[0x010E] = "<script>alert(1)</script> Secretgps"
    exif[0x013B] = "Secretartist"
    exif.get_ifd(0x8825).update({1: "N", 2: (55.0, 35.0, 1.0), 3: "E", 4: (13.0, 1.0, 2.0)})
    return a_photograph((64, 48), exif=exif, comment=b"Secretcomment")


def png_with_text() -> bytes:
    from PIL.PngImagePlugin import PngInfo

    told = PngInfo()
    told.add_text("Comment", "Secretgps <script>alert(1)</script>")
    return a_photograph((64, 48), "PNG", pnginfo=told)


def many_frames() -> bytes:
    content = BytesIO()
    frames = [Image.new("RGB", (16, 16), (shade, 0, 0)) for shade in range(50)]
    frames[0].save(content, "WEBP", save_all=True, append_images=frames[1:])
    return content.getvalue()


def recording_that_says(rate: int = 16_000, channels: int = 1, size: int | None = None) -> bytes:
    """A WAV whose header promises other samples a second, channels or bytes than it has."""
    made = bytearray(a_recording(1.0))
    made[22:24], made[24:28] = struct.pack("<H", channels), struct.pack("<I", rate)
    if size is not None:
        made[4:8] = struct.pack("<I", size)
        at = made.index(b"data")
        made[at + 4 : at + 8] = struct.pack("<I", size)
    return bytes(made)


def film() -> bytes:
    """A second of pictures in the same container as a phone's sound."""
    import av

    content = BytesIO()
    with av.open(content, "w", format="mp4") as made:
        into = made.add_stream("mpeg4", rate=10)
        into.width, into.height, into.pix_fmt = 32, 32, "yuv420p"
        for _ in range(10):
            made.mux(into.encode(av.VideoFrame(32, 32, "yuv420p")))
        made.mux(into.encode(None))
    return content.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.domain)</script>"

FILES: Mapping[str, Callable[[], bytes]] = {
    "svg": lambda: SVG,
    "svg with a declaration": lambda: b'<?xml version="1.0"?>\n' + SVG,
    "svg bomb": lambda: b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><svg>&b;</svg>',
    "html": lambda: HTML,
    "html that begins like a gif": lambda: b"GIF89a/*" + HTML + b"*/=1;",
    "script that begins like a jpeg": lambda: b"\xff\xd8\xff\xe0" + HTML,
    "script that begins like a png": lambda: b"\x89PNG\r\n\x1a\n" + HTML,
    "gif": lambda: a_photograph((8, 8), "GIF"),
    "bmp": lambda: a_photograph((8, 8), "BMP"),
    "tiff": lambda: a_photograph((8, 8), "TIFF"),
    "ico": lambda: a_photograph((16, 16), "ICO"),
    "pdf": lambda: b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj",
    "zip": lambda: b"PK\x03\x04" + bytes(60),
    "exe": lambda: b"MZ" + bytes(200),
    "sound": lambda: b"ID3\x04" + bytes(200),
    "video": lambda: b"\x00\x00\x00\x18ftypmp42" + bytes(200),
    "heic": lambda: b"\x00\x00\x00\x18ftypheic" + bytes(200),
    "postscript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "mvg": lambda: b"push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'https://evil.example/x'\n",
    "zeros": lambda: bytes(1000),
    "one byte": lambda: b"x",
    "half a jpeg": lambda: a_photograph()[:600],
    "half a png": lambda: a_photograph(kind="PNG")[:200],
    "png of 13000 x 13000": lambda: png_that_says(13_000, 13_000),
    "png of 4 billion x 1": lambda: png_that_says(2**31 - 1, 1),
    "png of 0 x 0": lambda: png_that_says(0, 0),
    "jpeg of 65000 x 65000": lambda: jpeg_that_says(65_000, 65_000),
    "file of 12 megabytes and one byte": lambda: a_photograph() + bytes(12_000_001 - len(a_photograph())),
    "photograph with a place": photograph_with_gps,
    "photograph with a page behind it": lambda: a_photograph((64, 48)) + HTML,
    "photograph with a zip behind it": lambda: a_photograph((64, 48)) + b"PK\x03\x04" + HTML,
    "png with words": png_with_text,
    "fifty frames": many_frames,
    "photograph": lambda: a_photograph((64, 48)),
    "film": film,
    "playlist": lambda: b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:1/secret.ts\n",
    "list of files": lambda: b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "session description": lambda: b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=audio 9 RTP/AVP 0\n",
    "recording of 70 seconds": lambda: a_recording(70.0, rate=8_000),
    "recording of nothing": lambda: a_recording(0.1),
    "wav of 4 million a second": lambda: recording_that_says(4_000_000),
    "wav of 0 a second": lambda: recording_that_says(0),
    "wav of 60,000 channels": lambda: recording_that_says(channels=60_000),
    "wav of 4 gigabytes": lambda: recording_that_says(size=2**32 - 1),
    "half an m4a": lambda: a_recording(2.0, "ipod", codec="aac", rate=44_100)[:5_000],
    "half an mp3": lambda: a_recording(2.0, "mp3", codec="libmp3lame")[:3_000],
    "webm of zeros": lambda: b"\x1aE\xdf\xa3" + bytes(5_000),
    "ogg of zeros": lambda: b"OggS" + bytes(5_000),
    "recording of 12 megabytes and one byte": lambda: a_recording(1.0) + bytes(12_000_001 - len(a_recording(1.0))),
    "recording": lambda: a_recording(1.0),
    "recording with a place": lambda: a_recording(
        1.0,
        "ipod",
        codec="aac",
        rate=44_100,
        title="<script>alert(1)</script>",
        comment="Secretplace",
        location="+55.60+013.00/",
    ),
    "recording with a page behind it": lambda: a_recording(1.0, "mp3", codec="libmp3lame") + HTML,
}

BODIES: Mapping[str, Callable[[], bytes]] = {
    "15 megabytes": lambda: b"text=" + b"a" * 15_000_000,
    "a megabyte of text": lambda: b"text=" + b"a" * 1_000_000,
    "100,000 fields": lambda: b"&".join(b"f%d=1" % number for number in range(100_000)),
    "100,000 times the same field": lambda: b"&".join([b"choices=1"] * 100_000),
    "2,000 choices": lambda: b"&".join(b"choices=%d" % number for number in range(2_000)),
    "a field name of 100 kilobytes": lambda: b"a" * 100_000 + b"=1",
    "100,000 lists in each other": lambda: b"[" * 100_000 + b"]" * 100_000,
    "100,000 objects in each other": lambda: b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "a number of a million digits": lambda: b'{"endpoint":' + b"9" * 1_000_000 + b"}",
    "a string of five megabytes": lambda: json.dumps({"endpoint": "https://" + "a" * 5_000_000}).encode(),
    "100,000 names in an object": lambda: json.dumps({f"n{one}": one for one in range(100_000)}).encode(),
    "a byte order mark": lambda: b"\xef\xbb\xbf{}",
    "no utf-8": lambda: b"\xff\xfe\xfa",
    "half a json": lambda: b'{"endpoint": "https://',
    "nothing": lambda: b"",
    "percent signs": lambda: b"text=%&%zz=%u0041&%%%=%",
    "a thousand parts": lambda: (
        b"".join(b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % one for one in range(1_000))
        + b"--x--\r\n"
    ),
    "a part without an end": lambda: b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\n' + b"a" * 1000,
    "a part without a name": lambda: b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n",
    "a part with a long head": lambda: b"--x\r\nX: " + b"a" * 100_000 + b"\r\n\r\n1\r\n--x--\r\n",
    "no part at all": lambda: b"text=1",
}
