"""Questions in a real terminal: answered, passed over, unclear, hung up, interrupted; and nobody there at all."""

import json
import os
import signal
from pathlib import Path

import pexpect
import pytest
from command import command, environment, finding, report, rigcheck
from rich.cells import cell_len

ITEMS = ("goods on the table", "packs charged", "second phone logged in")
ROOM = f"room: list\ncamera: {{}}\nmic: {{}}\npower: {{}}\nchecklist: [{', '.join(ITEMS)}]\n"
BLIND = 'room: blind\ncamera: {main: {device: "http://127.0.0.1:9/none.mjpg"}}\nmic: {}\npower: {}\n'


def room(tmp_path: Path, text: str = ROOM) -> Path:
    path = tmp_path / "list.yaml"
    path.write_text(text)
    return path


def terminal(tmp_path: Path, *arguments: object, **changes: str) -> pexpect.spawn:
    first, *rest = command(*arguments)
    env = environment(tmp_path, TERM="xterm", **changes)
    return pexpect.spawn(first, rest, env=env, cwd=str(tmp_path), encoding="utf-8", timeout=30, dimensions=(40, 100))


def answered(tmp_path: Path, *answers: str, at: str = "(y/n)", arguments: tuple[object, ...] = ()) -> pexpect.spawn:
    """Run to the end in a terminal, with an answer to each question."""
    child = terminal(tmp_path, *(arguments or ("checklist", room(tmp_path))))
    for answer in answers:
        child.expect_exact(at)
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    return child


def test_items_are_asked_one_after_the_other_and_told(tmp_path) -> None:
    child = terminal(tmp_path, "checklist", room(tmp_path))
    for item, answer in zip(ITEMS, ("y", "n", ""), strict=True):
        child.expect_exact(f"{item} (y/n)")
        child.sendline(answer)
    child.expect_exact("Not done yet (packs charged)")
    child.expect_exact("goods on the table ok")
    child.expect_exact("1 skipped")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 2


@pytest.mark.parametrize(
    ("answers", "code"),
    [(("y", "YES", "y"), 0), (("是", "有", "好"), 0), (("y", "no", "y"), 2), (("", "s", "skip"), 3)],
)
def test_answers_decide_the_exit_code(tmp_path, answers: tuple[str, ...], code: int) -> None:
    assert answered(tmp_path, *answers).exitstatus == code


def test_an_unclear_answer_is_asked_again(tmp_path) -> None:
    child = terminal(tmp_path, "checklist", room(tmp_path))
    child.expect_exact(f"{ITEMS[0]} (y/n)")
    child.sendline("perhaps")
    child.expect_exact("Please type y, n, or just Enter.")
    child.expect_exact(f"{ITEMS[0]} (y/n)")
    child.sendline("y")
    child.expect_exact(ITEMS[1])
    child.close(force=True)


def test_what_was_typed_while_measuring_answers_nothing(tmp_path) -> None:
    child = terminal(tmp_path, "checklist", room(tmp_path))
    child.send("n\nn\nn\n")
    child.expect_exact(f"{ITEMS[0]} (y/n)")
    with pytest.raises(pexpect.TIMEOUT):
        child.expect_exact(f"{ITEMS[1]} (y/n)", timeout=2)
    child.sendline("y")
    child.expect_exact(f"{ITEMS[1]} (y/n)")
    child.close(force=True)


def test_a_terminal_that_says_the_end_is_left_in_peace(tmp_path) -> None:
    child = terminal(tmp_path, "checklist", room(tmp_path))
    child.expect_exact(f"{ITEMS[0]} (y/n)")
    child.sendeof()
    child.expect_exact("3 skipped")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3


def test_ctrl_c_in_a_question_leaves_cleanly(tmp_path) -> None:
    child = terminal(tmp_path, "checklist", room(tmp_path))
    child.expect_exact(f"{ITEMS[0]} (y/n)")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert "Traceback" not in (child.before or "")
    assert (child.before or "").count("rigcheck:") == 1


