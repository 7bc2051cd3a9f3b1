import { expect, it } from "vitest";
import { runPostern } from "../runPostern.ts";

it.each([
  [["--out", ""], "--out: an empty path was given; name a folder"],
  [["--config", ""], "--config: an empty path was given; name a file"],
  [
    ["--kustomize", "--out", "x", "--manifests", ""],
    "--manifests: an empty path was given; name a folder, or . for this one",
  ],
])("postern install %j is a fault of usage", async (args, message) => {
  expect(await runPostern(["install", ...args])).toEqual({ code: 2, out: "", err: `postern: ${message}\n` });
});
