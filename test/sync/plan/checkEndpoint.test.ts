import { beforeAll, expect, it } from "vitest";
import { checkEndpoint } from "../../../src/sync/plan/checkEndpoint.ts";
import { readableCertificates } from "../../../src/trust/bundle.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { TestCa } from "../../cluster/TestCa.ts";

const BASE = "https://gate.example.com";
const DAY = 86_400_000;

let served: readonly Certificate[];
let another: readonly Certificate[];
let unrelated: readonly Certificate[];
beforeAll(async () => {
  const below = await (await TestCa.create("root")).intermediate("intermediate");
  const issued = async (host: string): Promise<readonly Certificate[]> =>
    readableCertificates((await below.issue({ name: "edge", hosts: [host] })).cert);
  [served, another] = await Promise.all([issued("gate.example.com"), issued("other.example.com")]);
  unrelated = readableCertificates((await TestCa.create("unrelated")).cert);
});

/** The finding with the roots of the API server's host, which are not known. */
const code = (chain: readonly Certificate[], now = Date.now()): string | undefined =>
  checkEndpoint({ base: BASE, handshakes: [{ address: "192.0.2.1", chain }] }, [], now).finding?.code;

it.each([
  ["accepts a chain", () => served, undefined],
  ["accepts a leaf without intermediates", () => served.slice(0, 1), undefined],
  ["accepts a chain followed by an unrelated certificate", () => [...served, ...unrelated], undefined],
  [
    "accepts a chain with an unrelated certificate inside",
    () => [...served.slice(0, 1), ...unrelated, ...served.slice(1)],
    undefined,
  ],
  ["rejects a leaf that no served certificate signed", () => [...served.slice(0, 1), ...unrelated], "unanchored"],
  ["rejects a chain for another name", () => another, "refused-chain"],
])("checkEndpoint with system trust %s", (_, chain, expected) => {
  expect(code(chain())).toBe(expected);
});

it("checkEndpoint with system trust rejects an expired chain", () => {
  expect(code(served, Date.now() + 100 * 365 * DAY)).toBe("refused-chain");
});
