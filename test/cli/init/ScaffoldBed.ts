import { copyFile, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type ShellResult, UserShell } from "../../e2e/quickstart/UserShell.ts";
import { readReview } from "../../fixtures/readReview.ts";
import { eventually } from "../../run/eventually.ts";
import { packageTarball } from "../../run/packageTarball.ts";
import { patience } from "../../run/speedFactor.ts";

const START_MS = patience(60_000);

/** What a gate answered to a review. */
export interface Answered {
  readonly allowed: boolean;
  readonly message: string | undefined;
}

/** A folder in which somebody has installed the tarball of this package, and makes projects. */
export class ScaffoldBed {
  readonly #folder: string;
  readonly shell: UserShell;

  private constructor(folder: string, shell: UserShell) {
    this.#folder = folder;
    this.shell = shell;
  }

  static async start(): Promise<ScaffoldBed> {
    const bed = new ScaffoldBed(await mkdtemp(join(tmpdir(), "postern-scaffolds-")), new UserShell([]));
    const tarball = await packageTarball();
    await copyFile(tarball, join(bed.#folder, basename(tarball)));
    await bed.run(`npm install ./${basename(tarball)}`, bed.#folder);
    return bed;
  }

  /** Makes a project in an empty folder, and installs its packages, or has those of another project. */
  async project(name: string, args: string, packagesOf?: string): Promise<string> {
    const [runtime, ...options] = args.split(" ");
    await this.run(`npx --no postern init ${runtime} ${name} ${options.join(" ")}`, this.#folder);
    const folder = join(this.#folder, name);
    if (packagesOf === undefined) await this.run("npm install", folder);
    else await symlink(join(packagesOf, "node_modules"), join(folder, "node_modules"));
    return folder;
  }

  /** Runs a command that has to succeed. Resolves to its output. */
  async run(command: string, cwd: string): Promise<string> {
    const { code, output }: ShellResult = await this.shell.run(command, cwd);
    if (code !== 0) throw new Error(`${command} ended with ${code}:\n${output}`);
    return output;
  }

  /** Starts a server, and waits until it is ready. */
  async serve(command: string, cwd: string, url: string): Promise<void> {
    const output = this.shell.start(command, cwd);
    const isReady = (): Promise<true | undefined> =>
      fetch(`${url}/readyz`).then(
        ({ ok }) => (ok ? true : undefined),
        () => undefined,
      );
    await eventually(`${command} to be ready`, isReady, START_MS).catch((error: unknown) => {
      throw new Error(`${command} is not ready:\n${output()}`, { cause: error });
    });
  }

  async stop(): Promise<void> {
    await this.shell.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The review of a Pod without the label team, as an API server sent it. */
export const REVIEW = readReview("validate-v1-create-pods-2");

/** Posts the review to a gate. */
export async function postReview(url: string): Promise<Answered> {
  const response = await fetch(`${url}/c/production/validate`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: REVIEW,
  });
  return answered(await response.text());
}

/** Reads the answer of a gate. */
export function answered(text: string): Answered {
  const { response } = JSON.parse(text);
  return { allowed: response.allowed, message: response.status?.message };
}
