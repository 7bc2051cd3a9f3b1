import { chmodSync } from "node:fs";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { expect } from "vitest";
import { keySetText } from "../../src/cli/keys/keySetText.ts";
import { makeKey } from "../../src/cli/keys/makeKey.ts";
import { announcementKey } from "../announcement/AnnouncementBed.ts";
import { testChain, testKey } from "../records/chain/testChain.ts";
import { scaled } from "../run/speedFactor.ts";
import { PairFolder } from "../tls/PairFolder.ts";
import { pairOfNow } from "../tls/sidecar/SidecarBed.ts";
import { rootPem } from "../tls/testPki.ts";
import { GATE } from "./DevProcesses.ts";
import { FakeApiServer } from "./FakeApiServer.ts";
import { InputFolder } from "./InputFolder.ts";
import type { OptionSet } from "./OptionTable.ts";
import { isRunning, PosternProcess } from "./PosternProcess.ts";
import { ALL_COMMANDS } from "./runPostern.ts";

/** Options of each command, such as `records verify`, without `--help`. */
export function optionsByCommand(): Readonly<Record<string, readonly string[]>> {
  const program = new Command();
  const terminal = {
    stdout: { write: () => true },
    stderr: { write: () => true },
    stdin: (async function* () {})(),
    env: {},
  };
  for (const add of ALL_COMMANDS) add(program, terminal, () => undefined);
  return Object.fromEntries(
    leavesOf(program, "").map(([name, it]) => [
      name,
      it.options.flatMap(({ long }) => (long == null ? [] : [long.slice(2)])),
    ]),
  );
}

/** The commands without commands of their own, by their names, such as `records verify`. */
function leavesOf(command: Command, prefix: string): readonly (readonly [name: string, command: Command])[] {
  return command.commands.flatMap((it) => {
    const name = `${prefix}${it.name()}`;
    return it.commands.length === 0 ? [[name, it] as const] : leavesOf(it, `${name} `);
  });
}

/** A folder with a file for each option, and an API server. */
export class OptionBed {
  readonly #folder = new InputFolder();
  readonly #api = new FakeApiServer();
  readonly #source = new PairFolder();

  static async start(): Promise<OptionBed> {
    const bed = new OptionBed();
    const [{ cert, key }, root, signing] = await Promise.all([pairOfNow(), rootPem(), announcementKey()]);
    const write = (name: string, text: string): string => bed.#folder.write(name, text);
    bed.#source.write({ cert, key });
    write("gate.ts", GATE);
    write("pod.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n");
    write("pod.test.yaml", "policy: deny-labels\ncases:\n  - { name: a, manifest: pod.yaml, expect: allowed }\n");
    write("policies/there.ts", "");
    write("ca.pem", root);
    const records = testKey();
    write("records.jwks", records.jwks);
    write("records.jsonl", (await testChain([2, 2], records)).batches.join(""));
    const old = Date.now() - 3_600_000;
    write("keys.json", keySetText([{ ...(await makeKey("EdDSA", old)), kid: "first" }, await makeKey("EdDSA", old)]));
    write("kubeconfig", await bed.#api.start());
    write("fleet.yaml", "clusters: { local: { context: here } }\n");
    write(
      "sync.yaml",
      `gate: postern
cluster: local
trust: { mode: pin, roots: [letsencrypt] }
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
hosts: [gate.example.com]
jitter: 0s
`,
    );
    write(
      "install.yaml",
      `cluster: local
hosts: [gate.example.com]
trust: { roots: [letsencrypt] }
selfTest: { publicKey: { kty: OKP, crv: Ed25519, x: 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo } }
images: { postern: "registry.example.com/postern:0.1.0" }
`,
    );
    chmodSync(write("key.json", JSON.stringify(signing)), 0o600);
    write(
      "announce.yaml",
      `gate: postern
provider: { fixed: { url: https://gate.example.com, roots: [letsencrypt] } }
key: ./key.json
publish: { file: ./out.jws }
`,
    );
    return bed;
  }

  /** Runs a command, and expects one of its endings: never a stack, and never Node's exit code for a pending promise. */
  async expect({ command, options, rest = [], ending }: OptionSet): Promise<void> {
    const paths: Readonly<Record<string, string>> = {
      "tls.crt": this.#source.paths().cert,
      "tls.key": this.#source.paths().key,
    };
    const args = Object.entries(options).flatMap(([name, value]) =>
      value === "" ? [`--${name}`] : [`--${name}`, paths[value] ?? value],
    );
    // A folder of its own: what one case writes does not change the ending of another.
    const folder = await mkdtemp(join(tmpdir(), "postern-options-"));
    await cp(this.#folder.path, folder, { recursive: true });
    const postern = new PosternProcess([...command.split(" "), ...args, ...rest], folder, { HOME: folder });
    const endings = "length" in ending ? ending : [ending];
    try {
      const runs = endings.flatMap((it) => ("runs" in it ? [it.runs] : []));
      const started =
        runs.length > 0 &&
        (await Promise.any((["out", "err"] as const).flatMap((from) => runs.map((it) => postern.says(it, from)))).then(
          () => true,
          () => false,
        ));
      if (started) {
        // A process that nothing holds ends within milliseconds.
        await sleep(scaled(200));
        if (isRunning(postern.pid)) postern.signal("SIGTERM");
      }
      const code = await postern.exit();
      const said = `${postern.out}\n${postern.err}`;
      expect(said).not.toMatch(/\n\s+at |internal error|unsettled|stalled/);
      const fits = endings.some((it) =>
        "runs" in it ? started && code === 0 : code === it.code && it.says.test(said),
      );
      expect({ code, said: fits ? "as expected" : said }).toEqual({ code, said: "as expected" });
    } finally {
      postern.kill();
      await postern.ended;
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Writes a file into the folder. */
  write(name: string, text: string): void {
    this.#folder.write(name, text);
  }

  /** Runs a command to its end, or until it has written a line when it runs until a signal. `tls.crt` is a certificate. */
  async run(args: readonly string[], until: "end" | "line" = "end"): Promise<{ out: string; err: string }> {
    const { cert } = this.#source.paths();
    const given = args.map((arg) => (arg === "tls.crt" ? cert : arg));
    const postern = new PosternProcess(given, this.#folder.path, { HOME: this.#folder.path });
    try {
      if (until === "line") {
        await postern.says(/\n/);
        postern.signal("SIGTERM");
      }
      await postern.exit();
      return { out: postern.out, err: postern.err };
    } finally {
      postern.kill();
      await postern.ended;
    }
  }

  stop(): void {
    this.#api.stop();
    this.#source.remove();
    this.#folder.remove();
  }
}
