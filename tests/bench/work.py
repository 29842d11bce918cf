"""What is measured: pieces of Python that ours and plain Pyodide run alike."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Work:
    """One cell; `text` is in its output once it is done."""

    name: str
    environment: str
    code: str
    text: str
    packages: tuple[str, ...] = ()


CORE = Work("print(6*7)", "core", "print(6*7)", "42")

DATA = Work(
    "numpy, pandas, matplotlib and a groupby",
    "data",
    "import numpy as np\n"
    "import pandas as pd\n"
    "import matplotlib.pyplot as plt\n"
    "frame = pd.DataFrame({'key': list('abcabc'), 'value': np.arange(6)})\n"
    "print(frame.groupby('key').value.sum().to_dict())",
    "{'a': 3, 'b': 5, 'c': 7}",
    ("numpy", "pandas", "matplotlib"),
)
