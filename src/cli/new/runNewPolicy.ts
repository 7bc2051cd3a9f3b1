import { existsSync } from "node:fs";
import { mkdir, readFile, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { createTwoFilesPatch } from "diff";
import { isDnsLabel } from "../../protocol/kubernetesNames.ts";
import { printable } from "../../telemetry/printable.ts";
import { placeOfGate } from "../gate/chosenGateFile.ts";
import { loadGate } from "../gate/loadGate.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { jsonText } from "../terminal/jsonLine.ts";
import { readFault } from "../terminal/readFault.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { wrapText } from "../terminal/wrapText.ts";
import { codeMask } from "./codeMask.ts";
import { identifierOf } from "./identifierOf.ts";
import { gateLines, registerPolicy } from "./registerPolicy.ts";
import { type StarterNames, starterGate, starterPolicy, starterTable } from "./starterPolicy.ts";

/** Options of `postern new policy`, as they are given. */
export interface NewPolicyOptions {
  readonly dir: string;
  readonly gate?: string;
  readonly output: "text" | "json";
}

/** The JSON of `postern new policy`. */
interface NewPolicyReport {
  readonly written: readonly string[];
  /** `lines` are those that were added or, when the gate is unchanged, those to add. */
  readonly gate: {
    readonly file: string;
    readonly change: "made" | "changed" | "unchanged";
    readonly lines: readonly string[];
  };
  /** The command to run next. */
  readonly next: string;
}

const INDENT = " ".repeat(12);

/** Writes a policy and its table, and adds the policy to the gate. Resolves to the exit code. Throws {@link CliError}. */
export async function runNewPolicy(terminal: Terminal, name: string, options: NewPolicyOptions): Promise<number> {
  const { dir, gate = placeOfGate() } = options;
  if (!isDnsLabel(name))
    throw new CliError(
      "usage",
      `${JSON.stringify(name)} is no name of a policy: lower-case letters, digits and '-', at most 63 characters, such as require-team`,
    );
  for (const [option, path] of [
    ["--dir", dir],
    ["--gate", gate],
  ] as const)
    if (path === "") throw new CliError("usage", `${option}: an empty path was given`);
  const [policyFile, tableFile] = [join(dir, `${name}.ts`), join(dir, `${name}.test.yaml`)];
  for (const file of [policyFile, tableFile])
    if (existsSync(file))
      throw new CliError("usage", `${file}: is there already; choose another name, or another --dir`);
  const hasGate = existsSync(gate);
  if (hasGate && (await loadGate(gate)).policies.some((policy) => policy.name === name))
    throw new CliError("usage", `${gate}: has a policy ${name} already; choose another name`);
  const used = new Set(hasGate ? codeMask(await readFile(gate, "utf8")).match(/[\w$]+/g) : []);
  const names = { name, identifier: identifierOf(name, used) };
  await writeNew(policyFile, starterPolicy(names));
  await writeNew(tableFile, starterTable(names, options.gate === undefined ? undefined : importPath(dir, gate)));
  const path = importPath(dirname(gate), policyFile.slice(0, -extname(policyFile).length));
  if (!hasGate) await writeNew(gate, starterGate(names, gateLines("", { ...names, path }).importLine));
  const added = hasGate ? await addToGate(gate, { ...names, path }) : { change: "made" as const, lines: [] };
  const report: NewPolicyReport = {
    written: [policyFile, tableFile],
    gate: { file: gate, ...added },
    next: `postern test ${tableFile}`,
  };
  if (options.output === "json") terminal.stdout.write(jsonText(report));
  else printReport(terminal, report);
  return EXIT_OK;
}

/** Adds a policy to a gate, as far as that is simple and the gate then has it. Else its lines are those to add. */
async function addToGate(
  gate: string,
  policy: StarterNames & { readonly path: string },
): Promise<Pick<NewPolicyReport["gate"], "change" | "lines">> {
  const before = await readFile(gate, "utf8");
  const after = registerPolicy(before, policy);
  if (after !== undefined && (await replaceGate(gate, after, policy.name)))
    return { change: "changed", lines: changedLines(before, after) };
  const { importLine, element } = gateLines(before, policy);
  return { change: "unchanged", lines: [importLine, element] };
}

function printReport(terminal: Terminal, { written, gate, next }: NewPolicyReport): void {
  const { stdout } = terminal;
  const say = (label: string, text: string, color: "green" | "yellow" = "green"): unknown =>
    stdout.write(`${paint(terminal, stdout, color, label.padEnd(10))}  ${wrapText(printable(text), INDENT)}\n`);
  for (const file of written) say("written", file);
  if (gate.change === "made") say("written", gate.file);
  if (gate.change === "changed") {
    stdout.write(`${paint(terminal, stdout, "green", "changed".padEnd(10))}  ${printable(gate.file)}\n`);
    for (const line of gate.lines)
      stdout.write(`${INDENT}${paint(terminal, stdout, line.startsWith("+") ? "green" : "red", printable(line))}\n`);
  }
  if (gate.change === "unchanged") {
    const [importLine = "", element = ""] = gate.lines;
    say("to do", `${printable(gate.file)} is not changed: add two lines to it`, "yellow");
    stdout.write(`${INDENT}${importLine}\n${INDENT}${element}, in the list of policies\n`);
  }
  say("next", next);
}

/** Replaces a gate in one step, when the new text loads and has the policy. It is tried beside the old one, for its imports. */
async function replaceGate(gate: string, text: string, policy: string): Promise<boolean> {
  const path = await realpath(gate);
  const trial = join(dirname(path), `.${basename(path, extname(path))}.${process.pid}.new${extname(path)}`);
  try {
    await writeFile(trial, text, { mode: (await stat(path)).mode & 0o777, flag: "wx" });
    const { policies } = await loadGate(trial);
    if (!policies.some(({ name }) => name === policy)) return false;
    await rename(trial, path);
    return true;
  } catch (error) {
    if (error instanceof CliError) return false;
    throw unwritable(gate, error);
  } finally {
    await rm(trial, { force: true });
  }
}

function changedLines(before: string, after: string): string[] {
  const [, , , , ...lines] = createTwoFilesPatch("before", "after", before, after, "", "", { context: 0 }).split("\n");
  return lines.filter((line) => line.startsWith("+") || line.startsWith("-"));
}

async function writeNew(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { flag: "wx" });
  } catch (error) {
    throw unwritable(file, error);
  }
}

function unwritable(file: string, error: unknown): CliError {
  return new CliError("unreadable-input", `${file}: cannot be written: ${readFault(error)}`, error);
}

/** The path of a module from a folder: `./a` or `../a`. */
function importPath(folder: string, file: string): string {
  const path = relative(folder, file).split(sep).join("/");
  return /^\.\.?\//.test(path) ? path : `./${path}`;
}
