"""A drill on a line that swallows everything, by the kernel's own netem: what viewers get, read from a real nginx."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import command, environment
from drill_rig import pushing
from lab_drill import LIMITS, made_by, seconds
from lab_drivers import run
from lab_room import write_room
from services_net import BACKUP, FAR, MAIN, Lines
from services_rtmp import ingest

pytestmark = pytest.mark.lab
WATCHED = "10.99.0.2"
"""Another address of the far end, to which the backup line is the only way: there viewers are looked over the shoulder."""
GIVES_UP = "echo 4 > /proc/sys/net/ipv4/tcp_retries2"
"""An encoder's connection that gets no answer breaks after six seconds, not after a quarter of an hour."""
FORGETS = "drop_idle_publisher 3s;"
"""A server that waits longer for the lost connection refuses the new one as long."""


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[tuple[Lines, str]]:
    """Two lines, a server at their far end, and an encoder that sends over the main one; and where its show is watched."""
    with Lines() as made:
        far = made.command_at_far_end()
        run(*far, "ip", "addr", "add", f"{WATCHED}/32", "dev", "lo")
        made.in_room("ip", "route", "add", f"{WATCHED}/32", "via", "10.77.1.2", "dev", BACKUP)
        made.in_room("sh", "-c", GIVES_UP)
        with (
            ingest(tmp_path / "server", "0.0.0.0", *far, more=FORGETS) as server,
            pushing(f"rtmp://{FAR}:{server.port}/open/show", *made.command_in_room()),
        ):
            yield made, f"rtmp://{WATCHED}:{server.port}/open/show"


@pytest.mark.timeout(300)
def test_a_line_that_swallows_everything(tmp_path: Path, lines: tuple[Lines, str]) -> None:
    """No card and no route shows it; taken down, it leaves the room to the backup line, and is as it was in the end."""
    made, watched = lines
    tc = made.command_at_router(MAIN, "tc", "qdisc")
    lose, calm = ([*tc, "replace", "dev", "out", "root", "netem", *how] for how in (("loss", "100%"), ("delay", "0ms")))
    drill = f"""  - name: line-swallows
    covers: network
    before: [far_end.picture]
    fault: [{{run: {{argv: {json.dumps(lose)}, undo: {json.dumps(calm)}}}}}]
    switch: [{{line_down: {{line: main}}}}]"""
    more = f"""network: {{main: {{interface: {MAIN}}}, backup: {{interface: {BACKUP}}}}}
push: {{test: {{url: "rtmp://{FAR}/open"}}}}
far_end: {{url: "{watched}"}}
drills:
{drill}
    {LIMITS}
"""
    room = write_room(tmp_path, more=more)
    words = command("drill", "run", "--all", "-p", room, "--yes", "--format", "json")
    told = made_by(made.command_in_room(*words), environment(tmp_path))
    assert 2 < seconds(told, "outage") < 40
    assert f"dev {MAIN}" in run(*made.command_in_room("ip", "route", "get", FAR))
    assert "loss" not in run(*tc, "show", "dev", "out")
