import { styleText } from "node:util";

/** One of a process's outputs. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** What a command reads and writes. Tests hand in their own. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array | string>;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Colours a text where the output is a terminal and nobody set NO_COLOR (no-color.org). */
export function paint(
  terminal: Terminal,
  output: Output,
  style: Parameters<typeof styleText>[0],
  text: string,
): string {
  const plain = output.isTTY !== true || (terminal.env.NO_COLOR ?? "") !== "";
  return plain ? text : styleText(style, text, { validateStream: false });
}
