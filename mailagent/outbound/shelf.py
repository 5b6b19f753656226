"""Folders of templates as they were when they were read: what is written there later changes no mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import BaseLoader, Environment, TemplateNotFound

from mailagent.outbound.style import Style, styled


@dataclass(frozen=True, slots=True)
class Folder:
    """One folder: its files by their path below it."""

    path: Path
    files: Mapping[str, bytes]


def read_folder(path: Path) -> Folder:
    """A folder as it is now; an empty one where there is none."""
    files = (file for file in sorted(path.rglob("*")) if file.is_file())
    return Folder(path, {file.relative_to(path).as_posix(): file.read_bytes() for file in files})


class FromFolder(BaseLoader):
    """Templates of one folder, the house style already put into their tags."""

    def __init__(self, folder: Folder, style: Style) -> None:
        self._folder = folder
        self._style = style

    def get_source(
        self,
        environment: Environment,  # noqa: ARG002 - as Jinja asks
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        """UnicodeDecodeError where it is not UTF-8."""
        if template not in self._folder.files:
            raise TemplateNotFound(template)
        source = self._folder.files[template].decode("utf-8")
        path = str(self._folder.path / template)
        return styled(source, self._style) if template.endswith(".html") else source, path, lambda: True

    def list_templates(self) -> list[str]:
        """Every file there."""
        return sorted(self._folder.files)
