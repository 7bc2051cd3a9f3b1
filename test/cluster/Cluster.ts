import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { patience } from "../run/speedFactor.ts";
import { ChildService, type ServiceCommand } from "./ChildService.ts";
import { ClusterClient, type ClusterPlace } from "./ClusterClient.ts";
import type { ComponentProgram } from "./controlPlaneProgram.ts";
import type { TestCa } from "./TestCa.ts";

/** In milliseconds, on the reference machine. */
const RESTART_PATIENCE = 90_000;

/** A control plane that this process started, and stops. */
export class Cluster extends ClusterClient {
  /** Signed its API server's certificate, and those of its clients. */
  readonly ca: TestCa;
  readonly #program: ComponentProgram;
  readonly #controlPlane: readonly ChildService[];
  readonly #others: ChildService[] = [];

  constructor(place: ClusterPlace, program: ComponentProgram, ca: TestCa, controlPlane: readonly ChildService[]) {
    super(place, program);
    this.ca = ca;
    this.#program = program;
    this.#controlPlane = controlPlane;
  }

  /** A component of the control plane, by its name. */
  service(name: string): ChildService {
    const service = this.#controlPlane.find((one) => one.name === name);
    if (service === undefined) throw new Error(`the cluster has no ${name}`);
    return service;
  }

  /** Ends the API server at once and starts it again. Resolves when it is ready; nothing else of the cluster is touched. */
  async restartApiServer(): Promise<void> {
    const apiServer = this.service("kube-apiserver");
    await apiServer.restart("SIGKILL");
    const isReady = (): Promise<boolean> =>
      this.api.get("/readyz").then(
        ({ status }) => status === 200,
        () => false,
      );
    await apiServer.waitUntil(isReady, patience(RESTART_PATIENCE));
  }

  /** Runs something else beside the control plane, which is stopped before it. */
  async run(command: Omit<ServiceCommand, "logFile">): Promise<ChildService> {
    await mkdir(join(this.place.folder, "logs"), { recursive: true });
    const service = new ChildService({ ...command, logFile: join(this.place.folder, "logs", `${command.name}.log`) });
    this.#others.push(service);
    return service;
  }

  /** Runs another component of the binary, with a kubeconfig that may do everything. */
  runComponent(component: string, args: readonly string[]): Promise<ChildService> {
    const { file, args: before } = this.#program(component);
    return this.run({
      name: component,
      file,
      args: [...before, `--kubeconfig=${join(this.place.folder, "components.kubeconfig")}`, ...args],
    });
  }

  /** Stops everything that belongs to it and removes its folder. */
  async stop(): Promise<void> {
    this.close();
    await Promise.all(this.#others.map((service) => service.stop()));
    // Nothing of the control plane's state is kept, so that it need not end in good order.
    await Promise.all(this.#controlPlane.map((service) => service.stop("SIGKILL")));
    await rm(this.place.folder, { recursive: true, force: true });
  }
}
