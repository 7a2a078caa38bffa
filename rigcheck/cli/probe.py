"""The body of every probing command: options and profile in, a run through the flow, a report out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from rigcheck.check import Check, Source
from rigcheck.checks import ALL_CHECKS, CHECKS, PARTS
from rigcheck.cli.language import speak
from rigcheck.cli.log import show_log
from rigcheck.cli.options import IngestOptions, MicOptions, NetworkOptions, Options, RecordOptions
from rigcheck.cli.output import write_report
from rigcheck.cli.plan_store import kept_plan
from rigcheck.cli.rooms import find_room
from rigcheck.cli.session import run_session
from rigcheck.cli.state import hold_lock, is_news
from rigcheck.cli.upload_store import keep_uploads
from rigcheck.errors import UsageError, exit_of
from rigcheck.flow import run
from rigcheck.i18n import Catalogue
from rigcheck.loading import load_limits, load_platforms, load_profile
from rigcheck.model import Message, Report, Stage
from rigcheck.plan import Run
from rigcheck.present import FORMATS
from rigcheck.present.progress import Progress, shows_prompts
from rigcheck.profile import Profile, Setting, main_name
from rigcheck.recommend.target import target_of

if TYPE_CHECKING:
    from rigcheck.sources.record import Recorder

KNOWN = tuple(check.id for check in ALL_CHECKS)
T = TypeVar("T")
INGEST_S = 20.0
"""Nine whole GOPs: the rate within a few per cent on a line that is not steady."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a run looks, and what that says about the conditions."""

    source: Source
    now: datetime
    profile: Profile
    stage: Stage
    attended: bool
    raw: bool


def probe(command: str, parts: tuple[str, ...] | None, options: Options) -> int:
    """Run the checks and write the report. Returns the exit code of the verdict."""
    if options.format not in FORMATS:
        raise UsageError(Message("error.usage.unknown-format", {"name": options.format, "known": tuple(FORMATS)}))
    words = speak(options.lang)
    if options.verbose:
        show_log()
    checks = choose_checks(parts, options.only, options.skip)
    evidence = find_evidence(options)
    plan = run_of(command, checks, evidence, options)
    report = _run(plan, options, words)
    if evidence.source.is_live and not options.no_save:
        keep_uploads(report, room_key(evidence.profile))
    if not options.cron or options.no_save or is_news(report):
        write_report(report, words, options)
    return int(exit_of(report.status, warn_ok=options.warn_ok))


def room_key(profile: Profile) -> str | None:
    """Under which name the user's state folder remembers a room."""
    return profile.room or profile.name


def run_of(command: str, checks: tuple[Check, ...], evidence: Evidence, options: Options) -> Run:
    """The run to do: what the show means to send, and the plan of before, are part of its setting."""
    profile = evidence.profile
    setting = Setting(
        profile,
        evidence.stage,
        evidence.now.date(),
        evidence.attended,
        raw=evidence.raw,
        target=target_of(profile, load_platforms() if profile.show.platforms else {}),
        plan=kept_plan(room_key(profile)) if evidence.source.is_live else getattr(evidence.source, "plan", None),
    )
    return Run(
        command=command,
        checks=checks,
        setting=_lengthened(setting, options),
        source=evidence.source,
        now=evidence.now,
        limits=load_limits(),
        timeout_s=options.timeout,
        allow_on_air=options.allow_on_air,
        warn_ok=options.warn_ok,
        said=options.named_profile,
    )


def _lengthened(setting: Setting, options: Options) -> Setting:
    """The setting with the lengths that were typed; `ingest` alone pushes longer than preflight does."""
    if isinstance(options, NetworkOptions):
        return replace(setting, full=options.full, minutes=options.minutes)
    if not isinstance(options, IngestOptions):
        return setting
    usual_s = None if setting.stage is Stage.GO else INGEST_S
    return replace(setting, seconds=options.seconds or usual_s, minutes=options.minutes)


def choose_checks(parts: tuple[str, ...] | None, only: str | None, skip: str | None) -> tuple[Check, ...]:
    """The checks of the parts, narrowed by `--only` and `--skip`. Unknown ids and an empty choice are usage errors.

    Without parts they are preflight's; the heavy ones only where `--only` names them.
    """
    wanted, unwanted = _ids(only), _ids(skip)
    chosen = tuple(
        check
        for check in (ALL_CHECKS if wanted or parts else CHECKS)
        if (parts is None or check.part in parts)
        and (not wanted or check.id in wanted or check.part in wanted)
        and not (check.id in unwanted or check.part in unwanted)
    )
    if not chosen:
        raise UsageError(Message("error.usage.no-checks"))
    return chosen


