"""The body of every probing command: options and profile in, a run through the flow, a report out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from rigcheck.baseline import Baseline
from rigcheck.check import Check, Source
from rigcheck.checks import CHECKS, PARTS
from rigcheck.cli.attendant import Attendant
from rigcheck.cli.baseline_store import find_baseline, room_key
from rigcheck.cli.cron import gives_way, limit_s, wait_turn, write_news
from rigcheck.cli.language import speak
from rigcheck.cli.last import Last, keep_last, read_last
from rigcheck.cli.options import MicOptions, Options, PreflightOptions, RecordOptions, SyncOptions
from rigcheck.cli.output import write_report
from rigcheck.cli.rooms import find_room
from rigcheck.cli.session import run_session
from rigcheck.cli.state import hold_lock
from rigcheck.errors import BusyError, Exit, UsageError, exit_of
from rigcheck.flow import run
from rigcheck.i18n import Catalogue
from rigcheck.loading import load_limits, load_profile
from rigcheck.model import Message, Report, Stage
from rigcheck.plan import Run
from rigcheck.present import FORMATS
from rigcheck.present.progress import Progress, shows_prompts
from rigcheck.profile import Profile, Setting, main_name

if TYPE_CHECKING:
    from rigcheck.sources.record import Recorder

KNOWN = tuple(check.id for check in CHECKS)
T = TypeVar("T")


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
    if isinstance(options, SyncOptions) and options.pattern is not None:
        from rigcheck.cli.pattern import write_pattern

        return write_pattern(options.pattern, options, words)
    checks = choose_checks(parts, options.only, options.skip)
    wait_turn(options)
    evidence = find_evidence(options, words)
    last = _last(command, evidence, options, words)
    if last is not None:
        checks = tuple(check for check in checks if check.id in last.faults) or checks
    plan = Run(
        command=command,
        checks=checks,
        setting=Setting(
            evidence.profile,
            evidence.stage,
            evidence.now.date(),
            evidence.attended,
            raw=evidence.raw,
            baseline=_baseline(evidence, checks, options, words),
        ),
        source=evidence.source,
        now=evidence.now,
        limits=load_limits(),
        timeout_s=limit_s(options),
        allow_on_air=options.allow_on_air,
        warn_ok=options.warn_ok,
        said=options.named_profile,
        again=last.started_at.astimezone(evidence.now.tzinfo) if last else None,
    )
    try:
        report = _run(plan, options, words)
    except BusyError as busy:
        if gives_way(busy, options):
            return int(Exit.OK)
        raise
    if not options.no_save:
        keep_last(report, words)
    (write_news if options.cron else write_report)(report, words, options)
    return int(exit_of(report.status, warn_ok=options.warn_ok))


def _baseline(evidence: Evidence, checks: tuple[Check, ...], options: Options, words: Catalogue) -> Baseline | None:
    """The room when it was good; what is wrong with what is kept of it is told on stderr.

    A recorded room brings the one that it was judged against, or none, unless another is named.
    """
    if not any(check.part in ("camera", "light", "mic") for check in checks):
        return None
    if options.baseline is None and hasattr(evidence.source, "baseline"):
        return cast("Baseline | None", evidence.source.baseline)
    found, complaints = find_baseline(room_key(evidence.profile), options.baseline, evidence.now)
    for complaint in complaints:
        sys.stderr.write(words.text(complaint.id, complaint.params) + "\n")
    return found


def _last(command: str, evidence: Evidence, options: Options, words: Catalogue) -> Last | None:
    """The last run whose faults are to be looked at again; None (and a word on stderr) where everything is looked at."""
    if not isinstance(options, PreflightOptions) or not options.again:
        return None
    last = read_last(evidence.profile.room, command)
    why = "missing"
    if last is not None:
        is_ours = last.is_of(evidence.now, evidence.source.name, evidence.profile.sha256)
        if is_ours and last.faults:
            return last
        why = "fine" if is_ours else "stale"
    sys.stderr.write(words.text(f"again.{why}") + "\n")
    return None


def choose_checks(parts: tuple[str, ...] | None, only: str | None, skip: str | None) -> tuple[Check, ...]:
    """The checks of the parts, narrowed by `--only` and `--skip`. Unknown ids and an empty choice are usage errors."""
    wanted, unwanted = _ids(only), _ids(skip)
    chosen = tuple(
        check
        for check in CHECKS
        if (parts is None or check.part in parts)
        and (not wanted or check.id in wanted or check.part in wanted)
        and not (check.id in unwanted or check.part in unwanted)
    )
    if not chosen:
        raise UsageError(Message("error.usage.no-checks"))
    return chosen


def _ids(text: str | None) -> frozenset[str]:
    ids = frozenset(part.strip() for part in (text or "").split(",") if part.strip())
    known = [*PARTS, *(check.id for check in CHECKS)]
    for name in sorted(ids.difference(known)):
        raise UsageError(
            Message("error.usage.unknown-check", {"name": name, "hint": tuple(get_close_matches(name, known, 3, 0.4))})
        )
    return ids


def find_evidence(options: Options, words: Catalogue) -> Evidence:
    """Where to look, in which room: this computer, or what was recorded."""
    return _recorded(options, options.replay) if options.replay else _live(options, words)


def _live(options: Options, words: Catalogue) -> Evidence:
    from rigcheck.sources.live import LiveSource

    path = find_room(options.named_profile)
    listens = sys.stdin is not None and sys.stdin.isatty()
    is_prompted = listens and shows_prompts(sys.stderr, quiet=options.quiet or options.cron)
    stage = options.stage or (Stage.ROOM if options.cron else Stage.HOST)
    attendant = Attendant(words) if is_prompted and stage is Stage.HOST else None
    return Evidence(
        source=LiveSource(ask=attendant.ask if attendant else None),
        now=datetime.now().astimezone(),
        profile=load_profile(path, checks=KNOWN) if path else Profile(),
        stage=stage,
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
            now=plan.now,
            baseline=plan.setting.baseline,
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
