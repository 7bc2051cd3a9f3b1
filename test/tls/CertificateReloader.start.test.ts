import { afterEach, expect, it } from "vitest";
import type { ServerSelfTest } from "../../src/tls/server/ServingCheck.ts";
import { TlsError } from "../../src/tls/TlsError.ts";
import { PairFolder } from "./PairFolder.ts";
import { TlsBed, type TlsBedOptions } from "./TlsBed.ts";
import { makePair } from "./testPki.ts";

const ends: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function volume(names: Readonly<Record<string, Parameters<typeof makePair>[0]>>) {
  const folder = new PairFolder();
  ends.push(() => folder.remove());
  const pairs = new Map<string, Awaited<ReturnType<typeof makePair>>>();
  for (const [name, spec] of Object.entries(names)) {
    const pair = await makePair(spec);
    pairs.set(name, pair);
    folder.swapVolume(name, { "tls.crt": pair.cert, "tls.key": pair.key });
  }
  return { folder, serial: (name: string) => pairs.get(name)?.serial ?? "" };
}

async function start(options: TlsBedOptions): Promise<TlsBed> {
  const bed = await TlsBed.start(options);
  ends.push(() => bed.stop());
  return bed;
}

/** Fails while the server shows a certificate of this kind. */
const failing = (attempts: number): ServerSelfTest => {
  let left = attempts;
  return {
    path: "/self",
    judge: () => {
      left -= 1;
      return left >= 0 ? "unexpected answer" : undefined;
    },
  };
};

it("a certificate that fails the check of a rotation does not start, with the reason", async () => {
  const { folder } = await volume({ main: {} });
  const started = TlsBed.start({ main: folder.paths("main"), selfTest: failing(Number.POSITIVE_INFINITY) });
  await expect(started).rejects.toThrow(TlsError);
  await expect(started).rejects.toMatchObject({
    code: "self-test-failed",
    message: expect.stringMatching(/^serial \w+: the self-test failed: unexpected answer$/),
  });
});

it("a check that fails while the process is busy is repeated at the start, as in a rotation", async () => {
  const { folder, serial } = await volume({ main: {} });
  const bed = await start({ main: folder.paths("main"), selfTest: failing(2) });
  expect(await bed.served()).toBe(serial("main"));
  expect(bed.reportedFaults()).toEqual([]);
});

it("the standby starts when the main certificate fails its check, until main has another one", async () => {
  const { folder, serial } = await volume({ main: {}, standby: { key: "p256-c" } });
  // One check makes three attempts.
  const bed = await start({ main: folder.paths("main"), standby: folder.paths("standby"), selfTest: failing(3) });
  expect(await bed.served()).toBe(serial("standby"));
  for (let read = 0; read < 3; read += 1) await bed.poll();
  expect(await bed.served()).toBe(serial("standby"));
  expect(bed.reportedFaults()).toMatchObject([{ slot: "main", code: "self-test-failed" }]);
  expect(bed.reloader.status()).toMatchObject({ isReady: true, slot: "standby", faults: [{ slot: "main" }] });
  const next = await makePair({ key: "rsa" });
  folder.swapVolume("main", { "tls.crt": next.cert, "tls.key": next.key });
  await bed.poll();
  expect(await bed.served("TLSv1.3", "rsa")).toBe(next.serial);
});

it.each([
  "hook.example",
  "HOOK.example.",
  "*.example",
  "127.1",
  "0x7f.1",
  "::1",
  "[::1]",
  "0:0:0:0:0:0:0:1",
  "::ffff:127.0.0.1",
  "[::ffff:7f00:1]",
  "BÜCHER.example",
])("a certificate for %s starts, and is renewed", async (host) => {
  const names = { dns: ["hook.example", "*.example", "xn--bcher-kva.example"], ip: ["127.0.0.1", "::1"] };
  const { folder } = await volume({ main: names });
  const selfTest: ServerSelfTest = {
    path: "/self",
    judge: (status) => (status === 200 ? undefined : `it was answered ${status}`),
  };
  const rules = { hosts: [host], allowLeafOnly: false };
  const bed = await start({ main: folder.paths("main"), rules, selfTest });
  const next = await makePair({ ...names, key: "p256-c" });
  folder.swapVolume("main", { "tls.crt": next.cert, "tls.key": next.key });
  await bed.poll();
  expect(bed.reportedFaults()).toEqual([]);
  expect(await bed.served()).toBe(next.serial);
});
