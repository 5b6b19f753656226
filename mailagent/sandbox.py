"""What a template may touch, of mails and of pages: whoever writes one is not given the whole program."""

from __future__ import annotations

from typing import Any

from jinja2.sandbox import ImmutableSandboxedEnvironment


class Sandbox(ImmutableSandboxedEnvironment):
    """What a template may touch goes by the kind of a thing and the name, so each pair is judged once."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._judged: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """May a template read this?"""
        kind = type(obj), attr
        safe = self._judged.get(kind)
        if safe is None:
            safe = self._judged[kind] = super().is_safe_attribute(obj, attr, value)
        return safe
