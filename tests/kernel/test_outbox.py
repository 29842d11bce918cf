"""When printed text leaves the kernel, while nothing but the cell's own code runs."""

from wasm_runtime.contracts.worker import Stream
from wasm_runtime.kernel.outbox import PROMPT_LINES, Outbox
from wasm_runtime.kernel.streams import OutputStream


def outbox() -> tuple[OutputStream, list[Stream]]:
    """A stdout and what was posted of it; no event loop runs that could post it later."""
    posted: list[Stream] = []
    box = Outbox(posted.append)
    box.enter_run("run-1")
    return OutputStream(box, "stdout"), posted


def test_a_line_is_sent_before_a_computation_that_lets_nothing_else_run() -> None:
    stdout, posted = outbox()
    print("loading", file=stdout)
    print("training", file=stdout)
    assert [each.text for each in posted] == ["loading\n", "training\n"]


def test_a_part_of_a_line_is_sent_when_the_program_flushes_it() -> None:
    stdout, posted = outbox()
    print("loading ", end="", file=stdout)
    assert posted == []
    print("50 %", end="", file=stdout, flush=True)
    assert [each.text for each in posted] == ["loading 50 %"]


def test_a_program_that_prints_a_great_deal_sends_few_messages() -> None:
    stdout, posted = outbox()
    for number in range(20 * PROMPT_LINES):
        print(number, file=stdout, flush=True)
    assert PROMPT_LINES <= len(posted) < 10 * PROMPT_LINES
    sent = "".join(each.text for each in posted)
    assert "".join(f"{number}\n" for number in range(20 * PROMPT_LINES)).startswith(sent)
