import { appendFileSync } from "node:fs";
import type { Reporter, Vitest } from "vitest/node";
import { SecretScan } from "./SecretScan.ts";

type ConsoleLog = Parameters<NonNullable<Reporter["onUserConsoleLog"]>>[0];

/**
 * A Vitest reporter that looks for secrets in what tests write. With one the run fails, and the test is named: on standard
 * error, and in the file of failures.
 */
export class SecretList implements Reporter {
  readonly #failuresFile: string | undefined;
  /** One for each test and stream: the output of tests in parallel is mixed. */
  readonly #scans = new Map<string, SecretScan>();
  #vitest: Vitest | undefined;

  constructor(failuresFile: string | undefined) {
    this.#failuresFile = failuresFile;
  }

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onUserConsoleLog({ content, type, taskId }: ConsoleLog): void {
    const key = `${type} ${taskId}`;
    const scan = this.#scans.get(key) ?? new SecretScan();
    this.#scans.set(key, scan);
    scan.add(content, this.#nameOf(taskId));
  }

  onTestRunEnd(): void {
    const found = [...this.#scans.values()].flatMap((scan) => scan.found);
    if (found.length === 0) return;
    const text = found.map(({ kind, where }) => `${where}: a ${kind} is in the output\n`).join("");
    process.stderr.write(text);
    if (this.#failuresFile !== undefined) appendFileSync(this.#failuresFile, text);
    process.exitCode = 1;
  }

  #nameOf(taskId: string | undefined): string {
    const entity = taskId === undefined ? undefined : this.#vitest?.state.getReportedEntityById(taskId);
    if (entity === undefined) return "outside of a test";
    return entity.type === "module" ? entity.relativeModuleId : `${entity.module.relativeModuleId}: ${entity.fullName}`;
  }
}
