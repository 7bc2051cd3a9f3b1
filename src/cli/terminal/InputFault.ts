import { printable } from "../../telemetry/printable.ts";

/** Something in the input that could not be read, and where. */
export interface InputFault {
  readonly file: string;
  readonly line?: number;
  /** Goes on after the place: "does not exist", "has no kind". */
  readonly message: string;
}

/** `file:line: message`, as editors and terminals make links of. */
export function formatFault({ file, line, message }: InputFault): string {
  return printable(`${file}${line === undefined ? "" : `:${line}`}: ${message}`);
}
