import { describe, expect, it } from "vitest";
import { askProject } from "../../../src/cli/init/askProject.ts";
import { type InitInput, readProject } from "../../../src/cli/init/readProject.ts";

/** What is asked, and what the answers make of the options. The input comes in chunks, as a terminal gives it. */
async function ask(input: InitInput, ...chunks: string[]): Promise<{ asked: string; input: InitInput }> {
  let asked = "";
  const stdin = (async function* () {
    yield* chunks;
  })();
  const stderr = { write: (text: string) => (asked += text) };
  const answered = await askProject({ stdin, stderr, stdout: { write: () => true }, env: {} }, input);
  return { asked, input: answered };
}

describe("askProject", () => {
  it("takes the default for an empty answer", async () => {
    const { asked, input } = await ask({}, "\n\n\n\n", "\n\n");
    expect(asked).toBe(
      "Where does the gate run? cloudflare, lambda, node (cloudflare): Folder of the project (gate): " +
        "Name of what is deployed (gate): Clusters that call it (production staging): " +
        "Host of its URL in production (gate.example.com): Host of its URL in staging (gate-staging.example.com): ",
    );
    expect(readProject(input)).toMatchObject({ runtime: "cloudflare", clusters: ["production", "staging"] });
    expect(input.dir).toBe("gate");
  });

  it("asks only for what is not given, and a Function URL has no host of one's own", async () => {
    const { asked, input } = await ask({ runtime: "lambda", name: "hooks" }, "infra/gate\r\na, b.c\n");
    expect(asked).toBe("Folder of the project (gate): Clusters that call it (production staging): ");
    expect(readProject(input)).toMatchObject({ endpoint: "function-url", clusters: ["a", "b.c"], name: "hooks" });
    expect(input.dir).toBe("infra/gate");
  });

  it("asks again after an answer that is not valid, three times in all", async () => {
    const given = { runtime: "node", dir: ".", cluster: ["a"], stagingDomain: "s.example.com", name: "gate" };
    const { asked, input } = await ask(given, "https://x\ngate.example.org\n");
    expect(asked).toContain('--domain "https://x" is not valid: expected a host name');
    expect(input.domain).toBe("gate.example.org");
    await expect(ask(given, "1\n2\n3\n4\n")).rejects.toThrow(/--domain "3" is not valid/);
  });

  it("ends when the input ends", async () => {
    await expect(ask({}, "node\n")).rejects.toThrow(/the input ended before all was answered; nothing is written/);
  });
});
