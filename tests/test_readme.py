"""What README.md and CONTRIBUTING.md promise is there: commands, targets, files."""

import re
from pathlib import Path

import pytest

from wasm_runtime.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "command", sorted(set(re.findall(r"wasm-runtime ([a-z]+(?:-[a-z]+)?)", README)))
)
def test_a_command_of_the_readme_exists(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit:
        main([command, "--help"])
    assert exit.value.code == 0
    assert "usage: wasm-runtime" in capsys.readouterr().out


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"`make ([a-z-]+)`", README + CONTRIBUTING)))
)
def test_a_make_target_of_the_docs_exists(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.M)


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README + CONTRIBUTING))))
def test_a_file_that_the_docs_point_to_exists(link: str) -> None:
    assert (ROOT / link).exists()


def test_the_picture_of_the_house_names_real_folders() -> None:
    picture = README.split("## The house")[1].split("```")[1]
    for folder in re.findall(r"^(\S+)/ ", picture, re.M):
        assert (ROOT / folder).is_dir(), folder
