"""The two parts of a text for the melder."""

from __future__ import annotations

import pytest

from mailagent.core.findings import findings_and_conclusions

FOUND, CONCLUDED = "U wachtte een uur.\n\nEr was een zieke.", "Wij roepen voortaan om.\nDank u wel."


@pytest.mark.parametrize(
    "heading",
    [
        "Conclusie:",
        "Conclusie",
        "CONCLUSIES:",
        "# Conclusie",
        "**Conclusie:**",
        "Onze conclusie:",
        "Conclusions",
    ],
)
def test_a_heading_parts_findings_from_conclusions(heading: str) -> None:
    assert findings_and_conclusions(f"{FOUND}\n\n{heading}\n{CONCLUDED}") == (FOUND, CONCLUDED)


def test_a_conclusion_may_stand_on_the_line_itself() -> None:
    assert findings_and_conclusions(f"{FOUND}\nConclusie: {CONCLUDED}") == (FOUND, CONCLUDED)


@pytest.mark.parametrize(
    "text",
    [
        FOUND,
        "Conclusie:\nWij roepen voortaan om.",
        f"{FOUND}\nConclusie:",
        "De conclusie is dat u gelijk hebt.\nDank u wel.",
        "U trok een\nconclusie die niet klopt.",
    ],
)
def test_a_text_of_one_part_stays_whole(text: str) -> None:
    assert findings_and_conclusions(text) == (text, "")
