"""`rigcheck baseline set | show | clear`."""

from __future__ import annotations

from typing import Annotated, Literal

from typer import Option

from rigcheck.cli.flags import Lang, Room, SameRoom, group
from rigcheck.model import Stage

app = group("Keep the room as it is when it is good; show it; forget it.")


@app.command("set", help="Look at cameras, light and microphones, and keep that as the room's good state.")
def set_(  # noqa: PLR0913 - one parameter an option, as typer wants them
    room: Room = None,
    *,
    profile: SameRoom = None,
    name: Annotated[str, Option(metavar="NAME", help="Which of the room's baselines: day, evening ...")] = "default",
    replay: Annotated[str | None, Option(metavar="PATH", help="Keep a recording's state, not today's.")] = None,
    stage: Annotated[Stage | None, Option(help="Who is there: nobody, or the host.")] = None,
    lang: Lang = None,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Faults only.")] = False,
    verbose: Annotated[bool, Option("-v", "--verbose", help="Everything, skipped checks too.")] = False,
    timeout: Annotated[float | None, Option(metavar="S", min=0.1, help="Seconds for all measuring together.")] = None,
    allow_on_air: Annotated[
        bool, Option("--allow-on-air", help="Open devices although a show is, or may be, going out.")
    ] = False,
    raw: Annotated[bool, Option("--raw", help="The device itself, even where OBS answers.")] = False,
) -> int:
    """Keep the room's good state; refused, with the report, where a fault would stop the show."""
    from rigcheck.cli.baseline_set import set_baseline
    from rigcheck.cli.options import Options

    options = Options(
        profile=room or profile,
        replay=replay,
        stage=stage,
        lang=lang,
        quiet=quiet,
        verbose=verbose,
        timeout=timeout,
        allow_on_air=allow_on_air,
        raw=raw,
    )
    return set_baseline(options, name)


@app.command("show", help="What is kept for a room: when, of which devices, with which figures.")
def show(
    room: Room = None,
    *,
    profile: SameRoom = None,
    name: Annotated[str | None, Option(metavar="NAME", help="Only this one.")] = None,
    format_: Annotated[Literal["table", "json"], Option("--format", help="table or json.")] = "table",
    lang: Lang = None,
) -> int:
    """Print the room's baselines, the one that counts first."""
    from rigcheck.cli.baseline_view import show_baselines

    return show_baselines(room or profile, name, lang, is_json=format_ == "json")


@app.command("clear", help="Forget a room's baseline.")
def clear(
    room: Room = None,
    *,
    profile: SameRoom = None,
    name: Annotated[str, Option(metavar="NAME", help="Which of them.")] = "default",
    every: Annotated[bool, Option("--all", help="All of the room's, damaged ones too.")] = False,
    lang: Lang = None,
) -> int:
    """Remove it from the state folder."""
    from rigcheck.cli.baseline_view import clear_room

    return clear_room(room or profile, None if every else name, lang)
