import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { prepareFolder } from "../../../src/cli/dev/prepareFolder.ts";
import { CliError } from "../../../src/cli/terminal/CliError.ts";
import { InputFolder } from "../InputFolder.ts";

let folder: InputFolder;
let path: string;
beforeEach(() => {
  folder = new InputFolder();
  path = `${folder.path}/.postern`;
});
afterEach(() => folder.remove());

async function fault(): Promise<string> {
  const error: unknown = await prepareFolder(path).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof CliError)) throw new Error(`expected a CliError, got ${String(error)}`);
  expect(error.code).toBe("bad-local-ca");
  return error.message.replaceAll(folder.path, "");
}
const git = (...args: string[]): unknown =>
  execFileSync("git", ["-c", "user.name=x", "-c", "user.email=x@example.com", ...args], {
    cwd: folder.path,
    stdio: "pipe",
  });

it("prepareFolder creates a folder that only its user can read and that git ignores", async () => {
  expect(await prepareFolder(path)).toEqual([]);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(readFileSync(`${path}/.gitignore`, "utf8")).toBe("*\n");
  expect(await prepareFolder(path)).toEqual([]);
  mkdirSync(`${path}/records`);
  expect(await prepareFolder(path)).toEqual([]);
});

describe("prepareFolder refuses, and does not touch what a link names,", () => {
  it("a folder that is a link", async () => {
    const target = `${folder.path}/target`;
    mkdirSync(target, { mode: 0o755 });
    folder.link(".postern", target);
    expect(await fault()).toBe("/.postern is a symbolic link; delete it, postern dev creates a new one");
    expect(statSync(target).mode & 0o777).toBe(0o755);
  });

  it.each(["ca.pem", "ca-key.pem", "localhost.pem", "localhost-key.pem", ".gitignore", "registration.yaml", "other"])(
    "a link %s",
    async (name) => {
      const target = folder.write("target", "content");
      folder.link(`.postern/${name}`, target);
      expect(await fault()).toBe(`/.postern/${name} is a symbolic link; delete it, postern dev creates a new one`);
      expect(readFileSync(target, "utf8")).toBe("content");
    },
  );

  it.each(["log.db", "segments", "segments/local/0.jsonl"])("a link %s below the records", async (name) => {
    const target = `${folder.path}/target`;
    folder.link(`.postern/records/${name}`, target);
    expect(await fault()).toBe(
      `/.postern/records/${name} is a symbolic link; delete it, postern dev creates a new one`,
    );
    expect(existsSync(target)).toBe(false);
  });

  it("a link to nothing", async () => {
    folder.link(".postern/registration.yaml", `${folder.path}/none`);
    expect(await fault()).toMatch(/^\/\.postern\/registration\.yaml is a symbolic link/);
  });

  it("a folder in the place of a file", async () => {
    mkdirSync(`${path}/ca.pem`, { recursive: true });
    expect(await fault()).toBe("/.postern/ca.pem is not a file; move it to another place");
  });
});

describe("prepareFolder says what to do about", () => {
  it("a file in its place", async () => {
    folder.write(".postern", "");
    expect(await fault()).toBe("/.postern, the folder for the local CA, is a file; move it to another place");
  });

  it("a file above it", async () => {
    folder.write("file", "");
    path = `${folder.path}/file/.postern`;
    expect(await fault()).toBe(
      "/file/.postern, the folder for the local CA, is below a file; move this file to another place",
    );
  });

  it.runIf(process.getuid?.() !== 0)("a folder that may not be written", async () => {
    mkdirSync(`${folder.path}/closed`, { mode: 0o500 });
    path = `${folder.path}/closed/.postern`;
    expect(await fault()).toBe(
      "/closed/.postern, the folder for the local CA, may not be written; change its mode or that of the folder above, or run postern dev in another folder",
    );
  });
});

describe("prepareFolder refuses a CA that is in a git repository,", () => {
  it.each<[what: string, ignore: string]>([
    ["added", ""],
    ["added although it is ignored", ".postern/\n"],
  ])("%s", async (_what, ignore) => {
    git("init", "--quiet");
    folder.write(".gitignore", ignore);
    folder.write(".postern/ca.pem", "x");
    folder.write(".postern/ca-key.pem", "x");
    git("add", "--force", ".postern/ca-key.pem");
    const removal = "run git rm -r --cached /.postern, and delete /.postern";
    expect(await fault()).toBe(
      `/.postern/ca-key.pem is in the git repository, so others may know the key of the CA; ${removal}`,
    );
    git("rm", "-r", "--quiet", "--cached", ".postern");
    chmodSync(`${path}/ca-key.pem`, 0o600);
    expect(await prepareFolder(path)).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)("of another user, run by root", async () => {
    git("init", "--quiet");
    folder.write(".postern/ca.pem", "x");
    git("add", "--force", ".postern/ca.pem");
    for (const path of [folder.path, `${folder.path}/.git`]) chownSync(path, 1000, 1000);
    expect(await fault()).toMatch(/^\/\.postern\/ca\.pem is in the git repository/);
  });

  it("also in a folder of the repository below its top", async () => {
    git("init", "--quiet");
    folder.write("deep/.postern/ca.pem", "x");
    git("add", "--force", "deep/.postern/ca.pem");
    path = `${folder.path}/deep/.postern`;
    expect(await fault()).toMatch(/^\/deep\/\.postern\/ca\.pem is in the git repository/);
  });
});

it("prepareFolder doubts a key that other users could read", async () => {
  folder.write(".postern/ca-key.pem", "x");
  chmodSync(`${path}/ca-key.pem`, 0o644);
  expect(await prepareFolder(path)).toEqual([
    `other users could read ${path}/ca-key.pem; delete ${path} if you did not create it, and a new CA is created`,
  ]);
  chmodSync(`${path}/ca-key.pem`, 0o600);
  expect(await prepareFolder(path)).toEqual([]);
});
