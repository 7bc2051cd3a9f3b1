import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onceForRun } from "../../run/onceForRun.ts";
import { patience } from "../../run/speedFactor.ts";

/** What the API server makes of a document and a patch. */
export interface PatchAnswer {
  /** Parsed by JavaScript, so with rounded integers. */
  readonly result?: unknown;
  /** The text that a client reads after the result was stored. Its members are sorted. */
  readonly read?: string;
  readonly error?: string;
}

/** The time that a build may take. */
export const BUILD_TIMEOUT_MS = patience(240_000);

/** The API server's own JSON Patch library and decoder, as a Go program that is built once for a run. */
export class ApiServerPatches {
  readonly #program: string;

  private constructor(program: string) {
    this.#program = program;
  }

  /** Builds the program. It needs Go and the module proxy or a filled module cache: a text says what is missing. */
  static async build(): Promise<ApiServerPatches | string> {
    if ((await run("go", ["version"], patience(10_000))).error !== undefined) return "no go on the PATH";
    const source = fileURLToPath(new URL("evanphx/", import.meta.url));
    const folder = await onceForRun("evanphx", async (made) => {
      const args = ["build", "-mod=readonly", "-o", join(made, "apply"), "."];
      const { error, stderr } = await run("go", args, BUILD_TIMEOUT_MS, source);
      if (error === undefined) return;
      if (!/dial tcp|no such host|i\/o timeout|proxy/.test(stderr))
        throw new Error(`go build failed: ${stderr}${error}`);
    });
    const program = join(folder, "apply");
    return existsSync(program)
      ? new ApiServerPatches(program)
      : "the Go modules of the API server cannot be downloaded";
  }

  /** Applies patches to documents. Each task is the text of `{"doc": …, "patch": […]}` on one line. */
  async applyAll(tasks: readonly string[]): Promise<PatchAnswer[]> {
    const input = tasks.map((task) => `${task}\n`).join("");
    const { stdout, stderr, error } = await run(this.#program, [], patience(60_000), undefined, input);
    if (error !== undefined) throw new Error(`${error.message}: ${stderr}`);
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  }
}

/** The output and the error of a program. It runs asynchronously, because a blocked worker loses its test runner. */
interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: Error | undefined;
}

function run(command: string, args: readonly string[], limitMs: number, cwd?: string, input = ""): Promise<Ran> {
  return new Promise((resolve) => {
    const options = { cwd, timeout: limitMs, maxBuffer: 1 << 28 };
    const child = execFile(command, [...args], options, (error, stdout, stderr) =>
      resolve({ stdout, stderr, error: error ?? undefined }),
    );
    // A program that does not start or ends early reports that with its exit.
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
