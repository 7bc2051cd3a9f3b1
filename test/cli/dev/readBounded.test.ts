import { expect, it } from "vitest";
import { readBounded } from "../../../src/cli/dev/readBounded.ts";

/** A request whose body arrives in pieces of these sizes. */
function requestOf(sizes: readonly number[]): Request {
  const pieces = [...sizes];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const size = pieces.shift();
      if (size === undefined) controller.close();
      else controller.enqueue(new Uint8Array(size).fill(65));
    },
  });
  return new Request("https://localhost/", Object.assign({ method: "POST", body }, { duplex: "half" }));
}

it.each<[sizes: number[], length: number | undefined]>([
  [[], 0],
  [[10], 10],
  [[4, 6], 10],
  [[11], undefined],
  [[4, 7], undefined],
  [[4, 6, 1], undefined],
])("readBounded of a body of %j bytes with a limit of 10 has length %s", async (sizes, length) => {
  const body = await readBounded(requestOf(sizes), 10);
  expect(body?.byteLength).toBe(length);
  expect(body?.every((byte) => byte === 65) ?? true).toBe(true);
});

it("readBounded stops to read an endless body", async () => {
  let pieces = 0;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      pieces += 1;
      controller.enqueue(new Uint8Array(1024));
    },
  });
  const request = new Request("https://localhost/", Object.assign({ method: "POST", body }, { duplex: "half" }));
  expect(await readBounded(request, 10_000)).toBeUndefined();
  expect(pieces).toBeLessThan(20);
});

it("readBounded rejects for a body that breaks off, and is empty for a request without one", async () => {
  const body = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("broken off")) });
  const request = new Request("https://localhost/", Object.assign({ method: "POST", body }, { duplex: "half" }));
  await expect(readBounded(request, 10)).rejects.toThrow("broken off");
  expect(await readBounded(new Request("https://localhost/"), 10)).toEqual(new Uint8Array());
});
