import "../../run/beginRun.ts";

import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { controlPlaneProgram } from "../../cluster/build/controlPlaneProgram.ts";
import type { Cluster } from "../../cluster/Cluster.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { startCluster } from "../../cluster/startCluster.ts";
import { eventually } from "../../run/eventually.ts";
import { patience, speedFactor } from "../../run/speedFactor.ts";
import { UserShell } from "./UserShell.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const MAX_COMMANDS = 8;
/** On the reference machine. */
const MAX_SECONDS = 300;
const TRY_MS = patience(60_000);

/**
 * `npm run quickstart`: from an empty folder and the tarball of this package to a Pod that a gate of one's own refuses, at a real API
 * server. Prints each command as a user types it, its seconds, and all seconds. Exits with 1 when the Pod is not refused, with more than
 * eight commands, or when they take more than five minutes. `--tarball FILE` takes another tarball than that of `npm pack`.
 */
async function quickstart(): Promise<void> {
  const { values } = parseArgs({ options: { tarball: { type: "string" } } });
  const folder = await mkdtemp(join(tmpdir(), "postern-quickstart-"));
  let cluster: Cluster | undefined;
  let shell: UserShell | undefined;
  try {
    await mkdir(join(folder, "empty"));
    await mkdir(join(folder, "bin"));
    const name = await putTarball(values.tarball, join(folder, "empty"));
    cluster = await startCluster({ controllers: true });
    const account = "/api/v1/namespaces/default/serviceaccounts/default";
    await eventually("the ServiceAccount of the namespace default", async () =>
      (await cluster?.api.get(account))?.status === 200 ? true : undefined,
    );
    await putKubectl(cluster, join(folder, "bin"));
    shell = new UserShell([join(folder, "bin")]);
    const [port = 0] = await freePorts(1);
    await follow(new Steps(shell), { home: join(folder, "empty"), tarball: name, port });
  } finally {
    await shell?.stop();
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** What the commands are about. */
interface Scene {
  readonly home: string;
  readonly tarball: string;
  readonly port: number;
}

/** The commands, one after the other. Nothing is edited between them. */
async function follow(steps: Steps, { home, tarball, port }: Scene): Promise<void> {
  const project = join(home, "gate");
  await steps.run(`npm install ./${tarball}`, home);
  await steps.run("npx --no postern init cloudflare gate", home);
  await steps.run("cd gate", home);
  await steps.run("npm install", project);
  await steps.run("npm test", project, /[1-9]\d* passed, 0 failed/);
  await steps.start(`npm run dev -- --port ${port}`, project, /postern dev +https:/);
  const render = `npx --no postern render --gate gate.ts --cluster production --url https://localhost:${port} --ca .postern/ca.pem`;
  const apply = "kubectl apply --server-side --field-manager=postern -f -";
  await steps.run(`${render} | ${apply}`, project, /serverside-applied/);
  await steps.refused("kubectl run web --image=registry.example.com/web:1.0", project, /require-team: .*has no team/);
  steps.report();
  // The refusal is that of the policy, and not of a gate that cannot be called.
  await steps.control("kubectl run web --image=registry.example.com/web:1.0 --labels=team=shop", project, /created/);
}

/** Runs and prints commands, and counts them and their seconds. */
class Steps {
  readonly #shell: UserShell;
  readonly #began = performance.now();
  #count = 0;

  constructor(shell: UserShell) {
    this.#shell = shell;
  }

  /** Runs a command that has to succeed, and to print something. */
  async run(command: string, cwd: string, says = /(?:)/): Promise<void> {
    const end = this.#begin(command);
    const { code, output } = await this.#shell.run(command, cwd);
    end();
    if (code !== 0 || !says.test(output)) throw new Error(`${command} ended with ${code}:\n${output}`);
  }

  /** Starts a command, and waits until it says that it is ready. */
  async start(command: string, cwd: string, says: RegExp): Promise<void> {
    const end = this.#begin(`${command} &`);
    const output = this.#shell.start(command, cwd);
    await eventually(String(says), () => (says.test(output()) ? true : undefined), TRY_MS).catch((error: unknown) => {
      throw new Error(`${command} did not say ${says}:\n${output()}`, { cause: error });
    });
    end();
  }

  /** Runs a command that the API server has to refuse. It calls a webhook about a second after it was registered. */
  async refused(command: string, cwd: string, why: RegExp): Promise<void> {
    const end = this.#begin(command);
    const isCalled = async () =>
      (await this.#shell.run(`${command} --dry-run=server`, cwd)).code === 0 ? undefined : true;
    await eventually("the API server to call the gate", isCalled, TRY_MS);
    const { code, output } = await this.#shell.run(command, cwd);
    end();
    if (code === 0 || !why.test(output)) throw new Error(`${command} was not refused (${code}):\n${output}`);
    process.stdout.write(`   ${output.trim()}\n`);
  }

  /** Runs a command that is no part of the way. */
  async control(command: string, cwd: string, says: RegExp): Promise<void> {
    const { code, output } = await this.#shell.run(command, cwd);
    if (code !== 0 || !says.test(output)) throw new Error(`control: ${command} ended with ${code}:\n${output}`);
    process.stdout.write(`control: ${command}: ${output.trim()}\n`);
  }

  /** Prints the sums. Throws when they are more than promised. */
  report(): void {
    const seconds = (performance.now() - this.#began) / 1_000;
    process.stdout.write(`${this.#count} commands, ${seconds.toFixed(1)} s in all\n`);
    if (this.#count > MAX_COMMANDS) throw new Error(`more than ${MAX_COMMANDS} commands`);
    if (seconds > MAX_SECONDS * speedFactor()) throw new Error(`longer than ${MAX_SECONDS} s of the reference machine`);
  }

  #begin(command: string): () => void {
    this.#count += 1;
    const began = performance.now();
    process.stdout.write(`${this.#count}. $ ${command}\n`);
    return () => process.stdout.write(`   ${((performance.now() - began) / 1_000).toFixed(1)} s\n`);
  }
}

/** Puts the tarball of this package into a folder. Resolves to its name. */
async function putTarball(given: string | undefined, to: string): Promise<string> {
  if (given === undefined) await promisify(execFile)("npm", ["pack", "--pack-destination", to], { cwd: ROOT });
  else await copyFile(given, join(to, "postern.tgz"));
  const [name] = await readdir(to);
  if (name === undefined) throw new Error("npm pack wrote no tarball");
  return name;
}

/** The user's kubectl, with the kubeconfig of the cluster. */
async function putKubectl(cluster: Cluster, bin: string): Promise<void> {
  const { file, args } = (await controlPlaneProgram(() => undefined))("kubectl");
  const command = [file, ...args].map((part) => `'${part}'`).join(" ");
  const cache = join(cluster.place.folder, "kubectl-cache");
  await writeFile(
    join(bin, "kubectl"),
    `#!/bin/sh\nexport KUBECONFIG='${cluster.kubeconfig}' KUBECACHEDIR='${cache}'\nexec ${command} "$@"\n`,
    { mode: 0o755 },
  );
}

await quickstart();
