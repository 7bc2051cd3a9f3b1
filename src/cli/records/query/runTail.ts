import { RecordMatcher } from "../../../records/query/RecordMatcher.ts";
import { clusterFolder, segmentFiles } from "../../../records/stores/node/segmentFiles.ts";
import { readError } from "../../../records/stores/node/storeError.ts";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_OK } from "../../terminal/exitCode.ts";
import type { Terminal } from "../../terminal/Terminal.ts";
import { untilSignal } from "../../terminal/untilSignal.ts";
import { chooseClusters } from "../source/chooseClusters.ts";
import { isFolder, openSource } from "../source/openSource.ts";
import { shownErrors } from "../source/shownErrors.ts";
import { type FilterOptions, filterOf } from "./filterOptions.ts";
import { followRecords } from "./followRecords.ts";
import { recordText } from "./recordText.ts";

/** Options of `postern records tail`, as they are given. */
export interface TailOptions extends FilterOptions {
  readonly lines: number;
  readonly output: "text" | "json";
}

/** How often the files are read. */
const INTERVAL_MS = 250;

/** Prints records as they are written, until a signal. Resolves to the exit code. Throws {@link CliError}. */
export function runTail(terminal: Terminal, name: string, options: TailOptions): Promise<number> {
  if (name === "-" || name.startsWith("s3://"))
    throw new CliError("usage", `${name}: cannot be followed; name the folder of a store or a JSON Lines file`);
  return shownErrors(() =>
    untilSignal(async (signal) => {
      const source = await openSource(terminal, name);
      const clusters = await chooseClusters(source, options.cluster);
      const isStore = await isFolder(name);
      const following = Promise.all(
        clusters.map(async (cluster) => {
          const matcher = await RecordMatcher.create(cluster, filterOf(options));
          const files = async (): Promise<readonly string[]> =>
            isStore ? (await segmentFiles(clusterFolder(name, cluster))).map(({ path }) => path) : [name];
          const isWanted = (line: string): boolean => matcher.match(line) !== undefined;
          const { lines } = options;
          for await (const text of followRecords({ files, isWanted, lines, intervalMs: INTERVAL_MS, signal })) {
            const record = matcher.match(text);
            if (record !== undefined && record !== "unreadable")
              terminal.stdout.write(options.output === "json" ? `${text}\n` : `${recordText(terminal, record)}\n`);
            else terminal.stderr.write(`postern: ${name}: a line is not a record of a known form\n`);
          }
        }),
      );
      await following.catch((error: unknown): never => {
        throw readError(name, error);
      });
      return EXIT_OK;
    }),
  );
}
