import { styleText } from "node:util";

/** An output of the process. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Input, outputs and environment of a command. Tests pass others than those of the process. */
export interface Terminal {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean | undefined };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Colours a text when the output is a terminal and NO_COLOR is not set (no-color.org). */
export function paint(
  terminal: Terminal,
  output: Output,
  style: Parameters<typeof styleText>[0],
  text: string,
): string {
  const plain = output.isTTY !== true || (terminal.env.NO_COLOR ?? "") !== "";
  return plain ? text : styleText(style, text, { validateStream: false });
}
