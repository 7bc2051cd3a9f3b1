import { expect, it } from "vitest";
import { askProvider } from "../../../src/announcement/providers/askProvider.ts";
import type { ProviderReport } from "../../../src/announcement/providers/ProviderReport.ts";
import { providerSchema } from "../../../src/announcement/providers/providerSettings.ts";
import type { HttpAnswer } from "../../../src/http/callHttp.ts";
import type { Certificate } from "../../../src/trust/x509/Certificate.ts";
import { parseCertificate } from "../../../src/trust/x509/parseCertificate.ts";
import { makeCertificate } from "../../trust/makeCertificate.ts";
import { providerDeps } from "./providerDeps.ts";

const LONG = "x".repeat(1_000_000);
const CLOUDFLARE = { zone: "0".repeat(32), token: { env: "TOKEN" } };
const ACME = { directory: "https://ca.example/dir", url: "https://gate.example.com", roots: ["letsencrypt"] };

const pack = (more: object): object => ({ status: "active", type: "universal", hosts: [], ...more });
const packs = (result: readonly object[]): unknown => ({ success: true, result });
const window = { start: "2027-01-01T00:00:00Z", end: "2027-01-02T00:00:00Z" };

function leavesOf(count: number): Promise<Certificate[]> {
  const names = Array.from({ length: count }, (_, index) => `CN=${index}`);
  return Promise.all(names.map(async (subject) => parseCertificate(await makeCertificate({ subject, key: "p256" }))));
}

/** Asks a provider that gives one answer to each call. Resolves to the report, or the message of the error. */
async function ask(settings: object, answer: (url: string) => unknown, leaves: readonly Certificate[] = []) {
  const urls: string[] = [];
  const call = async ({ url }: { readonly url: string }): Promise<HttpAnswer> => {
    urls.push(url);
    return { status: 200, header: () => undefined, text: JSON.stringify(answer(url)) };
  };
  const view = async (base: string) => ({ base, handshakes: leaves.map((leaf) => ({ address: "a", chain: [leaf] })) });
  const result: ProviderReport | string = await askProvider(
    providerSchema.parse(settings),
    providerDeps({ call, view }),
  ).catch((error: unknown) => (error instanceof Error ? error.message : ""));
  return { result, urls };
}

it.each<[what: string, settings: object, answer: (url: string) => unknown]>([
  ["a status", { cloudflare: CLOUDFLARE }, () => packs([pack({ status: LONG })])],
  ["a CA", { cloudflare: CLOUDFLARE }, () => packs([pack({ certificate_authority: LONG })])],
  [
    "a CA that is not known",
    { cloudflare: CLOUDFLARE },
    () => packs([pack({ type: "a", certificate_authority: LONG })]),
  ],
  ["an issuer", { cloudflare: CLOUDFLARE }, () => packs([pack({ certificates: [{ issuer: LONG }] })])],
  ["a date", { cloudflare: CLOUDFLARE }, () => packs([pack({ certificates: [{ expires_on: LONG }] })])],
  ["many packs", { cloudflare: CLOUDFLARE }, () => packs(Array.from({ length: 20_000 }, () => pack({})))],
  [
    "many certificates of a pack",
    { cloudflare: CLOUDFLARE },
    () => packs([pack({ certificates: Array.from({ length: 20_000 }, () => ({})) })]),
  ],
  [
    "many domains of a Worker",
    { cloudflare: { ...CLOUDFLARE, account: "0".repeat(32), worker: "gate" } },
    () =>
      packs(
        Array.from({ length: 20_000 }, () => ({ hostname: "a.example", service: "gate", zone_id: CLOUDFLARE.zone })),
      ),
  ],
  [
    "an explanation",
    { acme: ACME },
    (url) =>
      url.endsWith("/dir")
        ? { newOrder: "https://ca.example/o", renewalInfo: "https://ca.example/r" }
        : { suggestedWindow: window, explanationURL: LONG },
  ],
])("a report or an error has a few kilobytes, whatever the provider says: %s", async (_, settings, answer) => {
  const { result } = await ask(settings, answer, await leavesOf(1));
  expect(JSON.stringify(result).length).toBeLessThan(40_000);
  expect(JSON.stringify(result)).not.toContain("x".repeat(1_001));
});

it("a report says how many entries it leaves out", async () => {
  const { result } = await ask({ cloudflare: CLOUDFLARE }, () => packs(Array.from({ length: 60 }, () => pack({}))));
  expect(result).toMatchObject({
    roots: ["cloudflare"],
    notes: expect.arrayContaining(["10 more certificates are not shown", "10 more notes are not shown"]),
  });
});

it("askAcme asks for 8 certificates at most, however many an endpoint serves", async () => {
  const answer = (url: string): unknown =>
    url.endsWith("/dir")
      ? { newOrder: "https://ca.example/o", renewalInfo: "https://ca.example/r" }
      : { suggestedWindow: window };
  const { result, urls } = await ask({ acme: ACME }, answer, await leavesOf(20));
  expect(urls).toHaveLength(1 + 8);
  expect(result).toMatchObject({ notes: expect.arrayContaining(["12 of 20 certificates are not asked for"]) });
});
