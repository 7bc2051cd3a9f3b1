import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { expect, it } from "vitest";
import { pebbleBinary } from "./pebbleBinary.ts";

it("is the first that can be run of those on PATH", async () => {
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
  "is undefined where there is none: %j",
  async (env) => {
    expect(await pebbleBinary(env)).toBeUndefined();
  },
);

it("is an error where there is none and CI is set", async () => {
  await expect(pebbleBinary({ PATH: "/nowhere", CI: "true" })).rejects.toThrow(
    "CI is set, and there is no pebble on PATH: it is the package pebble of Debian and Ubuntu (apt-get install pebble)",
  );
});
