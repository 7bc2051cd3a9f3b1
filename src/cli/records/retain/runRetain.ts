import { readFile } from "node:fs/promises";
import type { ChainHead } from "../../../records/chain/ChainHead.ts";
import type { RecordSigner } from "../../../records/chain/RecordSigner.ts";
import { RecordError } from "../../../records/RecordError.ts";
import { parseKeepDays } from "../../../records/writer/parseKeepDays.ts";
import { parseRecordsKey } from "../../../records/writer/parseRecordsKey.ts";
import { retain } from "../../../records/writer/retain.ts";
import type { StoreRetention } from "../../../records/writer/StoreRetention.ts";
import { printable } from "../../../telemetry/printable.ts";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_OK } from "../../terminal/exitCode.ts";
import { readFault } from "../../terminal/readFault.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { wrapText } from "../../terminal/wrapText.ts";
import { chooseClusters } from "../source/chooseClusters.ts";
import { shownErrors } from "../source/shownErrors.ts";
import { openRetention } from "./openRetention.ts";

/** Options of `postern records retain`, as they are given. */
export interface RetainOptions {
  readonly keepDays?: string;
  readonly key?: string;
  readonly table?: string;
  readonly cluster?: string;
  readonly dryRun?: boolean;
  readonly output: "text" | "json";
}

/** The JSON of `postern records retain`, one for each cluster. */
interface RetainReport {
  readonly source: string;
  readonly cluster: string;
  /** `kept`: no record is old enough, or its checkpoint is there already. */
  readonly result: "kept" | "would-end" | "ended";
  /** The first record and batch that are kept, and the time of the last record before them. */
  readonly first?: { readonly seq: number; readonly batch: number; readonly lastAt: string };
  readonly deletedBy: StoreRetention["deletedBy"];
}

const DAY_MS = 86_400_000;

/** Ends the retention of old batches. Resolves to the exit code. Throws {@link CliError}. */
export function runRetain(terminal: Terminal, name: string, options: RetainOptions): Promise<number> {
  const { table, cluster, dryRun: isDryRun = false, output } = options;
  return shownErrors(async () => {
    const keepMs = parseKeepDays(options.keepDays ?? terminal.env.POSTERN_RECORDS_KEEP_DAYS);
    if (keepMs === undefined)
      throw new CliError("usage", "how long are records kept? set --keep-days, or POSTERN_RECORDS_KEEP_DAYS");
    const signer = isDryRun ? undefined : await signerOf(terminal, options.key);
    const retention = await openRetention(terminal, name, { table, keepMs });
    try {
      for (const it of await chooseClusters(retention.source, cluster)) {
        const first = await endRetention(retention, it, { keepMs, signer });
        const report: RetainReport = {
          source: retention.source.name,
          cluster: it,
          result: first === undefined ? "kept" : isDryRun ? "would-end" : "ended",
          ...(first === undefined ? {} : { first: firstOf(first) }),
          deletedBy: retention.deletedBy,
        };
        const text = `${wrapText(printable(textOf(report, keepMs / DAY_MS)), "  ")}\n`;
        terminal.stdout.write(output === "json" ? `${JSON.stringify(report)}\n` : text);
      }
    } finally {
      retention.close();
    }
    return EXIT_OK;
  });
}

/** The end of the chain before the first batch that is kept; undefined where all are. Without a signer nothing is changed. */
async function endRetention(
  retention: StoreRetention,
  cluster: string,
  { keepMs, signer }: { readonly keepMs: number; readonly signer: RecordSigner | undefined },
): Promise<ChainHead | undefined> {
  const { nowMs, log, archive } = await retention.chain(cluster);
  const cut = await log.cut(nowMs - keepMs);
  if (cut !== undefined && signer !== undefined) await retain(cluster, nowMs, { log, archive, signer, keepMs });
  return cut;
}

async function signerOf({ env }: Terminal, file: string | undefined): Promise<RecordSigner> {
  if (file === undefined) return parseRecordsKey(env.POSTERN_RECORDS_KEY);
  const text = await readFile(file, "utf8").catch((error: unknown): never => {
    throw new CliError("unreadable-input", `--key: ${file} ${readFault(error)}`, error);
  });
  try {
    return parseRecordsKey(text);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    throw new CliError(
      "unreadable-input",
      `--key: ${file} is not a private Ed25519 JWK; postern records key makes one`,
    );
  }
}

function firstOf({ seq, batch, at }: ChainHead): NonNullable<RetainReport["first"]> {
  return { seq, batch, lastAt: new Date(at).toISOString() };
}

function textOf({ cluster, result, first, deletedBy }: RetainReport, days: number): string {
  if (first === undefined) {
    const why = `no segment before the last is older than ${days} days`;
    const whyOfDays = `no whole day is older than ${days} days, or its checkpoint is there`;
    return `${cluster}: nothing to do: ${deletedBy === "postern" ? why : whyOfDays}`;
  }
  const what = `${cluster}: the retention of all records before ${first.seq} has ended (up to ${first.lastAt})`;
  if (result === "would-end")
    return `${what}: would write a checkpoint${deletedBy === "postern" ? ", and delete them" : ""}`;
  return deletedBy === "postern"
    ? `${what}: they are deleted, and a checkpoint takes their place`
    : `${what}: the checkpoint is written; the lifecycle rule of the bucket deletes them`;
}
