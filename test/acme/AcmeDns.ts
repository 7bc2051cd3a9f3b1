import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChildService } from "../cluster/ChildService.ts";
import { freePorts } from "../cluster/freePorts.ts";
import { patience } from "../run/speedFactor.ts";

/** In milliseconds. */
const [PATIENCE, TIMEOUT] = [patience(15_000), patience(5_000)];

/**
 * A name server for DNS-01, which is pebble's own (`pebble-challtestsrv`), with the API of acme-dns in front of it: a POST to
 * /update with `subdomain` and `txt` sets the record of the name that was registered for that subdomain.
 */
export class AcmeDns {
  /** Of the API. */
  readonly url: string;
  /** Of the name server, as HOST:PORT. */
  readonly nameServer: string;
  readonly #api: Server;
  readonly #service: ChildService;
  readonly #folder: string;

  private constructor(url: string, nameServer: string, api: Server, service: ChildService, folder: string) {
    this.url = url;
    this.nameServer = nameServer;
    this.#api = api;
    this.#service = service;
    this.#folder = folder;
  }

  /** `names`: the record of each subdomain, such as `_acme-challenge.gate.example.com.`. */
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
      const signal = AbortSignal.timeout(TIMEOUT);
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
    const started = new AcmeDns(`http://127.0.0.1:${port}`, nameServer, api, service, folder);
    try {
      await service.waitUntil(() => setText("ready.invalid.", "yes"), PATIENCE);
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

/** Acme-dns is written in Go, which takes names of members in any case, and its clients write them so. */
function lowerCaseNames(object: Readonly<Record<string, string>>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(object).map(([name, value]) => [name.toLowerCase(), value]));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
