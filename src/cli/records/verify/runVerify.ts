import type { ChainPosition } from "../../../records/chain/verify/ChainRange.ts";
import type { ExpectedRecord } from "../../../records/chain/verify/ExpectedRecords.ts";
import { verifyChain } from "../../../records/chain/verifyChain.ts";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_FINDINGS, EXIT_OK } from "../../terminal/exitCode.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { chooseCluster, chooseClusters } from "../source/chooseClusters.ts";
import { openSource } from "../source/openSource.ts";
import { Progress } from "../source/Progress.ts";
import { readKeys } from "../source/readKeys.ts";
import { shownErrors } from "../source/shownErrors.ts";
import { readReceipts } from "./readReceipts.ts";
import { printVerifyReport, type VerifyReport } from "./verifyReport.ts";

/** Options of `postern records verify`, as they are given. */
export interface VerifyCommandOptions {
  readonly key: string;
  readonly cluster?: string;
  readonly from?: ChainPosition;
  readonly to?: ChainPosition;
  readonly head?: { readonly seq: number; readonly leaf: string };
  readonly receipts?: string;
  readonly output: "text" | "json";
}

/** Verifies the chains of a source. Resolves to the exit code. Throws {@link CliError}. */
export function runVerify(terminal: Terminal, name: string, options: VerifyCommandOptions): Promise<number> {
  const { key, cluster, from, to, head, receipts, output } = options;
  return shownErrors(async () => {
    if (isBefore(to, from)) throw new CliError("usage", "--to is before --from");
    const keys = await readKeys(key);
    const source = await openSource(terminal, name);
    const isOne = head !== undefined || receipts !== undefined;
    const clusters = isOne ? [await chooseCluster(source, cluster)] : await chooseClusters(source, cluster);
    const expected: ExpectedRecord[] = [
      ...(head === undefined ? [] : [{ ...head, where: "--head" }]),
      ...(receipts === undefined ? [] : await readReceipts(receipts)),
    ];
    let [findings, records] = [0, 0];
    const progress = new Progress(terminal, "verifying", () => performance.now());
    for (const it of clusters) {
      const startMs = performance.now();
      const report = await verifyChain(source.lines(it), {
        cluster: it,
        keys,
        expected,
        range: { from, to },
        loggedHead:
          source.loggedHead === undefined ? undefined : () => source.loggedHead?.(it) ?? Promise.resolve(undefined),
        onProgress: (records) => progress.show(it, records),
      });
      progress.clear();
      findings += report.findingCount;
      records += report.records;
      const hasLog = (await source.loggedHead?.(it)) !== undefined;
      const full: VerifyReport = {
        result: report.findingCount === 0 ? "ok" : "findings",
        source: source.name,
        ...report,
        endCheckedWith: [
          ...(hasLog && to === undefined ? (["log"] as const) : []),
          ...(head === undefined ? [] : (["head"] as const)),
          ...(receipts === undefined ? [] : (["receipts"] as const)),
        ],
        durationMs: Math.round(performance.now() - startMs),
      };
      if (output === "json") terminal.stdout.write(`${JSON.stringify(full)}\n`);
      else printVerifyReport(terminal, full);
    }
    if (findings > 0) return EXIT_FINDINGS;
    // A success that stands for nothing would be taken for one.
    if (records === 0 && (from !== undefined || to !== undefined))
      throw new CliError(
        "unreadable-input",
        `${source.name}: no record is between --from and --to: nothing was verified`,
      );
    return EXIT_OK;
  });
}

function isBefore(to: ChainPosition | undefined, from: ChainPosition | undefined): boolean {
  if (to === undefined || from === undefined) return false;
  if ("seq" in to) return "seq" in from && to.seq < from.seq;
  return "atMs" in from && to.atMs < from.atMs;
}
