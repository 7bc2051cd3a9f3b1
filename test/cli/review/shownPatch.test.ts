import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { runPostern } from "../runPostern.ts";

const gate = fileURLToPath(new URL("../../fixtures/gates/leakyGate.ts", import.meta.url));
const secret = {
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "s3", namespace: "shop", labels: { app: "web" } },
  type: "Opaque",
  immutable: true,
  data: { token: btoa("sup3rs3cret") },
  stringData: { pin: "0451-0451" },
  binaryData: { z: btoa("sup3rs3cret") },
  extra: "sup3rs3cret",
};
const review = (cluster: string, output: string) =>
  runPostern(["review", "--gate", gate, "--cluster", cluster, "--output", output, "-"], {
    stdin: JSON.stringify(secret),
  });

describe("postern review shows no value of a Secret that its policies tell", () => {
  it.each(
    ["enforced", "warned", "audited"].flatMap((cluster) => ["text", "json", "yaml"].map((output) => [cluster, output])),
  )("on the cluster %s as %s", async (cluster = "", output = "") => {
    const { out, err } = await review(cluster, output);
    expect(out + err).not.toMatch(/sup3r|c3VwM3|0451|made-by/);
    expect(out + err).toContain("(not shown)");
  });

  it("in the messages of a denial", async () => {
    const { out } = await review("enforced", "json");
    expect(JSON.parse(out).message).toBe("tells: data.token: (not shown) is (not shown), and (not shown)");
  });

  it("and only metadata, type and immutable of a patch", async () => {
    const { out } = await review("warned", "json");
    expect(JSON.parse(out).patch).toEqual([
      { op: "add", path: "/metadata/annotations", value: { copy: "is (not shown)" } },
      expect.objectContaining({ path: expect.stringMatching(/^\/stringData/) }),
      expect.objectContaining({ path: expect.stringMatching(/^\/stringData/) }),
    ]);
    expect(out).not.toContain('generated":');
  });

  it("and only metadata, type and immutable of the object, with the keys of its data", async () => {
    const { out } = await review("warned", "yaml");
    const { metadata, type, immutable } = secret;
    expect(parse(out)).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { ...metadata, annotations: { copy: "is (not shown)" } },
      type,
      immutable,
      data: { token: "(not shown)", generated: "(not shown)" },
    });
  });
});
