import { CliError } from "./CliError.ts";

/** Checks two options that need each other. Throws {@link CliError} `usage` when only one is given. */
export function checkTogether(
  leftName: string,
  left: string | undefined,
  rightName: string,
  right: string | undefined,
): void {
  if ((left === undefined) === (right === undefined)) return;
  const missing = left === undefined ? leftName : rightName;
  throw new CliError("usage", `${leftName} and ${rightName} need each other; ${missing} is missing`);
}
