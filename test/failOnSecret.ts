import { afterAll, afterEach, expect } from "vitest";
import { SecretScan } from "./run/secrets/SecretScan.ts";

// What a child process writes to an inherited stream is not seen here: `test/ci/runStep.ts` looks at it.
const scans = [process.stdout, process.stderr].map((stream) => {
  const scan = new SecretScan();
  const { write } = stream;
  stream.write = (chunk: string | Uint8Array, ...rest: never[]) => {
    scan.add(typeof chunk === "string" ? chunk : Buffer.from(chunk).toString());
    return write.call(stream, chunk, ...rest);
  };
  return scan;
});

/** Fails a test that writes a secret to an output of its process. */
function expectNone(): void {
  expect(scans.flatMap(({ found }) => found.splice(0).map(({ kind }) => `a ${kind} is in the output`))).toEqual([]);
}

afterEach(expectNone);
afterAll(expectNone);
