"""An admin's own rules folder: files written into it, and the mistakes that are named in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailagent.config.files import load_rules
from mailagent.core.errors import Mistakes


def write(local: Path, **files: str) -> None:
    """These files, by their names without `.yaml`."""
    (local / "rules").mkdir(exist_ok=True)
    for name, text in files.items():
        (local / "rules" / f"{name}.yaml").write_text(text, "utf-8")


def mistakes(local: Path) -> list[str]:
    """Each mistake as the admin reads it, without the folder of the test."""
    with pytest.raises(Mistakes) as refused:
        load_rules(local)
    return [str(mistake).replace(f"{local}/rules/", "") for mistake in refused.value.mistakes]
