"""What can go wrong, whose fault it is, and whether trying again helps.

    Problem
    ├── Refused               the sender's: 550, never again
    │   └── TooLarge          552
    ├── TryLater              ours: 451, the sender keeps it
    │   └── Crossed           two changes waited for each other: each is tried again by itself
    ├── NotPossible           the agent's: a sentence that says what is possible
    ├── NotUnderstood         the agent's: words we do not know, with a suggestion
    │   ├── AnswerWrong       the melder's: what is missing on the smiley page
    │   └── AnswersWrong      the melder's: what is wrong on the page of a survey, question by question
    ├── Unreadable            a mail the reader gave up on: Quarantine, with a reason
    ├── TakesLong             a mail that wants more time than the others have: it is read apart
    ├── LinkProblem
    │   ├── LinkUnknown       404: never ours, or tampered with
    │   └── LinkGone          410: expired, used, of an older round, or of a closed survey
    └── Mistakes              the admin's: every mistake at once, with file and line

A class docstring is the message when nothing more is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class Problem(Exception):
    """Something went wrong."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text or (type(self).__doc__ or "").strip())


class Refused(Problem):
    """We do not take this mail."""


class TooLarge(Refused):
    """This mail is larger than we can take."""


class TryLater(Problem):
    """We cannot keep your mail right now; please try again later."""


class Crossed(TryLater):
    """Two changes waited for each other, and this one let go; please try again."""


class NotPossible(Problem):
    """This is not possible now."""


class NotUnderstood(Problem):
    """These words are not understood."""


class AnswerWrong(NotUnderstood):
    """This answer is not complete; `word` names what is wrong, for a page in another language."""

    def __init__(self, word: str, text: str) -> None:
        super().__init__(text)
        self.word = word


class AnswersWrong(NotUnderstood):
    """These answers are not complete; `wrong` tells by the id of each question what is wrong, as a word."""

    def __init__(self, wrong: Mapping[str, str]) -> None:
        super().__init__(", ".join(f"{question}: {word}" for question, word in wrong.items()))
        self.wrong = dict(wrong)


class Unreadable(Problem):
    """The mail cannot be read within its limits; `reason` is a word for Quarantine."""

    def __init__(self, reason: str, text: str = "") -> None:
        super().__init__(text or reason)
        self.reason = reason


class TakesLong(Problem):
    """The mail takes longer to read than the others can wait."""


class LinkProblem(Problem):
    """This link does not work."""


class LinkUnknown(LinkProblem):
    """We do not know this link."""


class LinkGone(LinkProblem):
    """This link no longer works; `why` is expired, answered, older_round or closed. `language` is its
    reader's."""

    def __init__(self, why: str, kenmerk: str = "", language: str = "nl") -> None:
        super().__init__(f"this link no longer works: {why}")
        self.why = why
        self.kenmerk = kenmerk
        self.language = language


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing an admin should mend: where it stands, what it is, what would be right."""

    file: str
    line: int | None
    what: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.what}" if where else self.what


class Mistakes(Problem):
    """The configuration has mistakes."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = tuple(mistakes)
