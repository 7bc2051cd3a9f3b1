import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

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

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined where there is no go. */
  static build(): GoVerifier | undefined {
    if (spawnSync("go", ["version"]).status !== 0) return undefined;
    const folder = mkdtempSync(join(tmpdir(), "postern-verify-"));
    const source = fileURLToPath(new URL("verify/", import.meta.url));
    const environment = { ...process.env, GOTOOLCHAIN: "local", GOPROXY: "off" };
    const built = spawnSync("go", ["build", "-trimpath", "-o", join(folder, "verify"), "."], {
      cwd: source,
      env: environment,
      encoding: "utf8",
      timeout: 240_000,
    });
    if (built.status !== 0) throw new Error(`go build failed: ${built.stderr}`);
    return new GoVerifier(folder);
  }

  /** The program, for who asks it as things happen. */
  get program(): string {
    return join(this.#folder, "verify");
  }

  /** One answer for each question, in their order. */
  ask(questions: readonly GoQuestion[]): GoAnswer[] {
    const input = questions.map((question) => `${JSON.stringify(question)}\n`).join("");
    const output = execFileSync(this.program, {
      input,
      encoding: "utf8",
      timeout: 120_000,
      maxBuffer: 1 << 28,
    });
    return output
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
