"""The rooms that are shipped, and the schema that editors check them with."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from rigcheck.checks import ALL_CHECKS
from rigcheck.later import LATER_METRICS
from rigcheck.loading import PROFILE_SCHEMA, find_profile, load_profile, profile_schema_text, shipped_profile_dirs
from rigcheck.metrics import METRICS

PROFILES = sorted((Path(__file__).resolve().parent.parent / "profiles").glob("*.yaml"))
CHECKER = Path(sys.executable).parent / "check-jsonschema"


def check_schema(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([CHECKER, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=60)


def uncommented(text: str) -> str:
    """The text with its commented sections switched on; prose stays a comment."""
    return re.sub(r"^# (?=(network|push|backends|limits):|  (- |[a-z_.]+: ))", "", text, flags=re.MULTILINE)


def test_there_are_rooms_to_copy() -> None:
    assert {path.stem for path in PROFILES} >= {
        "single-camera-portrait", "two-camera-demo", "outdoor-laptop-phone", "cron-minimal",
    }  # fmt: skip


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_shipped_room_loads_and_is_explained(path: Path) -> None:
    profile = load_profile(path, checks=[check.id for check in ALL_CHECKS])
    assert profile.room
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    reference = re.fullmatch(r"# yaml-language-server: \$schema=(\S+)", first)
    assert reference is not None
    assert (path.parent / reference[1]).resolve() == PROFILE_SCHEMA.resolve()
    assert rest[0].startswith("# ")


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_what_a_shipped_room_only_shows_loads_too(path: Path, tmp_path) -> None:
    shown = uncommented(path.read_text(encoding="utf-8"))
    (tmp_path / "shown.yaml").write_text(shown, encoding="utf-8")
    profile = load_profile(tmp_path / "shown.yaml", checks=[check.id for check in ALL_CHECKS])
    if path.stem == "single-camera-portrait":
        assert set(profile.network.lines) == {"main", "backup"}
        assert profile.push.backup is not None
        assert profile.backends[0].within_ms == 800


def test_shipped_rooms_are_found_by_name(tmp_path) -> None:
    places = {"env": {}, "cwd": tmp_path, "user_dir": tmp_path, "shipped_dirs": shipped_profile_dirs()}
    found = find_profile("cron-minimal", **places)
    assert found is not None
    assert load_profile(found).room == "nightly"
    assert find_profile(None, **places) is None


def test_the_schema_on_disk_is_that_of_the_code() -> None:
    wanted = profile_schema_text()
    assert PROFILE_SCHEMA.read_text(encoding="utf-8") == wanted, "run: rigcheck profile schema > " + str(PROFILE_SCHEMA)


def test_the_schema_is_one() -> None:
    assert check_schema("--check-metaschema", PROFILE_SCHEMA).returncode == 0


def test_editors_accept_the_shipped_rooms_and_the_whole_contract(tmp_path) -> None:
    from profile_text import SKETCH, writer

    done = check_schema("--schemafile", PROFILE_SCHEMA, *PROFILES, writer(tmp_path)(SKETCH))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    "text",
    [
        "rooom: a",
        "camera: {main: {mode: 1080p}}",
        "camera: {main: {subject: [0, 1]}}",
        "camera: {main: {crop: center}}",
        "limits: {mic.loudnes: {ok: [1, 2]}}",
        "limits: {mic.snr_db: {okay: [1, 2]}}",
        "push: {url: rtmp://a/b, key: literal}",
        "network: {main: {interfaces: a}}",
        "obs: {scnes: [a]}",
        "show: {hours: 1:30}",
    ],
)
def test_editors_see_the_same_mistakes(tmp_path, text: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(text)
    assert check_schema("--schemafile", PROFILE_SCHEMA, path).returncode == 1


def test_the_schema_says_what_a_line_means() -> None:
    made = json.loads(PROFILE_SCHEMA.read_text(encoding="utf-8"))
    assert made["$defs"]["CameraDevice"]["description"].startswith("One camera")
    assert set(made["properties"]["limits"]["propertyNames"]["enum"]) == METRICS.keys() | LATER_METRICS


def test_metrics_that_are_measured_are_later_no_more() -> None:
    assert not METRICS.keys() & LATER_METRICS
