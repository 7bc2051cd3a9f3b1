import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { patience } from "../run/speedFactor.ts";
import type { ComponentProgram } from "./build/controlPlaneProgram.ts";
import { ChildService, type ServiceCommand } from "./ChildService.ts";
import { ClusterClient, type ClusterPlace } from "./ClusterClient.ts";
import type { TestCa } from "./TestCa.ts";

/** On the reference machine. */
const RESTART_PATIENCE_MS = 90_000;

/** A control plane that this process has started. */
export class Cluster extends ClusterClient {
  /** The CA of the certificates of the API server and its clients. */
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

  /** A component of the control plane, by name. Throws for an unknown name. */
  service(name: string): ChildService {
    const service = this.#controlPlane.find((one) => one.name === name);
    if (service === undefined) throw new Error(`the cluster has no ${name}`);
    return service;
  }

  /** Kills the API server and starts it again. Resolves when it is ready. The other components keep running. */
  async restartApiServer(): Promise<void> {
    const apiServer = this.service("kube-apiserver");
    await apiServer.restart("SIGKILL");
    const isReady = (): Promise<boolean> =>
      this.api.get("/readyz").then(
        ({ status }) => status === 200,
        () => false,
      );
    await apiServer.waitUntil(isReady, patience(RESTART_PATIENCE_MS));
  }

  /** Runs another service with the cluster. `stop` ends it before the control plane. */
  async run(command: Omit<ServiceCommand, "logFile">): Promise<ChildService> {
    await mkdir(join(this.place.folder, "logs"), { recursive: true });
    const service = new ChildService({ ...command, logFile: join(this.place.folder, "logs", `${command.name}.log`) });
    this.#others.push(service);
    return service;
  }

  /** Runs another component of the binary with the kubeconfig of a cluster administrator. */
  runComponent(component: string, args: readonly string[]): Promise<ChildService> {
    const { file, args: before } = this.#program(component);
    return this.run({
      name: component,
      file,
      args: [...before, `--kubeconfig=${join(this.place.folder, "components.kubeconfig")}`, ...args],
    });
  }

  /** Stops all services and removes the folder. */
  async stop(): Promise<void> {
    this.close();
    await Promise.all(this.#others.map((service) => service.stop()));
    // The state of the control plane is discarded, so a clean shutdown is not necessary.
    await Promise.all(this.#controlPlane.map((service) => service.stop("SIGKILL")));
    await rm(this.place.folder, { recursive: true, force: true });
  }
}
