"""The command line. Heavy modules are imported when a command runs, so that ``--help`` is instant."""

import atexit
import gc
import sys
from typing import Annotated

import typer

from effeval import __version__
from effeval.cli import data, forms, reports, robustness, scenarios
from effeval.cli.command import Command
from effeval.errors import ClusterError, EffevalError, ReportError
from effeval.terminal import say

BAD, FAILED = 2, 1  # exit statuses of the contract

app = typer.Typer(
    name="effeval",
    help="Judge industrial support measures of Kazakhstan by the criteria of Order No. 35 of 26 January 2024.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (data.validate, data.assess, data.fulfilment, forms.form, forms.audit, forms.explain):
    app.command(cls=Command)(command)
app.command("what-if", cls=Command)(scenarios.what_if)
for command in (robustness.robustness, robustness.sweep, robustness.sensitivity):
    app.command(cls=Command)(command)
app.add_typer(scenarios.app)
for command in (reports.report, data.sample):
    app.command(cls=Command)(command)


def main() -> None:
    """Entry point: errors of effeval become a message and exit status 2."""
    atexit.register(gc.freeze)  # else Python looks through all it has imported for garbage before it ends
    try:
        app()
    except EffevalError as error:
        say(str(error))
        sys.exit(FAILED if isinstance(error, ReportError | ClusterError) else BAD)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    if version:
        print(__version__)
        raise typer.Exit()
