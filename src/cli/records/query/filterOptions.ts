import { type Command, Option } from "commander";
import type { RecordFilter } from "../../../records/query/RecordMatcher.ts";
import { CliError } from "../../terminal/CliError.ts";
import { parseTime } from "../source/parsePosition.ts";

/** The options that choose records, as they are given. */
export interface FilterOptions {
  readonly cluster?: string;
  readonly namespace?: string;
  readonly policy?: string;
  readonly verdict?: "allowed" | "denied";
  readonly user?: string;
}

/** The options that choose a time. Milliseconds since 1970. */
export interface TimeOptions {
  readonly from?: number;
  readonly to?: number;
}

/** Adds the options that choose records. */
export function addFilterOptions(command: Command): Command {
  return command
    .option("--cluster <name>", "only this cluster (default: all)")
    .option("--namespace <name>", "only requests in this namespace")
    .option("--policy <name>", "only where this policy was asked, or denied")
    .addOption(new Option("--verdict <verdict>", "only this verdict").choices(["allowed", "denied"]))
    .option("--user <name>", "only requests of this user");
}

/** Adds the options that choose a time. */
export function addTimeOptions(command: Command): Command {
  return command
    .addOption(new Option("--from <time>", "only from this time on").argParser(parseTime))
    .addOption(new Option("--to <time>", "only up to this time").argParser(parseTime));
}

/** The filter of the options. Throws {@link CliError} `usage` when the time ends before it begins. */
export function filterOf({ namespace, policy, verdict, user, from, to }: FilterOptions & TimeOptions): RecordFilter {
  if (from !== undefined && to !== undefined && to < from) throw new CliError("usage", "--to is before --from");
  return { namespace, policy, verdict, user, fromMs: from, toMs: to };
}
