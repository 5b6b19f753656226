"""The words of the rules, each with its category, and the rules as if some had not been thought of."""

from __future__ import annotations

from mailagent.core.clues import Clue
from mailagent.core.message import Message
from mailagent.core.rule import OFF, Effect, Group, Rule, Score
from mailagent.core.rules import RuleSet, decide
from mailagent.core.wording import Wording, without, wordings

BAK, VOL, LAMP = Clue("woord", ("bak", "container")), Clue("frase", ("zit vol",)), Clue("woord", ("lamp",))
EITHER = Group(any_of=(LAMP, Clue("regex", ("led",))))
RULES = RuleSet(
    [
        Rule("afval", Effect("afval"), (Score(BAK, 3), Score(VOL, 2), Score(LAMP, -1))),
        Rule("licht", Effect("verlichting"), (Score(EITHER, 2),)),
        Rule("oud", Effect("groen"), (Score(Clue("woord", ("boom",)), 2),), status=OFF),
        Rule("poort", Effect("groen"), condition=Clue("woord", ("gate",))),
    ]
)


def test_a_word_stands_for_the_category_it_gives_points() -> None:
    assert wordings(RULES) == [
        Wording("bak", "afval"),
        Wording("container", "afval"),
        Wording("zit vol", "afval"),
        Wording("lamp", "verlichting"),
    ]


def test_rules_without_a_word_still_know_the_others() -> None:
    fewer = without(RULES, {Wording("bak", "afval"), Wording("zit vol", "afval")})

    assert decide(Message("", "De bak zit vol."), fewer).category is None
    assert decide(Message("", "De container zit vol."), fewer).score == 3
    assert decide(Message("", "De bak zit vol."), RULES).score == 5


def test_a_rule_that_would_have_nothing_left_stays_as_it_is() -> None:
    rules = RuleSet([Rule("lamp", Effect("verlichting"), (Score(LAMP, 2),))])
    assert decide(Message("", "lamp"), without(rules, {Wording("lamp", "verlichting")})).score == 2
