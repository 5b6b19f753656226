"""What a template may touch, of mails and of pages: whoever writes one is not given the whole program."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from jinja2.runtime import Context, Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment

_MADE_SAFE = ("format", "format_map")
"""Methods of a text that are not handed out as they are: Jinja puts ones of its own in their place."""

_OF_THE_CALLER = ("_block_vars", "_loop_vars")
"""What a template adds to every call, for the few that ask for it; a macro takes none of it."""


class Sandbox(ImmutableSandboxedEnvironment):
    """What a template may touch goes by the kind of a thing and the name, so each pair is judged once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._judged: dict[tuple[type, str], bool] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """What every template sees, in one plain mapping: it is copied for each one that is filled in."""
        return {**self.globals, **(d or {})}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """What stands behind the dot, where a template may read that."""
        if self._judged.get((type(obj), attribute)) and attribute not in _MADE_SAFE:
            try:
                return getattr(obj, attribute)
            except AttributeError:
                pass  # other things of this kind have it
        return super().getattr(obj, attribute)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """What a template calls, where it may; a macro of its own it always may."""
        if type(__obj) is Macro:
            for name in _OF_THE_CALLER:
                kwargs.pop(name, None)
            return __obj(__context.eval_ctx, *args, **kwargs)
        return super().call(__context, __obj, *args, **kwargs)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """May a template read this?"""
        kind = type(obj), attr
        safe = self._judged.get(kind)
        if safe is None:
            safe = self._judged[kind] = super().is_safe_attribute(obj, attr, value)
        return safe
