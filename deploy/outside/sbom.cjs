// Holds bills of materials against the CycloneDX 1.6 JSON schema, in the strict
// way (unknown keys are mistakes), with the validator that the specification's
// authors publish.
//
//   node sbom.cjs FILE…      (NODE_PATH names the modules' folder)
"use strict";
const fs = require("fs");
const { Spec, Validation } = require("@cyclonedx/cyclonedx-library");

async function main() {
  const validator = new Validation.JsonStrictValidator(Spec.Version.v1dot6);
  let bad = 0;
  for (const file of process.argv.slice(2)) {
    const mistakes = await validator.validate(fs.readFileSync(file, "utf8"));
    if (mistakes !== null) {
      bad++;
      console.error(file + ": " + JSON.stringify(mistakes));
    } else {
      console.log(file + ": valid CycloneDX 1.6");
    }
  }
  process.exit(bad === 0 ? 0 : 1);
}

main().catch((e) => {
  console.error(String(e));
  process.exit(2);
});
