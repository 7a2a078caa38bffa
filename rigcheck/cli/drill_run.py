"""The body of `rigcheck drill run`: lint, confirm, hold, report, remember."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from rigcheck.checks.obs import ask_obs
from rigcheck.cli.crew import TerminalCrew
from rigcheck.cli.drill_recover import drill_folder, is_attended
from rigcheck.cli.drill_store import keep_drilled
from rigcheck.cli.evidence import Evidence, find_evidence
from rigcheck.cli.language import speak
from rigcheck.cli.log import show_log
from rigcheck.cli.main import Terminated
from rigcheck.cli.options import Options
from rigcheck.cli.output import look_of, refuse_unwritable, write_text, write_whole
from rigcheck.cli.pending import JOURNAL, PATIENCE_S, hold_drill_lock
from rigcheck.cli.rooms import room_key
from rigcheck.cli.session import run_session
from rigcheck.cli.state import hold_lock
from rigcheck.drill_plan import Drill
from rigcheck.drills.action import Action, DrillError
from rigcheck.drills.actions import actions_of
from rigcheck.drills.far_end import open_eyes
from rigcheck.drills.guard import refuse_pending
from rigcheck.drills.history import drilled_of
from rigcheck.drills.lint import OF_OBS, LintError, lint, steps_of
from rigcheck.drills.obs import told_of
from rigcheck.drills.rehearse import rehearse
from rigcheck.drills.run import Conduct, by_harm
from rigcheck.drills.steady import STEADY_CHECKS, NotSteadyError, called
from rigcheck.errors import Exit, NotSeen, StoppedError, UsageError, exit_of
from rigcheck.flow import acquire
from rigcheck.flow import run as run_flow
from rigcheck.i18n import Catalogue
from rigcheck.loading import load_limits
from rigcheck.model import Message, Report, Stage
from rigcheck.obs_state import ObsState
from rigcheck.plan import Outcome, Run
from rigcheck.present.drill import DRILL_FORMATS, rehearsal_text, undone_lines
from rigcheck.present.progress import Progress
from rigcheck.present.timeline_svg import timelines_svg
from rigcheck.present.wording import sentence
from rigcheck.profile import Profile, Setting

LIVE_WORD, YES_WORD = "during-show", "yes"
"""What has to be typed, in every language: options and answers of other tools are English too."""
KNOWN = tuple(sorted(frozenset[str]().union(*map(called, STEADY_CHECKS))))


@dataclass(frozen=True, slots=True)
class Wish:
    """What was typed."""

    names: tuple[str, ...] = ()
    every: bool = False
    yes: bool = False
    operator: str | None = None
    rehearse: bool = False
    during_show: bool = False
    svg: Path | None = None


def run_drills(wish: Wish, options: Options) -> int:
    """Hold the drills and write the report. Returns the exit code of the verdict."""
    if options.format not in DRILL_FORMATS:
        known = tuple(DRILL_FORMATS)
        raise UsageError(Message("error.usage.unknown-format", {"name": options.format, "known": known}))
    refuse_unwritable(options.output, wish.svg)
    words = speak(options.lang)
    if options.verbose:
        show_log()
    evidence = find_evidence(options, words)
    drills = chosen_drills(evidence.profile, wish.names, every=wish.every)
    crew = TerminalCrew(words, is_there=is_attended())
    actions = actions_of(crew)
    if wish.rehearse:
        _refuse_mistakes(drills, evidence.profile, actions, None, words)
        rehearsed = run_session(partial(rehearse, drills, actions, crew))
        write_text(rehearsal_text(rehearsed, words, look_of(options)), options)
        return int(Exit.OK if all(each.is_in_time for each in rehearsed) else Exit.WARN)
    with _alone(evidence) as journal:
        refuse_pending(journal)
        _refuse_mistakes(drills, evidence.profile, actions, _ask_obs(evidence, drills), words)
        _confirm(drills, wish, crew)
        return _hold(drills, Conduct(
            plan=_plan(evidence, options, during_show=wish.during_show),
            look=partial(_look, words=words, options=options),
            actions=actions,
            crew=crew,
            journal=journal,
            open_eyes=open_eyes,
            during_show=wish.during_show,
        ), wish, options, words)  # fmt: skip


def chosen_drills(profile: Profile, names: tuple[str, ...], *, every: bool) -> tuple[Drill, ...]:
    """The drills that are meant. Raises UsageError for none, and for one that the room does not have."""
    by_name = {drill.name: drill for drill in profile.drills}
    if every and not names:
        if not by_name:
            raise UsageError(Message("error.usage.no-drills"))
        return by_harm(tuple(by_name.values()))
    if not names or every:
        raise UsageError(Message("error.usage.which-drill", {"known": tuple(by_name)}))
    for name in names:
        if name not in by_name:
            hint = tuple(get_close_matches(name, by_name, 1, 0.4))
            raise UsageError(
                Message("error.usage.unknown-drill", {"name": name, "known": tuple(by_name), "hint": hint})
            )
    return tuple(by_name[name] for name in dict.fromkeys(names))


@contextmanager
def _alone(evidence: Evidence) -> Iterator[Path]:
    """Nobody else drills, undoes or measures meanwhile; the journal's place."""
    folder = drill_folder()
    with ExitStack() as stack:
        stack.enter_context(hold_drill_lock(folder, PATIENCE_S))
        stack.enter_context(hold_lock())
        if isinstance(evidence.source, AbstractContextManager):
            stack.enter_context(evidence.source)
        yield folder / JOURNAL


