"""What people do: asked for, asked to be put right, and left in the journal where nobody is there."""

import anyio
import pytest
from deeds_client import Yes, actions_with

from rigcheck.drill_plan import Step
from rigcheck.drills import rollback as rollback_room
from rigcheck.drills.action import DrillError
from rigcheck.drills.journal import NAME, Journal, read_journal
from rigcheck.drills.rollback import Rollback
from rigcheck.profile import Profile

pytestmark = pytest.mark.anyio
ROOM = Profile()
PULL = Step("ask", {"what": "Pull the HDMI cable", "undo": "Plug it in"}, who="tech", at="room")
PLUG = Step("ask", "Plug it in", who="tech")
PLAIN = Step("ask", "Turn the light off", who="host")


def rollback_in(folder, crew) -> Rollback:
    return Rollback(Journal(folder / NAME, "d", None, ""), actions_with(crew))


def said(crew):
    return [(who, message.id.removeprefix("drill.ask."), message.params["what"]) for who, message in crew.heard]


async def test_the_same_person_is_asked_to_put_it_right(tmp_path):
    crew = Yes()
    made = rollback_in(tmp_path, crew)
    await made.do(PULL, ROOM)
    assert said(crew) == [("tech", "please", "Pull the HDMI cable")]
    await made.undo()
    assert said(crew)[1:] == [("tech", "undo", "Plug it in")]
    assert crew.heard[0][1].params["at"] == "room"
    assert not (tmp_path / NAME).exists()


async def test_a_step_that_asks_for_the_undo_is_about_the_same_thing(tmp_path):
    crew = Yes()
    made = rollback_in(tmp_path, crew)
    for step in (PULL, PLUG, PLAIN):
        await made.do(step, ROOM)
    assert len(made.journal.deeds) == 2
    await made.undo()
    assert said(crew)[3:] == [("host", "as-it-was", "Turn the light off"), ("tech", "undo", "Plug it in")]


async def test_nobody_there_the_record_stays_until_somebody_is(tmp_path):
    crew = Yes()
    made = rollback_in(tmp_path, crew)
    await made.do(PULL, ROOM)
    crew.is_there = False
    await made.undo()
    (told,) = made.outcomes
    assert (told.worked, told.manual.params["what"]) == (False, "Plug it in")

    again = Yes()
    left = read_journal(tmp_path / NAME)
    await Rollback(left, actions_with(again)).undo()
    assert said(again) == [("tech", "undo", "Plug it in")]
    assert not (tmp_path / NAME).exists()


async def test_who_does_not_answer_is_waited_for_as_people_need_it_and_no_longer(tmp_path, monkeypatch):
    class Silent(Yes):
        async def ask(self, message, who=None):
            await super().ask(message, who)
            if message.id == "drill.ask.undo":
                await anyio.sleep_forever()

    monkeypatch.setattr(rollback_room, "UNDO_LIMIT_S", 0.01)
    monkeypatch.setattr(rollback_room, "UNDO_BY_PERSON_LIMIT_S", 0.3)
    made = rollback_in(tmp_path, Silent())
    await made.do(PULL, ROOM)
    await made.undo()
    assert made.outcomes[0].error == "no answer within 0.3 s"
    assert (tmp_path / NAME).exists()


async def test_without_a_crew_nothing_is_begun(tmp_path):
    made = rollback_in(tmp_path, Yes(is_there=False))
    with pytest.raises(DrillError) as caught:
        await made.do(PULL, ROOM)
    assert caught.value.message.id == "error.drill.nobody-to-ask"
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize("wants", [" ", "", None, 5, {"undo": "x"}, {"what": "x", "undo": " "}, ["x"]])
def test_lint_wants_something_to_ask_for(wants):
    ask = actions_with(Yes())["ask"]
    assert [message.id for message in ask.lint(Step("ask", wants), ROOM)] == ["error.drill.wants"]
    assert ask.lint(PULL, ROOM) == ask.lint(PLAIN, ROOM) == ()
