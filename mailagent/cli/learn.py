"""`mailagent learn`: learn from how humans sorted klachten, and tell how good that is and what rules lack."""

from __future__ import annotations

from collections.abc import Iterator

from rich.progress import Progress

from mailagent.cli.console import HERE, AsJson, ConfigFile, err, fail, opened, out, say_json
from mailagent.core.lessons import Case, Report, too_few
from mailagent.core.rules import RuleSet
from mailagent.core.suggestion import BAR, MOST, Model
from mailagent.flow import suggest
from mailagent.store import learned


def learn(config: ConfigFile = HERE, json: AsJson = False) -> None:  # noqa: FBT002
    """Learn from the categories that humans chose; what is learned proposes, and never decides."""
    with opened(config) as house:
        world = house.world
        known = [category.id for category in world.organisation.categories]
        with world.store.read() as tx:
            cases = suggest.cases(tx, world.ruleset, known)
        if why_not := too_few(cases):
            fail(why_not)
        model, report = _learned(cases, world.ruleset)
        with world.store.begin() as tx:
            learned.keep(tx, world.now(), report.klachten, model.as_dict())
    if json:
        say_json(report.as_dict())
        return
    for line in _lines(report):
        out.print(line, markup=False, highlight=False)


def _learned(cases: list[Case], rules: RuleSet) -> tuple[Model, Report]:
    """With a bar on standard error while it works."""
    try:
        from mailagent.learning import learn as learn_from
    except ModuleNotFoundError:
        fail("learning needs scikit-learn; install it with: pip install 'mailagent[learn]'")
    with Progress(console=err, transient=True) as bar:
        task = bar.add_task(f"leren van {len(cases)} klachten", total=None)
        return learn_from(cases, rules, lambda done, all_: bar.update(task, completed=done, total=all_))


def _lines(report: Report) -> Iterator[str]:
    categories = ", ".join(f"{name} {count}" for name, count in report.categories.items())
    yield (
        f"Geleerd van {report.klachten} klachten: bij {report.chosen} koos een mens de categorie, "
        "de andere zijn onder hun categorie afgehandeld."
    )
    yield f"Categorieën: {categories}"
    if report.left_out:
        few = ", ".join(f"{name} {count}" for name, count in report.left_out.items())
        yield f"Te weinig om van te leren: {few}"
    yield ""
    yield f"regels       beslissen {_share(report.rules_decided)}, daarvan goed {_share(report.rules_right)}"
    among = f"bij de eerste {MOST} {_share(report.top3_right)}"
    yield f"suggesties   de eerste goed {_share(report.first_right)}, {among}"
    yield (
        f"drempel      {_share(BAR)}: zwijgt bij {_share(report.abstained)}; is gemiddeld "
        f"{_share(report.answered_sure)} zeker, en dan goed {_share(report.answered_right)}"
    )
    yield "             (gemeten op klachten die het niet had gezien, in vijf delen)"
    if report.confusions:
        yield ""
        yield "Mensen kozen anders dan de regels:"
    for one in report.confusions:
        yield f"  {one.klachten:4d}×  {one.ruled or 'geen regel'} → {one.human}"
    if report.hints:
        yield ""
        yield "Woorden voor een regel:"
    for hint in report.hints:
        yield f"  {hint}; de regels misten er {hint.missed}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.0%}".replace("%", " %")
