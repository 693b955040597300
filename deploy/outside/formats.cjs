// Checks files that past wrote by programs that others wrote, and prints the
// faults found as a JSON array of sentences.
//
//   node formats.cjs package DATAPACKAGE.json    every row by the Data Package library
//   node formats.cjs openapi OPENAPI.json        Redocly's recommended rules
//   node formats.cjs html FOLDER                 the Nu HTML checker (needs java)
//   node formats.cjs mcp PROGRAM DATABASE        a conversation of the protocol's TypeScript client
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

// Each tool is listed with a schema, answers what it is asked for, says what is
// wrong with what it is not, and its structured answer keeps the text's facts.
async function mcp(program, database) {
  const { Client } = require("@modelcontextprotocol/sdk/client/index.js");
  const { StdioClientTransport } = require("@modelcontextprotocol/sdk/client/stdio.js");
  const client = new Client({ name: "outside", version: "1" });
  await client.connect(new StdioClientTransport({ command: program, args: ["mcp", "--db", database], stderr: "ignore" }));
  const faults = [];
  if (client.getServerVersion().name !== "past") faults.push("the server is not past");
  const { tools } = await client.listTools();
  const names = tools.map((x) => x.name).sort().join(" ");
  if (names !== "explain get_claim get_finding list_findings search_trials") faults.push("tools: " + names);
  for (const x of tools) {
    if (!x.annotations.readOnlyHint || x.inputSchema.type !== "object") faults.push("tool " + x.name);
  }
  const call = async (name, args, failed) => {
    try {
      const r = await client.callTool({ name, arguments: args });
      if (Boolean(r.isError) !== failed) faults.push(`${name} ${JSON.stringify(args)}: ${JSON.stringify(r).slice(0, 300)}`);
      return r.structuredContent || {};
    } catch (e) {
      if (!failed) faults.push(`${name} ${JSON.stringify(args)}: ${e.message}`);
      return {};
    }
  };
  const one = (await call("list_findings", {}, false)).data || [];
  if (!one.some((f) => f.id === "mdma-ptsd-severity")) faults.push("list_findings lacks mdma-ptsd-severity");
  const found = await call("get_finding", { id: "mdma-ptsd-severity" }, false);
  if (!/^e-/.test(found.edition || "") || !/edition e-/.test(found.citation || "")) faults.push("get_finding names no edition");
  await call("explain", { id: "mdma-ptsd-severity" }, false);
  await call("get_claim", {}, false);
  await call("search_trials", { query: "PTSD", limit: 3 }, false);
  await call("get_finding", { id: "nope" }, true);
  await call("get_finding", { id: ["a"] }, true);
  await call("search_trials", { query: "x".repeat(100000) }, true);
  await call("drop_table", {}, true);
  await client.close();
  return faults;
}

async function main() {
  const [what, ...args] = process.argv.slice(2);
  const run = { package: dataPackage, openapi, html, mcp, sql }[what];
  process.stdout.write(JSON.stringify(await run(...args)));
}
main().catch((e) => {
  console.error(e);
  process.exit(1);
});
