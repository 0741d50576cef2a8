"""Workers give results as they come, and one that is lost costs its own argument alone.

The function is `eval`, so that an argument says itself what happens to its worker.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from functools import partial
from pathlib import Path

import pytest

from smartqueue.workers import Died, Hung, PreparationError, results

Found = Generator[tuple[str, object]]

ABORT = "__import__('os').abort()"
SLEEP = "__import__('time').sleep(600)"
PROCESS = "__import__('os').getpid()"
# What a program that begins in another folder needs to find ours.
ELSEWHERE = {**os.environ, "PYTHONPATH": os.pathsep.join(map(os.path.abspath, filter(None, sys.path)))}


def nothing() -> None:
    """Prepares a worker for nothing in particular."""


def evaluated(expressions: list[str], jobs: int = 2, seconds: float = 60.0) -> Found:
    return results(eval, expressions, jobs, seconds=lambda _: seconds, prepare=nothing)


def test_each_argument_comes_back_with_its_result() -> None:
    assert dict(evaluated(["1 + 1", "2 + 2", "3 + 3"])) == {"1 + 1": 2, "2 + 2": 4, "3 + 3": 6}


def test_no_argument_is_no_work() -> None:
    assert list(evaluated([])) == []


def test_a_process_does_one_argument_after_another() -> None:
    expressions = [f"{PROCESS} + {number}" for number in range(5)]
    processes = {found - int(text[-1]) for text, found in evaluated(expressions, jobs=1)}  # type: ignore[operator]
    assert len(processes) == 1
    assert os.getpid() not in processes


def test_a_death_costs_one_argument() -> None:
    found = dict(evaluated(["1", ABORT, "2", "3"], jobs=1))
    assert found == {"1": 1, ABORT: Died(-signal.SIGABRT), "2": 2, "3": 3}


def test_a_hang_costs_one_argument() -> None:
    found = results(eval, ["1", SLEEP, "2"], 1, seconds=lambda text: 3 if text == SLEEP else 60, prepare=nothing)
    assert dict(found) == {"1": 1, SLEEP: Hung(3), "2": 2}


def test_closing_ends_the_processes() -> None:
    found = evaluated([PROCESS, SLEEP, SLEEP])
    process = next(result for _, result in found)
    found.close()
    with pytest.raises(ProcessLookupError):
        os.kill(int(str(process)), 0)


def test_ending_at_any_moment_prints_nothing() -> None:
    program = """
from smartqueue.workers import results
if __name__ == "__main__":
    for delay in range(10):
        found = results(eval, ["1"] * 4, 4, seconds=lambda _: 60, prepare=dict)
        next(found)
        found.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""


def test_what_a_worker_prints_is_not_shown() -> None:
    program = """
from smartqueue.workers import results
if __name__ == "__main__":
    print(dict(results(eval, ["print('told') or 1", "__import__('os').write(2, b'told')"], 1,
                       seconds=lambda _: 60, prepare=dict)).values())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("dict_values([1, 4])", "")


def test_what_is_in_the_working_directory_is_none_of_its_modules(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text("""
from smartqueue.workers import results
if __name__ == "__main__":
    print(dict(results(eval, ["1"], 1, seconds=lambda _: 60, prepare=dict)))
""")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "pickle.py").write_text("raise SystemExit")
    program = [sys.executable, str(tmp_path / "program.py")]
    done = subprocess.run(program, cwd=tmp_path / "here", env=ELSEWHERE, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("{'1': 1}", "")


def test_a_process_that_cannot_begin_is_told() -> None:
    found = results(eval, ["1"], 1, seconds=lambda _: 60, prepare=partial(eval, "1 / 0"))
    with pytest.raises(PreparationError, match="division by zero"):
        list(found)
