"""The part of a page that is the same for many is filled in once, and anew where what it is about is new."""

from __future__ import annotations

from jinja2 import Environment

from mailagent.web.once import Once

PAGE = (
    "{% macro shout(text) %}{{ text | upper }}{% endmacro %}{{ name }}: "
    "{% once wish, count %}{{ shout(told(wish)) }}{{ name }}{% endonce %} {% once wish %}other{% endonce %}"
)


class Pages:
    """A template that remembers how often it was asked to fill in its part."""

    def __init__(self) -> None:
        self.told: list[str] = []
        jinja = Environment(autoescape=True, extensions=[Once])
        jinja.globals["told"] = self._tell
        self._template = jinja.from_string(PAGE)

    def render(self, name: str, wish: str, count: int | None = 1) -> str:
        return self._template.render(name=name, wish=wish, count=count).strip()

    def _tell(self, wish: str) -> str:
        self.told.append(wish)
        return wish


def test_what_was_filled_in_for_one_serves_the_next() -> None:
    pages = Pages()
    assert pages.render("Jan", "hallo") == "Jan: HALLOJan other"
    assert pages.render("Piet", "hallo") == "Piet: HALLOJan other", "what is not named must not differ"
    assert pages.told == ["hallo"]


def test_it_is_filled_in_anew_where_any_of_what_is_named_is_new() -> None:
    pages = Pages()
    assert [pages.render("Jan", "hallo"), pages.render("Jan", "hallo", 2), pages.render("Jan", "dag")] == [
        "Jan: HALLOJan other",
        "Jan: HALLOJan other",
        "Jan: DAGJan other",
    ]
    assert pages.told == ["hallo", "hallo", "dag"]


def test_what_somebody_typed_is_escaped_as_ever() -> None:
    assert "&lt;B&gt;" in Pages().render("Jan", "<b>")


def test_what_is_one_visitors_own_is_not_kept() -> None:
    pages = Pages()
    assert [pages.render("Jan", "hallo", None), pages.render("Piet", "hallo", None)] == [
        "Jan: HALLOJan other",
        "Piet: HALLOPiet other",
    ]
