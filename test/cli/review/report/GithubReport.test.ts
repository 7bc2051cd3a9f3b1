import { afterAll, describe, expect, it } from "vitest";
import { HOSTILE, pod, ReportBed, writeEach, writeHostile } from "./ReportBed.ts";
import { rendered, workflowLog } from "./workflowLog.ts";

const bed = new ReportBed();
afterAll(() => bed.folder.remove());

/** The annotations of a job that runs the review. The runner reads both outputs. */
async function github(...args: string[]) {
  const { code, out, err } = await bed.run("github", args, { env: { GITHUB_WORKSPACE: bed.folder.path } });
  const log = workflowLog(out);
  expect(log.text).toEqual([]);
  expect(workflowLog(err).commands).toEqual([]);
  return { code, commands: log.commands, shown: rendered(log.commands), err };
}

describe("postern review --output github", () => {
  it("annotates the files, as GitHub renders them", async () => {
    const { code, shown, err } = await github(writeEach(bed));
    expect(code).toBe(1);
    expect(shown.filter((line) => !line.includes("[stamp]"))).toEqual([
      "error deploy/each.json#L1 [say-no] Pod shop/denied: no way",
      "warning deploy/each.json#L2 [say-maybe] Pod shop/warned: mind this",
      "warning deploy/each.json#L2 [say-maybe] Pod shop/warned: mind this",
      "notice deploy/each.json#L3 [watched] Pod shop/hidden: is watched",
      "notice deploy/each.json#L4 [disallow-latest-tag] Pod legacy/old: spec.containers[0].image: image 'registry.example.com/web:latest' has the tag 'latest' (excepted until 2027-03-01 (team-shop: the old shop is rebuilt, see SHOP-7))",
      "notice deploy/each.json#L6 [not judged] Secret shop/token: not judged: no policy was asked",
    ]);
    expect(err).toMatch(/^6 objects, 4 allowed, 1 denied, 1 not judged, 1 would be denied, 1 excepted\n$/);
  });

  it("has an input that cannot be read as an error, and exits with 2", async () => {
    bed.folder.write("broken, 100%.yaml", "apiVersion: v1\nkind: [\n");
    const { code, shown } = await github("broken, 100%.yaml", "gone.yaml");
    expect(code).toBe(2);
    expect(shown).toEqual([
      "error gone.yaml#L- [unreadable] does not exist",
      expect.stringMatching(/^error broken, 100%\.yaml#L2 \[unreadable\] kind: /),
    ]);
  });

  it("has an error for what is not judged with --fail-on-unjudged, a chart that is not rendered included", async () => {
    bed.folder.write("chart/Chart.yaml", "name: shop\n");
    bed.folder.write("chart/templates/pod.yaml", "apiVersion: v1\nkind: {{ .Values.kind }}\n");
    expect(await github("--fail-on-unjudged", "chart")).toMatchObject({
      code: 1,
      shown: [
        "error chart/templates/pod.yaml#L- [not judged] chart/templates/pod.yaml: a template of a Helm chart, not judged",
      ],
    });
    expect((await github("chart")).shown).toEqual([expect.stringMatching(/^warning /)]);
  });

  it("begins no other command with hostile names and messages of a megabyte", async () => {
    const { commands } = await github(writeHostile(bed));
    expect(new Set(commands.map(({ command }) => command))).toEqual(new Set(["error", "warning", "notice"]));
    for (const { properties } of commands) expect(Object.keys(properties)).toEqual(["file", "line", "title"]);
    const denials = commands.filter(({ command }) => command === "error");
    expect(denials.length).toBe(HOSTILE.length + 1);
    for (const { message } of commands) expect(message.length).toBeLessThan(60_000);
  });

  it.each(["text", "json", "sarif", "junit", "gitlab", "yaml"])(
    "begins no command as %s either, in a job of GitHub",
    async (output) => {
      bed.folder.write("::error::x ##[add-mask]y.yaml", "kind: [\n");
      const args = [writeHostile(bed), "::error::x ##[add-mask]y.yaml"];
      const { out, err } = await bed.run(output, args, { env: { GITHUB_ACTIONS: "true" } });
      // Objects as YAML are a file, and not for a log.
      expect(workflowLog(output === "yaml" ? err : out + err).commands).toEqual([]);
    },
  );

  it("names files from the folder of the repository", async () => {
    bed.write("sub/a.json", pod("a", { no: "x" }));
    const { out } = await bed.run("github", [`${bed.folder.path}/sub/a.json`], {
      env: { GITHUB_WORKSPACE: `${bed.folder.path}/sub` },
    });
    expect(out).toContain("::error file=a.json,line=1,title=say-no::Pod shop/a: x\n");
  });
});
