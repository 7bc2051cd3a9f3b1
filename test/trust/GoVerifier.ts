import { execFileSync, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onceForRun } from "../run/onceForRun.ts";
import { patience } from "../run/speedFactor.ts";
import { RUN_FOLDER } from "../run/TestRun.ts";

/** Where its cache is empty, go compiles its standard library first. In milliseconds. */
export const BUILD_PATIENCE = patience(300_000);
/** For thousands of questions. In milliseconds. */
const ASK_PATIENCE = patience(120_000);
const PROGRAM = "verify";

/** What Go is asked. Served certificates in PEM, the leaf first; time in milliseconds since 1970. */
export interface GoQuestion {
  readonly served: readonly string[];
  readonly anchors: string;
  readonly host: string;
  readonly time: number;
}

/** What Go says, and the SHA-256 of each certificate that it found in the bundle. */
export interface GoAnswer {
  readonly ok: boolean;
  readonly error?: string;
  readonly anchors: readonly string[];
}

/** Go's crypto/x509, built from verify/main.go. Needs go, and nothing else: the program imports the standard library alone. */
export class GoVerifier {
  readonly #folder: string;
  readonly #isOwn: boolean;

  private constructor(folder: string, isOwn: boolean) {
    this.#folder = folder;
    this.#isOwn = isOwn;
  }

  /** The one that is built once for a run. Undefined where there is no go. */
  static async shared(): Promise<GoVerifier | undefined> {
    if (!hasGo()) return undefined;
    return new GoVerifier(await onceForRun("go-verifier", buildIn), process.env[RUN_FOLDER] === undefined);
  }

  /** The program, for who asks it as things happen. */
  get program(): string {
    return join(this.#folder, PROGRAM);
  }

  /** One answer for each question, in their order. */
  ask(questions: readonly GoQuestion[]): GoAnswer[] {
    const input = questions.map((question) => `${JSON.stringify(question)}\n`).join("");
    const output = execFileSync(this.program, {
      input,
      encoding: "utf8",
      timeout: ASK_PATIENCE,
      maxBuffer: 1 << 28,
    });
    return output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  }

  /** One that is shared stays until the run ends. */
  remove(): void {
    if (this.#isOwn) rmSync(this.#folder, { recursive: true, force: true });
  }
}

const hasGo = (): boolean => spawnSync("go", ["version"]).status === 0;

function buildIn(folder: string): void {
  const built = spawnSync("go", ["build", "-trimpath", "-o", join(folder, PROGRAM), "."], {
    cwd: fileURLToPath(new URL("verify/", import.meta.url)),
    env: { ...process.env, GOTOOLCHAIN: "local", GOPROXY: "off" },
    encoding: "utf8",
    timeout: BUILD_PATIENCE,
  });
  if (built.status !== 0) throw new Error(`go build failed: ${built.stderr}${built.error ?? ""}`);
}
