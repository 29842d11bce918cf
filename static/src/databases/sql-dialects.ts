/** Each engine's SQL for the editor: its words, and the functions that people use. */
import { MariaSQL, PostgreSQL, SQLDialect, SQLite, StandardSQL } from "@codemirror/lang-sql";
import type { ConnectionInfo } from "../contracts/generated-databases.ts";

type Engine = ConnectionInfo["engine"];

export interface EngineSql {
  dialect: SQLDialect;
  functions: readonly string[];
}

const EVERYWHERE = `abs avg ceil coalesce concat count dense_rank first_value floor lag last_value lead length lower
  ltrim max min mod nth_value ntile nullif percent_rank power rank replace round row_number rtrim sign sqrt sum trim
  upper`;
/** The engines whose own SQL is not known here have the standard's. */
const OF_ENGINE: Partial<Record<Engine, string>> = {
  postgresql: `age array_agg array_length bool_and bool_or char_length corr date_bin date_part date_trunc
    format generate_series greatest initcap jsonb_agg jsonb_array_elements jsonb_build_object json_agg least left lpad
    ln log make_date mode now percentile_cont percentile_disc position random regexp_match regexp_replace repeat reverse
    right rpad split_part starts_with stddev string_agg string_to_array strpos substring to_char to_date to_number
    to_timestamp trunc unnest variance width_bucket`,
  mysql: `char_length concat_ws convert curdate curtime date date_add date_format date_sub datediff day dayname
    dayofweek extract find_in_set greatest group_concat hour if ifnull instr isnull json_extract json_value
    last_day least left locate lpad ltrim minute month monthname now quarter rand regexp_replace repeat reverse right
    rpad second stddev str_to_date substring substring_index timestampdiff truncate unix_timestamp variance week
    weekday year`,
  sqlite: `char date datetime glob group_concat hex ifnull iif instr json_extract json_each json_group_array julianday
    likely printf quote random strftime substr time total typeof unicode unixepoch`,
  duckdb: `any_value approx_count_distinct arg_max arg_min array_agg bool_and bool_or contains corr date_diff date_part
    date_trunc day dayname epoch format generate_series greatest histogram hour ifnull isnan json_extract least left
    list list_contains ln log median mode month now percentile_cont quantile_cont quarter random range
    regexp_extract regexp_matches regexp_replace right split_part starts_with stddev strftime string_agg string_split
    strptime struct_pack substring to_timestamp try_cast unnest variance year`,
};

/** DuckDB speaks PostgreSQL's SQL, and some of its own. */
const duckdb = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: `${PostgreSQL.spec.keywords ?? ""} anti asof describe exclude pivot pivot_longer pivot_wider positional qualify
    sample semi summarize unpivot`,
  types: `${PostgreSQL.spec.types ?? ""} blob double hugeint list map struct tinyint ubigint uinteger union usmallint utinyint`,
});

const DIALECTS: Partial<Record<Engine, SQLDialect>> = {
  postgresql: PostgreSQL,
  mysql: MariaSQL,
  sqlite: SQLite,
  duckdb,
  redshift: PostgreSQL,
};

/** null: nobody knows the engine yet. */
export function sqlOf(engine: Engine | null): EngineSql {
  if (engine === null) return { dialect: StandardSQL, functions: wordsIn(EVERYWHERE) };
  return {
    dialect: DIALECTS[engine] ?? StandardSQL,
    functions: wordsIn(`${EVERYWHERE} ${OF_ENGINE[engine] ?? ""}`.trim()),
  };
}

function wordsIn(text: string): string[] {
  return [...new Set(text.split(/\s+/))].sort();
}
