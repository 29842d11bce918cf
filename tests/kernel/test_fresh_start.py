"""What kernels restored from one snapshot must not share, and what is done before saving one."""

import os
import random
import sys
import tempfile
import uuid

import pytest
import stack_data

from wasm_runtime.contracts.worker import KernelSettings
from wasm_runtime.kernel import numpy_random
from wasm_runtime.kernel.fresh import RELAY_ENVIRONMENT, fresh_start, reseed
from wasm_runtime.kernel.prepare import preload, warm_up
from wasm_runtime.kernel.shell import NotebookShell


@pytest.mark.parametrize("is_found", [True, False])
def test_two_restores_draw_different_numbers(
    is_found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy.random

    monkeypatch.setattr(numpy_random, "_address", None)
    if is_found:
        numpy_random.find_numpy_state()
    assert (numpy_random._address is not None) == is_found

    def draw() -> tuple[object, ...]:
        random.seed(1)
        numpy.random.seed(1)
        reseed()
        return random.random(), numpy.random.random(), next(tempfile._get_candidate_names())

    first, second = draw(), draw()
    assert all(a != b for a, b in zip(first, second, strict=True))


def test_numpy_draws_from_the_whole_of_its_new_state(monkeypatch: pytest.MonkeyPatch) -> None:
    import numpy.random

    monkeypatch.setattr(numpy_random, "_address", None)
    numpy_random.find_numpy_state()
    numpy.random.seed(1)
    seeded = numpy.random.get_state()
    reseed()
    _, words, position, has_gauss, _ = numpy.random.get_state()
    assert (position, has_gauss) == (624, 0)
    assert sum(a != b for a, b in zip(words, seeded[1], strict=True)) > 600
    numpy.random.set_state(("MT19937", words, position))
    again = numpy.random.RandomState()
    again.set_state(("MT19937", words, position))
    assert numpy.random.random(2000).tolist() == again.random(2000).tolist()


def test_a_generator_of_another_kind_is_seeded_in_the_usual_way() -> None:
    import numpy.random

    other = numpy.random.RandomState(numpy.random.PCG64(1))
    assert numpy_random._state_address(other) is None


def test_the_node_of_uuid1_is_asked_for_again() -> None:
    uuid.uuid1()
    reseed()
    assert uuid._node is None


def test_the_environment_is_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    fixed = ("HOME", "MPLBACKEND", "PLOTLY_RENDERER", "TERM", "COLUMNS", "GREETING")
    for name in (*fixed, *RELAY_ENVIRONMENT):
        monkeypatch.setenv(name, "before")
    settings = KernelSettings(
        working_folder="/notebook",
        environment_variables={"GREETING": "x", "OPENAI_API_KEY": "my own"},
    )
    fresh_start(settings)
    assert (os.environ["HOME"], os.environ["GREETING"]) == ("/notebook", "x")
    assert os.environ["MPLBACKEND"] == "module://matplotlib_inline.backend_inline"
    assert os.environ["OPENAI_BASE_URL"] == "https://relay.invalid/ai/openai/v1"
    assert os.environ["OPENAI_API_KEY"] == "my own"


def test_without_a_relay_the_libraries_of_ai_providers_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in RELAY_ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    fresh_start(KernelSettings(asks_relay=False))
    assert not set(RELAY_ENVIRONMENT) & set(os.environ)


def test_the_working_folder_is_on_the_path_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", ["", "", "/lib", "/packages"])
    fresh_start(KernelSettings())
    assert sys.path == ["", "/lib", "/packages"]


@pytest.mark.filterwarnings("default")  # of the libraries themselves
def test_warming_up_draws_formats_and_completes_without_a_page(shell: NotebookShell) -> None:
    preload(["pandas", "matplotlib.pyplot"])
    warm_up(shell)
    assert shell.Completer is not None
    assert not vars(stack_data.Source)["__source_cache_with_lines"]


def test_warming_up_leaves_no_name_count_or_history(shell: NotebookShell) -> None:
    shell.reset(new_session=True)  # the shell is every test's
    names, count = set(shell.user_ns), shell.execution_count
    before = list(shell.history_manager.input_hist_raw)
    warm_up(shell)
    assert set(shell.user_ns) == names
    assert shell.execution_count == count
    assert shell.history_manager.input_hist_raw == before
