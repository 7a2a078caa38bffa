"""The selftest's run: the same flow over good evidence, and then with one fault in it at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from rigcheck.check import Check, Measure
from rigcheck.errors import NotSeen
from rigcheck.flow import run
from rigcheck.model import Finding, Impact, Measurement, Report, Status
from rigcheck.plan import Run
from rigcheck.profile import Setting
from rigcheck.samples import Sample
from rigcheck.selftest.fault import Evidence, Excuse, Fault, Scene
from rigcheck.sources.replay import FixtureSource

Place = tuple[str, str]
"""A check's id and the device it looked at."""
Findings = Mapping[Place, Finding]
Told = Callable[[Fault], None]


@dataclass(frozen=True, slots=True)
class Row:
    """What one fault did. `others`: findings besides the check's own that got worse, those that stop a show first.

    `astray`: findings that stop a show and should have stayed as they were. `idle`: consequences that did not come.
    """

    fault: Fault
    device: str
    before: Finding | None  # None: the check looks at nothing in this room
    after: Finding | None
    others: tuple[Finding, ...]
    astray: tuple[Finding, ...]
    idle: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """The check was as good as it gets, went as red as it has to, and took nothing with it that it should not."""
        was = self.before.status if self.before else None
        went = self.after is not None and self.after.status is self.fault.red
        return was is self.fault.good and went and not self.astray and not self.idle


@dataclass(frozen=True, slots=True)
class Proof:
    """All rows. `untested`: checks without a fault or an excuse. `baseless`: excused ones that have a limit after all.

    `spoilt`: checks that are not ok in a room that should be good, as `ROOM CHECK`: a fault could hide behind them.
    """

    rows: tuple[Row, ...]
    excuses: tuple[Excuse, ...]
    untested: tuple[str, ...] = ()
    baseless: tuple[str, ...] = ()
    spoilt: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """Every check goes red for its own fault, and only for that."""
        return all(row.is_right for row in self.rows) and not (self.untested or self.baseless or self.spoilt)


async def prove(
    plan: Run, room: FixtureSource, faults: Sequence[Fault], excuses: Sequence[Excuse], told: Told | None = None
) -> Proof:
    """Run every fault through the flow, and hold what went red against what should.

    `plan` is a run over the good `room`. What a fault leaves alone is measured once and judged every time; `told` hears
    of each fault when its turn comes.
    """
    scenes = {fault.scene.id: _set(plan, room, fault.scene) for fault in faults}
    checks = _measuring_once(plan.checks, (seen for scene in scenes.values() for seen in scene.evidence.values()))
    scenes = {name: replace(scene, plan=replace(scene.plan, checks=checks)) for name, scene in scenes.items()}
    before = {name: await run(scene.plan) for name, scene in scenes.items()}
    rows = []
    for fault in faults:
        if told is not None:
            told(fault)
        after = await run(_broken(scenes[fault.scene.id], fault))
        rows.append(_row(fault, before[fault.scene.id], after))
    has_row = {fault.check for fault in faults} | {excuse.check for excuse in excuses}
    return Proof(
        rows=tuple(rows),
        excuses=tuple(excuses),
        untested=tuple(check.id for check in checks if check.id not in has_row),
        baseless=tuple(excuse.check for excuse in excuses if _is_limited(excuse.check, before.values())),
        spoilt=tuple(f"{name} {check}" for name, report in before.items() for check in _red(report)),
    )


@dataclass(frozen=True, slots=True)
class _Set:
    """A scene ready to be run."""

    plan: Run
    room: FixtureSource
    evidence: Evidence


def _set(plan: Run, room: FixtureSource, scene: Scene) -> _Set:
    evidence = scene.evidence(room.outcomes)
    source = replace(room, outcomes=evidence)
    return _Set(replace(plan, setting=scene.furnish(plan.setting, evidence), source=source), source, evidence)


def _broken(scene: _Set, fault: Fault) -> Run:
    changed = {key: inject(scene.evidence.get(key)) for key, inject in fault.changes.items()}
    return replace(scene.plan, source=replace(scene.room, outcomes={**scene.evidence, **changed}))


def _measuring_once(checks: Sequence[Check], seen: Iterable[Sample | NotSeen]) -> tuple[Check, ...]:
    """The checks with measures that remember what they made of good evidence, by setting and device."""
    good = {id(sample): sample for sample in seen}
    measures = {check.measure: _remembering(check.measure, good) for check in checks}
    return tuple(replace(check, measure=measures[check.measure]) for check in checks)


def _remembering(measure: Measure, good: Mapping[int, Sample | NotSeen]) -> Measure:
    """`good` keeps its samples, so that no other can come to have the identity of one."""
    known: dict[tuple[int, str], list[tuple[Setting, tuple[Measurement, ...]]]] = {}

    def measured(sample: Sample, setting: Setting, name: str) -> tuple[Measurement, ...]:
        if id(sample) not in good:
            return measure(sample, setting, name)
        kept = known.setdefault((id(sample), name), [])
        for then, found in kept:
            if then == setting:
                return found
        kept.append((setting, measure(sample, setting, name)))
        return kept[-1][1]

    return measured


def _row(fault: Fault, before: Report, after: Report) -> Row:
    was, now = _by_place(before), _by_place(after)
    own = (fault.check, fault.device) if fault.device else _main_place(fault.check, after)
    worse = tuple(
        finding for place, finding in now.items() if place != own and _severity(finding) > _severity(was.get(place))
    )
    stops = tuple(finding for finding in worse if _stops(finding))
    due = {finding.check for finding in stops}
    return Row(
        fault=fault,
        device=own[1],
        before=was.get(own),
        after=now.get(own),
        others=tuple(sorted(worse, key=lambda finding: (not _stops(finding), -finding.status.severity))),
        astray=tuple(finding for finding in stops if finding.check not in fault.also),
        idle=tuple(check for check in fault.also if check not in due),
    )


def _by_place(report: Report) -> Findings:
    return {(finding.check, finding.device): finding for finding in report.findings}


def _main_place(check: str, report: Report) -> Place:
    """The finding on a device of whose metrics the report speaks without its name; or that of no device at all."""
    part = check.partition(".")[0]
    mains = {taken.device for taken in report.taken if taken.is_main and taken.measurement.metric.part == part}
    found = [finding.device for finding in report.findings if finding.check == check]
    return check, next((device for device in found if device in mains), "")


def _severity(finding: Finding | None) -> int:
    """Skip and ok alike are no fault."""
    return max(finding.status.severity if finding else 0, Status.OK.severity)


def _stops(finding: Finding) -> bool:
    return finding.impact is Impact.STOP and finding.status in (Status.FAIL, Status.UNKNOWN)


def _red(report: Report) -> tuple[str, ...]:
    return tuple(finding.check for finding in report.findings if _severity(finding) > Status.OK.severity)


def _is_limited(check: str, reports: Iterable[Report]) -> bool:
    return any(finding.limit is not None for report in reports for finding in report.findings if finding.check == check)
