"""What a drill can do to this computer and its room: lines, the UPS, processes, programs, and people."""

from __future__ import annotations

from rigcheck.drills.action import Action
from rigcheck.drills.ask import Ask
from rigcheck.drills.crew import Crew
from rigcheck.drills.line import DOWN, UP, LineSwitch
from rigcheck.drills.line_limit import LineLimit
from rigcheck.drills.process import ProcessSwitch
from rigcheck.drills.program import Run
from rigcheck.drills.ups_test import UpsTest


def system_actions(crew: Crew) -> tuple[Action, ...]:
    """The actions of this part; the UPS test is confirmed, and the asking done, by this crew."""
    return (
        LineSwitch(DOWN, up=False),
        LineSwitch(UP, up=True),
        LineLimit("line_limit", on=True),
        LineLimit("line_unlimit", on=False),
        UpsTest(crew),
        ProcessSwitch("process_stop", stop=True),
        ProcessSwitch("process_continue", stop=False),
        Run(),
        Ask(crew),
    )
