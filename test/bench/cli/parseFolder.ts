import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

/** Parses each file below the folder that is the argument, as YAML 1.1, and does nothing else. */
const [, , folder = "."] = process.argv;
let objects = 0;
for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }))
  if (name.endsWith(".yaml")) {
    const documents = parseAllDocuments(readFileSync(join(folder, name), "utf8"), { version: "1.1" });
    for (const document of "empty" in documents ? [] : documents) if (document.toJS() !== null) objects += 1;
  }
if (objects === 0) throw new Error(`${folder} has no object`);
