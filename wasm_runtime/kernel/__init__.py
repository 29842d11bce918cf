"""The Python that runs inside Pyodide: IPython as a notebook kernel.

Everything here also runs on CPython with `fake_host.FakeHost`; only `bridge.py` touches `js`.
"""
