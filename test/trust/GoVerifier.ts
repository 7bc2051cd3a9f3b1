import { execFileSync, spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onceForRun } from "../run/onceForRun.ts";
import { RUN_FOLDER } from "../run/processes/TestRun.ts";
import { patience } from "../run/speedFactor.ts";

/** For the build. With an empty cache, go compiles its standard library first. In milliseconds. */
export const BUILD_PATIENCE = patience(300_000);
/** For thousands of questions. In milliseconds. */
const ASK_PATIENCE = patience(120_000);
const PROGRAM = "verify";

/** A question to Go. Certificates are PEM, the served leaf first. `time` is in milliseconds since 1970. */
export interface GoQuestion {
  readonly served: readonly string[];
  readonly anchors: string;
  readonly host: string;
  readonly time: number;
}

/** A question about what Go reads from a bundle. `bundle` is base64. */
export interface GoBundle {
  readonly bundle: string;
}

/** The verdict of Go, and the SHA-256 of each certificate that it read from the bundle. */
export interface GoAnswer {
  readonly ok: boolean;
  readonly error?: string;
  readonly anchors: readonly string[];
}

/** Go's crypto/x509, built from verify/main.go. Needs only go: the program imports nothing but the standard library. */
export class GoVerifier {
  readonly #folder: string;
  readonly #isOwn: boolean;

  private constructor(folder: string, isOwn: boolean) {
    this.#folder = folder;
    this.#isOwn = isOwn;
  }

  /** The program, built once for each test run. Undefined if go is not installed. */
  static async shared(): Promise<GoVerifier | undefined> {
    if (!hasGo()) return undefined;
    return new GoVerifier(await onceForRun("go-verifier", buildIn), process.env[RUN_FOLDER] === undefined);
  }

  /** The path of the program. */
  get program(): string {
    return join(this.#folder, PROGRAM);
  }

  /** Returns one answer for each question, in order. */
  ask(questions: readonly (GoQuestion | GoBundle)[]): GoAnswer[] {
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

  /** Removes the program, unless the test run shares it. */
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
