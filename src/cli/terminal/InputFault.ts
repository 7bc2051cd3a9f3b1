import { printable } from "../../telemetry/printable.ts";

/** An input that cannot be read, with its place. */
export interface InputFault {
  readonly file: string;
  readonly line?: number;
  /** Continues after the place: "does not exist", "has no kind". */
  readonly message: string;
}

/** Formats a fault as `file:line: message`, which editors and terminals turn into links. */
export function formatFault({ file, line, message }: InputFault): string {
  return printable(`${file}${line === undefined ? "" : `:${line}`}: ${message}`);
}
