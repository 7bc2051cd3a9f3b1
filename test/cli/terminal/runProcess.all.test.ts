import { readdirSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { eventually } from "../../run/eventually.ts";
import { FleetKubeconfig } from "../fleet/FleetKubeconfig.ts";
import { InputFolder } from "../InputFolder.ts";
import { PosternProcess } from "../PosternProcess.ts";

const folder = new InputFolder();
const kubeconfig = new FleetKubeconfig();
let postern: PosternProcess | undefined;
afterEach(() => {
  postern?.kill();
  kubeconfig.stop();
  folder.remove();
});

it.runIf(process.platform === "linux")(
  "a command over all clusters has a thread for each of many host names that a name server does not answer",
  async () => {
    // One keeps the command running, and the name of the other is looked up.
    await kubeconfig.addBlackHole("hole");
    kubeconfig.add("named", { server: "https://localhost:1" });
    folder.write("kubeconfig", kubeconfig.text);
    postern = new PosternProcess(["doctor", "--all", "--kubeconfig", "kubeconfig"], folder.path);
    const { pid } = postern;
    const threads = await eventually("threads", () => {
      const count = readdirSync(`/proc/${pid}/task`).length;
      return count > 128 ? count : undefined;
    });
    expect(threads).toBeGreaterThan(128);
  },
);
