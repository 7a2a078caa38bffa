"""The lab's two sides: here, where the drivers are, or on a machine without them, which boots a guest that has them.

On such a machine each test file gets a guest of its own, freshly booted, and each of its tests the guest's own report.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

LAB = Path(__file__).parent
HERE = os.environ.get("RIGCHECK_LAB") == "here"
"""In the guest; or set by somebody whose own kernel has the drivers, as root, with no show on."""
EXCHANGE = Path("/run/lab/reports")
"""Where the guest's pytest leaves its reports, a JSON value a line."""
TOOLS = ("v4l2-ctl", "aplay", "arecord", "modprobe", "ip")
REPORTS: pytest.StashKey[dict[str, list[pytest.TestReport]]] = pytest.StashKey()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_for_guest(item):
            # The first of a file waits for all of them, whatever limit it has in there; run.sh has one.
            item.add_marker(pytest.mark.timeout(0), append=False)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> bool | None:
    """On a machine without the drivers: what the guest said of this test."""
    if not is_for_guest(item):
        return None
    known = item.session.stash.setdefault(REPORTS, {})
    if item.nodeid not in known:
        known.update(run_in_guest([one for one in item.session.items if one.path == item.path]))
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    for report in known[item.nodeid]:
        item.ihook.pytest_runtest_logreport(report=report)
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)
    return True


def is_for_guest(item: pytest.Item) -> bool:
    """Whether it is one of the lab's tests, away from the drivers. (This hook is asked about all tests there are.)"""
    return not HERE and item.path.is_relative_to(LAB)


def run_in_guest(items: list[pytest.Item]) -> dict[str, list[pytest.TestReport]]:
    """Each test's reports from one boot. Without a lab all are skipped; in CI, and where the guest dies, they fail."""
    lack = lacking()
    if lack is not None:
        return {item.nodeid: [unrun(item, lack, is_lack=True)] for item in items}
    with tempfile.TemporaryDirectory(prefix="rigcheck-lab") as name:
        folder, root = Path(name), items[0].config.rootpath
        command = [LAB / "run.sh", folder, sys.executable, sys.executable, "-m", "pytest", "-p", "no:cacheprovider"]
        again = f"--reruns={items[0].config.getoption('reruns', 0) or 0}"
        words = [*map(str, command), again, *(item.nodeid for item in items)]
        done = subprocess.run(words, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        said = done.stdout.decode(errors="replace")
        reports: dict[str, list[pytest.TestReport]] = {}
        for report in read_reports(folder / EXCHANGE.name, items[0].config):
            reports.setdefault(report.nodeid, []).append(report)
        started = (folder / "environment.read").exists()
    last = f"the guest ended ({done.returncode}) before this test did:\n{said[-6000:]}"
    missing = unrunnable(said) if not started else last
    return {
        item.nodeid: found
        if (found := reports.get(item.nodeid, [])) and found[-1].when == "teardown"
        else [unrun(item, missing, is_lack=not started)]
        for item in items
    }


def lacking() -> str | None:
    """Why there is no lab on this machine; None where there is one."""
    if sys.platform != "linux":
        return "the lab is a Linux kernel"
    tools = [tool for tool in TOOLS if shutil.which(tool, path=f"{os.environ['PATH']}:/usr/sbin:/sbin") is None]
    if tools:
        return f"not installed: {', '.join(tools)} (.ci/setup lab installs them)"
    where = subprocess.run([LAB / "build.sh", "--where"], capture_output=True, text=True, check=True).stdout.strip()
    return None if Path(where, "ready").exists() else "the lab kernel is not built: tests/lab/build.sh, five minutes"


def unrunnable(said: str) -> str:
    return f"user-mode Linux does not start here: {said.strip()[-500:]}"


def unrun(item: pytest.Item, why: str, *, is_lack: bool) -> pytest.TestReport:
    """The report on a test that the guest did not finish."""
    is_skip = is_lack and os.environ.get("CI") != "true"
    return pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={},
        outcome="skipped" if is_skip else "failed",
        longrepr=(str(item.path), 0, f"Skipped: {why}") if is_skip else why,
        when="call",
    )


def read_reports(file: Path, config: pytest.Config) -> Iterator[pytest.TestReport]:
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        report = config.hook.pytest_report_from_serializable(config=config, data=json.loads(line))
        if isinstance(report, pytest.TestReport):
            yield report


class Reporter:
    """In the guest: leaves every report for the host to read, at once, should the guest die with the next test."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = self._config.hook.pytest_report_to_serializable(config=self._config, report=report)
        with EXCHANGE.open("a", encoding="utf-8") as file:
            file.write(json.dumps(data) + "\n")


def pytest_configure(config: pytest.Config) -> None:
    if HERE and EXCHANGE.parent.is_dir():
        config.pluginmanager.register(Reporter(config))
