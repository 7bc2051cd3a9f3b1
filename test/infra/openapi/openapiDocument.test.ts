import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { openapiDocument } from "../../../infra/openapi/openapiDocument.ts";
import openapi from "../../../src/gate/openapi.json" with { type: "json" };

const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));

it("is what the schemas say; `npm run build` writes it anew", () => {
  expect(openapi).toEqual(JSON.parse(JSON.stringify(openapiDocument(version))));
});

it("has every status that the gate answers, and only references that resolve", () => {
  const text = JSON.stringify(openapi);
  for (const [, name = ""] of text.matchAll(/#\/components\/schemas\/(\w+)/g))
    expect(Object.keys(openapi.components.schemas)).toContain(name);
  expect(Object.keys(openapi.paths["/c/{cluster}/validate"].post.responses)).toEqual([
    "200",
    "400",
    "404",
    "405",
    "408",
    "413",
    "415",
    "422",
    "500",
    "503",
  ]);
});
