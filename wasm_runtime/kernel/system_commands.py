"""`!command`: there are no other programs here, so say what Python does instead."""

from IPython.core.error import UsageError

_INSTEAD = {
    "apt": "packages of the system cannot be installed; look for a Python package with %pip",
    "cat": 'print(open("NAME").read())',
    "cd": "%cd FOLDER",
    "conda": "%pip install NAME",
    "cp": 'import shutil; shutil.copy("FROM", "TO")',
    "curl": 'import requests; requests.get("URL").text',
    "echo": 'print("TEXT")',
    "find": 'from pathlib import Path; list(Path(".").rglob("*"))',
    "git": "put the files into the notebook's folder, or fetch them with requests",
    "grep": '[line for line in open("NAME") if "WORD" in line]',
    "head": 'import itertools; print(*itertools.islice(open("NAME"), 10), sep="")',
    "ls": 'import os; os.listdir(".")',
    "mkdir": 'import os; os.makedirs("NAME", exist_ok=True)',
    "mv": 'import shutil; shutil.move("FROM", "TO")',
    "pip": "%pip install NAME",
    "pip3": "%pip install NAME",
    "pwd": "%pwd",
    "python": "%run FILE",
    "python3": "%run FILE",
    "rm": 'import os; os.remove("NAME")',
    "tar": 'import tarfile; tarfile.open("NAME").extractall(filter="data")',
    "unzip": 'import zipfile; zipfile.ZipFile("NAME").extractall()',
    "uv": "%pip install NAME",
    "wget": 'import urllib.request; urllib.request.urlretrieve("URL", "NAME")',
    "zip": 'import shutil; shutil.make_archive("NAME", "zip", "FOLDER")',
}


def refuse_command(command: str) -> None:
    """Raise UsageError that names the Python way, where there is one."""
    words = command.split()
    name = words[0] if words else ""
    message = f"!{command}: this notebook runs in a sandbox that has no other programs."
    if instead := _INSTEAD.get(name):
        message += f"  hint: {instead}"
    else:
        message += "  hint: look for a Python package or the standard library's way to do it"
    raise UsageError(message)
