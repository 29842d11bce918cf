"""Everything done before a kernel meets its page: this is what a snapshot holds."""

import contextlib
import gc
import importlib
import linecache
import os
import sys
import traceback
from collections.abc import Iterable
from importlib.machinery import ModuleSpec
from importlib.metadata import MetadataPathFinder

from .complete import complete
from .fresh import FIXED_ENVIRONMENT
from .inspection import inspect_code
from .missing_imports import missing_imports
from .numpy_random import find_numpy_state
from .shell import NotebookShell, shell_settings


def make_shell(ipython_folder: str) -> NotebookShell:
    """The shell, not yet attached to a page. Sets what libraries read when they are imported."""
    os.environ.update(FIXED_ENVIRONMENT)
    shell: NotebookShell = NotebookShell.instance(
        config=shell_settings(), ipython_dir=ipython_folder
    )
    return shell


def preload(names: Iterable[str]) -> None:
    """Import what the environment wants ready."""
    for name in names:
        importlib.import_module(name)


def preload_each(names: Iterable[str]) -> list[str]:
    """Import what can be imported; its names. The rest is for a cell's own import to tell."""
    imported = []
    for name in names:
        try:
            importlib.import_module(name)
        except Exception:  # noqa: BLE001  # the traceback goes to the console
            traceback.print_exc()
        else:
            imported.append(name)
    return imported


def spent_byte_code() -> list[str]:
    """Files of byte-code that a snapshot taken now makes needless: their modules are imported.

    The sources stay, so that a module can be read and loaded again.
    """
    specs = [getattr(module, "__spec__", None) for module in list(sys.modules.values())]
    return sorted(
        {
            spec.cached
            for spec in specs
            if isinstance(spec, ModuleSpec) and spec.cached and spec.cached != spec.origin
        }
    )


def warm_up(shell: NotebookShell) -> None:
    """Do once, unseen, what is slow the first time: a cell, a figure, a table, a traceback."""
    complete(shell, "impor", 5)
    inspect_code(shell, "print(", 6)
    _format_traceback(shell)
    _forget_sources()
    _run_cell(shell)
    if pandas := sys.modules.get("pandas"):
        shell.display_formatter.format(pandas.DataFrame({"a": [1.5], "b": ["x"]}))
    if "matplotlib" in sys.modules:
        _draw_figure(shell)
    _forget_syntax_trees()
    _forget_files_read()
    _forget_grammar_states()
    find_numpy_state()
    gc.collect()


def _forget_syntax_trees() -> None:
    """Let go of what jedi parsed but for the stubs of builtins: large, and soon parsed again."""
    from parso.cache import parser_cache

    for trees in parser_cache.values():
        for path in [path for path in trees if path and path.name != "builtins.pyi"]:
            del trees[path]


def _forget_files_read() -> None:
    """Let go of what imports read from files and a notebook seldom asks for: it is read again."""
    MetadataPathFinder().invalidate_caches()
    if dateutil := sys.modules.get("dateutil.zoneinfo"):
        # Every time zone there is: pandas asks for UTC when it is imported.
        vars(dateutil.get_zonefile_instance).pop("_cached_instance", None)


def _forget_grammar_states() -> None:
    """Let go of what jedi's grammars were generated from: parsing walks the finished automata."""
    from parso.grammar import _loaded_grammars

    for grammar in _loaded_grammars.values():
        for states in grammar._pgen_grammar.nonterminal_to_dfas.values():
            for state in states:
                state.nfa_set.clear()


def _forget_sources() -> None:
    """Let go of the text and syntax trees that a traceback of this file left."""
    from stack_data.core import Source

    for cache in ("__source_cache_with_lines", "__executing_cache"):
        Source._class_local(cache, {}).clear()
    linecache.clearcache()


def _run_cell(shell: NotebookShell) -> None:
    """A cell of no consequence: it leaves no name, history or output, and never awaits."""
    source = "1 + 1"
    missing_imports("import sys")
    coroutine = shell.run_cell_async(
        source, silent=True, transformed_cell=shell.transform_cell(source)
    )
    with contextlib.suppress(StopIteration):
        coroutine.send(None)
    # What a cell that is kept in the history needs besides; nothing is logged unless asked for.
    shell.logger.log(source, source)
    shell.display_formatter.format(2)


def _format_traceback(shell: NotebookShell) -> None:
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        shell.InteractiveTB.structured_traceback(*sys.exc_info(), tb_offset=0)


def _draw_figure(shell: NotebookShell) -> None:
    import matplotlib.font_manager
    import matplotlib.pyplot
    import matplotlib_inline.backend_inline

    figure, axes = matplotlib.pyplot.subplots()
    axes.plot([1, 2], [1, 2], label="$x^2$")
    axes.set_title("A")
    axes.legend()
    shell.display_formatter.format(figure)
    matplotlib.pyplot.close("all")
    # Else the inline backend keeps the figure, to draw it after the first cell.
    matplotlib_inline.backend_inline.flush_figures()  # type: ignore[no-untyped-call]
    # Opened font files are large, do not compress, and are opened again in milliseconds.
    matplotlib.font_manager._get_font.cache_clear()  # type: ignore[attr-defined]
