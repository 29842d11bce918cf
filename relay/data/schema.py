"""What there is in a database: one query per engine, with one row per column."""

from typing import Any

from wasm_runtime.contracts.data import ColumnInfo, DatabaseSchema, EngineName, TableInfo

from .declaration import Declaration
from .engine import Statement

_MAX_COLUMNS = 50_000

_POSTGRESQL = """
select n.nspname as "schema", c.relname as "table",
    case when c.relkind in ('v', 'm') then 'view' else 'table' end as kind,
    coalesce(pg_catalog.obj_description(c.oid, 'pg_class'), '') as table_comment,
    case when c.reltuples >= 0 and c.relkind in ('r', 'p', 'm') then c.reltuples::int8 end
        as row_estimate,
    a.attname as "column", pg_catalog.format_type(a.atttypid, a.atttypmod) as type,
    not a.attnotnull as nullable,
    exists (select from pg_catalog.pg_index i where i.indrelid = c.oid and i.indisprimary
        and a.attnum = any(i.indkey)) as primary_key,
    coalesce((select concat_ws('.', fn.nspname, fc.relname, fa.attname)
        from pg_catalog.pg_constraint k
        join pg_catalog.pg_class fc on fc.oid = k.confrelid
        join pg_catalog.pg_namespace fn on fn.oid = fc.relnamespace
        join pg_catalog.pg_attribute fa on fa.attrelid = fc.oid
            and fa.attnum = k.confkey[array_position(k.conkey, a.attnum)]
        where k.conrelid = c.oid and k.contype = 'f' and a.attnum = any(k.conkey) limit 1), '')
        as "references",
    coalesce(pg_catalog.col_description(c.oid, a.attnum), '') as comment
from pg_catalog.pg_class c
join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
where c.relkind in ('r', 'p', 'v', 'm', 'f')
and n.nspname not in ('pg_catalog', 'information_schema') and n.nspname !~ '^pg_(toast|temp)'
and has_schema_privilege(n.oid, 'USAGE') and has_any_column_privilege(c.oid, 'SELECT')
order by n.nspname, c.relname, a.attnum
"""

_MYSQL = """
SELECT c.table_schema AS `schema`, c.table_name AS `table`,
    IF(t.table_type LIKE '%VIEW%', 'view', 'table') AS kind,
    IF(t.table_type LIKE '%VIEW%', '', t.table_comment) AS table_comment,
    CAST(t.table_rows AS SIGNED) AS row_estimate,
    c.column_name AS `column`, CAST(c.column_type AS CHAR) AS type,
    c.is_nullable = 'YES' AS nullable, c.column_key = 'PRI' AS primary_key,
    COALESCE(k.target, '') AS `references`, c.column_comment AS comment
FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
LEFT JOIN (
    SELECT table_schema, table_name, column_name, MIN(CONCAT_WS('.', referenced_table_schema,
        referenced_table_name, referenced_column_name)) AS target
    FROM information_schema.key_column_usage WHERE referenced_table_name IS NOT NULL
    GROUP BY table_schema, table_name, column_name
) k USING (table_schema, table_name, column_name)
WHERE c.table_schema NOT IN ('mysql', 'information_schema', 'performance_schema', 'sys')
ORDER BY c.table_schema, c.table_name, c.ordinal_position
"""

_SQLITE = """
SELECT 'main' AS "schema", m.name AS "table", m.type AS kind, '' AS table_comment,
    NULL AS row_estimate, c.name AS "column", c.type AS type,
    NOT c."notnull" AND NOT c.pk AS nullable, c.pk > 0 AS primary_key,
    coalesce((SELECT 'main.' || f."table" || '.' || coalesce(f."to", '')
        FROM pragma_foreign_key_list(m.name) f WHERE f."from" = c.name LIMIT 1), '')
        AS "references",
    '' AS comment
FROM sqlite_schema m, pragma_table_xinfo(m.name) c
WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND c.hidden != 1
ORDER BY m.name, c.cid
"""

