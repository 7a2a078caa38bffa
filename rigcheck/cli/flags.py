"""Arguments and options that several commands have alike."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

Room = Annotated[str | None, Argument(metavar="[PROFILE]", help="The room: a profile file, or its name.")]
SameRoom = Annotated[str | None, Option("-p", "--profile", help="The same as the argument PROFILE.")]
Lang = Annotated[str | None, Option(metavar="LANG", help="en, zh-Hans or zh-Hant.")]
TextFormat = Annotated[str, Option("--format", metavar="NAME", help="table or json.")]
Output = Annotated[Path | None, Option(metavar="FILE", help="Write to FILE, not to the screen.")]
NoColor = Annotated[bool, Option("--no-color", help="No colour (as does NO_COLOR).")]


def group(about: str) -> typer.Typer:
    """Commands under one name, which alone tells what they are."""
    app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)

    @app.callback(help=about)
    def root(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    return app
