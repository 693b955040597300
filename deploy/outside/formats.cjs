// Checks files that past wrote by programs that others wrote, and prints the
// faults found as a JSON array of sentences.
//
//   node formats.cjs package DATAPACKAGE.json    every row by the Data Package library
//   node formats.cjs openapi OPENAPI.json        Redocly's recommended rules
//   node formats.cjs html FOLDER                 the Nu HTML checker (needs java)
//   node formats.cjs sql FOLDER QUERY            a query over Parquet, by Polars: rows
"use strict";
const fs = require("fs");
const path = require("path");
const { execFileSync } = require("child_process");

async function dataPackage(file) {
  const { Package } = require("datapackage");
  const pack = await Package.load(file, { strict: false });
  const faults = pack.errors.map((e) => "descriptor: " + e.message);
  for (const resource of pack.resources) {
    try {
      await resource.read({ keyed: false });
    } catch (e) {
      faults.push(`${resource.name}: ${e.message} ${(e.errors || []).slice(0, 3).map((x) => x.message).join("; ")}`);
    }
  }
  return faults;
}

async function openapi(file) {
  const { lint, createConfig } = require("@redocly/openapi-core");
  const config = await createConfig({ extends: ["recommended"], rules: { "security-defined": "off", "operation-4xx-response": "off", "no-server-example.com": "off" } });
  const found = await lint({ ref: path.resolve(file), config });
  return found.filter((p) => p.severity === "error").map((p) => `${p.ruleId}: ${p.message} at ${p.location[0] && p.location[0].pointer}`);
}

function html(folder) {
  const jar = require.resolve("vnu-jar/build/dist/vnu.jar");
  let out;
  try {
    out = execFileSync("java", ["-Xmx700m", "-jar", jar, "--format", "json", "--errors-only", "--skip-non-html", "--stdout", folder], { maxBuffer: 1 << 28 });
  } catch (e) {
    out = e.stdout;
  }
  return JSON.parse(out.toString()).messages.map((m) => `${m.url}: line ${m.lastLine}: ${m.message}`);
}

// Polars names tables where the query reads files; the files are found as the
// query's paths say.
function sql(folder, query) {
  const pl = require("nodejs-polars");
  process.chdir(folder);
  const frames = {};
  const text = query.replace(/read_parquet\('([^']+)'([^)]*)\)/g, (_, glob, options) => {
    const name = "t" + Object.keys(frames).length;
    frames[name] = pl.scanParquet(glob, { hivePartitioning: /hive_partitioning = true/.test(options) });
    return name;
  });
  const context = new pl.SQLContext(frames);
  return context.execute(text, { eager: true }).rows().map((r) => r.map((v) => (typeof v === "bigint" ? Number(v) : v)));
}

async function main() {
  const [what, ...args] = process.argv.slice(2);
  const run = { package: dataPackage, openapi, html, sql }[what];
  process.stdout.write(JSON.stringify(await run(...args)));
}
main().catch((e) => {
  console.error(e);
  process.exit(1);
});
