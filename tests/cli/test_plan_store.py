"""A room's plan outlives the run that made it; what cannot be read is no plan."""

import pytest
from planned import PLAN

from rigcheck.cli import plan_store
from rigcheck.cli.plan_store import MOST_BYTES, keep_plan, kept_plan


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(plan_store, "state_folder", lambda: tmp_path)
    return tmp_path


def test_each_room_has_its_own():
    keep_plan("美妆 3", PLAN)
    assert kept_plan("美妆 3") == PLAN
    assert kept_plan("beauty-3") is None
    assert kept_plan(None) is None


def test_the_last_one_counts(folder):
    keep_plan(None, PLAN)
    keep_plan(None, PLAN.__class__(PLAN.encode, (), "cpu", "low", ()))
    assert kept_plan(None).binding == "cpu"
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"encode": 5}', "[" * 100_000, "\0", " " * (MOST_BYTES + 1)])
def test_what_cannot_be_read_is_no_plan(folder, text):
    keep_plan("a", PLAN)
    (path,) = folder.iterdir()
    path.write_text(text)
    assert kept_plan("a") is None


def test_a_folder_that_cannot_be_written_costs_only_the_memory(monkeypatch, caplog):
    def refuse():
        raise PermissionError(13, "denied")

    monkeypatch.setattr(plan_store, "state_folder", refuse)
    keep_plan("a", PLAN)
    assert "cannot remember the plan" in caplog.text
    assert kept_plan("a") is None
