"""`rigcheck recommend`: measure, plan, show; write the plan out for the programs that push."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rigcheck.check import Check
from rigcheck.checks.encoder import ask_encoder
from rigcheck.cli.evidence import Evidence, find_evidence
from rigcheck.cli.language import speak
from rigcheck.cli.options import RecommendOptions
from rigcheck.cli.output import look_of, write_text
from rigcheck.cli.plan_store import keep_plan
from rigcheck.cli.platforms import find_known
from rigcheck.cli.probe import choose_checks, run_of, watched
from rigcheck.cli.rooms import room_key
from rigcheck.cli.session import run_session
from rigcheck.cli.upload_store import keep_uploads, kept_uploads
from rigcheck.encoder_state import EncoderRequest, EncoderTrials
from rigcheck.errors import UsageError, exit_of
from rigcheck.flow import acquire, run
from rigcheck.loading import load_platforms
from rigcheck.model import Message
from rigcheck.plan import Outcome, Run
from rigcheck.present.plan import PlanReport, plan_table
from rigcheck.present.plan_json import plan_json
from rigcheck.profile import Profile, Setting
from rigcheck.recommend.decide import recommend, trial_candidates
from rigcheck.recommend.gather import evidence_of
from rigcheck.recommend.refine import smaller_candidates
from rigcheck.recommend.refuse import conduct_refusal
from rigcheck.recommend.wish import Wish, wish_of
from rigcheck.samples import OnAirState, Request, Sample

if TYPE_CHECKING:
    from rigcheck.i18n import Catalogue
    from rigcheck.platform import Platform
    from rigcheck.recommend.evidence import Evidence as Seen

PARTS = ("camera", "sync", "network", "ingest", "encoder")
"""What a plan is made of."""
FORMATS = ("table", "json")
OBS = "obs:"


@dataclass(slots=True)
class _Samples:
    """A watcher that keeps what comes, by request key."""

    samples: dict[str, Sample] = field(default_factory=dict)

    def began(self, request: Request) -> None:
        """Nothing to keep yet."""

    def ended(self, request: Request, outcome: Outcome) -> None:
        """A sample is kept; what was not seen is in the report."""
        if not isinstance(outcome, Exception):
            self.samples[request.key] = outcome


def recommend_room(options: RecommendOptions) -> int:
    """Measure the room and plan. Returns 0 a plan, 1 with warnings, 2 a refusal, 3 too little was measured."""
    _check(options)
    words, known = speak(options.lang), load_platforms()
    evidence = find_evidence(options, words)
    profile = _with_platforms(evidence.profile, options, known)
    if options.export not in (None, "json") and profile.show.pusher != "obs":
        raise UsageError(Message("error.usage.export-typed", {"pusher": profile.show.pusher}))
    report = _measured(replace(evidence, profile=profile), options, words, known)
    if evidence.source.is_live and not options.no_save:
        keep_uploads(report.run, room_key(profile))
        if report.plan.encode is not None:
            keep_plan(room_key(profile), report.plan)
    _write(report, profile, options, words)
    return int(exit_of(report.plan.status, warn_ok=options.warn_ok))


def _check(options: RecommendOptions) -> None:
    """Raises UsageError for a format or an export that there is not, before anything is measured."""
    if options.format not in FORMATS:
        raise UsageError(Message("error.usage.unknown-format", {"name": options.format, "known": FORMATS}))
    export = options.export
    if export is None or export in ("ffmpeg", "json"):
        return
    if not export.startswith(OBS) or not export.removeprefix(OBS):
        raise UsageError(Message("error.usage.unknown-export", {"name": export}))


def _with_platforms(profile: Profile, options: RecommendOptions, known: Mapping[str, Platform]) -> Profile:
    """The room with the platforms that were typed instead of its own. Raises UsageError for one nobody knows."""
    typed = [name.strip() for each in options.platform or () for name in each.split(",") if name.strip()]
    if not typed:
        return profile
    names = tuple(name if name in profile.platforms else find_known(name, known).id for name in typed)
    return replace(profile, show=replace(profile.show, platforms=names))


def _measured(
    evidence: Evidence, options: RecommendOptions, words: Catalogue, known: Mapping[str, Platform]
) -> PlanReport:
    """The run, and the plan made of it; with `--trial`, of a second look at the best candidates too.

    A plan of before has no say: the trials are at the show's target.
    """
    kept, rules, profile = _Samples(), evidence.profile.recommend, evidence.profile
    checks = tuple(_with_sizes(check) for check in choose_checks(PARTS, options.only, options.skip))
    plan_run = run_of("recommend", checks, evidence, options, words)
    plan_run = replace(plan_run, setting=replace(plan_run.setting, plan=None), watchers=(kept,))
    wish, setting = wish_of(profile, known), plan_run.setting
    if conduct_refusal(wish) is not None:  # nothing that could be measured would change that
        plan_run = replace(plan_run, checks=())
    lines = setting.names("network") if evidence.source.is_live else ()
    stored = kept_uploads(room_key(profile), lines, evidence.now, rules.age_min)
    with watched(plan_run, options, words) as watched_run:
        report = run_session(partial(run, watched_run))
        seen = evidence_of(report, setting, kept.samples, stored)
        if options.trial and seen.trials is not None:
            seen = replace(seen, quality=_quality(watched_run, kept, wish, seen))
    return PlanReport(recommend(wish, seen), report)


def _with_sizes(check: Check) -> Check:
    """The encoder's checks with trials at the next smaller size too: the line may leave no more than that."""
    return replace(check, ask=_ask_sizes) if check.part == "encoder" else check


def _ask_sizes(setting: Setting, name: str) -> EncoderRequest:
    asked = ask_encoder(setting, name)
    return replace(
        asked, candidates=(*asked.candidates, *smaller_candidates(setting.profile.show.orientation, asked.candidates))
    )


def _quality(plan_run: Run, kept: _Samples, wish: Wish, seen: Seen) -> EncoderTrials | None:
    """Trials of the best candidates at their rates, compared at display size."""
    candidates = trial_candidates(wish, seen)
    if not candidates:
        return None
    on_air = kept.samples.get("on_air@main")
    answers = isinstance(on_air, OnAirState) and on_air.obs_answers
    asked = ask_encoder(replace(plan_run.setting, obs_answers=answers), "main")
    request = replace(asked, candidates=candidates, quality=True)
    outcomes = run_session(partial(acquire, plan_run.source, [request], watchers=plan_run.watchers))
    outcome = outcomes[request]
    return outcome if isinstance(outcome, EncoderTrials) else None


def _write(report: PlanReport, profile: Profile, options: RecommendOptions, words: Catalogue) -> None:
    """The plan where it was asked for. A command goes to stdout alone, with the plan for people beside it on stderr."""
    table = plan_table(report, words, look_of(options))
    export, is_plan = options.export or "", report.plan.encode is not None
    if export == "ffmpeg":
        from rigcheck.recommend.export_ffmpeg import ffmpeg_argv, shell_line

        sys.stderr.write(table + "\n")
        if is_plan:
            write_text(shell_line(ffmpeg_argv(report.plan)), options)
        return
    if export.startswith(OBS) and is_plan:
        from rigcheck.cli.export import write_obs_profile

        write_obs_profile(Path(export.removeprefix(OBS)), report.plan, profile.room or "rigcheck")
    is_json = export == "json" or options.format == "json"
    write_text(plan_json(report, words) if is_json else table, replace(options, format="json" if is_json else "table"))
