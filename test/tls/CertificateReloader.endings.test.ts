import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { parseBundle } from "../../src/trust/bundle.ts";
import { DAY, NOW } from "../trust/makeCertificate.ts";
import { PairFolder } from "./PairFolder.ts";
import { TlsBed, type TlsBedOptions } from "./TlsBed.ts";
import { HOST, makePair, rootPem, type TestPair } from "./testPki.ts";

/** The serving certificate ends at NOW + 30 days. */
const AFTER_END = NOW + 31 * DAY;
const LATER = { notAfter: NOW + 400 * DAY, key: "p256-c" } as const;

let first: TestPair;
let root: string;
beforeAll(async () => {
  [first, root] = await Promise.all([makePair(), rootPem()]);
});
const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

let failing = false;
const selfTest: TlsBedOptions["selfTest"] = {
  path: "/self",
  body: "{}",
  judge: () => (failing ? "the answer is no denial" : undefined),
};

async function start(options: Partial<TlsBedOptions> = {}): Promise<{ bed: TlsBed; folder: PairFolder }> {
  failing = false;
  const folder = new PairFolder();
  folder.write(first);
  const bed = await TlsBed.start({ main: folder.paths(), selfTest, ...options });
  ends.push(
    () => folder.remove(),
    () => bed.stop(),
  );
  return { bed, folder };
}

const leafOnly = ({ cert, ...pair }: TestPair): TestPair => ({
  ...pair,
  cert: cert.slice(0, cert.indexOf("-----END") + 26),
});

type Served = "the new one" | "the ended one";
describe("CertificateReloader after the end of the serving certificate serves", () => {
  it.each<[served: Served, what: string, make: () => Promise<TestPair>, fails: boolean]>([
    ["the new one", "a valid one", () => makePair(LATER), false],
    ["the new one", "a valid one that fails its check", () => makePair(LATER), true],
    [
      "the new one",
      "one that fails its check and ends sooner",
      () => makePair({ ...LATER, notAfter: NOW + 32 * DAY }),
      true,
    ],
    ["the new one", "one for other hosts", () => makePair({ ...LATER, dns: ["other.example"] }), false],
    [
      "the new one",
      "one for other hosts that fails its check",
      () => makePair({ ...LATER, dns: ["*.example.com"] }),
      true,
    ],
    ["the new one", "one without its intermediate", async () => leafOnly(await makePair(LATER)), false],
    [
      "the ended one",
      "one with the key of another",
      async () => ({ ...(await makePair(LATER)), key: (await makePair({ key: "p384" })).key }),
      false,
    ],
    ["the ended one", "one that is not valid yet", () => makePair({ ...LATER, notBefore: NOW + 40 * DAY }), false],
  ])("%s when the files hold %s", async (served, _what, make, fails) => {
    const { bed, folder } = await start();
    const next = await make();
    folder.write(next);
    failing = fails;
    await bed.poll();
    bed.now = AFTER_END;
    const expected = served === "the new one" ? next.serial : first.serial;
    await bed.poll();
    for (let read = 0; read < 3; read += 1) {
      expect([await bed.served("TLSv1.3"), await bed.served("TLSv1.2")]).toEqual([expected, expected]);
      await bed.poll();
    }
    expect(bed.reloader.status()).toMatchObject({ isReady: served === "the new one", serial: expected });
  });

  it("the ended one when the files hold one that has ended later", async () => {
    const { bed, folder } = await start();
    bed.now = AFTER_END;
    folder.write(await makePair({ ...LATER, notAfter: NOW + 30 * DAY + 1_000 }));
    await bed.poll();
    expect(await bed.served()).toBe(first.serial);
    expect(bed.reloader.status()).toMatchObject({ isReady: false, faults: [{ code: "expired" }] });
  });

  it("a standby in place of a new one that fails its check, when its own check passes", async () => {
    const folder = new PairFolder();
    const [standby, next] = await Promise.all([
      makePair({ ...LATER, dns: [HOST, "standby.example"], key: "rsa" }),
      makePair(LATER),
    ]);
    const swap = (slot: string, { cert, key }: TestPair): void =>
      folder.swapVolume(slot, { "tls.crt": cert, "tls.key": key });
    swap("main", first);
    swap("standby", { ...standby, cert: "" });
    failing = false;
    const bed = await TlsBed.start({ main: folder.paths("main"), standby: folder.paths("standby"), selfTest });
    ends.push(
      () => folder.remove(),
      () => bed.stop(),
    );
    failing = true;
    swap("main", next);
    await bed.poll();
    expect(await bed.served()).toBe(first.serial);
    bed.now = AFTER_END;
    await bed.poll();
    expect(await bed.served()).toBe(next.serial);
    failing = false;
    swap("standby", standby);
    await bed.poll();
    expect(await bed.served("TLSv1.3", "rsa")).toBe(standby.serial);
  });
});

it("CertificateReloader confirms a certificate that stays, once its self-test passes, and logs each step once", async () => {
  const { bed, folder } = await start();
  const next = await makePair(LATER);
  folder.write(next);
  failing = true;
  bed.now = AFTER_END;
  for (let read = 0; read < 4; read += 1) await bed.poll();
  expect(bed.reloader.state).toMatchObject({ isConfirmed: false, serving: { serial: next.serial } });
  expect(bed.reloader.status().faults).toMatchObject([{ slot: "main", code: "self-test-failed" }]);
  failing = false;
  await bed.poll();
  expect(bed.reloader.state.isConfirmed).toBe(true);
  expect(bed.reloader.status().faults).toEqual([]);
  const results = bed.log.lines.flatMap(({ properties: { result } }) => (result === undefined ? [] : [result]));
  expect(results).toEqual(["not-confirmed", "confirmed"]);
});

it("CertificateReloader serves a certificate of a root that is not in the CA file after the serving one has ended", async () => {
  const { bed, folder } = await start({
    rules: { hosts: [], roots: parseBundle(root, "roots"), allowLeafOnly: false },
  });
  const strange = await makePair({ ...LATER, issuer: "CN=Strange", subject: "CN=leaf", signedBy: "p521" });
  folder.write(leafOnly(strange));
  await bed.poll();
  expect(await bed.served()).toBe(first.serial);
  bed.now = AFTER_END;
  await bed.poll();
  expect(await bed.served()).toBe(strange.serial);
  expect(bed.reloader.status().faults).toMatchObject([{ slot: "main" }]);
});

describe("CertificateReloader takes a new certificate although it", () => {
  it.each<[what: string, spec: Parameters<typeof makePair>[0]]>([
    ["starts 30 s earlier, as Vault backdates", { notBefore: NOW - 30_000 }],
    ["starts 1 h earlier, as Let's Encrypt backdates", { notBefore: NOW - 3_600_000 }],
    ["starts a day earlier", { notBefore: NOW - DAY }],
    ["starts at the same time", { notBefore: NOW }],
    ["ends sooner, after a change from 90 to 6 days", { notBefore: NOW - 3_600_000, notAfter: NOW + 6 * DAY }],
  ])("%s", async (_what, spec) => {
    const temporary = await makePair({ notBefore: NOW, notAfter: NOW + 90 * DAY });
    const folder = new PairFolder();
    folder.write(temporary);
    const bed = await TlsBed.start({ main: folder.paths() });
    ends.push(
      () => folder.remove(),
      () => bed.stop(),
    );
    const next = await makePair({ key: "p256-c", ...spec });
    folder.write(next);
    await bed.poll();
    expect(await bed.served()).toBe(next.serial);
    expect(bed.reportedFaults()).toEqual([]);
  });
});
