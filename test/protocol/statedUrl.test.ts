import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import { statedUrl } from "../../src/protocol/statedUrl.ts";
import { growthOf, LINEAR } from "../run/growthOf.ts";

const hashOf = (token: string): string => `sha256-${createHash("sha256").update(token).digest("hex").slice(0, 32)}`;

it.each([
  ["https://gate.example/c/prod/validate", "https://gate.example/c/prod/validate"],
  ["https://gate.example/k/a.b-c_d/c/prod/validate", `https://gate.example/k/${hashOf("a.b-c_d")}/c/prod/validate`],
  ["https://gate.example/hooks/k/t/c/k/convert/m", `https://gate.example/hooks/k/${hashOf("t")}/c/k/convert/m`],
  ["https://gate.example/c/k/validate", "https://gate.example/c/k/validate"],
])("states %s as %s", async (url, stated) => {
  expect(await statedUrl(url)).toBe(stated);
});

it("takes linear time", () => {
  const grown = growthOf(
    2_000,
    (size) => `https://gate.example${"/k/a".repeat(size)}/${"k/".repeat(size)}`,
    (url) => void statedUrl(url),
  );
  expect(grown).toBeLessThan(LINEAR);
});
