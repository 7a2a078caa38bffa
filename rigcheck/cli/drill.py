"""`rigcheck drill`: rehearsed faults, timed at the viewer's end, and undone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from rigcheck.cli.flags import Lang, NoColor, Output, Room, SameRoom, TextFormat, group

if TYPE_CHECKING:
    from rigcheck.cli.options import Options

app = group("Rehearsed faults, timed at the viewer's end, and undone.")

Name = Annotated[str, Argument(metavar="NAME", help="The drill, as the profile calls it.")]


@app.command("list", help="The room's drills, and how they went before.")
def list_(  # noqa: PLR0913 - one parameter an option, as typer wants them
    room: Room = None,
    *,
    profile: SameRoom = None,
    format_: TextFormat = "table",
    output: Output = None,
    lang: Lang = None,
    no_color: NoColor = False,
) -> int:
    """Print them."""
    from rigcheck.cli.drill_view import list_drills

    return list_drills(_options(room or profile, format_, output, lang, no_color=no_color))


@app.command("plan", help="Every step of a drill: what it changes, how that is undone. Does nothing.")
def plan(  # noqa: PLR0913 - one parameter an option, as typer wants them
    name: Name,
    *,
    profile: SameRoom = None,
    format_: TextFormat = "table",
    output: Output = None,
    lang: Lang = None,
    no_color: NoColor = False,
) -> int:
    """Print it, and what is wrong with it. Exits 78 where something is."""
    from rigcheck.cli.drill_view import plan_drill

    return plan_drill(name, _options(profile, format_, output, lang, no_color=no_color))


@app.command("run", help="Hold drills: fault, switch, restore; timed at the viewer's end, undone whatever happens.")
def run(  # noqa: PLR0913 - one parameter an option, as typer wants them
    names: Annotated[list[str] | None, Argument(metavar="NAME", help="The drills, in this order.")] = None,
    *,
    profile: SameRoom = None,
    every: Annotated[bool, Option("--all", help="All of the room's, the least harmful first.")] = False,
    yes: Annotated[bool, Option("-y", "--yes", help="Do not ask whether to begin.")] = False,
    operator: Annotated[str | None, Option(metavar="WHO", help="Who is drilled; kept in the history.")] = None,
    rehearse: Annotated[bool, Option("--rehearse", help="Walk the crew through it, timed; touch nothing.")] = False,
    during_show: Annotated[
        bool, Option("--during-show", help="Although a show goes out. Asked again, and viewers will see it.")
    ] = False,
    format_: Annotated[str, Option("--format", metavar="NAME", help="table, json or junit.")] = "table",
    svg: Annotated[Path | None, Option("--svg", metavar="FILE", help="Also draw the timelines into FILE.")] = None,
    output: Output = None,
    lang: Lang = None,
    quiet: Annotated[bool, Option("-q", "--quiet", help="Faults only.")] = False,
    verbose: Annotated[bool, Option("-v", "--verbose", help="Everything; the log on stderr.")] = False,
    no_color: NoColor = False,
) -> int:
    """Hold them. The exit code is the verdict's: 0 in time, 2 too slow or something left changed, 3 not held or not measured."""
    from rigcheck.cli.drill_run import Wish, run_drills

    options = _options(profile, format_, output, lang, no_color=no_color, quiet=quiet, verbose=verbose)
    wish = Wish(tuple(names or ()), every, yes, operator, rehearse, during_show, svg)
    return run_drills(wish, options)


@app.command("recover", help="Undo what a drill left that was killed.")
def recover(
    *,
    by_hand: Annotated[
        bool, Option("--by-hand", help="Ask about each thing that cannot be undone whether you have put it back.")
    ] = False,
    lang: Lang = None,
) -> int:
    """Undo it. Exits 0 where nothing is left, 2 where something is, with what a person does about it."""
    from rigcheck.cli.drill_recover import recover_drill

    return recover_drill(lang, by_hand=by_hand)


@app.command("card", help="One A4 page for the wall: per fault who does what, for when PC or network are gone.")
def card(
    room: Room = None,
    *,
    profile: SameRoom = None,
    format_: Annotated[str, Option("--format", metavar="NAME", help="text or html (to print).")] = "text",
    output: Output = None,
    lang: Lang = None,
) -> int:
    """Print it."""
    from rigcheck.cli.drill_view import print_card

    return print_card(_options(room or profile, format_, output, lang, no_color=True))


@app.command("relay", help="Our own relay between the encoder and the ingest, for drills to cut; until Ctrl-C.")
def relay(
    *,
    listen: Annotated[str, Option("--listen", metavar="HOST:PORT", help="Where the encoder sends to.")],
    to: Annotated[str, Option("--to", metavar="HOST:PORT", help="The ingest that it passes everything on to.")],
    lang: Lang = None,
) -> int:
    """Pass on everything until Ctrl-C. Writes where it listens to stderr, nothing else."""
    from rigcheck.cli.drill_relay import relay_stream

    return relay_stream(listen, to, lang)


def _options(  # noqa: PLR0913 - one parameter a field
    named: str | None,
    format_: str,
    output: Path | None,
    lang: str | None,
    *,
    no_color: bool,
    quiet: bool = False,
    verbose: bool = False,
) -> Options:
    from rigcheck.cli.options import Options

    return Options(
        profile=named, format=format_, output=output, lang=lang, no_color=no_color, quiet=quiet, verbose=verbose
    )
