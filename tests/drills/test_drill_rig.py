"""Drills through the command line on a real rig: encoder, relay, nginx; timed at the far end, stopped, killed, recovered."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from drill_rig import Rig, rig
from junitparser import JUnitXml
from rich.cells import cell_len

pytestmark = pytest.mark.svc
CUT = """
  - name: network-cut
    covers: network
    before: [far_end.picture]
    fault: [{relay: cut}]
    switch: [{relay: pass}]
    crew: {场控: "切到备用线路"}
    within: {detect_s: 5, switch_s: 10, outage_s: 15, restore_s: 15}
"""
LOST = """
  - name: ingest-lost
    covers: ingest
    fault: [{relay: stall}]
    switch: [{relay: pass}]
    within: {detect_s: 5, switch_s: 10, outage_s: 15, restore_s: 15}
"""
BY_HAND = """
  - name: by-hand
    covers: network
    fault: [{relay: stall}]
    switch: [{ask: {what: "take the 4G router", undo: "back to the cable"}, who: tech, deadline_s: 60}, {relay: pass}]
    within: {detect_s: 5, outage_s: 30, restore_s: 15}
"""
SLOW = """
  - name: too-slow
    covers: network
    fault: [{relay: stall}]
    within: {detect_s: 2, switch_s: 1, outage_s: 1, restore_s: 15}
"""


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Iterator[Rig]:
    with rig(tmp_path_factory.mktemp("rig")) as made:
        made.write(CUT, LOST, BY_HAND, SLOW)
        yield made


def report(done) -> dict:
    made = json.loads(done.stdout)
    assert made["exit_code"] == done.returncode, done.stderr
    return made


def test_a_cut_and_a_stall_are_timed_judged_undone_and_remembered(room: Rig) -> None:
    done = room.run(
        "run", "network-cut", "ingest-lost", "-p", room.profile, "--yes", "--operator", "Li", "--format", "json"
    )
    made = report(done)
    assert made["status"] == "ok", done.stdout
    measured = made["measurements"]
    assert 0.3 < measured["drill.detect_s"] < 2
    assert 0.4 < measured["drill.outage_s"] < 10
    assert 0.3 < measured["drill.detect_s@ingest-lost"] < 2
    assert {each["name"]: (each["ended"], [u["worked"] for u in each["undone"]]) for each in made["drills"]} == {
        "network-cut": ("done", [True]),
        "ingest-lost": ("done", [True]),
    }
    assert "切到备用线路" in done.stderr
    assert [f["status"] for f in made["findings"] if f["check"] == "far_end.picture"] == ["ok"]
    assert (room.relay(), room.journal.exists()) == ("pass", False)
    listed = json.loads(room.run("list", "-p", room.profile, "--format", "json").stdout)
    rows = {row["name"]: row for row in listed["drills"]}
    assert rows["network-cut"]["last"]["operator"] == "Li"
    assert rows["network-cut"]["best_s"] == pytest.approx(measured["drill.outage_s"], abs=1e-3)
    assert rows["by-hand"]["last"] is None


def test_who_is_too_slow_fails_and_ci_sees_it(room: Rig) -> None:
    done = room.run("run", "too-slow", "-p", room.profile, "--yes", "--format", "junit")
    assert done.returncode == 2, done.stderr
    suites = JUnitXml.fromstring(done.stdout)
    assert suites.failures >= 1
    assert (room.relay(), room.journal.exists()) == ("pass", False)


def in_mid_drill(room: Rig) -> pexpect.spawn:
    """A drill whose crew is being waited for: the stream stands, and nobody switches."""
    child = room.terminal("run", "by-hand", "-p", room.profile)
    child.expect_exact("Type yes")
    time.sleep(0.3)
    child.sendline("yes")
    child.expect_exact("take the 4G router")
    assert room.relay() == "stall"
    assert room.journal.exists()
    return child


def test_a_person_who_confirms_is_part_of_it(room: Rig) -> None:
    child = in_mid_drill(room)
    time.sleep(1.5)
    child.sendline("")
    child.expect_exact("back to the cable")
    time.sleep(0.5)
    child.sendline("")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    assert all(cell_len(line) <= 79 for line in str(child.before).splitlines() if "\x1b" not in line)
    assert (room.relay(), room.journal.exists()) == ("pass", False)


def test_ctrl_c_in_mid_drill_undoes_also_pressed_again_and_again(room: Rig) -> None:
    child = in_mid_drill(room)
    for _ in range(3):
        child.sendintr()
        time.sleep(0.2)
    child.expect_exact("back to the cable")
    child.sendintr()
    time.sleep(0.5)
    child.sendline("")
    child.expect_exact("undone and looked at again: 2 of 2")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert (room.relay(), room.journal.exists()) == ("pass", False)


def test_after_kill_9_every_command_says_so_no_drill_begins_and_recover_finishes(room: Rig) -> None:
    child = in_mid_drill(room)
    os.kill(innermost(child.pid), signal.SIGKILL)
    child.expect(pexpect.EOF)
    assert room.journal.exists()
    assert room.relay() == "stall"
    listed = room.run("list", "-p", room.profile)
    assert "rigcheck drill recover" in listed.stderr
    refused = room.run("run", "network-cut", "-p", room.profile, "--yes")
    assert (refused.returncode, "by-hand" in refused.stderr) == (3, True)
    partly = room.run("recover")  # nobody is there to put the cable back
    assert partly.returncode == 2
    assert "back to the cable" in partly.stdout
    assert room.relay() == "pass"
    finishing = room.terminal("recover")
    finishing.expect_exact("back to the cable")
    time.sleep(0.5)
    finishing.sendline("")
    finishing.expect(pexpect.EOF)
    finishing.close()
    assert (finishing.exitstatus, room.journal.exists()) == (0, False)
    assert room.run("list", "-p", room.profile).stderr == ""


def innermost(pid: int) -> int:
    """The process at the end of a line of only children: beneath `unshare`, the command itself."""
    while children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        if Path(f"/proc/{pid}/comm").read_text().strip() != "unshare":
            break
        pid = int(children[0])
    return pid


def test_only_one_drills_at_a_time_and_meanwhile_nobody_is_told_of_its_journal(room: Rig) -> None:
    child = in_mid_drill(room)
    second = room.run("run", "network-cut", "-p", room.profile, "--yes")
    assert second.returncode == 3
    assert room.run("recover").returncode == 3
    assert room.run("list", "-p", room.profile).stderr == ""
    child.sendintr()
    child.expect_exact("back to the cable")
    time.sleep(0.5)
    child.sendline("")
    child.expect(pexpect.EOF)
    assert room.relay() == "pass"


def test_a_far_end_without_a_programme_is_no_place_to_drill(room: Rig) -> None:
    other = room.home / "nothing.yaml"
    other.write_text(room.profile.read_text().replace("/open/show", "/open/nothing"))
    done = room.run("run", "ingest-lost", "-p", other, "--yes")
    assert done.returncode == 3
    assert (room.relay(), room.journal.exists()) == ("pass", False)
