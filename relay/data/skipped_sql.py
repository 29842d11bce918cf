"""What of SQL is text, comment or a quoted name, in each engine's spelling."""

_LINE_COMMENT = r"--[^\n]*"
_BLOCK_COMMENT = r"/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)"
_STRING = r"'(?:[^']|'')*(?:'|\Z)"
_NAME = r'"(?:[^"]|"")*(?:"|\Z)'
_CAST = r"::"

SKIPPED = {
    "postgresql": [
        _LINE_COMMENT,
        _BLOCK_COMMENT,
        r"\b[eE]'(?:[^'\\]|\\.|'')*(?:'|\Z)",
        _STRING,
        _NAME,
        r"\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)",
        _CAST,
    ],
    "mysql": [
        r"(?:--(?=\s|\Z)|#)[^\n]*",
        # /*! … */ is no comment, but code.
        r"/\*(?![!M])(?:[^*]|\*(?!/))*(?:\*/|\Z)",
        r"'(?:[^'\\]|\\.|'')*(?:'|\Z)",
        r'"(?:[^"\\]|\\.|"")*(?:"|\Z)',
        r"`(?:[^`]|``)*(?:`|\Z)",
        _CAST,
        r":=",
    ],
    "sqlite": [
        _LINE_COMMENT,
        _BLOCK_COMMENT,
        _STRING,
        _NAME,
        r"`(?:[^`]|``)*(?:`|\Z)",
        r"\[[^\]]*\]",
    ],
    "duckdb": [
        _LINE_COMMENT,
        _BLOCK_COMMENT,
        _STRING,
        _NAME,
        r"\$(?P<tag>(?:[A-Za-z_]\w*)?)\$.*?(?:\$(?P=tag)\$|\Z)",
        _CAST,
    ],
}
"""Patterns, those that begin alike in the order in which they are tried."""
SKIPPED["redshift"] = SKIPPED["postgresql"]
SKIPPED["flightsql"] = SKIPPED["adbc"] = SKIPPED["duckdb"]
SKIPPED["snowflake"] = [
    r"(?:--|//)[^\n]*",
    _BLOCK_COMMENT,
    r"'(?:[^'\\]|\\.|'')*(?:'|\Z)",
    _NAME,
    r"\$\$.*?(?:\$\$|\Z)",
    _CAST,
    r":=",
]
SKIPPED["bigquery"] = [
    r"(?:--|#)[^\n]*",
    _BLOCK_COMMENT,
    r"\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z)",
    r"'''(?:[^\\]|\\.)*?(?:'''|\Z)",
    r"'(?:[^'\\]|\\.)*(?:'|\Z)",
    r'"(?:[^"\\]|\\.)*(?:"|\Z)',
    r"`(?:[^`\\]|\\.)*(?:`|\Z)",
]
