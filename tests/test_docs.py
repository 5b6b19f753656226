"""The docs cannot lie: what the code knows stands in them, and what stands in them works."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import typer
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from mailagent.cli import app
from mailagent.config import files
from mailagent.config.files import load_rules
from mailagent.config.settings import Settings, load_settings
from mailagent.config.surveys import SurveyFile
from mailagent.core.evidence import KINDS, Verdict
from mailagent.core.mails import AGENT, MAILS, MELDER, OTHER
from mailagent.core.orders import ORDERS
from mailagent.core.rulings import RULINGS, OnBehalf
from mailagent.outbound.render import Templates
from mailagent.shipped import search_path

HOME = Path(__file__).parent.parent
DOCS = [HOME / "README.md", HOME / "CHANGELOG.md", *sorted((HOME / "docs").rglob("*.md"))]
ADMIN = (HOME / "docs" / "admin.md").read_text("utf-8")
README = (HOME / "README.md").read_text("utf-8")
MOST_LINES_OF_FLOW = 70
MOST_LINES_OF_A_RECIPE = 10


def section(title: str) -> str:
    """The part of admin.md under a heading, up to the next of the same rank or higher."""
    rank = title.partition(" ")[0]
    _, found, rest = ADMIN.partition(f"\n{title}\n")
    assert found, f"docs/admin.md has no heading {title!r}"
    return re.split(rf"^#{{2,{len(rank)}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def rows(title: str) -> dict[str, list[str]]:
    """The tables under a heading: the word of the first cell → the other cells."""
    lines = (line for line in section(title).splitlines() if line.startswith("| `"))
    cells = ([cell.strip() for cell in line[1:-1].split("|")] for line in lines)
    return {first.strip("`"): rest for first, *rest in cells}


def samples(text: str, language: str) -> list[str]:
    """The fenced blocks in one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def as_toml(value: object) -> str:
    """A default as an admin would write it."""
    if value is None:
        return '""'
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{k} = {v}' for k, v in value.items())} }}"
    return json.dumps(value)


