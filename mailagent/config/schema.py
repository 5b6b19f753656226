"""The JSON Schemas of the rules folder, by which an editor completes and checks what an admin writes.

`python -m mailagent.config.schema` writes them; a test holds them to the models.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from mailagent.config.fields import Part
from mailagent.config.files import MODELS
from mailagent.config.surveys import SurveyFile
from mailagent.shipped import ROOT

FOLDER = ROOT / "rules" / "schema"


def schemas() -> Iterator[tuple[str, str]]:
    """Each by its file name. That of the surveys is one for all of them."""
    every: dict[str, type[Part]] = {
        **{Path(name).stem: model for name, model in MODELS.items()},
        "survey": SurveyFile,
    }
    for name, model in every.items():
        schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
        yield f"{name}.json", json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in schemas():
        (FOLDER / name).write_text(text, "utf-8")
