"""Makes a photo anew, as a process of its own: `python -m mailagent.web.darkroom`, a file in, a JPEG out.

The only door to Pillow. What strangers send is opened here alone, with hard limits, and nothing of it but the
picture itself comes out: no place, no time, no maker, no hidden second picture.
"""

from __future__ import annotations

import io
import resource
import sys

import pillow_heif
from PIL import Image, ImageOps

MEGABYTE = 1024 * 1024
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 2000
MOST_KEPT = 3 * MEGABYTE
"""Three of these, in base64, pass every relay that takes 15 MB."""

FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
LIMITS = (
    (resource.RLIMIT_AS, 1024 * MEGABYTE),
    (resource.RLIMIT_CPU, 10),
    (resource.RLIMIT_FSIZE, 0),
)
"""Octets of memory, seconds of work, and no file may be written."""


def main() -> None:
    """One photo, from standard input to standard output. Whatever is wrong ends the process."""
    for what, most in LIMITS:
        resource.setrlimit(what, (most, most))
    sys.stdout.buffer.write(developed(sys.stdin.buffer.read()))


def developed(raw: bytes) -> bytes:
    """The same picture, upright, no side longer than LONGEST_SIDE, as a JPEG of at most MOST_KEPT octets.

    ValueError or OSError for what is no picture, or has too many pixels.
    """
    pillow_heif.register_heif_opener()
    with Image.open(io.BytesIO(raw), formats=FORMATS) as found:
        if found.width * found.height > MOST_PIXELS:
            raise ValueError("too many pixels")
        found.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(found)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    seen = upright.convert("RGBA")
    bare = Image.new("RGB", seen.size, "white")
    bare.paste(seen, mask=seen)
    for quality in (85, 70, 50, 30):
        written = io.BytesIO()
        bare.save(written, "JPEG", quality=quality)
        if written.tell() <= MOST_KEPT:
            return written.getvalue()
    raise ValueError("too many octets")


if __name__ == "__main__":
    main()
