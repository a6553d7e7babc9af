"""Static files: every address carries the release, so a phone may keep what it got for ever.

The release is a short hash of all that a page is made of; it changes when any of that does.
Sheets of style stand by feature and are joined here, tokens first, into one app.css.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import brotli
from flask import Flask, Response, abort, current_app, request

from .current import open_to_all

HERE = Path(__file__).parent
PAGES_ARE_MADE_OF = (HERE / "static", HERE / "templates", HERE.parent / "translations")
RELEASE_LENGTH = 10  # characters of the hash
FOR_EVER = "public, max-age=31536000, immutable"  # seconds of a year: an address never changes what it means
TYPES = {".js": "text/javascript", ".webmanifest": "application/manifest+json", ".svg": "image/svg+xml"}
WORTH_PACKING = ("text/", "image/svg+xml", "application/json", "application/manifest+json")


@dataclass(frozen=True)
class Asset:
    """One file as it is sent: as it is, and packed where that makes it smaller (else None)."""

    kind: str  # the media type
    plain: bytes
    gzipped: bytes | None
    brotlied: bytes | None


class Assets:
    """The files of one release, packed once when first asked for."""

    def __init__(self, folder: Path, made_of: Iterable[Path]) -> None:
        self.folder = folder
        self.release = release_of(made_of)
        self.packed: dict[str, Asset] = {}
        self.paths = {"app.css", *(at.relative_to(folder).as_posix() for at in files_in(folder) if at.suffix != ".css")}

    def address(self, path: str) -> str:
        """The address of a file in this release. KeyError when there is no such file, so that no page links to one."""
        if path not in self.paths:
            raise KeyError(f"There is no static file named {path}.")
        return f"/static/{self.release}/{path}"

    def find(self, path: str) -> Asset:
        """KeyError when there is no such file."""
        if path not in self.paths:
            raise KeyError(path)
        if path not in self.packed:
            content = joined(self.folder / "css") if path == "app.css" else (self.folder / path).read_bytes()
            self.packed[path] = pack(content, kind_of(path))
        return self.packed[path]


def init(app: Flask, folder: Path = HERE / "static", made_of: Iterable[Path] = PAGES_ARE_MADE_OF) -> Assets:
    """Serve the files and tell templates where they are. The app's own static route has to be off."""
    assets = Assets(folder, made_of)
    app.extensions["assets"] = assets
    app.jinja_env.globals["static"] = static
    app.add_url_rule("/static/<release>/<path:path>", "static", show)
    return assets


def static(path: str) -> str:
    """The address of a file in this release."""
    return of_app().address(path)


def release() -> str:
    return of_app().release


def of_app() -> Assets:
    found: Assets = current_app.extensions["assets"]
    return found


@open_to_all
def show(release: str, path: str) -> Response:
    """One file in the smallest form the browser takes."""
    assets = of_app()
    if release != assets.release or path not in assets.paths:
        abort(404)
    asset = assets.find(path)
    body, coding = choose(asset, request.headers.get("Accept-Encoding", ""))
    answer = Response(body, content_type=asset.kind)
    answer.headers["Cache-Control"] = FOR_EVER
    answer.headers["Vary"] = "Accept-Encoding"
    if coding:
        answer.headers["Content-Encoding"] = coding
    return answer


def choose(asset: Asset, accepted: str) -> tuple[bytes, str]:
    """The bytes to send and their coding, which is empty for plain bytes (RFC 9110, section 12.5.3)."""
    codings = {name.partition(";")[0].strip() for name in accepted.lower().split(",") if not refuses(name)}
    if asset.brotlied and "br" in codings:
        return asset.brotlied, "br"
    if asset.gzipped and "gzip" in codings:
        return asset.gzipped, "gzip"
    return asset.plain, ""


def refuses(coding: str) -> bool:
    """A browser may name a coding with weight nought to say that it does not take it."""
    return bool(re.search(r";\s*q=0(\.0*)?\s*$", coding))


def pack(content: bytes, kind: str) -> Asset:
    """Pictures are packed already; text is worth the slowest and smallest form, since it is made once."""
    if not kind.startswith(WORTH_PACKING):
        return Asset(kind, content, None, None)
    gzipped, brotlied = gzip.compress(content, 9, mtime=0), brotli.compress(content, quality=11)
    return Asset(kind, content, smaller(gzipped, content), smaller(brotlied, content))


def smaller(packed: bytes, content: bytes) -> bytes | None:
    return packed if len(packed) < len(content) else None


def kind_of(path: str) -> str:
    """The media type by the file's ending; text says that it is UTF-8."""
    kind = TYPES.get(Path(path).suffix) or mimetypes.guess_type(path)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def joined(sheets: Path) -> bytes:
    """All sheets as one: tokens first, since it declares the layers, then by name. Comments stay behind."""
    names = sorted(sheets.glob("*.css"), key=lambda sheet: (sheet.name != "tokens.css", sheet.name))
    text = "\n".join(sheet.read_text("utf-8") for sheet in names)
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip().encode()


def release_of(folders: Iterable[Path]) -> str:
    """The same on every machine that has the same files, whatever their dates."""
    content = hashlib.sha256()
    for folder in folders:
        for at in files_in(folder):
            content.update(at.relative_to(folder).as_posix().encode() + b"\0")
            content.update(hashlib.sha256(at.read_bytes()).digest())
    return content.hexdigest()[:RELEASE_LENGTH]


def files_in(folder: Path) -> list[Path]:
    """Files below a folder in a fixed order; compiled catalogues follow from their sources and do not count."""
    return sorted(at for at in folder.rglob("*") if at.is_file() and at.suffix not in {".mo", ".pyc"})
