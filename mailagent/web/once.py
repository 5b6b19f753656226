"""The tag `{% once … %}`: a part of a page that is the same for many is filled in once.

    {% once language, choice %}
    <form> … </form>
    {% endonce %}

What stands between the two may depend on nothing that differs between two visitors but what the tag names,
and that must have few values, for each is kept. Where one of these is none, the part is one visitor's own,
and is not kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from jinja2 import Environment, nodes
from jinja2.ext import Extension
from jinja2.parser import Parser
from markupsafe import Markup

Named = tuple[Hashable, ...]


class Once(Extension):
    """Parts of pages that were filled in before, by their place in a template and what it names."""

    tags = {"once"}

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._kept: dict[tuple[Hashable, Named], Markup] = {}

    def parse(self, parser: Parser) -> nodes.Node:
        """A call with what the tag names, and as its body the part."""
        line = next(parser.stream).lineno
        named = parser.parse_tuple(with_condexpr=True, explicit_parentheses=False)
        if not isinstance(named, nodes.Tuple):
            named = nodes.Tuple([named], "load")
        place = nodes.Const((parser.name, line))
        body = parser.parse_statements(("name:endonce",), drop_needle=True)
        return nodes.CallBlock(self.call_method("filled", [place, named]), [], [], body).set_lineno(line)

    def filled(self, place: Hashable, named: Named, caller: Callable[[], Markup]) -> Markup:
        """The part at this place, for what is named."""
        if None in named:
            return caller()
        key = place, named
        if key not in self._kept:
            self._kept[key] = caller()
        return self._kept[key]
