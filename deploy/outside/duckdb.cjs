// Reads a folder of Parquet files with DuckDB and prints what it saw as one
// JSON document: of each table the columns with their types, every cell, and
// what the engine itself computes over each column; the edition in the files'
// metadata; the rows of each query; and trials' dates as text and as days.
//
//   node duckdb.cjs FOLDER QUERY...   (NODE_PATH names the modules' folder)
"use strict";
const fs = require("fs");
const path = require("path");
const { DuckDBInstance, version } = require("@duckdb/node-api");

const text = (s) => "'" + s.replaceAll("'", "''") + "'";
const name = (s) => '"' + s.replaceAll('"', '""') + '"';
// Whole numbers as text: a double would round those beyond 2^53.
const plain = (v) => (typeof v === "bigint" ? v.toString() : v);

async function main() {
  const [folder, ...queries] = process.argv.slice(2);
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const rows = async (sql) => (await connection.runAndReadAll(sql)).getRowsJS().map((r) => r.map(plain));
  const out = { version: version(), tables: {}, edition: {}, queries: [], dates: [] };
  for (const table of fs.readdirSync(folder).sort()) {
    const files = path.join(folder, table, "**", "*.parquet");
    const from = ` FROM read_parquet(${text(files)}, hive_partitioning = false)`;
    const columns = (await rows("DESCRIBE SELECT *" + from)).map((r) => ({ name: r[0], type: r[1] }));
    const t = { columns, rows: await rows("SELECT *" + from), count: [], sum: [] };
    for (const c of columns) {
      const numeric = c.type === "BIGINT" || c.type === "DOUBLE";
      const [n, sum] = (await rows(`SELECT count(${name(c.name)}), ${numeric ? `sum(${name(c.name)})` : "NULL"}` + from))[0];
      t.count.push(n);
      t.sum.push(sum === null ? null : String(sum));
    }
    out.tables[table] = t;
    out.edition[table] = (await rows(`SELECT string_agg(DISTINCT decode(value)) FROM parquet_kv_metadata(${text(files)}) WHERE decode(key) = 'past.edition'`))[0][0];
  }
  for (const query of queries) out.queries.push(await rows(query));
  const trials = text(path.join(folder, "trials", "**", "*.parquet"));
  out.dates = await rows(`SELECT d, CAST(TRY_CAST(d AS DATE) AS VARCHAR) FROM (SELECT unnest([start, completion, first_posted]) AS d FROM read_parquet(${trials})) WHERE d IS NOT NULL`);
  process.stdout.write(JSON.stringify(out));
}

main().catch((e) => {
  console.error(String(e));
  process.exit(1);
});
