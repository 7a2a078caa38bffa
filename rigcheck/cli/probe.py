"""The body of every probing command: options and profile in, a run through the flow, a report out."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, cast

from rigcheck.baseline import Baseline
from rigcheck.check import Check
from rigcheck.checks import ALL_CHECKS, CHECKS, PARTS
from rigcheck.cli.baseline_store import find_baseline
from rigcheck.cli.cron import gives_way, limit_s, wait_turn, write_news
from rigcheck.cli.evidence import KNOWN, Evidence, find_evidence
from rigcheck.cli.language import speak
from rigcheck.cli.last import Last, keep_last, read_last
from rigcheck.cli.log import show_log
from rigcheck.cli.options import IngestOptions, NetworkOptions, Options, PreflightOptions, RecordOptions, SyncOptions
from rigcheck.cli.output import write_report
from rigcheck.cli.plan_store import kept_plan
from rigcheck.cli.rooms import room_key
from rigcheck.cli.session import run_session
from rigcheck.cli.state import hold_lock
from rigcheck.cli.upload_store import keep_uploads
from rigcheck.errors import BusyError, Exit, UsageError, exit_of
from rigcheck.flow import run
from rigcheck.i18n import Catalogue
from rigcheck.loading import load_limits, load_platforms
from rigcheck.model import Message, Report
from rigcheck.plan import Run
from rigcheck.present import FORMATS
from rigcheck.present.progress import Progress
from rigcheck.profile import Setting
from rigcheck.recommend.target import target_of

if TYPE_CHECKING:
    from rigcheck.sources.record import Recorder

INGEST_S = 20.0
"""Nine whole GOPs: the rate within a few per cent on a line that is not steady."""


def probe(command: str, parts: tuple[str, ...] | None, options: Options) -> int:
    """Run the checks and write the report. Returns the exit code of the verdict."""
    if options.format not in FORMATS:
        raise UsageError(Message("error.usage.unknown-format", {"name": options.format, "known": tuple(FORMATS)}))
    words = speak(options.lang)
    if options.verbose:
        show_log()
    if isinstance(options, SyncOptions) and options.pattern is not None:
        from rigcheck.cli.pattern import write_pattern

        return write_pattern(options.pattern, options, words)
    checks = choose_checks(parts, options.only, options.skip)
    wait_turn(options)
    evidence = find_evidence(options, words)
    plan = _plan_of(command, checks, evidence, options, words)
    try:
        report = _run(plan, options, words)
    except BusyError as busy:
        if gives_way(busy, options):
            return int(Exit.OK)
        raise
    if not options.no_save:
        _keep(report, evidence, words)
    (write_news if options.cron else write_report)(report, words, options)
    return int(exit_of(report.status, warn_ok=options.warn_ok))


def _keep(report: Report, evidence: Evidence, words: Catalogue) -> None:
    """For `--again` and `explain 2`; of a live run also the uploads, for plans to come."""
    keep_last(report, words)
    if evidence.source.is_live:
        keep_uploads(report, room_key(evidence.profile))


def _plan_of(command: str, checks: tuple[Check, ...], evidence: Evidence, options: Options, words: Catalogue) -> Run:
    """The run to do; with `--again` only of what was not ok the last time."""
    last = _again(command, checks, evidence, options, words)
    if last is None:
        return run_of(command, checks, evidence, options, words)
    plan = run_of(command, _at_fault(checks, last), evidence, options, words)
    return replace(plan, again=last.started_at.astimezone(evidence.now.tzinfo), only=last.faults)


def run_of(command: str, checks: tuple[Check, ...], evidence: Evidence, options: Options, words: Catalogue) -> Run:
    """The run to do: what the show means to send, the plan of before and the good room are part of its setting."""
    profile = evidence.profile
    setting = Setting(
        profile,
        evidence.stage,
        evidence.now.date(),
        evidence.attended,
        raw=evidence.raw,
        target=target_of(profile, load_platforms() if profile.show.platforms else {}),
        plan=kept_plan(room_key(profile)) if evidence.source.is_live else getattr(evidence.source, "plan", None),
        baseline=_baseline(evidence, checks, options, words),
    )
    return Run(
        command=command,
        checks=checks,
        setting=_lengthened(setting, options),
        source=evidence.source,
        now=evidence.now,
        limits=load_limits(),
        timeout_s=limit_s(options),
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
    return replace(setting, seconds=options.seconds or INGEST_S, minutes=options.minutes)


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


def _again(
    command: str, checks: tuple[Check, ...], evidence: Evidence, options: Options, words: Catalogue
) -> Last | None:
    """With `--again` the run of which only that is looked at what was not ok.

    Where there is no such run, or none of the checks was at fault: None, and a word on stderr.
    """
    if not isinstance(options, PreflightOptions) or not options.again:
        return None
    last, why = read_last(evidence.profile.room, command), "missing"
    if last is not None:
        is_ours = last.is_of(evidence.now, evidence.source.name, evidence.profile.sha256)
        if is_ours and _at_fault(checks, last):
            return last
        why = "fine" if is_ours else "stale"
    sys.stderr.write(words.text(f"again.{why}") + "\n")
    return None


def _at_fault(checks: tuple[Check, ...], last: Last) -> tuple[Check, ...]:
    wrong = {check for check, _ in last.faults}
    return tuple(check for check in checks if check.id in wrong)


def choose_checks(parts: tuple[str, ...] | None, only: str | None, skip: str | None) -> tuple[Check, ...]:
    """The checks of the parts, narrowed by `--only` and `--skip`. Unknown ids and an empty choice are usage errors.

    Without parts they are preflight's; the heavy ones only where `--only` names them.
    """
    wanted, unwanted = _ids(only), _ids(skip)
    chosen = tuple(
        check
        for check in (ALL_CHECKS if wanted or parts else CHECKS)
        if (parts is None or check.part in parts)
        and (only is None or check.id in wanted or check.part in wanted)
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


def _run(plan: Run, options: Options, words: Catalogue) -> Report:
    """The run itself: locked where devices are opened, watched by a progress display, recorded where asked."""
    recorder = _recorder(options)
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
            baseline=plan.setting.baseline,
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


def _recorder(options: Options) -> Recorder | None:
    """Raises UsageError before anything is measured where the folder cannot take a recording."""
    if not isinstance(options, RecordOptions):
        return None
    from rigcheck.sources.record import Recorder

    return Recorder.at(options.directory)
