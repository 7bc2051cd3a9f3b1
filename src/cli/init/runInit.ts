import { join, normalize } from "node:path";
import { printable } from "../../telemetry/printable.ts";
import { newRecordsKey } from "../records/key/newRecordsKey.ts";
import { CliError } from "../terminal/CliError.ts";
import { EXIT_OK } from "../terminal/exitCode.ts";
import { jsonLine } from "../terminal/jsonLine.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { askProject } from "./askProject.ts";
import { ENVIRONMENTS, type Project, type ProjectFile } from "./Project.ts";
import { packageSource } from "./packageSource.ts";
import { projectFiles } from "./projectFiles.ts";
import { type InitInput, readProject } from "./readProject.ts";
import { testedVersions } from "./testedVersions.ts";
import { checkFree, writeProject } from "./writeProject.ts";

/** Writes a project. Resolves to the exit code. Throws {@link CliError}; then nothing is written. */
export async function runInit(terminal: Terminal, given: InitInput): Promise<number> {
  const { stdout, stderr } = terminal;
  const canAsk = terminal.stdin.isTTY === true && stderr.isTTY === true && given.yes !== true;
  // Before any question: an answer would be in vain.
  if (given.runtime !== undefined || !canAsk) readProject(given);
  if (given.dir === "") throw new CliError("usage", "the folder is an empty path; name a folder, or . for this one");
  const source = await packageSource(given.package);
  const keys = Object.fromEntries(
    await Promise.all(ENVIRONMENTS.map(async (environment) => [environment, await newSigningKey()] as const)),
  );
  const filesOf = (project: Project): ProjectFile[] => [
    ...projectFiles({ project, versions: testedVersions(), spec: source.spec, keys }),
    ...source.files,
  ];
  const check = async (known: InitInput): Promise<void> => {
    const files = filesOf(readProject(known));
    if (known.dir !== undefined) await checkFree(normalize(known.dir), files);
  };
  const input = canAsk ? await askProject(terminal, given, check) : given;
  // Without a way through folders that are not there, as in x/../gate.
  const dir = normalize(input.dir ?? ".");
  const project = readProject(input);
  const files = filesOf(project);
  await checkFree(dir, files);
  await writeProject(dir, files);
  if (given.output === "json") {
    const { runtime, name, domains, clusters } = project;
    stdout.write(jsonLine({ runtime, folder: dir, name, domains, clusters, files: files.map(({ path }) => path) }));
    return EXIT_OK;
  }
  for (const { path, isSecret } of files)
    stdout.write(
      `${paint(terminal, stdout, "green", "written")}  ${printable(join(dir, path))}${isSecret ? "  secret, not for Git" : ""}\n`,
    );
  const there = dir === "." ? "" : `cd ${printable(quoted(dir))} && `;
  stdout.write(`\n${paint(terminal, stdout, "bold", "next")}     ${there}npm install && npm test && npm run dev\n`);
  stdout.write("         README.md has the five steps from there to production\n");
  return EXIT_OK;
}

/** A private Ed25519 JWK, and its public part. */
async function newSigningKey(): Promise<{ readonly privateJwk: string; readonly x: string }> {
  const { privateJwk } = await newRecordsKey();
  const { x }: { x: string } = JSON.parse(privateJwk);
  return { privateJwk, x };
}

/** A path for a shell. */
function quoted(path: string): string {
  const plain = path.startsWith("-") ? `./${path}` : path;
  return /^[\w./@+-]+$/.test(plain) ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}
