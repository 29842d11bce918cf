"""Databases and tables in Python; `wasm_runtime.data` is the name that a notebook imports.

Only `querying` is imported when a kernel starts: the others need numpy, pandas and nanoarrow.
"""
