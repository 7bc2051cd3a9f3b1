import { beforeAll, expect, it } from "vitest";
import { checkEndpoint } from "../../../src/sync/plan/checkEndpoint.ts";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { TestCa } from "../../cluster/TestCa.ts";

const BASE = "https://gate.example.com";
const DAY = 86_400_000;

let served: readonly Certificate[];
let another: readonly Certificate[];
let stranger: readonly Certificate[];
beforeAll(async () => {
  const below = await (await TestCa.create("root")).intermediate("intermediate");
  const issued = async (host: string): Promise<readonly Certificate[]> =>
    readableCertificates((await below.issue({ name: "edge", hosts: [host] })).cert);
  [served, another] = await Promise.all([issued("gate.example.com"), issued("other.example.com")]);
  stranger = readableCertificates((await TestCa.create("stranger")).cert);
});

/** With the roots of the API server's own host, which are not known. */
const code = (chain: readonly Certificate[], now = Date.now()): string | undefined =>
  checkEndpoint({ base: BASE, handshakes: [{ address: "192.0.2.1", chain }] }, [], now).finding?.code;

it.each([
  ["a chain", () => served, undefined],
  ["a leaf alone", () => served.slice(0, 1), undefined],
  ["a chain with a stranger behind it", () => [...served, ...stranger], undefined],
  ["a chain with a stranger in it", () => [...served.slice(0, 1), ...stranger, ...served.slice(1)], undefined],
  ["a leaf that nothing served has signed", () => [...served.slice(0, 1), ...stranger], "unanchored"],
  ["another name", () => another, "refused-chain"],
])("judges %s by names and dates where the roots of the host count", (_, chain, expected) => {
  expect(code(chain())).toBe(expected);
});

it("refuses what has ended whatever the roots are", () => {
  expect(code(served, Date.now() + 100 * 365 * DAY)).toBe("refused-chain");
});
