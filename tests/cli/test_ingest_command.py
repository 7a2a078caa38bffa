"""`rigcheck ingest` on a real nginx: green where all is well, each fault with its own words, the key nowhere."""

import json
from pathlib import Path

import pytest
from command import finding, report, rigcheck
from services_rtmp import KEY, Ingest, ingest

pytestmark = pytest.mark.svc
STREAM = KEY.partition("?")[0]
ROOM = """
room: beauty-3
camera: {{}}
mic: {{}}
power: {{}}
push:
  url: "{url}"
  key: env:LIVE_KEY
  backup: {{url: "{url}-b", key: env:BACKUP_KEY}}
  test: {{url: "{url}", key: env:TEST_KEY, stat: "{stat}"}}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with ingest(tmp_path_factory.mktemp("nginx") / "a") as found:
        yield found


def write_room(folder: Path, server: Ingest) -> Path:
    path = folder / "room.yaml"
    path.write_text(ROOM.format(url=server.url, stat=server.stat))
    return path


def check(folder: Path, server: Ingest, *words: str, **environment: str):
    keys = {"LIVE_KEY": "the-live-one", "TEST_KEY": KEY}
    return rigcheck(
        folder, "ingest", write_room(folder, server), *words, "--allow-on-air", "--no-save", **(keys | environment)
    )


def test_a_room_that_is_ready(tmp_path, server):
    done = check(tmp_path, server, "--seconds", "5", "--format", "json")
    seen = report(done)
    values = seen["measurements"]
    assert values["ingest.accepted"] is True
    assert values["ingest.trial_held"] is True
    assert values["ingest.sustained_kbps"] == pytest.approx(4620, rel=0.05)
    assert values["ingest.received_kbps"] == pytest.approx(4620, rel=0.05)
    assert (values["ingest.reconnects"], values["ingest.key_set"]) == (0, True)
    assert finding(seen, "ingest.sustained")["status"] == "ok"
    assert "the-live-one" not in done.stdout + done.stderr
    assert STREAM not in done.stdout + done.stderr
    backup = [each for each in seen["findings"] if each["device"] == "backup" and each["check"] == "ingest.link"]
    assert [each["message"]["params"]["what"] for each in backup] == [["unknown-app"]]


def test_a_missing_key_fails_only_when_the_show_starts(tmp_path, server):
    words = ("--only", "ingest.key", "--format", "json")
    before = finding(report(check(tmp_path, server, *words, LIVE_KEY="")), "ingest.key")
    assert before["status"] == "ok"
    assert before["value"] is False
    assert (
        finding(report(check(tmp_path, server, *words, "--stage", "go", LIVE_KEY="")), "ingest.key")["status"] == "fail"
    )


def test_a_wrong_trial_key_is_told_in_words_of_both_languages(tmp_path, server):
    for language, said in (("en", "does not take this stream key"), ("zh-Hans", "不认这个推流码")):
        done = check(tmp_path, server, "--lang", language, "--only", "ingest.trial", TEST_KEY="wrong-one")
        assert done.returncode == 2
        assert said in "".join(done.stdout.split("\n")).replace("  ", "") or said in done.stdout
        assert "wrong-one" not in done.stdout + done.stderr


def test_the_shows_own_key_is_refused_for_a_trial(tmp_path, server):
    before = len(server.asked)
    seen = report(check(tmp_path, server, "--only", "ingest.trial", "--format", "json", LIVE_KEY=KEY))
    assert finding(seen, "ingest.trial")["status"] == "unknown"
    assert seen["reasons"]["ingest.trial_held"] == "live-key"
    assert len(server.asked) == before


def test_a_room_without_an_ingest_has_nothing_to_check(tmp_path):
    path = tmp_path / "room.yaml"
    path.write_text("room: r\ncamera: {}\nmic: {}\npower: {}\n")
    done = rigcheck(tmp_path, "ingest", path, "--format", "json", "--no-save")
    assert done.returncode == 3
    assert {each["status"] for each in json.loads(done.stdout)["findings"]} == {"skip"}


@pytest.mark.parametrize("words", [("--seconds", "0"), ("--seconds", "x"), ("--minutes", "99999")])
def test_lengths_that_cannot_be(tmp_path, words):
    assert rigcheck(tmp_path, "ingest", *words).returncode == 64
