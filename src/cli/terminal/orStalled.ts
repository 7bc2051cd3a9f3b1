import type { EventEmitter } from "node:events";
import { CliError } from "./CliError.ts";
import { exitCode } from "./exitCode.ts";

const REASON =
  "stalled: it waits for something that cannot happen any more; look for a promise in the gate's modules that never settles, else it is a bug in postern";

/**
 * The exit code of a command, also when it can never end: the process has nothing left to wait for, while a promise of the
 * command is still pending (event `beforeExit` of Node's process). Node would exit with 13 and print its own source.
 * `onStalled` is called with a {@link CliError} `stalled`.
 */
export async function orStalled(
  run: Promise<number>,
  self: Pick<EventEmitter, "once" | "off">,
  { command, onStalled }: { readonly command: string; readonly onStalled: (error: CliError) => void },
): Promise<number> {
  const stalled = Promise.withResolvers<number>();
  const onEmpty = (): void => {
    const error = new CliError("stalled", `${command}: ${REASON}`);
    onStalled(error);
    stalled.resolve(exitCode(error.code));
  };
  self.once("beforeExit", onEmpty);
  try {
    return await Promise.race([run, stalled.promise]);
  } finally {
    self.off("beforeExit", onEmpty);
  }
}
