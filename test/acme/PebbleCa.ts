import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChildService } from "../cluster/ChildService.ts";
import { freePorts } from "../cluster/ports/freePorts.ts";
import { TestCa } from "../cluster/TestCa.ts";
import { patience } from "../run/speedFactor.ts";

const START_TIMEOUT_MS = patience(15_000);
/** Of one call to the CA. */
const TIMEOUT_MS = patience(5_000);

interface PebbleCaParts {
  readonly root: string;
  readonly apiRoot: string;
  readonly directory: string;
  readonly folder: string;
  readonly service: ChildService;
}

/** An ACME CA like Let's Encrypt: its test CA pebble, which creates a root and an intermediate at its start. */
export class PebbleCa {
  /** The root, in PEM. */
  readonly root: string;
  /** URL of the ACME directory. */
  readonly directory: string;
  /** The root of the ACME API's certificate, in PEM. */
  readonly apiRoot: string;
  /** Path of a file with {@link apiRoot}. */
  readonly apiRootFile: string;
  readonly #service: ChildService;
  readonly #folder: string;

  private constructor({ root, apiRoot, directory, folder, service }: PebbleCaParts) {
    this.root = root;
    this.apiRoot = apiRoot;
    this.directory = directory;
    this.apiRootFile = join(folder, "api-root.pem");
    this.#folder = folder;
    this.#service = service;
  }

  /** Starts the binary `pebble` on free ports. It accepts every challenge. */
  static async start(pebble: string): Promise<PebbleCa> {
    const folder = await mkdtemp(join(tmpdir(), "postern-pebble-"));
    const file = (name: string): string => join(folder, name);
    const [api, [port = 0, managementPort = 0, httpPort = 0, tlsPort = 0]] = await Promise.all([
      TestCa.create("ACME API"),
      freePorts(4),
    ]);
    const { cert, key } = await api.issue({ name: "pebble", hosts: ["127.0.0.1", "localhost"] });
    const config = {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${managementPort}`,
      certificate: file("api.pem"),
      privateKey: file("api-key.pem"),
      httpPort,
      tlsPort,
      ocspResponderURL: "",
      externalAccountBindingRequired: false,
      // Newer versions of pebble require a profile.
      profiles: { default: { description: "default", validityPeriod: 7_776_000 } },
    };
    await Promise.all([
      writeFile(file("api-root.pem"), api.cert),
      writeFile(file("api.pem"), cert),
      writeFile(file("api-key.pem"), key),
      writeFile(file("pebble.json"), JSON.stringify({ pebble: config })),
    ]);
    const service = new ChildService({
      name: "pebble",
      file: pebble,
      args: ["-config", file("pebble.json")],
      // Without these, pebble waits up to 15 s for each name, checks challenges, and rejects some nonces.
      env: { PEBBLE_VA_NOSLEEP: "1", PEBBLE_VA_ALWAYS_VALID: "1", PEBBLE_WFE_NONCEREJECT: "0" },
      logFile: file("pebble.log"),
    });
    const management = `https://127.0.0.1:${managementPort}`;
    let root = "";
    try {
      await service.waitUntil(async () => {
        root = await read(`${management}/roots/0`, api.cert).catch(() => "");
        return root !== "";
      }, START_TIMEOUT_MS);
    } catch (error) {
      await service.stop("SIGKILL");
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
    return new PebbleCa({ root, apiRoot: api.cert, directory: `https://127.0.0.1:${port}/dir`, folder, service });
  }

  async stop(): Promise<void> {
    await this.#service.stop("SIGKILL");
    await rm(this.#folder, { recursive: true, force: true });
  }
}

function read(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { ca, agent: false, timeout: TIMEOUT_MS }, async (response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of response) chunks.push(chunk);
      const text = Buffer.concat(chunks).toString();
      if (response.statusCode === 200) resolve(text);
      else reject(new Error(`${url} answered ${response.statusCode}`));
    });
    sent.once("timeout", () => sent.destroy(new Error(`no answer from ${url} within ${TIMEOUT_MS} ms`)));
    sent.once("error", reject);
  });
}