_DUCKDB = """
WITH keys AS (
    SELECT table_oid, constraint_type, unnest(constraint_column_names) AS column_name,
        referenced_table, unnest(referenced_column_names) AS target
    FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'FOREIGN KEY')
)
SELECT c.schema_name AS "schema", c.table_name AS "table",
    CASE WHEN t.table_oid IS NULL THEN 'view' ELSE 'table' END AS kind,
    coalesce(t.comment, '') AS table_comment, t.estimated_size AS row_estimate,
    c.column_name AS "column", c.data_type AS type, c.is_nullable AS nullable,
    EXISTS (SELECT 1 FROM keys k WHERE k.table_oid = c.table_oid
        AND k.constraint_type = 'PRIMARY KEY' AND k.column_name = c.column_name) AS primary_key,
    coalesce((SELECT min(c.schema_name || '.' || k.referenced_table || '.' || k.target)
        FROM keys k WHERE k.table_oid = c.table_oid AND k.constraint_type = 'FOREIGN KEY'
        AND k.column_name = c.column_name), '') AS "references",
    coalesce(c.comment, '') AS comment
FROM duckdb_columns() c LEFT JOIN duckdb_tables() t USING (table_oid)
WHERE NOT c.internal
ORDER BY c.schema_name, c.table_name, c.column_index
"""

# As the standard has it, for the engines that have only this in common. {q} quotes a name.
_INFORMATION_SCHEMA = """
SELECT c.table_schema AS {q}schema{q}, c.table_name AS {q}table{q},
    CASE WHEN t.table_type LIKE '%VIEW%' THEN 'view' ELSE 'table' END AS {q}kind{q},
    '' AS {q}table_comment{q}, CAST(NULL AS BIGINT) AS {q}row_estimate{q},
    c.column_name AS {q}column{q}, c.data_type AS {q}type{q},
    c.is_nullable = 'YES' AS {q}nullable{q}, 1 = 0 AS {q}primary_key{q},
    '' AS {q}references{q}, '' AS {q}comment{q}
FROM {of}INFORMATION_SCHEMA.COLUMNS c
LEFT JOIN {of}INFORMATION_SCHEMA.TABLES t
    ON t.table_schema = c.table_schema AND t.table_name = c.table_name
WHERE lower(c.table_schema) NOT IN ('information_schema', 'pg_catalog')
ORDER BY c.table_schema, c.table_name, c.ordinal_position
"""

_INTROSPECTION: dict[EngineName, str] = {
    "postgresql": _POSTGRESQL,
    "mysql": _MYSQL,
    "sqlite": _SQLITE,
    "duckdb": _DUCKDB,
}


def introspection(declared: Declaration) -> Statement:
    """The statement that lists every column its role may read."""
    sql = _INTROSPECTION.get(declared.engine)
    if sql is None:
        is_bigquery = declared.engine == "bigquery"  # which has one for each dataset
        of = f"`{declared.database}`." if is_bigquery else ""
        sql = _INFORMATION_SCHEMA.format(of=of, q="`" if is_bigquery else '"')
    return Statement(
        sql=sql,
        seconds=declared.max_seconds,
        first_rows=_MAX_COLUMNS,
    )


def schema_of(connection: str, content: bytes, cut: bool) -> DatabaseSchema:
    """The result of that statement, table by table."""
    from .arrow import rows_of  # here, so that a relay without drivers starts

    tables: dict[tuple[str, str], TableInfo] = {}
    for row in rows_of(content):
        key = (row["schema"], row["table"])
        if key not in tables:
            tables[key] = _table(row)
        tables[key].columns.append(
            ColumnInfo(
                name=row["column"],
                type=row["type"],
                nullable=bool(row["nullable"]),
                primary_key=bool(row["primary_key"]),
                references=row["references"],
                comment=row["comment"],
            )
        )
    return DatabaseSchema(connection=connection, tables=list(tables.values()), cut=cut)


def _table(row: dict[str, Any]) -> TableInfo:
    estimate = row["row_estimate"]
    return TableInfo(
        schema=row["schema"],
        name=row["table"],
        kind=row["kind"],
        columns=[],
        comment=row["table_comment"],
        row_estimate=None if estimate is None else int(estimate),
    )
