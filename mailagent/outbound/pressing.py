"""The child that typesets: letters in HTML come in, one PDF goes out (the only door to WeasyPrint)."""

from __future__ import annotations

import io
import json
import sys

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher

from mailagent.child import answer_all

VARIANT = "pdf/ua-1"


def typeset(letters: bytes) -> bytes:
    """All pages in one document, the numbers of each letter its own; its title is that of the first."""
    # only what stands in the page itself, such as the square of a code: no file, no host
    nothing_else = URLFetcher(allowed_protocols=["data"])
    made = [
        HTML(string=letter, url_fetcher=nothing_else).render(pdf_variant=VARIANT)
        for letter in json.loads(letters)
    ]
    whole = made[0].copy([page for one in made for page in one.pages])
    paper = io.BytesIO()
    whole.write_pdf(paper, pdf_variant=VARIANT)
    return paper.getvalue()


if __name__ == "__main__":
    # The fonts are looked through before the limits hold: fontconfig keeps what it finds for every other
    # program as well, and one that runs out of memory halfway would keep too few.
    FontConfiguration()
    answer_all(typeset, **json.loads(sys.argv[1]))
