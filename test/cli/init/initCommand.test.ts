import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { RUNTIMES } from "../../../src/cli/init/Project.ts";
import { parseSyncConfig } from "../../../src/sync/goal/parseSyncConfig.ts";
import { InputFolder } from "../InputFolder.ts";
import { insideFolder } from "../insideFolder.ts";
import { type Ran, runPostern } from "../runPostern.ts";

let folder: InputFolder;
beforeEach(() => {
  folder = new InputFolder();
  folder.write("postern.tgz", gzipSync("a tarball"));
});
afterEach(() => folder.remove());

const postern = (...args: string[]): Promise<Ran> => insideFolder(folder.path, () => runPostern(args));
const init = (...args: string[]): Promise<Ran> => postern("init", ...args, "--package", "postern.tgz");
const read = (name: string): string => readFileSync(join(folder.path, name), "utf8");
/** All files of a folder. */
const all = (name: string): string[] =>
  readdirSync(join(folder.path, name), { recursive: true, withFileTypes: true })
    .filter((it) => !it.isDirectory())
    .map((it) => join(it.parentPath, it.name).slice(folder.path.length + 1))
    .sort();

describe("postern init", () => {
  it.each(RUNTIMES)("writes a project for %s with defaults, whose tests are green", async (runtime) => {
    const { code, out, err } = await init(runtime, "gate");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const files = all("gate");
    for (const file of files) expect(out).toContain(`written  ${file}`);
    expect(files).toEqual(expect.arrayContaining(["gate/gate.ts", "gate/package.json", "gate/vendor/postern.tgz"]));
    const { dependencies, scripts } = JSON.parse(read("gate/package.json"));
    expect(dependencies).toEqual({ postern: "file:vendor/postern.tgz" });
    expect(Object.keys(scripts)).toEqual(
      expect.arrayContaining(["dev", "test", "types", "build", "deploy:staging", "deploy:production"]),
    );
    expect(await insideFolder(join(folder.path, "gate"), () => runPostern(["test"]))).toMatchObject({
      code: 0,
      out: expect.stringContaining("5 passed, 0 failed"),
    });
  });

  it.each(RUNTIMES)("writes configs for %s that render, sync and install take", async (runtime) => {
    await init(runtime, "gate");
    const inside = (...args: string[]): Promise<Ran> => insideFolder(join(folder.path, "gate"), () => runPostern(args));
    const rendered = await inside(
      ..."render --gate gate.ts --cluster production --url https://gate.example.com".split(" "),
    );
    expect(rendered).toMatchObject({ code: 0, out: expect.stringContaining("kind: ValidatingWebhookConfiguration") });
    expect(await inside("install")).toMatchObject({ code: 0, out: expect.stringContaining("kind: CronJob") });
    expect(await inside("review", "--gate", "gate.ts", "--cluster", "staging", "manifests")).toMatchObject({ code: 0 });
  });

  it("gives each environment a key of its own, which only the owner can read, and Git ignores", async () => {
    await init("node", "gate");
    const keys = ["staging", "production"].map((name) => JSON.parse(read(`gate/.secrets/signing-key.${name}.json`)));
    expect(keys[0].x).not.toBe(keys[1].x);
    expect(statSync(join(folder.path, "gate/.secrets/signing-key.staging.json")).mode & 0o777).toBe(0o600);
    const git = (...args: string[]): string =>
      execFileSync("git", args, { cwd: join(folder.path, "gate"), encoding: "utf8" });
    git("init", "--quiet");
    expect(git("ls-files", "--others", "--exclude-standard")).not.toContain(".secrets");
    const readFile = (): never => {
      throw new Error("the config names no file");
    };
    const config = await parseSyncConfig({ name: "sync.yaml", text: read("gate/sync.yaml"), readFile });
    expect(config).toMatchObject({ hosts: ["gate.example.com"], publicKey: { x: keys[1].x } });
    expect(all("gate").filter((file) => read(file).includes(keys[1].d))).toEqual([
      "gate/.secrets/signing-key.production.json",
    ]);
  });

  it("takes its values from flags, wherever they stand", async () => {
    await init(
      "cloudflare",
      "a",
      "--name",
      "hooks",
      "--domain",
      "hooks.example.org",
      "--cluster",
      "eu-1",
      "--cluster",
      "us",
    );
    expect(read("a/wrangler.toml")).toContain('pattern = "hooks.example.org"');
    expect(read("a/wrangler.toml")).toContain('pattern = "hooks-staging.example.org"');
    expect(read("a/wrangler.toml")).toContain('name = "hooks-production"');
    expect(read("a/gate.ts")).toContain('"eu-1": {');
    expect(parse(read("a/sync.yaml"))).toMatchObject({ cluster: "eu-1", hosts: ["hooks.example.org"] });
    const { code, out } = await init("lambda", "b", "--domain", "example.org", "--output", "json");
    expect({ code, ...JSON.parse(out) }).toMatchObject({
      code: 0,
      runtime: "lambda",
      folder: "b",
      name: "gate",
      domains: { staging: "staging.example.org", production: "example.org" },
      clusters: ["production", "staging"],
      files: expect.arrayContaining(["gate.ts", "vendor/postern.tgz"]),
    });
    expect(read("b/serverless.yml")).toContain('- httpApi: "*"');
    expect(parse(read("b/.github/workflows/gate.yml")).permissions).toEqual({ contents: "read" });
  });

  it("quotes names that YAML would read as something else", async () => {
    await init("lambda", "a", "--name", "null", "--domain", "1.e5", "--cluster", "1", "--cluster", "true");
    const { service, params } = parse(read("a/serverless.yml"), { logLevel: "silent" });
    expect([service, params.staging.domain, params.production.domain]).toEqual(["null", "staging.1.e5", "1.e5"]);
    expect(parse(read("a/sync.yaml"))).toMatchObject({ cluster: "1", hosts: ["1.e5"] });
    expect(parse(read("a/gate.test.yaml")).cluster).toBe("1");
    expect(await insideFolder(join(folder.path, "a"), () => runPostern(["test"]))).toMatchObject({ code: 0 });
  });

  it("makes no folder that a path only passes through", async () => {
    expect(await init("cloudflare", "./x/../y")).toMatchObject({
      code: 0,
      out: expect.stringContaining("cd y && npm install"),
    });
    expect(readdirSync(folder.path).sort()).toEqual(["postern.tgz", "y"]);
  });

  it("takes a name for another runtime than Lambda that Parameter Store would refuse", async () => {
    expect(await init("node", "aws-gate")).toMatchObject({ code: 0 });
    expect(JSON.parse(read("aws-gate/package.json")).name).toBe("aws-gate");
    await init("lambda", "ssm/aws-gate");
    expect(JSON.parse(read("ssm/aws-gate/package.json")).name).toBe("gate");
  });

  it("reviews with client certificates, and says nothing of callers", async () => {
    await init("lambda", "gate", "--mtls");
    const review = (...args: string[]): Promise<Ran> =>
      insideFolder(join(folder.path, "gate"), () => runPostern(["review", "--gate", "gate.ts", ...args, "manifests"]));
    expect(await review("--cluster", "production")).toMatchObject({ code: 0, err: "" });
    expect(await review("--against", "gate.ts")).toMatchObject({ code: 0, err: "" });
  });

  it("writes into the working folder without DIR, and a policy can be added there", async () => {
    expect(await init("node")).toMatchObject({ code: 0 });
    expect(await postern("new", "policy", "second", "--gate", "gate.ts")).toMatchObject({
      code: 0,
      out: expect.stringContaining("+  policies: [requireTeam, ...baseline.policies, second],"),
    });
  });
});

