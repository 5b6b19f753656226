"""A page that is the same for many is filled in once, and no visitor reads the words of another."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from jinja2 import Environment

from mailagent.web.mould import Mould

JAN, PIET = {"name": "Jan", "until": "2 mei"}, {"name": "<b>Piet & Co</b>", "until": "3 mei"}


class Page:
    """A template that remembers how often it was filled in."""

    def __init__(self, template: str) -> None:
        self._template = Environment(autoescape=True).from_string(template)
        self.filled = 0

    def __call__(self, values: Mapping[str, object]) -> str:
        self.filled += 1
        return self._template.render(values)


def test_only_the_words_differ_and_they_are_escaped() -> None:
    page = Page('<title>Voor {{ name }}</title><p id="{{ name }}">{{ name }}, tot {{ until }}.')
    mould = Mould(page, JAN)
    assert mould.fill(JAN) == '<title>Voor Jan</title><p id="Jan">Jan, tot 2 mei.'
    escaped = "&lt;b&gt;Piet &amp; Co&lt;/b&gt;"
    assert mould.fill(PIET) == f'<title>Voor {escaped}</title><p id="{escaped}">{escaped}, tot 3 mei.'
    assert page.filled == 1


@pytest.mark.parametrize(
    "use",
    [
        "{{ name | upper }}",
        "{{ name[:2] }}",
        "{{ name + '!' }}",
        "{{ 'Voor ' ~ name }}",
        "{% if name %}ja{% endif %}",
        "{% if name == 'Jan' %}ja{% endif %}",
        "{{ 'ja' if name in ['Jan'] }}",
        "{% for sign in name %}{{ sign }}{% endfor %}",
        "{{ name | length }}",
        "{{ '%s' | format(name) }}",
    ],
)
def test_a_page_that_does_more_with_a_word_is_filled_in_for_each(use: str) -> None:
    page = Page(f"<p>{{{{ name }}}} {use}")
    mould = Mould(page, JAN)
    assert [mould.fill(JAN), mould.fill(PIET)] == [page(JAN), page(PIET)]
    assert "\ue000" not in mould.fill(JAN)


def test_what_goes_wrong_for_another_reason_goes_wrong() -> None:
    def broken(_: Mapping[str, object]) -> str:
        raise LookupError

    with pytest.raises(LookupError):
        Mould(broken, JAN)
