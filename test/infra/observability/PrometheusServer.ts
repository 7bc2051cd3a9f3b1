import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { ChildService } from "../../cluster/ChildService.ts";
import { freePorts } from "../../cluster/ports/freePorts.ts";
import { patience } from "../../run/speedFactor.ts";

/** Ports of `/metrics` on 127.0.0.1, by the name of their job. */
export type ScrapeJobs = Readonly<Record<string, readonly number[]>>;

const sampleSchema = z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) });
const vectorSchema = z.object({ resultType: z.literal("vector"), result: z.array(sampleSchema) });
const seriesSchema = z.array(z.record(z.string(), z.string()));
const rulesSchema = z.object({
  groups: z.array(
    z.object({
      rules: z.array(z.object({ name: z.string(), health: z.string(), lastError: z.string().optional() })),
    }),
  ),
});
const errorSchema = z.object({ status: z.literal("error"), error: z.string() });
const answerSchema = z.union([errorSchema, z.object({ status: z.literal("success"), data: z.unknown() })]);

/** A value of an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus on a loopback port, which scrapes each second. Its data are in a temporary folder. */
export class PrometheusServer {
  readonly #url: string;
  readonly #service: ChildService;
  readonly #folder: string;

  private constructor(url: string, service: ChildService, folder: string) {
    this.#url = url;
    this.#service = service;
    this.#folder = folder;
  }

  /** `ruleFile`: the path of alerting rules. Resolves when it answers queries. */
  static async start(binary: string, jobs: ScrapeJobs, ruleFile: string): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), "postern-prometheus-"));
    const config = {
      global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
      rule_files: [ruleFile],
      scrape_configs: Object.entries(jobs).map(([job, ports]) => ({
        job_name: job,
        static_configs: [{ targets: ports.map((port) => `127.0.0.1:${port}`) }],
      })),
    };
    const file = join(folder, "prometheus.yml");
    await writeFile(file, JSON.stringify(config));
    const [port] = await freePorts(1);
    const args = [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const service = new ChildService({ name: "prometheus", file: binary, args, logFile: join(folder, "log") });
    const url = `http://127.0.0.1:${port}`;
    const started = new PrometheusServer(url, service, folder);
    const isReady = (): Promise<boolean> =>
      fetch(`${url}/-/ready`, { signal: AbortSignal.timeout(patience(2_000)) }).then(
        ({ ok }) => ok,
        () => false,
      );
    try {
      await service.waitUntil(isReady, patience(30_000));
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  /** The samples of an instant query now. Rejects with Prometheus's error. */
  async query(query: string): Promise<readonly Sample[]> {
    const { result } = vectorSchema.parse(await this.#ask("query", { query }));
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  /** The labels of all series that a selector matches. */
  async series(selector: string): Promise<readonly Readonly<Record<string, string>>[]> {
    return seriesSchema.parse(await this.#ask("series", { "match[]": selector }));
  }

  /** The health of each loaded rule. `unknown`: not yet evaluated. */
  async rules(): Promise<readonly { readonly name: string; readonly health: string }[]> {
    return rulesSchema.parse(await this.#ask("rules", {})).groups.flatMap(({ rules }) => rules);
  }

  async stop(): Promise<void> {
    await this.#service.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #ask(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const response = await fetch(`${this.#url}/api/v1/${path}?${new URLSearchParams(parameters)}`, {
      signal: AbortSignal.timeout(patience(10_000)),
    });
    const answer = answerSchema.parse(await response.json());
    if (answer.status === "error") throw new Error(`${answer.error}: ${JSON.stringify(parameters)}`);
    return answer.data;
  }
}
