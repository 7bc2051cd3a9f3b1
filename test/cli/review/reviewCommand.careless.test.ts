import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { InputFolder } from "../InputFolder.ts";
import { runPostern } from "../runPostern.ts";

// The gate is bundled with its own copy of Postern's modules.
const gate = fileURLToPath(new URL("../../fixtures/gates/careless.ts", import.meta.url));
const folder = new InputFolder();
afterAll(() => folder.remove());

const review = (name: string, text: string, cluster = "local") =>
  runPostern(["review", "--gate", gate, "--cluster", cluster, folder.write(`${name}.yaml`, text)]);
const configMap = (key: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: c, namespace: shop }\ndata: { ${key}: "1" }\n`;

describe("postern review", () => {
  it.each([
    ["drop", "drops", "FindingsDroppedError: made a finding and returned nothing; return what deny and warn make"],
    ["dropAsync", "drops-async", "FindingsDroppedError: made a finding and returned nothing"],
    ["empty", "empty-denial", "FindingError: deny requires a message"],
  ])("says what is wrong with a policy: %s", async (key, name, message) => {
    const { code, out, err } = await review(key, configMap(key));
    expect(code).toBe(1);
    expect(out).toContain(`${name}: the policy failed`);
    expect(err).toContain(`a policy failed: ${name}: ${message}`);
  });

  it("allows what the same policies have nothing to say about", async () => {
    expect(await review("none", configMap("none"))).toMatchObject({ code: 0, err: "" });
  });

  it("prints no byte of a Secret that a policy cannot parse", async () => {
    const secret = `apiVersion: v1\nkind: Secret\nmetadata: { name: s, namespace: shop }\ndata: { config: "${btoa("hunter2 is it")}" }\n`;
    const { code, out, err } = await review("secret", secret);
    expect(code).toBe(1);
    expect(err).toMatch(/a policy failed: parses: SyntaxError: \(not shown: the object is a Secret\)\n {4}at /);
    expect(out + err).not.toMatch(/hunter2|is it|aHVudGVy/);
  });

  it.each(["local", "audit"])("shows of a patch only what the mutator wrote, in cluster %s", async (cluster) => {
    const pod =
      "apiVersion: v1\nkind: Pod\nmetadata: { name: p, namespace: shop }\nspec: { containers: [{ name: c, image: web, env: [{ name: P, value: hunter2 }] }] }\n";
    const { out, err } = await review("pod", pod, cluster);
    expect(out).toContain("/spec/containers/0/imagePullPolicy");
    expect(out + err).not.toContain("hunter2");
  });
});
