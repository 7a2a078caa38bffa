"""What the probing commands understand: each field of these classes is an argument or option, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from rigcheck.cli.flags import Lang, NoColor, Room, SameRoom
from rigcheck.model import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options that every probing command has."""

    room: Room = None
    profile: SameRoom = None
    replay: Annotated[
        str | None, Option(metavar="PATH", help="Judge a recording: a folder, demo:good, demo:bad, or one plain file.")
    ] = None
    stage: Annotated[
        Stage | None, Option(help="Who is there: nobody, the host (speaks when asked), or the show starts in a moment.")
    ] = None
    only: Annotated[str | None, Option(metavar="IDS", help="Only these checks or parts, comma-separated.")] = None
    skip: Annotated[str | None, Option(metavar="IDS", help="Not these checks or parts, comma-separated.")] = None
    format: Annotated[str, Option(metavar="NAME", help="table, json, junit or nagios.")] = "table"
    output: Annotated[Path | None, Option(metavar="FILE", help="Write the report to FILE, not to the screen.")] = None
    lang: Lang = None
    quiet: Annotated[bool, Option("-q", "--quiet", help="Faults only.")] = False
    verbose: Annotated[bool, Option("-v", "--verbose", help="Everything, skipped checks too; the log on stderr.")] = (
        False
    )
    timeout: Annotated[
        float | None, Option(metavar="S", min=0.1, help="Seconds for all measuring together (300 with --cron).")
    ] = None
    cron: Annotated[
        bool, Option("--cron", help="Nobody is there: no prompt, no colour, silent when nothing has changed.")
    ] = False
    jitter: Annotated[
        float | None, Option(metavar="S", min=0.0, help="With --cron: begin up to S seconds late (20).")
    ] = None
    no_save: Annotated[bool, Option("--no-save", help="Remember nothing of this run.")] = False
    allow_on_air: Annotated[
        bool, Option("--allow-on-air", help="Open devices although a show is, or may be, going out.")
    ] = False
    baseline: Annotated[
        str | None, Option(metavar="NAME", help="Hold the room against this baseline of it, not the default one.")
    ] = None
    raw: Annotated[bool, Option("--raw", help="The device itself, even where OBS answers.")] = False
    no_color: NoColor = False
    warn_ok: Annotated[bool, Option("--warn-ok", help="Exit 0, not 1, on warnings.")] = False

    @property
    def named_profile(self) -> str | None:
        """The profile asked for, by argument or option."""
        return self.room or self.profile


@dataclass(frozen=True, slots=True, kw_only=True)
class MicOptions(Options):
    """`mic` can be given the quiet phase as a file of its own."""

    quiet_take: Annotated[
        Path | None, Option("--quiet-take", metavar="FILE", help="With --replay: the quiet phase, from another file.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions(Options):
    """`ingest` can push for as long as it is asked to."""

    seconds: Annotated[
        float | None, Option(metavar="S", min=1, max=3600, help="Seconds of the trial push (20; --stage go: 3).")
    ] = None
    minutes: Annotated[
        float | None, Option(metavar="MIN", min=0.1, max=1440, help="A soak of the trial push, instead of seconds.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkOptions(Options):
    """`network`, and preflight with it, can be asked for more than what the show needs of a line."""

    full: Annotated[
        bool, Option("--full", help="The lines' maximum, not only what the show needs. Not while a room is on air.")
    ] = False
    minutes: Annotated[
        float | None, Option(metavar="MIN", min=0.1, max=1440, help="A soak: test every line for so long.")
    ] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreflightOptions(NetworkOptions):
    """`preflight` can look again at what was not ok the last time."""

    again: Annotated[bool, Option("--again", help="Only what was not ok in this room's last run.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendOptions(NetworkOptions):
    """`recommend` can plan for other platforms, write the plan out, and refine it by a trial."""

    platform: Annotated[
        list[str] | None, Option("--platform", metavar="NAME", help="Instead of the profile's; several: once for each.")
    ] = None
    export: Annotated[
        str | None, Option(metavar="FORM", help="obs:DIR (a profile to import), ffmpeg (a command), or json.")
    ] = None
    trial: Annotated[
        bool, Option("--trial", help="Encode the best candidates from the room's picture and compare them.")
    ] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions(Options):
    """`sync` can write the clip that it is measured with."""

    pattern: Annotated[
        Path | None, Option("--pattern", metavar="FILE", help="Only write the clip to show on a phone (MP4).")
    ] = None
    force: Annotated[bool, Option("--force", help="With --pattern: overwrite a file that is there.")] = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOptions(NetworkOptions):
    """`record` wants a folder first; the room comes by `-p`."""

    room: Annotated[str | None, Option("--room", hidden=True)] = None
    directory: Annotated[Path, Argument(metavar="DIR", help="A new folder for the recording.")]
