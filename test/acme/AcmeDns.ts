import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChildService } from "../cluster/ChildService.ts";
import { freePorts } from "../cluster/ports/freePorts.ts";
import { patience } from "../run/speedFactor.ts";

const [START_TIMEOUT_MS, TIMEOUT_MS] = [patience(15_000), patience(5_000)];

interface AcmeDnsParts {
  readonly url: string;
  readonly nameServer: string;
  readonly api: Server;
  readonly service: ChildService;
  readonly folder: string;
}

/**
 * A name server for DNS-01 challenges: `pebble-challtestsrv` of pebble, with the API of acme-dns in front of it. A POST
 * to /update with `subdomain` and `txt` sets the TXT record of that subdomain.
 */
export class AcmeDns {
  /** URL of the API. */
  readonly url: string;
  /** HOST:PORT of the name server. */
  readonly nameServer: string;
  readonly #api: Server;
  readonly #service: ChildService;
  readonly #folder: string;

  private constructor({ url, nameServer, api, service, folder }: AcmeDnsParts) {
    this.url = url;
    this.nameServer = nameServer;
    this.#api = api;
    this.#service = service;
    this.#folder = folder;
  }

  /** `names` maps each subdomain to its record, such as `_acme-challenge.gate.example.com.`. */
  static async start(binary: string, names: Readonly<Record<string, string>>): Promise<AcmeDns> {
    const folder = await mkdtemp(join(tmpdir(), "postern-acme-dns-"));
    const [dns = 0, management = 0] = await freePorts(2);
    const [nameServer, records] = [`127.0.0.1:${dns}`, `http://127.0.0.1:${management}`];
    const service = new ChildService({
      name: "pebble-challtestsrv",
      file: binary,
      args: ["-dns01", nameServer, "-management", `127.0.0.1:${management}`, "-http01=", "-https01=", "-tlsalpn01="],
      logFile: join(folder, "dns.log"),
    });
    const setText = async (host: string, value: string): Promise<boolean> => {
      const body = JSON.stringify({ host, value });
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      return fetch(`${records}/set-txt`, { method: "POST", body, signal }).then(
        ({ ok }) => ok,
        () => false,
      );
    };
    const api = createServer(async (request, response) => {
      const { subdomain, txt } = lowerCaseNames(JSON.parse(await textOf(request)));
      const name = names[subdomain ?? ""];
      const isSet = request.url === "/update" && name !== undefined && (await setText(name, txt ?? ""));
      response.writeHead(isSet ? 200 : 400).end(JSON.stringify({ txt }));
    });
    await new Promise<void>((resolve) => api.listen(0, "127.0.0.1", resolve));
    const { port } = api.address() as AddressInfo;
    const started = new AcmeDns({ url: `http://127.0.0.1:${port}`, nameServer, api, service, folder });
    try {
      await service.waitUntil(() => setText("ready.invalid.", "yes"), START_TIMEOUT_MS);
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  async stop(): Promise<void> {
    this.#api.close();
    await this.#service.stop("SIGKILL");
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Acme-dns is written in Go, which accepts member names in any case. Its clients send upper and lower case. */
function lowerCaseNames(object: Readonly<Record<string, string>>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name.toLowerCase(), value]));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
