import { describe, expect, it } from "vitest";
import { askProject } from "../../../src/cli/init/askProject.ts";
import { type InitInput, readProject } from "../../../src/cli/init/readProject.ts";
import { CliError } from "../../../src/cli/terminal/CliError.ts";

/** What is asked, and what the answers make of the options. The input comes in chunks, as a terminal gives it. */
async function ask(input: InitInput, ...chunks: string[]): Promise<{ asked: string; input: InitInput }> {
  return askWith(() => undefined, input, ...chunks);
}

/** The same with a check of what is known. */
async function askWith(
  check: (known: InitInput) => unknown,
  input: InitInput,
  ...chunks: string[]
): Promise<{ asked: string; input: InitInput }> {
  let asked = "";
  const stdin = (async function* () {
    yield* chunks;
  })();
  const stderr = { write: (text: string) => (asked += text) };
  const answered = await askProject({ stdin, stderr, stdout: { write: () => true }, env: {} }, input, async (known) =>
    check(known),
  );
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
    const { asked, input } = await ask({ runtime: "lambda", name: "hooks" }, "infra/gate\r\na, b-c\n");
    expect(asked).toBe("Folder of the project (gate): Clusters that call it (production staging): ");
    expect(readProject(input)).toMatchObject({ endpoint: "function-url", clusters: ["a", "b-c"], name: "hooks" });
    expect(input.dir).toBe("infra/gate");
  });

  it("asks again after an answer that is not valid, three times in all", async () => {
    const given = { runtime: "node", dir: ".", cluster: ["a"], stagingDomain: "s.example.com", name: "gate" };
    const { asked, input } = await ask(given, "https://x\ngate.example.org\n");
    expect(asked).toContain('--domain "https://x" is not valid: expected a host name');
    expect(input.domain).toBe("gate.example.org");
    await expect(ask(given, "1\n2\n3\n4\n")).rejects.toThrow(/--domain "3" is not valid/);
  });

  it("checks the options right after the runtime, and the folder at its question", async () => {
    await expect(askWith(readProject, { name: "BAD" }, "node\n")).rejects.toThrow(/--name "BAD" is not valid/);
    await expect(askWith(readProject, { mtls: true }, "node\n")).rejects.toThrow(/--mtls is for lambda, not for node/);
    const isFree = ({ dir }: InitInput): void => {
      if (dir === "taken") throw new CliError("usage", "taken/gate.ts: is there already");
    };
    const { asked, input } = await askWith(isFree, { runtime: "lambda", name: "hooks" }, "taken\nfree\n\n");
    expect(asked).toContain("taken/gate.ts: is there already\nFolder of the project (gate): Clusters");
    expect(input.dir).toBe("free");
  });

  it("asks again for a cluster that the configs do not take, and for hosts that do not go together", async () => {
    const { asked, input } = await ask(
      { runtime: "node", dir: ".", name: "gate" },
      `a.b\na\n${"a".repeat(62)}.example.com\nhooks.example.org\nhooks.example.org\n\n`,
    );
    expect(asked).toContain("--cluster \"a.b\" is not valid: expected at most 63 lower-case letters, digits and '-'");
    expect(asked).toMatch(/--domain "a{62}\.example\.com" is too long/);
    expect(asked).toContain("--staging-domain is that of production, hooks.example.org");
    expect(input).toMatchObject({
      cluster: ["a"],
      domain: "hooks.example.org",
      stagingDomain: "hooks-staging.example.org",
    });
  });

  it("offers no name of a folder that Parameter Store refuses", async () => {
    const { asked } = await ask({ runtime: "lambda" }, "aws-gate\n\n\n");
    expect(asked).toContain("Name of what is deployed (gate): ");
  });

  it("ends when the input ends", async () => {
    await expect(ask({}, "node\n")).rejects.toThrow(/the input ended before all was answered; nothing is written/);
  });
});
