import { basename, resolve } from "node:path";
import { CliError } from "../terminal/CliError.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { RUNTIMES } from "./Project.ts";
import {
  DEFAULT_CLUSTERS,
  DEFAULT_DOMAIN,
  type InitInput,
  readClusters,
  readDomain,
  readName,
  stagingOf,
} from "./readProject.ts";

/** How often a question is asked again after an answer that is not valid. */
const MAX_TRIES = 3;

/**
 * Asks a person for what the options leave out: runtime, folder, name, hosts and clusters. An empty answer is the default. Questions go
 * to standard error. Throws {@link CliError} when the input ends, or an answer is not valid three times.
 */
export async function askProject(terminal: Terminal, input: InitInput): Promise<InitInput> {
  const lines = linesOf(terminal.stdin);
  const ask = async (question: string, fallback: string, check: (answer: string) => unknown): Promise<string> => {
    for (let tries = 1; ; tries += 1) {
      const shown = fallback === "" ? question : `${question} (${fallback})`;
      terminal.stderr.write(`${paint(terminal, terminal.stderr, "bold", shown)}: `);
      const { value, done } = await lines.next();
      if (done === true) throw new CliError("usage", "the input ended before all was answered; nothing is written");
      const answer = value.trim() === "" ? fallback : value.trim();
      try {
        check(answer);
        return answer;
      } catch (error) {
        if (!(error instanceof CliError) || tries >= MAX_TRIES) throw error;
        terminal.stderr.write(`${error.message}\n`);
      }
    }
  };
  try {
    const runtime =
      input.runtime ?? (await ask(`Where does the gate run? ${RUNTIMES.join(", ")}`, "cloudflare", isRuntime));
    const dir = input.dir ?? (await ask("Folder of the project", "gate", () => undefined));
    const folder = basename(resolve(dir));
    const name = input.name ?? (await ask("Name of what is deployed", isName(folder) ? folder : "gate", readName));
    const cluster = input.cluster ?? (await askClusters(ask));
    const asked = { ...input, runtime, dir, name, cluster };
    if (runtime === "lambda" && input.domain === undefined) return asked;
    const host = (answer: string): string => readDomain("--domain", answer);
    const domain = input.domain ?? (await ask("Host of its URL in production", DEFAULT_DOMAIN, host));
    const staging = stagingOf(domain);
    const stagingDomain = input.stagingDomain ?? (await ask("Host of its URL in staging", staging, host));
    return { ...asked, domain, stagingDomain };
  } finally {
    await lines.return(undefined);
  }
}

type Ask = (question: string, fallback: string, check: (answer: string) => unknown) => Promise<string>;

async function askClusters(ask: Ask): Promise<string[]> {
  const read = (answer: string): string[] => answer.split(/[\s,]+/).filter((name) => name !== "");
  return read(await ask("Clusters that call it", DEFAULT_CLUSTERS.join(" "), (answer) => readClusters(read(answer))));
}

function isRuntime(answer: string): void {
  if (!RUNTIMES.some((known) => known === answer))
    throw new CliError("usage", `${JSON.stringify(answer)} is not one of ${RUNTIMES.join(", ")}`);
}

function isName(text: string): boolean {
  try {
    return readName(text) === text;
  } catch {
    return false;
  }
}

/** The lines of an input, without their ends. */
async function* linesOf(input: Terminal["stdin"]): AsyncGenerator<string, undefined, undefined> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of input) {
    rest += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
  return undefined;
}
