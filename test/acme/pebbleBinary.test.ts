import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { pebbleBinary } from "./pebbleBinary.ts";

it("pebbleBinary resolves to the first executable pebble on PATH", async () => {
  const [first, second] = [await mkdtemp(join(tmpdir(), "pebble-")), await mkdtemp(join(tmpdir(), "pebble-"))];
  try {
    await writeFile(join(first, "pebble"), "");
    await writeFile(join(second, "pebble"), "");
    await chmod(join(second, "pebble"), 0o755);
    const PATH = ["", first, second].join(delimiter);
    expect(await pebbleBinary({ PATH, CI: "true" })).toBe(join(second, "pebble"));
  } finally {
    for (const folder of [first, second]) await rm(folder, { recursive: true });
  }
});

it.each([{ PATH: "/nowhere" }, {}, { PATH: "/nowhere", CI: "" }])(
  "pebbleBinary resolves to undefined without a pebble on PATH and without CI: %j",
  async (env) => {
    expect(await pebbleBinary(env)).toBeUndefined();
  },
);

it("pebbleBinary rejects without a pebble on PATH when CI is set", async () => {
  await expect(pebbleBinary({ PATH: "/nowhere", CI: "true" })).rejects.toThrow(
    "CI is set, and there is no pebble on PATH: install the package pebble of Debian or Ubuntu (apt-get install pebble)",
  );
});
