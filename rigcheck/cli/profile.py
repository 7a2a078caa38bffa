"""`rigcheck profile check | schema | new`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from typer import Argument, Option

from rigcheck.cli.flags import Lang, group

if TYPE_CHECKING:
    from rigcheck.loading import Examined, Issue

app = group("Check, describe or write a room's profile.")


@app.command("check", help="Say everything that is wrong with profiles; exit 78 if anything is.")
def check(files: Annotated[list[Path], Argument(metavar="FILE...", help="Profiles (YAML files).")]) -> int:
    """One line a mistake, `file:line:column: path: what`; `FILE: ok` for a profile without any."""
    from rigcheck.cli.output import write_screen
    from rigcheck.errors import Exit

    found = {path: _mistakes(path) for path in files}
    lines = [line for path, mistakes in found.items() for line in mistakes or [f"{path}: ok"]]
    write_screen("".join(f"{line}\n" for line in dict.fromkeys(lines)))  # a base's mistakes once, whoever extends it
    return int(Exit.BAD_INPUT if any(found.values()) else Exit.OK)


def _mistakes(path: Path) -> list[str]:
    from rigcheck.checks import ALL_CHECKS
    from rigcheck.loading import examine_profile

    examined = examine_profile(path, checks=[check.id for check in ALL_CHECKS])
    return [str(issue) for issue in sorted((*examined.issues, *_drill_issues(examined)))]


def _drill_issues(examined: Examined) -> list[Issue]:
    """What is written wrong in drills, by their own lint; a profile may be another computer's, so this one is not looked at."""
    profile = examined.profile
    if profile is None or not profile.drills:
        return []
    from rigcheck.cli.crew import TerminalCrew
    from rigcheck.cli.drill_run import KNOWN
    from rigcheck.cli.language import speak
    from rigcheck.drills.actions import actions_of
    from rigcheck.drills.lint import lint_writing

    words = speak(None)
    actions = actions_of(TerminalCrew(words, is_there=False))
    return [
        examined.issue_of(f"{drill.name}: {words.text(wrong.id, wrong.params)}", "drills", number)
        for number, drill in enumerate(profile.drills)
        for wrong in lint_writing(drill, profile, actions, KNOWN)
    ]


@app.command("schema", help="The JSON Schema of a profile, for editors; with --report that of the JSON report.")
def schema(
    *, report: Annotated[bool, Option("--report", help="The schema of `--format json` instead.")] = False
) -> int:
    """Print a JSON Schema, draft 2020-12."""
    from rigcheck.cli.output import write_screen
    from rigcheck.loading import REPORT_SCHEMA, profile_schema_text

    write_screen(REPORT_SCHEMA.read_text(encoding="utf-8") if report else profile_schema_text())
    return 0


@app.command("new", help="Write a commented profile. In a terminal asks for what the options do not say.")
def new(  # noqa: PLR0913 - one parameter an option, as typer wants them
    name: Annotated[str | None, Argument(metavar="[NAME]", help="Its name in your configuration folder.")] = None,
    *,
    output: Annotated[Path | None, Option(metavar="FILE", help="Write to FILE instead.")] = None,
    room: Annotated[str | None, Option(metavar="ROOM", help="What the room is called.")] = None,
    camera: Annotated[str | None, Option(metavar="DEV", help="Name, path, URL or index of the camera.")] = None,
    mic: Annotated[str | None, Option(metavar="DEV", help="Name of the microphone.")] = None,
    ups: Annotated[
        str | None, Option(metavar="UPS", help="nut:UPS@HOST, apcupsd:HOST:PORT, silent:NAME, os or none.")
    ] = None,
    platform: Annotated[str | None, Option(metavar="NAME", help="Where the show goes, for example taobao.")] = None,
    orientation: Annotated[Literal["portrait", "landscape"] | None, Option(help="How the picture stands.")] = None,
    force: Annotated[bool, Option("--force", help="Overwrite a file that is there.")] = False,
    lang: Lang = None,
) -> int:
    """Write a profile that is valid, whole or not at all, and print its path."""
    from rigcheck.cli.draft import Draft, write_draft
    from rigcheck.cli.output import write_screen

    said = Draft(room=room, camera=camera, mic=mic, ups=ups, platform=platform, orientation=orientation)
    write_screen(f"{write_draft(said, name, output, force=force, lang=lang)}\n")
    return 0
