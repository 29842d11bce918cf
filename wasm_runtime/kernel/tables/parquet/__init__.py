"""Parquet files, written with nothing but numpy: no writer has to be fetched for a download.

https://parquet.apache.org/docs/file-format/
"""
