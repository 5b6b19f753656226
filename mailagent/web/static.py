"""Stylesheets, fonts and pictures: a fixed list, read once, so that no name can lead outside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

TYPES = {
    ".css": "text/css",
    ".ico": "image/x-icon",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True, slots=True)
class Static:
    """Every file we serve, by its name."""

    files: Mapping[str, bytes]


STATIC = web.AppKey("static", Static)


def read_static(search: Sequence[Path]) -> Static:
    """The files of web/static, of a type in TYPES; of a same-named file the first in `search` counts."""
    folders = [folder / "static" for folder in reversed(search) if (folder / "static").is_dir()]
    paths = {path.name: path for folder in folders for path in folder.iterdir() if path.is_file()}
    return Static({name: path.read_bytes() for name, path in paths.items() if path.suffix in TYPES})


async def show(request: web.Request) -> web.Response:
    """One file of the list."""
    name = request.match_info["name"]
    content = request.app[STATIC].files.get(name)
    if content is None:
        raise web.HTTPNotFound
    content_type = TYPES[Path(name).suffix]
    return web.Response(
        body=content, content_type=content_type, charset="utf-8" if content_type == "text/css" else None
    )
