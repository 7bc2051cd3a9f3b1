import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPair } from "../../../src/tls/pair/loadPair.ts";
import { TlsError } from "../../../src/tls/TlsError.ts";
import { PairFolder } from "../PairFolder.ts";
import { makePair, type TestPair } from "../testPki.ts";

const folder = new PairFolder();
let pairs: readonly TestPair[];
beforeAll(async () => {
  pairs = await Promise.all((["p256", "p256-c", "rsa", "p384"] as const).map((key) => makePair({ key })));
});
afterAll(() => folder.remove());

describe("loadPair", () => {
  it("reads certificate and key of the same moment from a volume that changes constantly", async () => {
    const swap = (at: number): void => {
      const { cert, key } = pairs[at % pairs.length] ?? { cert: "", key: "" };
      folder.swapVolume("volume", { "tls.crt": cert, "tls.key": key });
    };
    swap(0);
    let stopped = false;
    const writer = (async () => {
      for (let at = 1; !stopped; at += 1) {
        swap(at);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })();
    const seen = new Set<string>();
    try {
      for (let load = 0; load < 200; load += 1) {
        // The folder may disappear during all five attempts, which is a fault. A mixed pair must never be returned.
        const pair = await loadPair(folder.paths("volume")).catch((error: unknown) => {
          if (error instanceof TlsError && error.code === "missing") return undefined;
          throw error;
        });
        if (pair === undefined) continue;
        expect(pair.keyFingerprint).toBe(pair.leaf.publicKeyFingerprint);
        seen.add(pair.leaf.serial);
      }
    } finally {
      stopped = true;
      await writer;
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it("reads a key from another folder than its certificate", async () => {
    const [pair] = pairs;
    folder.swapVolume("one", { "tls.crt": pair?.cert ?? "" });
    folder.swapVolume("two", { "tls.key": pair?.key ?? "" });
    const loaded = await loadPair({ cert: folder.paths("one").cert, key: folder.paths("two").key });
    expect(loaded.leaf.serial).toBe(pair?.serial);
  });
});
