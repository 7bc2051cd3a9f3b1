import { CliError } from "../terminal/CliError.ts";
import { paint, type Terminal } from "../terminal/Terminal.ts";
import { RUNTIMES, type Runtime } from "./Project.ts";
import {
  DEFAULT_CLUSTERS,
  DEFAULT_DOMAIN,
  defaultName,
  type InitInput,
  readClusters,
  readDomains,
  readName,
  readRuntime,
  stagingOf,
} from "./readProject.ts";

/** How often a question is asked again after an answer that is not valid. */
const MAX_TRIES = 3;

/**
 * Asks a person for what the options leave out: runtime, folder, name, hosts and clusters. An empty answer is the default. Questions go
 * to standard error. `check` looks at the options, and at a folder that is known, before the second question: else the answers would be in
 * vain. Throws {@link CliError} of `check`, when the input ends, and when an answer is not valid three times.
 */
export async function askProject(
  terminal: Terminal,
  input: InitInput,
  check: (known: InitInput) => Promise<unknown>,
): Promise<InitInput> {
  const lines = linesOf(terminal.stdin);
  const ask: Ask = async (question, fallback, read) => {
    for (let tries = 1; ; tries += 1) {
      const shown = fallback === "" ? question : `${question} (${fallback})`;
      terminal.stderr.write(`${paint(terminal, terminal.stderr, "bold", shown)}: `);
      const { value, done } = await lines.next();
      if (done === true) throw new CliError("usage", "the input ended before all was answered; nothing is written");
      const answer = value.trim() === "" ? fallback : value.trim();
      try {
        await read(answer);
        return answer;
      } catch (error) {
        if (!(error instanceof CliError) || tries >= MAX_TRIES) throw error;
        terminal.stderr.write(`${error.message}\n`);
      }
    }
  };
  try {
    const runtime = input.runtime === undefined ? await askRuntime(ask) : readRuntime(input.runtime);
    const known = { ...input, runtime };
    await check(known);
    const dir = input.dir ?? (await ask("Folder of the project", "gate", (answer) => check({ ...known, dir: answer })));
    const isName = (answer: string): string => readName(runtime, answer);
    const name = input.name ?? (await ask("Name of what is deployed", defaultName(runtime, dir), isName));
    const cluster = input.cluster ?? (await askClusters(ask));
    const asked = { ...known, dir, name, cluster };
    if (runtime === "lambda" && input.domain === undefined) return asked;
    const isDomain = (answer: string): unknown => readDomains({ ...asked, domain: answer });
    const domain = input.domain ?? (await ask("Host of its URL in production", DEFAULT_DOMAIN, isDomain));
    const isStaging = (answer: string): unknown => readDomains({ domain, stagingDomain: answer });
    const stagingDomain =
      input.stagingDomain ?? (await ask("Host of its URL in staging", stagingOf(domain), isStaging));
    return { ...asked, domain, stagingDomain };
  } finally {
    await lines.return(undefined);
  }
}

/** Asks until `read` takes the answer. */
type Ask = (question: string, fallback: string, read: (answer: string) => unknown) => Promise<string>;

async function askRuntime(ask: Ask): Promise<Runtime> {
  return readRuntime(await ask(`Where does the gate run? ${RUNTIMES.join(", ")}`, "cloudflare", isRuntime));
}

async function askClusters(ask: Ask): Promise<string[]> {
  const read = (answer: string): string[] => answer.split(/[\s,]+/).filter((name) => name !== "");
  return read(await ask("Clusters that call it", DEFAULT_CLUSTERS.join(" "), (answer) => readClusters(read(answer))));
}

function isRuntime(answer: string): void {
  if (!RUNTIMES.some((known) => known === answer))
    throw new CliError("usage", `${JSON.stringify(answer)} is not one of ${RUNTIMES.join(", ")}`);
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
