import { CliError } from "./CliError.ts";

/** Two options of which each is nothing without the other. Throws {@link CliError} where one is missing. */
export function checkTogether(
  leftName: string,
  left: string | undefined,
  rightName: string,
  right: string | undefined,
): void {
  if ((left === undefined) === (right === undefined)) return;
  const missing = left === undefined ? leftName : rightName;
  throw new CliError("usage", `${leftName} and ${rightName} come together; ${missing} is missing`);
}
