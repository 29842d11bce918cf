"""Completion, inspection, files and comms: requests that are no runs."""

from pathlib import Path

from wasm_runtime.contracts.worker import (
    CloseComm,
    CodeInspected,
    CommMessage,
    CompleteCode,
    Completion,
    FileChanged,
    FileRead,
    InspectCode,
    OpenComm,
    ReadFile,
    RemoveFile,
    RequestDone,
    WriteFile,
)

from .conftest import Notebook


def test_completions_have_type_and_place_in_code_points(notebook: Notebook) -> None:
    notebook.run("def greet_person(name): ...")
    [answer] = notebook.ask(CompleteCode(request_id="1", source="'😀'; greet_p", cursor=12))
    assert answer.completions == [
        Completion(text="greet_person", start=5, end=12, type="function", signature="(name)")
    ]


def test_inspection_inside_a_call_knows_the_signature(notebook: Notebook) -> None:
    notebook.run("def greet(name, loud=False):\n    'Say hello.'")
    [answer] = notebook.ask(InspectCode(request_id="1", source="greet('x', ", cursor=11))
    assert answer.signature == "greet(name, loud=False)"
    assert "Say hello." in answer.data["text/plain"]


def test_nothing_is_known_of_an_unknown_name(notebook: Notebook) -> None:
    [answer] = notebook.ask(InspectCode(request_id="1", source="nowhere", cursor=3))
    assert answer == CodeInspected(request_id="1", data={}, signature="")


def test_files_that_a_cell_changed_are_sent(notebook: Notebook) -> None:
    written = notebook.run("from pathlib import Path\nPath('a.txt').write_text('x');")
    assert written[1] == FileChanged(path="a.txt", body=b"x")
    assert notebook.run("import os; os.remove('a.txt')")[1] == FileChanged(path="a.txt", body=None)


def test_files_are_written_read_and_removed(notebook: Notebook, tmp_path: Path) -> None:
    assert notebook.ask(
        WriteFile(request_id="1", path="data/a.txt", body=b"x"),
        ReadFile(request_id="2", path="data/a.txt"),
        RemoveFile(request_id="3", path="data"),
    ) == [
        RequestDone(request_id="1"),
        FileRead(request_id="2", body=b"x"),
        RequestDone(request_id="3"),
    ]
    assert list(tmp_path.iterdir()) == []


def test_the_pages_own_writes_do_not_come_back(notebook: Notebook) -> None:
    notebook.ask(WriteFile(request_id="1", path="a.txt", body=b"x"))
    assert [m.kind for m in notebook.run("1;")] == ["run_started", "run_finished"]


def test_a_path_outside_the_folder_is_refused(notebook: Notebook) -> None:
    [answer] = notebook.ask(ReadFile(request_id="1", path="../secret"))
    assert (answer.kind, answer.error.code) == ("request_failed", "bad_request")


def test_a_missing_file_is_not_found(notebook: Notebook) -> None:
    [answer] = notebook.ask(ReadFile(request_id="1", path="none.txt"))
    assert answer.error.code == "not_found"


def test_a_comm_opened_by_python_talks_both_ways(notebook: Notebook) -> None:
    _, opened, _ = notebook.run(
        "import comm\nc = comm.create_comm(target_name='t', data={'a': 1}, buffers=[b'x'])\n"
        "c.on_msg(lambda m: c.send(m['content']['data'], buffers=m['buffers']))"
    )
    assert (opened.target_name, opened.data, opened.buffers) == ("t", {"a": 1}, [b"x"])
    said = CommMessage(comm_id=opened.comm_id, data={"b": 2}, metadata={}, buffers=[b"y"])
    assert notebook.ask(said) == [said]
    assert notebook.run("c.close()")[1] == CloseComm(comm_id=opened.comm_id, data={})


def test_a_comm_opened_by_the_page_reaches_its_target(notebook: Notebook) -> None:
    notebook.run(
        "import comm\ncomm.get_comm_manager().register_target("
        "'t', lambda c, m: c.send({'got': m['content']['data']}))"
    )
    opened = OpenComm(comm_id="c1", target_name="t", data={"a": 1}, metadata={})
    assert notebook.ask(opened) == [CommMessage(comm_id="c1", data={"got": {"a": 1}}, metadata={})]
