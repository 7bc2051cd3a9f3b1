import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { MEANINGS, openapiDocument } from "../../../infra/openapi/openapiDocument.ts";
import openapi from "../../../src/gate/openapi.json" with { type: "json" };
import { codeTable } from "../../docs/codeTable.ts";
import { ROOT } from "../../docs/readmes.ts";

const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

it("openapi.json is the document that openapiDocument builds; `npm run build` refreshes it", () => {
  expect(openapi).toEqual(JSON.parse(JSON.stringify(openapiDocument(version))));
});

it("openapi.json has every status that the gate answers, and its references resolve", () => {
  const text = JSON.stringify(openapi);
  const { components } = openapi;
  const known = Object.entries(components).flatMap(([kind, members]) =>
    Object.keys(members).map((name) => `#/components/${kind}/${name}`),
  );
  for (const [, reference = ""] of text.matchAll(/"\$ref":"([^"]+)"/g)) expect(known).toContain(reference);
  expect(Object.keys(openapi.paths["/c/{cluster}/validate"].post.responses)).toEqual([
    "200",
    "400",
    "401",
    "404",
    "405",
    "408",
    "413",
    "415",
    "422",
    "429",
    "500",
    "503",
  ]);
});

it("openapi.json explains each error code as its doc comment does", () => {
  const rows = codeTable(ROOT, "src/gate/GateError.ts", "GateErrorCode").split("\n").slice(2);
  const documented = rows.map((row) => {
    const [, code = "", meaning = ""] = /^\| `([\w-]+)` \| (.*) \|$/.exec(row) ?? [];
    return [code, plain(meaning)];
  });
  expect(Object.fromEntries(documented)).toEqual(
    Object.fromEntries(Object.entries(MEANINGS).map(([code, meaning]) => [code, plain(meaning)])),
  );
});

function plain(text: string): string {
  return text.replaceAll("`", "");
}
