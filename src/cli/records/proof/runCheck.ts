import { readFile } from "node:fs/promises";
import { checkProof } from "../../../records/chain/checkProof.ts";
import { ProofError } from "../../../records/chain/ProofError.ts";
import type { TrustedKeys } from "../../../records/chain/verify/TrustedKeys.ts";
import { parsedJson } from "../../../records/parsedJson.ts";
import { printable } from "../../../telemetry/printable.ts";
import { CliError } from "../../terminal/CliError.ts";
import { EXIT_FINDINGS, EXIT_OK } from "../../terminal/exitCode.ts";
import { readFault } from "../../terminal/readFault.ts";
import { paint, type Terminal } from "../../terminal/Terminal.ts";
import { recordText } from "../query/recordText.ts";
import { readKeys } from "../source/readKeys.ts";

/** Options of `postern records check`, as they are given. */
export interface CheckOptions {
  readonly key: string;
  readonly output: "text" | "json";
}

/** A longer file is none of proofs. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Checks the proofs of a file. Resolves to the exit code. Throws {@link CliError}. */
export async function runCheck(terminal: Terminal, file: string, { key, output }: CheckOptions): Promise<number> {
  const keys = await readKeys(key);
  const name = file === "-" ? "(standard input)" : file;
  const proofs = proofsIn(await textOf(terminal, file));
  if (proofs.length === 0)
    throw new CliError("unreadable-input", `${name}: has no proof; expected the output of postern records prove`);
  let code = EXIT_OK;
  for (const proof of proofs) if (!(await check(terminal, proof, { keys, output, name }))) code = EXIT_FINDINGS;
  return code;
}

async function check(
  terminal: Terminal,
  proof: unknown,
  { keys, output, name }: { readonly keys: TrustedKeys; readonly output: "text" | "json"; readonly name: string },
): Promise<boolean> {
  const { stdout } = terminal;
  const json = (value: object): unknown => stdout.write(`${JSON.stringify(value)}\n`);
  try {
    const { record, leaf, root, kid } = await checkProof(proof, keys);
    if (output === "json") json({ result: "holds", record, leaf, batch: root, kid });
    else {
      stdout.write(`${paint(terminal, stdout, "green", "holds")}  ${recordText(terminal, record)}\n`);
      stdout.write(`${printable(`       record ${record.seq}, signed in batch ${root.batch} with the key ${kid}`)}\n`);
    }
    return true;
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    if (error.code === "no-proof") throw new CliError("unreadable-input", `${name}: ${error.message}`, error);
    if (output === "json") json({ result: "does not hold", code: error.code, message: error.message });
    else stdout.write(`${paint(terminal, stdout, "red", "does not hold")}  ${printable(error.message)}\n`);
    return false;
  }
}

/** One JSON value, or one on each line. */
function proofsIn(text: string): readonly unknown[] {
  const whole = parsedJson(text);
  if (whole !== undefined) return [whole];
  return text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [parsedJson(line)]));
}

async function textOf({ stdin }: Terminal, file: string): Promise<string> {
  if (file !== "-")
    return readFile(file, "utf8").catch((error: unknown): never => {
      throw new CliError("unreadable-input", `${file}: ${readFault(error)}`, error);
    });
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stdin) {
    text += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (text.length > MAX_BYTES) throw new CliError("unreadable-input", "(standard input): is too long for proofs");
  }
  return text + decoder.decode();
}