def _ask_obs(evidence: Evidence, drills: tuple[Drill, ...]) -> Outcome | None:
    """What the show's OBS says, where a step is done by it."""
    if not any(step.action.startswith(OF_OBS) for drill in drills for step in steps_of(drill)):
        return None
    if "main" not in evidence.profile.obs:
        return None  # the actions' own lint says so
    request = ask_obs(_setting(evidence), "main")
    return run_session(partial(acquire, evidence.source, [request]))[request]


def _refuse_mistakes(
    drills: tuple[Drill, ...],
    profile: Profile,
    actions: Mapping[str, Action],
    obs: Outcome | None,
    words: Catalogue,
) -> None:
    """Raises LintError with everything that is wrong with any of the drills, in words; DrillError where OBS does not answer."""
    state = obs if isinstance(obs, ObsState) else None
    found = [(drill.name, wrong) for drill in drills for wrong in lint(drill, profile, actions, KNOWN, state)]
    if found:
        raise LintError(tuple(f"{name}: {words.text(wrong.id, wrong.params)}" for name, wrong in found))
    if isinstance(obs, NotSeen):
        raise told_of(obs, profile.obs["main"].url)


def _confirm(drills: tuple[Drill, ...], wish: Wish, crew: TerminalCrew) -> None:
    """Raises UsageError where nobody says that it may begin."""
    names = tuple(drill.name for drill in drills)
    if wish.during_show and not run_session(
        partial(crew.confirm, Message("drill.confirm.live", {"names": names}), LIVE_WORD)
    ):
        raise UsageError(Message("error.drill.not-typed", {"word": LIVE_WORD}))
    if wish.yes or wish.during_show:
        return
    if not crew.is_there:
        raise UsageError(Message("error.drill.nobody-confirms"))
    if not run_session(partial(crew.confirm, Message("drill.confirm.start", {"names": names}), YES_WORD)):
        raise UsageError(Message("error.drill.not-typed", {"word": YES_WORD}))


def _setting(evidence: Evidence) -> Setting:
    return Setting(evidence.profile, Stage.HOST, evidence.now.date())


def _plan(evidence: Evidence, options: Options, *, during_show: bool) -> Run:
    """What all looks are made from. That no show goes out has been told more strictly than any check would."""
    return Run(
        command="drill",
        checks=(),
        setting=_setting(evidence),
        source=evidence.source,
        now=evidence.now,
        limits=load_limits(),
        allow_on_air=not during_show,
        said=options.named_profile,
    )


async def _look(plan: Run, *, words: Catalogue, options: Options) -> Report:
    """A run of the flow under its display, which is gone while the crew reads and types."""
    with Progress(words, quiet=options.quiet, verbose=options.verbose) as progress:
        return await run_flow(replace(plan, watchers=(*plan.watchers, progress)))


def _hold(drills: tuple[Drill, ...], conduct: Conduct, wish: Wish, options: Options, words: Catalogue) -> int:
    """Raises StoppedError where a signal came after the first drill: its report is written, and remembered, by then."""
    try:
        report = run_session(partial(conduct.hold, drills))
    except NotSteadyError as unsteady:
        told = {**unsteady.message.params, "issues": _issues(unsteady, words)}
        raise DrillError(Message(unsteady.message.id, told)) from None
    except BaseException as stop:  # a signal, or a bug of ours
        _say(undone_lines(conduct.undone, words))
        if not conduct.held or not isinstance(stop, KeyboardInterrupt | Terminated):
            raise  # no report will tell
        _tell(run_session(partial(conduct.report, drills, is_stopped=True)), conduct, wish, options, words)
        code = Exit.TERMINATED if isinstance(stop, Terminated) else Exit.INTERRUPTED
        raise StoppedError(Message(f"error.{code.name.lower()}"), code) from None
    if isinstance(conduct.refused, NotSteadyError):
        _say(_issues(conduct.refused, words))
    _tell(report, conduct, wish, options, words)
    return int(exit_of(report.status))


def _issues(unsteady: NotSteadyError, words: Catalogue) -> tuple[str, ...]:
    return tuple(sentence(finding, words) for finding in unsteady.findings)


def _say(lines: Iterable[str]) -> None:
    sys.stderr.write("".join(f"{line}\n" for line in lines))


def _tell(report: Report, conduct: Conduct, wish: Wish, options: Options, words: Catalogue) -> None:
    """Remember what was held, then write its report."""
    room = room_key(conduct.plan.setting.profile)
    for held in conduct.held:
        unkept = keep_drilled(room, drilled_of(report, held.drill, held.at, held.trace, wish.operator))
        _say([words.text(unkept.id, unkept.params)] if unkept else [])
    write_text(DRILL_FORMATS[options.format](report, conduct.held, words, look_of(options)), options)
    if wish.svg is not None:
        write_whole(wish.svg, timelines_svg({held.drill.name: held.trace for held in conduct.held}, words))
