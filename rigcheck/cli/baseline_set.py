"""The body of `rigcheck baseline set`: a run of the checks of picture, light and sound; what was good is kept."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import cast

from rigcheck.baseline import Baseline, CameraBaseline, MicBaseline
from rigcheck.check import Source
from rigcheck.cli.baseline_store import keep_baseline
from rigcheck.cli.evidence import find_evidence
from rigcheck.cli.language import speak
from rigcheck.cli.options import Options
from rigcheck.cli.output import write_report, write_screen
from rigcheck.cli.probe import choose_checks, watched
from rigcheck.cli.rooms import room_key
from rigcheck.cli.session import run_session
from rigcheck.errors import Exit, exit_of
from rigcheck.flow import run
from rigcheck.i18n import Catalogue
from rigcheck.loading import load_limits
from rigcheck.measure.camera import measure_noise
from rigcheck.measure.drift import kept_picture
from rigcheck.model import Finding, Impact, Report, Status
from rigcheck.plan import Outcome, Run
from rigcheck.present.wording import title
from rigcheck.profile import CameraDevice, MicDevice, Setting
from rigcheck.samples import AudioClip, CameraClip, LevelTrace, Request

PARTS = ("camera", "light", "mic")
BAD = (Status.FAIL, Status.UNKNOWN)


@dataclass(slots=True)
class Looker:
    """Told of every acquisition by the flow, and keeps pictures and takes by the role of their device."""

    clips: dict[str, CameraClip] = field(default_factory=dict)
    takes: dict[str, AudioClip | LevelTrace] = field(default_factory=dict)

    def began(self, request: Request) -> None:
        """Nothing to keep yet."""

    def ended(self, request: Request, outcome: Outcome) -> None:
        """Keep what came."""
        if isinstance(outcome, CameraClip):
            self.clips[request.name] = outcome
        elif isinstance(outcome, AudioClip | LevelTrace):
            self.takes[request.name] = outcome


def set_baseline(options: Options, name: str) -> int:
    """Keep the room's good state under a name. Exit 0 where it was kept, else the verdict on the room, with the report.

    Our own rule: refused where a check that would stop the show fails or cannot look, because everything later would
    be held against a fault; warnings may stay. Raises UnwritableError where it cannot be kept.
    """
    words, looker = speak(options.lang), Looker()
    evidence = find_evidence(options, words)
    plan = Run(
        command="baseline",
        checks=choose_checks(_parts(evidence.source), None, None),
        setting=Setting(evidence.profile, evidence.stage, evidence.now.date(), evidence.attended, raw=evidence.raw),
        source=evidence.source,
        now=evidence.now,
        limits=load_limits(),
        timeout_s=options.timeout,
        allow_on_air=options.allow_on_air,
        said=options.named_profile,
        watchers=(looker,),
    )
    with watched(plan, options, words) as watched_run:
        report = run_session(partial(run, watched_run))
    baseline = good_state(report, plan.setting, looker, name)
    why = _refusal(report, baseline, words)
    if why:
        write_report(report, words, options)
        sys.stderr.write(f"{why}\n")
        return int(exit_of(report.status) or Exit.UNKNOWN)
    keep_baseline(baseline)
    write_screen(_told(baseline, report, words) + "\n")
    return int(Exit.OK)


def _parts(source: Source) -> tuple[str, ...]:
    """What there is to keep: a plain file is evidence of some parts only; nothing to keep is found out by looking."""
    parts: frozenset[str] = getattr(source, "parts", frozenset(PARTS))
    return tuple(part for part in PARTS if part in parts) or PARTS


def good_state(report: Report, setting: Setting, looker: Looker, name: str) -> Baseline:
    """What is worth keeping of a run: of every device without a serious fault its picture, and figures that are no estimates."""
    bad = {(_section(f), f.device) for f in report.findings if f.impact is not Impact.DEGRADE and f.counted in BAD}
    figures = {
        taken.key: float(taken.measurement.value)
        for taken in report.taken
        if isinstance(taken.measurement.value, int | float) and not isinstance(taken.measurement.value, bool)
        if not taken.measurement.estimate and (_part_section(taken.measurement.metric.part), taken.device) not in bad
    }
    cameras = {
        role: kept_picture(clip, cast("CameraDevice", setting.device("camera", role)), measure_noise(clip))
        for role, clip in looker.clips.items()
        if ("camera", role) not in bad
    }
    mics = {
        role: _mic(take, cast("MicDevice", setting.device("mic", role)))
        for role, take in looker.takes.items()
        if ("mic", role) not in bad
    }
    seen: dict[str, CameraBaseline] = {role: kept for role, kept in cameras.items() if kept is not None}
    return Baseline(name, report.started_at, room_key(setting.profile), seen, mics, figures)


def _mic(take: AudioClip | LevelTrace, device: MicDevice) -> MicBaseline:
    return MicBaseline(device.device or "", device.layout, take.via)


def _section(finding: Finding) -> str:
    return _part_section(finding.check.partition(".")[0])


def _part_section(part: str) -> str:
    return "mic" if part == "mic" else "camera"


def _refusal(report: Report, baseline: Baseline, words: Catalogue) -> str:
    """Why nothing is kept; empty where all is well."""
    stops = [f for f in report.findings if f.impact is Impact.STOP and f.counted in BAD]
    if stops:
        return words.text("baseline.refused", {"what": tuple(dict.fromkeys(title(f, words) for f in stops))})
    return "" if baseline.cameras or baseline.mics else words.text("baseline.nothing")


def _told(baseline: Baseline, report: Report, words: Catalogue) -> str:
    what = [*_devices("camera", tuple(baseline.cameras), words), *_devices("mic", tuple(baseline.mics), words)]
    warned = sum(
        finding.counted is not Status.OK and finding.status in (*BAD, Status.WARN) for finding in report.findings
    )
    return words.text(
        "baseline.kept",
        {
            "name": baseline.name,
            "room": baseline.room,
            "what": tuple(what),
            "n": len(baseline.figures),
            "warned": warned or None,
        },
    )


def _devices(part: str, roles: Sequence[str], words: Catalogue) -> list[str]:
    return [words.text("finding.device", {"title": words.text(f"part.{part}"), "device": role}) for role in roles]
