import { expect, it } from "vitest";
import { hasPlainPath } from "../../../src/policies/images/hasPlainPath.ts";
import { requireRegistries, rewriteImageRegistry } from "../../../src/policies/index.ts";

it.each<[prefix: string, is: boolean]>([
  ["docker.io/", true],
  ["Registry.example.com:5000/", true],
  ["registry.example.com/team/web_2/a.b--c/", true],
  ["registry.example.com/Team/", false],
  ["registry.example.com/team:1/", false],
  ["registry.example.com/../", false],
  ["registry.example.com/-team/", false],
])("an image can have the path of %s: %s", (prefix, is) => {
  expect(hasPlainPath(prefix)).toBe(is);
});

it("no policy takes a prefix that no image has", () => {
  const fault = "has a name after its first / that no repository has";
  expect(() => requireRegistries({ allowed: ["docker.io/Team/"] })).toThrow(`options.allowed.0 ${fault}`);
  expect(() => rewriteImageRegistry({ mirrors: { "docker.io/": "a.b/Docker/" } })).toThrow(fault);
  expect(() => rewriteImageRegistry({ mirrors: { "docker.io/Team/": "a.b/" } })).toThrow(fault);
});
