import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import * as z from "zod/mini";
import { PosternProcess } from "../../cli/PosternProcess.ts";
import { nginxBinary } from "../../nginx/nginxBinary.ts";
import { patience } from "../../run/speedFactor.ts";
import { pairOfNow, SidecarBed } from "./SidecarBed.ts";

const binary = await nginxBinary();
const container = z.object({ name: z.string(), args: z.optional(z.array(z.string())) });
const schema = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({ initContainers: z.array(container), containers: z.array(container) }),
    }),
  }),
});
const FOLDER = fileURLToPath(new URL("../../../infra/kubernetes/components/tls-sidecar", import.meta.url));
const { initContainers, containers } = schema.parse(parse(readFileSync(join(FOLDER, "deployment.yaml"), "utf8"))).spec
  .template.spec;

describe.skipIf(binary === undefined)(
  "the containers of the tls-sidecar component (skipped without nginx: apt-get install nginx-light)",
  () => {
    const ends: (() => Promise<void> | void)[] = [];
    afterEach(async () => {
      for (const end of ends.splice(0).reverse()) await end();
    });

    it(
      "start with their written arguments, and switch the certificate",
      async () => {
        const bed = await SidecarBed.create(binary ?? "");
        ends.push(() => bed.stop());
        const [first, standby, second] = await Promise.all([pairOfNow(), pairOfNow({ key: "p256-c" }), pairOfNow()]);
        bed.swap("main", first);
        bed.swap("standby", standby);
        // Paths and ports of the Pod, mapped to this machine.
        const run = join(dirname(bed.out), "run");
        const tmp = join(dirname(bed.out), "tmp");
        for (const folder of [run, tmp]) mkdirSync(folder);
        const places: Readonly<Record<string, string>> = {
          "/etc/tls-main": join(bed.source.path, "main"),
          "/etc/tls-standby": join(bed.source.path, "standby"),
          "/run/tls": bed.out,
          "/run/nginx": run,
          "/tmp": tmp,
          "8443": String(bed.nginx.port),
          "9465": "0",
        };
        const placed = (text: string): string =>
          text.replaceAll(/\/etc\/tls-\w+|\/run\/\w+|\/tmp\b|\b\d{4}\b/g, (place) => places[place] ?? place);
        const argsOf = (name: string): string[] =>
          [...initContainers, ...containers].find((it) => it.name === name)?.args?.map(placed) ?? [];

        const init = new PosternProcess(argsOf("first-certificate"), bed.source.path);
        ends.push(() => init.kill());
        expect(await init.exit(), init.err).toBe(0);
        writeFileSync(join(bed.nginx.folder, "nginx.conf"), placed(readFileSync(join(FOLDER, "nginx.conf"), "utf8")));
        await bed.nginx.start();
        expect(await bed.nginx.served()).toBe(first.serial);
        bed.sidecar = new PosternProcess(argsOf("tls-sidecar"), bed.source.path);
        await bed.ready();
        bed.swap("main", second);
        await bed.serves(second);
        await bed.logged('"result":"switched"', 1);
        await bed.ready();
      },
      patience(60_000),
    );
  },
);
