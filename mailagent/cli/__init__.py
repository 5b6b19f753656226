"""The command line: what an admin types."""

from __future__ import annotations

import typer

from mailagent.cli import admin, audit, desk, letter, mail, read, rules, survey, take
from mailagent.cli.demo import demo
from mailagent.cli.klantcontact import klantcontact
from mailagent.cli.kto import kto
from mailagent.cli.learn import learn
from mailagent.cli.trend import trend

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Klachten by mail: intake, answers and feedback for a municipality.",
)
app.command("init")(admin.init)
app.command("serve")(admin.serve)
app.command("check")(admin.check)
app.command("demo")(demo)
app.command("take")(take.take)
app.command("list")(desk.listed)
app.command("show")(desk.show)
app.command("klantcontact")(klantcontact)
app.command("kto")(kto)
app.command("trend")(trend)
app.command("learn")(learn)
app.command("why")(desk.why)
app.command("stuck")(desk.stuck)
app.command("retry")(desk.retry)
app.command("read")(read.read)
app.add_typer(mail.app, name="mail")
app.add_typer(letter.app, name="letter")
app.add_typer(rules.app, name="rules")
app.add_typer(letter.app, name="letter")
app.add_typer(survey.app, name="survey")
app.add_typer(audit.app, name="audit")


def main() -> None:
    """The entry point of `mailagent`."""
    app()