describe("the README of a project", () => {
  /** Step 2 to 5, by their numbers. */
  const steps = (name: string): string[] => read(`${name}/README.md`).split(/^\*\*(?=\d\. )/m);

  it.each<[what: string, args: string[]]>([
    ["lambda with a Function URL", ["lambda"]],
    ["lambda with an API", ["lambda", "--endpoint", "api-gateway"]],
    ["cloudflare", ["cloudflare"]],
    ["node", ["node"]],
  ])("names each file with an example as host, and has it in no command: %s", async (_, [runtime = "", ...args]) => {
    await init(runtime, "gate", ...args);
    const hosts = /gate(?:-staging)?\.example\.com/;
    const named = all("gate").filter((file) => file !== "gate/README.md" && hosts.test(read(file)));
    expect(named).toEqual(expect.arrayContaining(["gate/package.json", "gate/postern.yaml", "gate/sync.yaml"]));
    const [, , deploy = "", ...later] = steps("gate");
    for (const file of named) expect(deploy).toContain(`\`${file.slice("gate/".length)}\``);
    expect(later.join("")).not.toMatch(hosts);
    expect(later.join("")).toContain("npm run --silent render -- --sync |");
  });

  it("applies to the named cluster only, and says how another one is registered", async () => {
    await init("node", "gate", "--cluster", "eu", "--cluster", "us", "--domain", "hooks.example.org");
    const commands = read("gate/README.md").match(/kubectl apply.*|postern (?:doctor|enroll|sync) .*/g) ?? [];
    expect(commands).toHaveLength(6);
    for (const command of commands) expect(command).toContain("--context eu");
    const { render } = JSON.parse(read("gate/package.json")).scripts;
    expect(read("gate/README.md")).toContain("`npm run --silent render -- --cluster NAME`");
    const args = `${render.replace(/^postern /, "")} --cluster us`.split(" ");
    const { out } = await insideFolder(join(folder.path, "gate"), () => runPostern(args));
    expect(out).toContain("https://hooks.example.org/c/us/");
    expect(out).not.toContain("/c/eu/");
  });

  it("has the API server present its certificate before it is registered, and asks with one", async () => {
    await init("lambda", "gate", "--mtls", "--domain", "hooks.example.org");
    const [, , deploy, third, fourth] = steps("gate");
    expect(deploy).toContain("curl --cert client.crt --key client.key https://hooks-staging.example.org/readyz");
    expect(third).toMatch(/^3\. Say who may call[\s\S]*--admission-config/);
    expect(fourth).toMatch(/^4\. Register it/);
    expect(read("gate/gate.ts")).toContain("Step 3 of README.md");
    await init("lambda", "open");
    expect(steps("open")[4]).toMatch(/^4\. Say who may call/);
    expect(read("open/gate.ts")).toContain("Step 4 of README.md");
  });

  it("runs a container with the key and the volume of its records", async () => {
    await init("node", "gate", "--records", "compliance");
    const deploy = steps("gate")[2] ?? "";
    expect(deploy).toMatch(/^npx --no postern records key \.secrets\/records-key\.staging\.json > /m);
    const run = /^docker run .*$/m.exec(deploy)?.[0];
    expect(run).toContain('--env POSTERN_RECORDS_KEY="$(cat .secrets/records-key.staging.json)"');
    expect(run).toContain("--volume gate-staging-records:/var/lib/postern");
    expect(read("gate/Dockerfile")).toContain('VOLUME ["/var/lib/postern"]');
    for (const environment of ["staging", "production"])
      expect(read(`gate/${environment}.env`)).toMatch(
        new RegExp(`^# +POSTERN_RECORDS_KEY .*records key \\.secrets/records-key\\.${environment}\\.json$`, "m"),
      );
    await init("node", "log");
    expect(`${read("log/README.md")}${read("log/staging.env")}`).not.toMatch(/RECORDS_KEY|--volume/);
  });
});

