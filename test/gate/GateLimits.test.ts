import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { defaultLimits, limitsForMemory, limitsWithThread } from "../../src/gate/GateLimits.ts";

const MEBIBYTE = 1024 * 1024;
const inMebibytes = (limits: object): unknown =>
  Object.fromEntries(
    Object.entries(limits).map(([name, value]) => [
      name,
      name === "callsInFlight" ? value : Math.round(value / MEBIBYTE),
    ]),
  );
const memory = (heap: number, total: number) => ({ heapBytes: heap * MEBIBYTE, totalBytes: total * MEBIBYTE });

describe("limitsWithThread", () => {
  it.each<[heap: number, total: number, thread: number, limits: object]>([
    [128, 256, 96, { bodyBytes: 16, receivedBytes: 16, callBytes: 32, bytesInFlight: 16 }],
    [256, 512, 128, { bodyBytes: 20, receivedBytes: 38, callBytes: 53, bytesInFlight: 77 }],
    [512, 1024, 192, { bodyBytes: 20, receivedBytes: 115, callBytes: 96, bytesInFlight: 230 }],
    [64, 24_000, 192, { bodyBytes: 20, receivedBytes: 128, callBytes: 96, bytesInFlight: 16 }],
    [4_096, 24_000, 192, { bodyBytes: 20, receivedBytes: 128, callBytes: 96, bytesInFlight: 512 }],
  ])("with a heap of %i MiB of %i MiB the thread has %i MiB", (heap, total, thread, limits) => {
    const found = limitsWithThread(memory(heap, total));
    expect(found.threadHeapBytes).toBe(thread * MEBIBYTE);
    expect(inMebibytes(found.limits)).toEqual({ ...limits, callsInFlight: 256 });
  });

  it("leaves room in the memory of the manifest for everything at one time", () => {
    const path = new URL("../../infra/kubernetes/components/gate/deployment.yaml", import.meta.url);
    const deployment = parse(readFileSync(path, "utf8"));
    const [container] = deployment.spec.template.spec.containers;
    const total = Number(/^(\d+)Mi$/.exec(container.resources.limits.memory)?.[1]);
    // Node gives half of the container's memory to its heap.
    const { limits, threadHeapBytes } = limitsWithThread(memory(total / 2, total));
    // Measured: what the process takes at rest, with its code and its heap.
    const atRest = 125 * MEBIBYTE;
    // While the thread takes a body, its bytes, its text and the answer exist beside the heap.
    const besideThread = 3 * limits.bodyBytes;
    const all = atRest + limits.receivedBytes + limits.bytesInFlight + threadHeapBytes + besideThread;
    expect(all).toBeLessThan(total * MEBIBYTE);
    // Two objects of 1.5 MiB, see parseCost.test.ts.
    expect(limits.callBytes).toBeGreaterThan(48 * MEBIBYTE);
  });
});

describe("limitsForMemory", () => {
  it.each<[heap: number, total: number, limits: object]>([
    [64, 128, { bodyBytes: 16, receivedBytes: 16, callBytes: 32, bytesInFlight: 64 }],
    [256, 512, { bodyBytes: 20, receivedBytes: 80, callBytes: 72, bytesInFlight: 144 }],
    [4_096, 24_000, { bodyBytes: 20, receivedBytes: 128, callBytes: 96, bytesInFlight: 512 }],
  ])("with a heap of %i MiB of %i MiB", (heap, total, limits) => {
    expect(inMebibytes(limitsForMemory(memory(heap, total)))).toEqual({ ...limits, callsInFlight: 256 });
  });

  it("is the default for 2 GiB", () => {
    expect(defaultLimits).toEqual(limitsForMemory(memory(1024, 2048)));
  });
});
