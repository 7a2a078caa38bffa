"""A drill on dry land: everybody is walked through and timed, and nothing is touched."""

from dataclasses import dataclass

import anyio
import pytest
from drill_world import ByHand, Paper, drill
from world_folder import Put, held

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError
from rigcheck.drills.rehearse import rehearse
from rigcheck.i18n import languages, load_catalogue
from rigcheck.model import Message
from rigcheck.present import Look
from rigcheck.present.drill import rehearsal_text

pytestmark = pytest.mark.anyio
ACTIONS = {"put": Put(), "by_hand": ByHand()}


@dataclass
class Slow(Paper):
    """Confirms after a moment."""

    async def ask(self, message: Message, who: str | None = None) -> None:
        await super().ask(message, who)
        await anyio.sleep(0.1)


async def test_every_step_is_asked_timed_and_not_done(tmp_path) -> None:
    wants = {"file": str(tmp_path / "screen.txt"), "word": "spare"}
    switch = (Step("put", wants, who="tech", deadline_s=5), Step("by_hand", wants, deadline_s=0.01))
    one = drill(tmp_path, switch=switch, crew={"host": "go on talking"}, notice="back soon")
    crew = Slow(is_there=True)
    walked = await rehearse([one], ACTIONS, crew)
    assert [(each.phase, each.who, each.is_in_time) for each in walked] == [
        ("fault", None, True),
        ("switch", "tech", True),
        ("switch", None, False),
        ("restore", None, True),
    ]
    assert all(0.09 < each.took_s < 2 for each in walked)
    assert held(tmp_path / "screen.txt") is None
    assert crew.said.index("host: drill.crew") < crew.said.index("tech: put")
    for language in languages():
        assert "drill." not in rehearsal_text(walked, load_catalogue(language), Look()).replace("camera-lost", "")


async def test_nobody_there_cannot_be_walked_through(tmp_path) -> None:
    with pytest.raises(DrillError):
        await rehearse([drill(tmp_path)], ACTIONS, Paper())