def test_sigterm_in_a_question_leaves_cleanly(tmp_path) -> None:
    child = terminal(tmp_path, "checklist", room(tmp_path))
    child.expect_exact(f"{ITEMS[0]} (y/n)")
    os.kill(child.pid, signal.SIGTERM)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 143


def test_a_time_limit_ends_a_question(tmp_path) -> None:
    child = terminal(tmp_path, "checklist", room(tmp_path), "--timeout", 2)
    child.expect_exact(f"{ITEMS[0]} (y/n)")
    child.expect_exact("Checklist")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3


def test_a_camera_that_cannot_be_read_is_asked_about(tmp_path) -> None:
    path = room(tmp_path, BLIND)
    arguments = ("preflight", path, "--only", "camera.mode,checklist", "--allow-on-air")
    child = terminal(tmp_path, *arguments)
    child.expect_exact("sharp and well lit? (y/n)")
    child.sendline("n")
    child.expect_exact("Picture not good")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3


def test_answers_are_recorded(tmp_path) -> None:
    kept = tmp_path / "kept"
    arguments = ("record", kept, "-p", room(tmp_path), "--only", "checklist")
    assert answered(tmp_path, "y", "n", "y", arguments=arguments).exitstatus == 2
    told = report(rigcheck(tmp_path, "preflight", "--replay", kept, "--format", "json"))
    items = {f["device"]: f["status"] for f in told["findings"] if f["check"] == "checklist.item"}
    assert items == {ITEMS[0]: "ok", ITEMS[1]: "fail", ITEMS[2]: "ok"}


@pytest.mark.parametrize("arguments", [(), ("--cron", "--jitter", "0"), ("--stage", "room"), ("--quiet",)])
def test_in_a_pipe_nobody_is_asked(tmp_path, arguments: tuple[str, ...]) -> None:
    done = rigcheck(tmp_path, "checklist", room(tmp_path), "--format", "json", *arguments, stdin="y\ny\ny\n")
    told = report(done)
    assert done.stderr == ""
    assert {told["reasons"][f"checklist.done@{item}"] for item in ITEMS} == {"not-asked"}
    assert finding(told, "checklist.item", ITEMS[0])["status"] == "skip"
    assert done.returncode == 3


@pytest.mark.parametrize("arguments", [("--cron", "--jitter", "0"), ("--stage", "room"), ("--stage", "go"), ("-q",)])
def test_in_a_terminal_nobody_is_asked_where_nobody_is_meant_to_be(tmp_path, arguments: tuple[str, ...]) -> None:
    target = tmp_path / "out.json"
    child = terminal(tmp_path, "checklist", room(tmp_path), "--format", "json", "--output", target, *arguments)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 3
    assert "(y/n)" not in (child.before or "")
    assert set(json.loads(target.read_text())["reasons"].values()) == {"not-asked"}


def test_items_in_chinese_of_any_length_stay_within_the_screen(tmp_path) -> None:
    items = [f"第{n}项货品摆好并且价签朝外而且备用手机已登录并插上电" for n in range(1, 9)]
    path = room(tmp_path, ROOM.replace(", ".join(ITEMS), ", ".join(items)))
    child = terminal(tmp_path, "checklist", path, "--lang", "zh-Hans", "--output", tmp_path / "out.txt")
    for item in items:
        child.expect_exact(item)
        child.sendline("y")
    child.expect(pexpect.EOF)
    lines = (tmp_path / "out.txt").read_text(encoding="utf-8").splitlines()
    assert max(map(cell_len, lines)) <= 79
    told = "".join(line.strip() for line in lines)
    assert all(item in told for item in items)


def test_again_asks_only_what_was_not_answered_yes(tmp_path) -> None:
    preflight = ("preflight", room(tmp_path), "--only", "checklist")
    assert answered(tmp_path, "y", "n", "y", arguments=preflight).exitstatus == 2
    child = terminal(tmp_path, *preflight, "--again")
    child.expect(r"([^\r\n]*) \(y/n\)")
    assert ITEMS[1] in child.match[1]
    child.sendline("y")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "(y/n)" not in child.before
