"""One phase of an action in a process of its own, in whatever namespace that is: asked by argv, told on stdout as JSON."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import anyio

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError
from rigcheck.drills.journal import NAME, Journal, read_journal
from rigcheck.drills.rollback import Rollback
from rigcheck.drills.system_actions import system_actions
from rigcheck.model import Message
from rigcheck.profile import Profile
from rigcheck.uplink import Line, Network


class Yes:
    """A crew that does what it is asked, at once, and types what it is to type."""

    def __init__(self, is_there=True, types=True):
        self.is_there, self.types, self.heard = is_there, types, []

    async def tell(self, message, who=None):
        self.heard.append((who, message))

    async def ask(self, message, who=None):
        self.heard.append((who, message))

    async def confirm(self, message, word):
        self.heard.append((word, message))
        return self.types


def elsewhere(phase, action="", record=None, *, within=(), **more):
    """What a phase comes to in another process; `within` is what stands before its command."""
    asked = json.dumps({"phase": phase, "action": action, "record": record, **more})
    done = subprocess.run([*within, sys.executable, __file__, asked], capture_output=True, text=True, timeout=30)  # noqa: PLW1510 - told below
    return json.loads(done.stdout) if done.returncode == 0 else {"died": done.returncode, "why": done.stderr[-2000:]}


def actions_with(crew):
    return {action.name: action for action in system_actions(crew)}


def step_of(asked):
    return Step(asked["action"], asked.get("wants"))


def profile_of(asked):
    lines = {name: Line(interface) for name, interface in asked.get("lines", {}).items()}
    return Profile(network=Network(lines)) if lines else Profile()


def told(message: Message):
    return {"id": message.id, **message.params}


async def phase(asked):
    actions = actions_with(Yes())
    match asked["phase"]:
        case "before":
            return await actions[asked["action"]].before(step_of(asked), profile_of(asked))
        case "lint":
            found = actions[asked["action"]].lint(step_of(asked), profile_of(asked))
            return [told(message) for message in found]
        case "manual":
            return told(actions[asked["action"]].manual(asked["record"]))
        case "drill":
            return await drill(asked, actions)
        case "recover":
            return await recover(asked, actions)
        case name:
            return await getattr(actions[asked["action"]], name)(asked["record"])


async def drill(asked, actions):
    """Steps under a rollback; `die`: be killed after them, `hold`: undo nothing."""
    path = Path(asked["folder"]) / NAME
    rollback = Rollback(Journal(path, "d", None, "2026-11-22T08:00:00Z"), actions)
    for each in asked["steps"]:
        await rollback.do(step_of(each), profile_of(asked))
    if asked.get("die"):
        os.kill(os.getpid(), signal.SIGKILL)
    if not asked.get("hold"):
        await rollback.undo()
    return outcomes(rollback)


async def recover(asked, actions):
    journal = read_journal(Path(asked["folder"]) / NAME)
    assert journal is not None
    rollback = Rollback(journal, actions)
    await rollback.undo()
    return outcomes(rollback)


def outcomes(rollback):
    return [
        {
            "action": each.action,
            "worked": each.worked,
            "error": each.error,
            **({"manual": told(each.manual)} if each.manual else {}),
        }
        for each in rollback.outcomes
    ]


def main():
    asked = json.loads(sys.argv[1])
    try:
        said = {"said": anyio.run(phase, asked)}
    except DrillError as error:
        said = {"refused": error.message.id, **error.message.params}
    except OSError as error:
        said = {"failed": str(error)}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