def _ids(text: str | None) -> frozenset[str]:
    ids = frozenset(part.strip() for part in (text or "").split(",") if part.strip())
    known = [*PARTS, *KNOWN]
    for name in sorted(ids.difference(known)):
        raise UsageError(
            Message("error.usage.unknown-check", {"name": name, "hint": tuple(get_close_matches(name, known, 3, 0.4))})
        )
    return ids


def find_evidence(options: Options) -> Evidence:
    """Where to look, in which room: this computer, or what was recorded."""
    return _recorded(options, options.replay) if options.replay else _live(options)


def _live(options: Options) -> Evidence:
    from rigcheck.sources.live import LiveSource

    path = find_room(options.named_profile)
    listens = sys.stdin is not None and sys.stdin.isatty()
    is_prompted = listens and shows_prompts(sys.stderr, quiet=options.quiet or options.cron)
    return Evidence(
        source=LiveSource(),
        now=datetime.now().astimezone(),
        profile=load_profile(path, checks=KNOWN) if path else Profile(),
        stage=options.stage or (Stage.ROOM if options.cron else Stage.HOST),
        attended=is_prompted,
        raw=options.raw,
    )


def _recorded(options: Options, spec: str) -> Evidence:
    from rigcheck.sources.replay import FixtureSource, open_replay

    path = find_room(options.named_profile) if options.named_profile else None
    quiet_take = options.quiet_take if isinstance(options, MicOptions) else None
    source = open_replay(spec, quiet_take=quiet_take, phases=path is not None)
    if isinstance(source, FixtureSource):
        return Evidence(
            source=source,
            now=source.recorded_at,
            profile=load_profile(path or source.profile_path, checks=KNOWN),
            stage=options.stage or source.stage,
            attended=source.attended,
            raw=options.raw or source.raw,
        )
    profile = only_main(load_profile(path, checks=KNOWN)) if path else Profile()
    now = datetime.now().astimezone()
    return Evidence(source, now, profile, options.stage or Stage.HOST, attended=path is not None, raw=options.raw)


def only_main(profile: Profile) -> Profile:
    """The room with only its main devices: one plain file is evidence of one device."""
    return replace(
        profile,
        camera=_main(profile.camera),
        mic=_main(profile.mic),
        power=_main(profile.power),
        network=replace(profile.network, lines=_main(profile.network.lines)),
        obs={role: pc for role, pc in profile.obs.items() if role == "main"},
    )


def _main(devices: dict[str, T]) -> dict[str, T]:
    name = main_name(tuple(devices))
    return {name: devices[name]} if devices else {}


def _run(plan: Run, options: Options, words: Catalogue) -> Report:
    """The run itself: locked where devices are opened, watched by a progress display, recorded where asked."""
    recorder = _recorder(plan, options)
    if recorder is not None:
        plan = replace(plan, watchers=(*plan.watchers, recorder))
    with watched(plan, options, words) as watched_run:
        report = run_session(partial(run, watched_run))
    if recorder is not None and isinstance(options, RecordOptions):
        recorder.finish(
            options.directory,
            plan.setting.profile,
            stage=plan.setting.stage,
            attended=plan.setting.attended,
            raw=plan.setting.raw,
            plan=plan.setting.plan,
            now=plan.now,
        )
    return report


@contextmanager
def watched(plan: Run, options: Options, words: Catalogue) -> Iterator[Run]:
    """The run with its source open; live, locked against other runs and watched by a progress display."""
    with ExitStack() as stack:
        if isinstance(plan.source, AbstractContextManager):
            stack.enter_context(plan.source)
        if plan.source.is_live:
            stack.enter_context(hold_lock())
            progress = stack.enter_context(
                Progress(words, quiet=options.quiet or options.cron, verbose=options.verbose)
            )
            plan = replace(plan, watchers=(progress, *plan.watchers))
        yield plan


def _recorder(plan: Run, options: Options) -> Recorder | None:
    """Raises UsageError before anything is measured where the folder cannot take a recording."""
    if not isinstance(options, RecordOptions):
        return None
    from rigcheck.sources.record import Recorder

    del plan
    return Recorder.at(options.directory)