describe("postern init writes nothing", () => {
  it("when the working folder is gone", async () => {
    mkdirSync(join(folder.path, "gone"));
    const ran = insideFolder(join(folder.path, "gone"), () => {
      folder.remove();
      return runPostern(["init", "cloudflare", "d"]);
    });
    expect(await ran).toEqual({
      code: 2,
      out: "",
      err: "postern: the working folder is gone; change to a folder that is there\n",
    });
  });

  it("from a terminal, when an option or the folder cannot be: it asks nothing in vain", async () => {
    folder.write("gate/sync.yaml", "mine");
    const ask = (stdin: string, ...args: string[]): Promise<Ran> =>
      insideFolder(folder.path, () =>
        runPostern(["init", ...args, "--package", "postern.tgz"], { stdin, isTTY: true, env: { NO_COLOR: "1" } }),
      );
    const [question] = (await ask("", "node")).err.split(":");
    expect(question).toBe("Folder of the project (gate)");
    expect((await ask("node\n", "--mtls")).err).toMatch(/^Where [^:]*: postern: --mtls is for lambda[^\n]*\n$/);
    expect((await ask("", "node", "gate")).err).toMatch(/^postern: gate\/sync\.yaml: is there already[^\n]*\n$/);
    expect((await ask("gate\nfree\n\n\n\n\n", "node")).err).toMatch(
      /^Folder [^:]*: gate\/sync\.yaml: is there already[^\n]*\nFolder [^:]*: Name /,
    );
    expect(all("free")).toContain("free/gate.ts");
  });

  it("when a file is there, and leaves it as it is", async () => {
    folder.write("gate/sync.yaml", "mine");
    const before = all("gate");
    expect(await init("node", "gate")).toEqual({
      code: 2,
      out: "",
      err: "postern: gate/sync.yaml: is there already, and is not overwritten; nothing is written: choose another folder\n",
    });
    expect([all("gate"), read("gate/sync.yaml")]).toEqual([before, "mine"]);
  });

  it.each([
    ["a link that leads nowhere in the place of a file", "gate/gate.ts", "nowhere"],
    ["a link in the place of a folder", "gate/policies", ".."],
    ["a link in the place of a hidden folder", "gate/.github", "/tmp"],
  ])("with %s", async (_, name, target) => {
    folder.link(name, target);
    expect(await init("node", "gate")).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${name}: is there already`),
    });
    expect(readdirSync(join(folder.path, "gate"))).toHaveLength(1);
  });

  it("into a file, or where it must not write, and leaves no folder behind", async () => {
    folder.write("file", "mine");
    expect(await init("node", "file")).toMatchObject({
      code: 2,
      err: expect.stringContaining("file: is there already and is no folder"),
    });
    expect(await init("node", "file/gate")).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^postern: file\/gate: .*\n$/),
    });
    expect(await init("node", "")).toMatchObject({
      code: 2,
      err: expect.stringContaining("the folder is an empty path"),
    });
    expect(await init("node", "/proc/gate/here")).toMatchObject({
      code: 2,
      err: expect.stringContaining("nothing is written"),
    });
    mkdirSync(join(folder.path, "there"));
    folder.write("there/policies/other.ts", "");
    expect(await init("node", "there")).toMatchObject({ code: 0 });
    expect(all(".").filter((file) => file.includes(".postern-init"))).toEqual([]);
  });

  const quoted = `x" }\n[env.staging.vars]\nA = "b`;
  it.each<[string, string[], RegExp]>([
    ["no runtime", [], /name where the gate runs: postern init cloudflare\|lambda\|node/],
    ["another runtime", ["vercel"], /'vercel' is invalid.*cloudflare, lambda, node/],
    ["a name with quotes", ["node", "--name", quoted], /--name .* is not valid/],
    ["a name with capitals", ["node", "--name", "Gate"], /--name "Gate" is not valid/],
    ["a long name", ["node", "--name", "a".repeat(25)], /--name .* is not valid/],
    ["a name that Parameter Store refuses", ["lambda", "--name", "aws-gate"], /--name "aws-gate" .*not aws or ssm/],
    ["another such name", ["lambda", "--name", "ssm-gate"], /--name "ssm-gate" .*not aws or ssm/],
    ["a name of one letter", ["node", "--name", "a"], /--name "a" is not valid/],
    ["a domain that injects TOML", ["cloudflare", "--domain", quoted], /--domain .* is not valid/],
    ["a domain that injects YAML", ["lambda", "--domain", "a.b\nservice: x"], /--domain .* is not valid/],
    ["a domain with a variable", ["lambda", "--domain", "$(id).example.com"], /--domain .* is not valid/],
    ["a URL as domain", ["node", "--domain", "https://gate.example.com"], /--domain .* is not valid/],
    ["a domain with a port", ["node", "--domain", "gate.example.com:8443"], /--domain .* is not valid/],
    ["an address as domain", ["node", "--domain", "10.0.0.1"], /--domain "10.0.0.1" is not valid/],
    ["a domain of one label", ["node", "--domain", "localhost"], /--domain "localhost" is not valid/],
    ["a long label", ["node", "--domain", `${"a".repeat(64)}.example.com`], /--domain .* is not valid/],
    [
      "a domain whose host of staging is too long",
      ["node", "--domain", `${"a".repeat(62)}.example.com`],
      /--domain "a+\.example\.com" is too long: .* more than 63 characters.*; name the host of staging with --staging-domain/,
    ],
    ["a domain with a dot at its end", ["node", "--domain", "example.com."], /--domain .* is not valid/],
    [
      "one domain for both",
      ["node", "--domain", "a.b.c", "--staging-domain", "a.b.c"],
      /--staging-domain is that of production/,
    ],
    ["a cluster that injects code", ["node", "--cluster", `a": {}, x: "`], /--cluster .* is not valid/],
    ["a cluster that injects a command", ["node", "--cluster", "a;id"], /--cluster "a;id" is not valid/],
    ["a cluster with a dot", ["node", "--cluster", "a.b"], /--cluster "a.b" is not valid: .*without '\.'/],
    ["a long cluster", ["node", "--cluster", "a".repeat(64)], /--cluster .* is not valid: expected at most 63/],
    ["an empty cluster", ["node", "--cluster", ""], /--cluster "" is not valid/],
    ["a cluster twice", ["node", "--cluster", "a", "--cluster", "a"], /--cluster a is given twice/],
    ["a region with a command", ["lambda", "--region", "eu-central-1; id"], /--region .* is not valid/],
    ["an image with a tag", ["node", "--image", "registry.example.com/gate:1"], /--image .* is not valid/],
    ["an image with a command", ["node", "--image", "gate && id"], /--image .* is not valid/],
    ["an option of another runtime", ["node", "--region", "eu-central-1"], /--region is for lambda, not for node/],
    ["mTLS without an API", ["lambda", "--mtls", "--endpoint", "function-url"], /use --endpoint api-gateway/],
    [
      "a domain without an API",
      ["lambda", "--domain", "a.b.c", "--endpoint", "function-url"],
      /use --endpoint api-gateway/,
    ],
    ["a queue on Lambda", ["lambda", "--records", "latency"], /--records latency is for cloudflare/],
    ["too many arguments", ["node", "a", "b"], /too many arguments for 'init': b;/],
  ])("for %s, in one line", async (_, args, says) => {
    const before = all(".");
    const { code, out, err } = await init(...args);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(says);
    expect(err).toMatch(/^postern: [^\n]*\n$/);
    expect(all(".")).toEqual(before);
  });

  it.each<[string, string, RegExp]>([
    ["is not there", "other.tgz", /--package, other\.tgz, cannot be read: does not exist/],
    ["is a folder", ".", /--package, \., cannot be read: is a folder/],
    ["is no tarball", "text.tgz", /--package, text\.tgz, is no tarball/],
    ["is empty", "", /--package: an empty path was given/],
    ["injects a key", 'https://a/"b', /cannot be read/],
  ])("when the package %s", async (_, file, says) => {
    folder.write("text.tgz", "text");
    const { code, err } = await postern("init", "node", "gate", "--package", file);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(says) });
    expect(all(".")).toEqual(["postern.tgz", "text.tgz"]);
  });
});
