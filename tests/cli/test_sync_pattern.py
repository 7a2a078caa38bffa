"""`rigcheck sync --pattern FILE`: written whole, never over another file, and read back by the same command."""

import json
import resource
import subprocess
import sys
from pathlib import Path

import av
import pytest
from command import command, environment, rigcheck

ROOM = "room: studio\nshow: {orientation: landscape}\n"


@pytest.mark.timeout(300)
def test_it_is_written_for_the_room_and_reads_back(tmp_path: Path) -> None:
    (tmp_path / "studio.yaml").write_text(ROOM, encoding="utf-8")
    clip = tmp_path / "clip.mp4"
    clip.write_text("something else", encoding="utf-8")
    done = rigcheck(tmp_path, "sync", "studio.yaml", "--pattern", "clip.mp4", "--force")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("clip.mp4: 13 flashes with beeps in 30 s\n- ")
    assert max(map(len, done.stdout.splitlines())) <= 79
    assert all(line.startswith(("- ", "  ")) for line in done.stdout.splitlines()[1:])
    with av.open(str(clip)) as box:
        assert (box.streams.video[0].width, box.streams.video[0].height) == (1920, 1080)
    back = rigcheck(tmp_path, "sync", "--replay", "clip.mp4", "--format", "json")
    assert back.returncode == 0
    assert abs(json.loads(back.stdout)["measurements"]["sync.offset_ms"]) <= 5
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["clip.mp4", "studio.yaml"]


def test_a_file_that_is_there_is_left_alone(tmp_path: Path) -> None:
    show = tmp_path / "show.mp4"
    show.write_text("a recording", encoding="utf-8")
    done = rigcheck(tmp_path, "sync", "--pattern", "show.mp4")
    assert (done.returncode, done.stdout) == (64, "")
    assert done.stderr == "rigcheck: show.mp4 is there already; --force overwrites it\n"
    assert show.read_text(encoding="utf-8") == "a recording"


def test_no_such_folder_is_told_before_anything_is_made(tmp_path: Path) -> None:
    done = rigcheck(tmp_path, "sync", "--pattern", "nowhere/clip.mp4", "--lang", "zh-Hans")
    assert done.returncode == 64
    assert "无法写入 nowhere/clip.mp4" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX limits")
@pytest.mark.timeout(300)
def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_text("the old one", encoding="utf-8")
    done = subprocess.run(
        command("sync", "--pattern", clip, "--force"),
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=250,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
        check=False,
    )
    assert done.returncode == 64, done.stderr
    assert f"cannot write {clip}" in done.stderr
    assert clip.read_text(encoding="utf-8") == "the old one"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["clip.mp4"]
