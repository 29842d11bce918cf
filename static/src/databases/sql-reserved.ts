/** Words that an engine takes for a name only in quotes. */
import type { ConnectionInfo } from "../contracts/generated-databases.ts";

type Engine = ConnectionInfo["engine"];

/** A test asks each engine: tests/relay/data/test_built_queries.py. */
const EVERYWHERE = `all and as case check collate constraint create default distinct else except false foreign from group having
    in intersect into is join limit not null on or order primary references returning select table then to
    true union unique using when where`;
const OF_ENGINE: Partial<Record<Engine, string>> = {
  postgresql: `analyse analyze any array asc asymmetric authorization binary both cast collation column concurrently cross
    current_catalog current_date current_role current_schema current_time current_timestamp current_user
    deferrable desc do end fetch for freeze full grant ilike initially inner isnull lateral leading left
    like localtime localtimestamp natural notnull offset only outer overlaps placing right session_user
    similar some symmetric tablesample trailing user variadic verbose window with`,
  // Of MariaDB, and what MySQL 8 and 9 have beside it.
  mysql: `accessible add alter analyze asc asensitive before between bigint binary blob both by call cascade change
    char character column condition continue convert cross cube cume_dist current_date current_role
    current_time current_timestamp current_user cursor databases day_hour day_microsecond day_minute
    day_second dec decimal declare delayed delete delete_domain_id dense_rank desc describe deterministic
    distinctrow div do_domain_ids double drop dual each elseif empty enclosed escaped exists exit explain
    external fetch first_value float float4 float8 for force fulltext function generated get grant grouping
    groups high_priority hour_microsecond hour_minute hour_second if ignore ignore_domain_ids index infile
    inner inout insensitive insert int int1 int2 int3 int4 int8 integer interval io_after_gtids
    io_before_gtids iterate json_table key keys kill lag last_value lateral lead leading leave left library
    like linear lines load localtime localtimestamp lock long longblob longtext loop low_priority manual
    master_bind master_demote_to_replica master_demote_to_slave master_ssl_verify_server_cert match maxvalue
    mediumblob mediumint mediumtext middleint minute_microsecond minute_second mod modifies natural
    no_write_to_binlog nth_value ntile numeric of offset optimize optimizer_costs optionally out outer
    outfile over page_checksum parallel parse_vcol_expr partition percent_rank portion precision procedure
    purge qualify range rank read read_write reads real recursive ref_system_id regexp release rename repeat
    replace require resignal restrict return revoke right rlike row row_number rows schemas
    second_microsecond sensitive separator set show signal smallint spatial specific sql sql_big_result
    sql_buffer_result sql_cache sql_calc_found_rows sql_no_cache sql_small_result sqlexception sqlstate
    sqlwarning ssl starting stats_auto_recalc stats_persistent stats_sample_pages stored straight_join
    system tablesample terminated tinyblob tinyint tinytext trailing trigger undo unlock unsigned update
    usage use utc_date utc_time utc_timestamp values varbinary varchar varcharacter varying virtual while
    window with write xor year_month zerofill`,
  sqlite: `add alter autoincrement between cast commit current_date current_time current_timestamp deferrable delete
    drop escape exists index insert isnull nothing notnull raise set transaction update values`,
  duckdb: `analyse analyze anti any array asc asof asymmetric at authorization binary both by cast collation column
    concurrently cross deferrable desc describe do end fetch for freeze full glob ilike initially inner
    isnull lambda lateral leading left like natural notnull offset only outer overlaps pivot pivot_longer
    pivot_wider placing positional qualify right semi show similar some summarize symmetric tablesample
    trailing unpack unpivot variadic verbose window with`,
};

const known = new Map<Engine, ReadonlySet<string>>();

/** In lower case; of an engine that was not asked, those of all the others. */
export function reservedWords(engine: Engine): ReadonlySet<string> {
  const own = OF_ENGINE[engine] ?? Object.values(OF_ENGINE).join(" ");
  const words = known.get(engine) ?? new Set(`${EVERYWHERE} ${own}`.split(/\s+/));
  known.set(engine, words);
  return words;
}