def part_in(annotation: Any) -> type[BaseModel] | None:
    """The model in an annotation such as tuple[X, ...]."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((part for arg in get_args(annotation) if (part := part_in(arg))), None)


def keys_of(model: type[BaseModel]) -> Iterator[str]:
    """Every key of a file, at any depth."""
    for name, field in model.model_fields.items():
        yield field.alias or name
        if (part := part_in(field.annotation)) and not issubclass(model, part):
            yield from keys_of(part)


def commands(command: Any, path: tuple[str, ...] = ("mailagent",)) -> Iterator[tuple[str, Any]]:
    """Every command as one types it."""
    if not hasattr(command, "commands"):
        yield " ".join(path), command
        return
    for name, below in command.commands.items():
        yield from commands(below, (*path, name))


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_told_with_its_default(name: str) -> None:
    model = part_in(Settings.model_fields[name].annotation)
    assert model is not None
    told = rows(f"### [[{name}]]" if name == "imap" else f"### [{name}]")
    assert list(told) == list(model.model_fields)
    for key, field in model.model_fields.items():
        needed = field.default is PydanticUndefined
        default = "" if needed else f"`{as_toml(field.default)}`"
        assert told[key][0] == default, f"the default of {name}.{key}"


RULE_FILES = {
    f"{m.__name__.removesuffix('File').lower()}.yaml": m
    for m in vars(files).values()
    if isinstance(m, type) and issubclass(m, BaseModel) and m.__name__.endswith("File")
} | {"surveys": SurveyFile}


@pytest.mark.parametrize("file", RULE_FILES)
def test_every_key_of_a_rules_file_is_told(file: str) -> None:
    told = set(re.findall(r"`([a-z_]+)`", section(f"### {file}")))
    assert set(keys_of(RULE_FILES[file])) <= told


def test_every_rules_file_is_told() -> None:
    assert set(RULE_FILES) == {path.name for path in (HOME / "rules").iterdir()} - {"schema"}


MAIL_TABLES = {MELDER: "### To the melder", AGENT: "### To agents", OTHER: "### To others"}


@pytest.mark.parametrize("name", MAILS)
def test_every_mail_is_told_with_what_it_shows(name: str) -> None:
    kind = MAILS[name]
    when, must, may = rows(MAIL_TABLES[kind.audience])[name]
    assert must.split() == [f"`{variable}`" for variable in kind.must]
    assert may.split() == [f"`{variable}`" for variable in kind.may]
    assert not kind.switch or f"`feedback.{kind.switch}`" in when


def test_every_variable_of_a_mail_is_told() -> None:
    known = set().union(*(kind.variables for kind in MAILS.values()))
    assert set(rows("### Variables")) == known


def test_every_tag_is_told_in_the_order_of_the_help() -> None:
    told = rows("## Tags")
    assert list(told) == [order.usage for order in (*ORDERS, *RULINGS, OnBehalf)]
    for order in (*ORDERS, *RULINGS, OnBehalf):
        assert told[order.usage][0] == " ".join(f"`#{word}`" for word in order.words[1:])


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_told_with_its_options(name: str) -> None:
    [told] = [
        f"{first} {' '.join(rest)}"
        for first, rest in rows("## Commands").items()
        if f"{first} ".startswith(f"{name} ")
    ]
    options = {opt for param in COMMANDS[name].params for opt in param.opts if opt.startswith("--")}
    assert options - {"--config", "--json"} <= set(re.findall(r"--[a-z]+", told))


def test_every_verdict_and_all_evidence_is_told() -> None:
    told = rows("## What became of a mail")
    assert set(told) == {verdict.__name__ for verdict in Verdict.__subclasses__()} | set(KINDS)


def test_every_design_token_is_told() -> None:
    sheet = (HOME / "web" / "static" / "style.css").read_text("utf-8")
    told = re.findall(
        r"`([\w-]+)`", "".join(re.findall(r"^\|[^|]+\|(.+)\|$", section("## Pages"), re.MULTILINE))
    )
    assert sorted(told) == sorted(set(re.findall(r"--utrecht-([\w-]+)", sheet)))


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_a_doc_names_only_files_and_pages_that_are_there(doc: Path) -> None:
    text = doc.read_text("utf-8")
    pages = [link for link in re.findall(r"\]\(([^)#:]+)[^):]*\)", text) if link]
    assert not [page for page in pages if not (doc.parent / page).exists()]
    named = set(
        re.findall(r"`((?:[\w.]+/)*[\w.]+\.py|(?:mailagent|tests|rules|templates|docs)/[\w/.]+)`", text)
    )
    roots = (HOME, HOME / "mailagent")
    assert not [name for name in named if not any((root / name).exists() for root in roots)]


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_a_doc_names_only_commands_that_are_there(doc: Path) -> None:
    text = doc.read_text("utf-8")
    typed = re.findall(r"(?:`|\.venv/bin/)mailagent ([a-z]+)\b(?:\s([a-z]+)\b)?", text)
    groups = {path.split()[1] for path in COMMANDS if len(path.split()) > 2}
    named = {f"{one} {two}" if one in groups and two else one for one, two in typed}
    assert {f"mailagent {words}" for words in named - groups} <= set(COMMANDS)
    targets = set(re.findall(r"^([a-z]+):", (HOME / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets


@pytest.mark.parametrize("doc", DOCS, ids=lambda doc: doc.name)
def test_a_link_within_a_doc_leads_somewhere(doc: Path) -> None:
    text = doc.read_text("utf-8")
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", title).lower().replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors


def test_the_flow_fits_on_a_page() -> None:
    flow = (HOME / "docs" / "flow.md").read_text("utf-8")
    assert len(flow.splitlines()) <= MOST_LINES_OF_FLOW
    steps = {f"flow/{path.name}" for path in (HOME / "mailagent" / "flow").glob("[a-z]*.py")}
    assert steps - {"flow/world.py"} <= set(re.findall(r"`([\w/]+\.py)`", flow))


def test_a_recipe_for_hacking_is_short() -> None:
    hacking = (HOME / "docs" / "hacking.md").read_text("utf-8")
    recipes = re.findall(r"^### .+\n\n(.*?)(?=^##)", hacking, re.MULTILINE | re.DOTALL)
    assert recipes
    assert max(len(recipe.strip().splitlines()) for recipe in recipes) <= MOST_LINES_OF_A_RECIPE


def test_the_settings_of_the_readme_load(tmp_path: Path) -> None:
    [sample] = samples(README, "toml")
    path = tmp_path / "mailagent.toml"
    path.write_text(sample, "utf-8")
    assert load_settings(path, {}).organisation.address == "klachten@voorbeeld.example"


def test_the_rules_of_the_readme_load(tmp_path: Path) -> None:
    [sample] = samples(README, "yaml")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "teams.yaml").write_text(sample, "utf-8")
    assert load_rules(tmp_path).teams[0].members[0].name == "Anna de Wit"


def test_the_rules_of_the_docs_are_sound_ones(tmp_path: Path) -> None:
    [sample, _] = samples(ADMIN, "yaml")
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "rules.yaml").write_text(sample, "utf-8")
    assert set(load_rules(tmp_path).rules.rules) == {"bezwaar", "zwembad"}


def test_the_survey_of_the_docs_is_a_sound_one(tmp_path: Path) -> None:
    [_, sample] = samples(ADMIN, "yaml")
    (tmp_path / "rules" / "surveys").mkdir(parents=True)
    (tmp_path / "rules" / "surveys" / "balie.yaml").write_text(sample, "utf-8")
    assert load_rules(tmp_path).surveys["balie"].questions[0].kind == "rating"


def test_the_template_of_the_docs_is_a_sound_one(tmp_path: Path) -> None:
    [sample] = samples(ADMIN, "jinja")
    folder = tmp_path / "templates" / "mail" / "afgehandeld"
    folder.mkdir(parents=True)
    (folder / "body.txt").write_text(sample, "utf-8")
    search = [path / "mail" for path in search_path("templates", tmp_path)]
    assert Templates(search).mistakes() == []


def test_no_article_has_the_number_it_had_before_2026() -> None:
    """On 1 January 2026 afdeling 2.3 of the Awb was written anew (Wmebv, Stb. 2023, 183): whom we may mail is
    2:8 now."""
    code = sorted((HOME / "mailagent").rglob("*.py"))
    texts = sorted(file for kind in ("templates", "web", "rules") for file in (HOME / kind).rglob("*.*"))
    old = re.compile(r"\b2:1[4-7]\b")
    where = [file for file in (*DOCS, *code, *texts) if old.search(file.read_text("utf-8", "replace"))]
    assert where == []
