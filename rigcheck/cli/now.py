"""`rigcheck now`: the first broken link, and the steps of its backup. Read-only, in at most 5 s, safe on air."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Option

from rigcheck.cli.flags import Lang, NoColor, Output, Room, SameRoom, TextFormat

if TYPE_CHECKING:
    from datetime import datetime

    from rigcheck.chain.link import ChainReport
    from rigcheck.check import Source
    from rigcheck.plan import Outcome
    from rigcheck.profile import Profile
    from rigcheck.samples import Request

LOOK_S = 4.0
"""Seconds for all looking together; with start-up and end it stays under 5."""
MOST_S = 5.0


def now(  # noqa: PLR0913 - one parameter an option, as typer wants them
    *,
    room: Room = None,
    profile: SameRoom = None,
    replay: Annotated[str | None, Option(metavar="DIR", help="Look into a recording.")] = None,
    format_: TextFormat = "table",
    output: Output = None,
    lang: Lang = None,
    timeout: Annotated[
        float, Option(metavar="S", min=0.1, max=MOST_S, help="Seconds for all looking together.")
    ] = LOOK_S,
    verbose: Annotated[bool, Option("-v", "--verbose", help="The log on stderr.")] = False,
    no_color: NoColor = False,
) -> int:
    """Look, and write down the chain. Returns 0 nothing broken, 2 a broken link, 3 none seen broken and not all seen."""
    from rigcheck.cli.language import speak
    from rigcheck.cli.log import show_log
    from rigcheck.cli.options import Options
    from rigcheck.cli.output import look_of, write_text
    from rigcheck.errors import UsageError
    from rigcheck.model import Message
    from rigcheck.present.chain import chain_json, chain_table

    known = ("table", "json")
    if format_ not in known:
        raise UsageError(Message("error.usage.unknown-format", {"name": format_, "known": known}))
    words = speak(lang)
    if verbose:
        show_log()
    options = Options(room=room, profile=profile, format=format_, output=output, no_color=no_color)
    report = _look(options.named_profile, replay, timeout)
    is_json = format_ == "json"
    write_text(chain_json(report, words) if is_json else chain_table(report, words, look_of(options)), options)
    return int(report.chain.exit_code)


def _look(named: str | None, replay: str | None, timeout_s: float) -> ChainReport:
    """Ask everything at once; no lock: who measures at the same time is not disturbed."""
    from datetime import datetime
    from functools import partial
    from time import monotonic

    from rigcheck.chain import questions, walk
    from rigcheck.chain.link import ChainReport
    from rigcheck.cli.session import run_session
    from rigcheck.model import ProfileRef, Stage
    from rigcheck.profile import Setting

    began_s = monotonic()
    source, profile, moment = _evidence(named, replay, datetime.now().astimezone())
    setting = Setting(profile, Stage.GO, moment.date())
    outcomes = run_session(partial(_acquire, source, questions(setting), timeout_s))
    return ChainReport(
        chain=walk(setting, outcomes, moment),
        room=profile.room,
        started_at=moment,
        took_s=monotonic() - began_s,
        source=source.name,
        profile=ProfileRef(profile.name, profile.path, profile.sha256, named) if profile.name else None,
    )


async def _acquire(source: Source, requests: tuple[Request, ...], timeout_s: float) -> dict[Request, Outcome]:
    import anyio

    from rigcheck.flow import acquire

    return await acquire(source, requests, anyio.current_time() + timeout_s)


def _evidence(named: str | None, replay: str | None, moment: datetime) -> tuple[Source, Profile, datetime]:
    """Where to look, in which room, and when that is (or was)."""
    from rigcheck.cli.rooms import find_room
    from rigcheck.loading import load_profile
    from rigcheck.profile import Profile
    from rigcheck.sources.live import LiveSource

    path = find_room(named) if named or not replay else None
    if not replay:
        return LiveSource(), load_profile(path) if path else Profile(), moment
    from rigcheck.sources.replay import FixtureSource, open_replay

    source = open_replay(replay)
    if isinstance(source, FixtureSource):
        return source, load_profile(path or source.profile_path), source.recorded_at
    return source, load_profile(path) if path else Profile(), moment
