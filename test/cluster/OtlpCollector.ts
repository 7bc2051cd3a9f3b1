import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod";
import { patience } from "../run/speedFactor.ts";
import { controlPlaneProgram } from "./build/controlPlaneProgram.ts";
import { ChildService } from "./ChildService.ts";

const START_PATIENCE_MS = patience(15_000);

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string(),
  name: z.string(),
  service: z.string(),
});

/** A span that a process exported over gRPC. */
export type CollectedSpan = z.infer<typeof spanSchema>;

/** Receives traces over gRPC, as the API server exports them. */
export class OtlpCollector {
  /** `HOST:PORT`. */
  readonly endpoint: string;
  readonly #service: ChildService;
  readonly #folder: string;

  private constructor(endpoint: string, service: ChildService, folder: string) {
    this.endpoint = endpoint;
    this.#service = service;
    this.#folder = folder;
  }

  static async start(): Promise<OtlpCollector> {
    const program = await controlPlaneProgram(() => undefined);
    const folder = await mkdtemp(join(tmpdir(), "postern-otlp-"));
    const { file, args } = program("otlp-receiver");
    const service = new ChildService({
      name: "otlp-receiver",
      file,
      args: [...args],
      logFile: join(folder, "spans.log"),
    });
    await service.waitUntil(async () => /"port":\d+/.test(service.log()), START_PATIENCE_MS);
    const port = /"port":(\d+)/.exec(service.log())?.[1];
    return new OtlpCollector(`127.0.0.1:${port}`, service, folder);
  }

  /** All spans so far. */
  spans(): readonly CollectedSpan[] {
    return this.#service
      .log()
      .split("\n")
      .filter((line) => line.includes('"traceId"') && line.endsWith("}"))
      .map((line) => spanSchema.parse(JSON.parse(line)));
  }

  async stop(): Promise<void> {
    await this.#service.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
