"""A blackout from beginning to end, as a real upsd tells it, through the whole command."""

from pathlib import Path
from typing import Any

import pytest
from command import finding, report, rigcheck
from services_nut import AVAILABLE, Upsd
from services_pulse import lack

pytestmark = pytest.mark.svc
CHECKS = ("power.mains", "power.battery", "power.condition")


def test_each_step_of_a_blackout_is_told(tmp_path: Path) -> None:
    if not AVAILABLE:
        lack("nut-server")
    room = tmp_path / "room.yaml"
    with Upsd() as ups:
        room.write_text(f'room: r\ncamera: {{}}\nmic: {{}}\npower: {{ups: {{nut: "{ups.address}"}}}}\n')

        def told(status: str, charge: int) -> tuple[str, ...]:
            ups.set("battery.charge", str(charge))
            ups.set("ups.status", status)
            made = _ask(tmp_path, room)
            assert made["measurements"]["power.charge_pct"] == charge
            return tuple(finding(made, check, "ups")["status"] for check in CHECKS)

        assert told("OL", 100) == ("ok", "ok", "ok")
        assert told("OB DISCHRG", 60)[:2] == ("fail", "ok")
        assert told("OB DISCHRG LB", 18)[:2] == ("fail", "fail")
        ups.kill_driver()
        dark = _ask(tmp_path, room)
        assert dark["status"] != "ok"
        assert "ok" not in {finding(dark, check, "ups")["status"] for check in CHECKS}
    with Upsd() as ups:
        room.write_text(f'room: r\ncamera: {{}}\nmic: {{}}\npower: {{ups: {{nut: "{ups.address}"}}}}\n')
        ups.set("ups.status", "OL CHRG")
        back = _ask(tmp_path, room)
        assert finding(back, "power.mains", "ups")["status"] == "ok"


def _ask(folder: Path, room: Path) -> dict[str, Any]:
    return report(rigcheck(folder, "power", room, "--format", "json", "--no-save"))
