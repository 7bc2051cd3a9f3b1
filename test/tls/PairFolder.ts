import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PairPaths } from "../../src/tls/pair/readSnapshot.ts";

/** A folder with certificates, as plain files or as the kubelet lays a Secret's volume out. */
export class PairFolder {
  readonly path = mkdtempSync(join(tmpdir(), "postern-tls-"));
  #revision = 0;

  paths(folder = ""): PairPaths {
    return { cert: join(this.path, folder, "tls.crt"), key: join(this.path, folder, "tls.key") };
  }

  /** Plain files, made anew whatever was in their place. */
  write({ cert, key }: { readonly cert: string; readonly key: string }): void {
    const paths = this.paths();
    for (const path of [paths.cert, paths.key]) rmSync(path, { recursive: true, force: true });
    writeFileSync(paths.cert, cert);
    writeFileSync(paths.key, key, { mode: 0o600 });
  }

  /** A Secret's volume in `folder`: all files at once, by renaming `..data`, as Kubernetes' AtomicWriter does. */
  swapVolume(folder: string, files: Readonly<Record<string, string>>): void {
    const volume = join(this.path, folder);
    mkdirSync(volume, { recursive: true });
    this.#revision += 1;
    const data = `..2026_07_01.${this.#revision}`;
    mkdirSync(join(volume, data));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(volume, data, name), text, { mode: 0o644 });
    symlinkSync(data, join(volume, "..data_tmp"));
    renameSync(join(volume, "..data_tmp"), join(volume, "..data"));
    for (const name of Object.keys(files)) {
      rmSync(join(volume, name), { force: true });
      symlinkSync(join("..data", name), join(volume, name));
    }
    for (const name of readdirSync(volume))
      if (name.startsWith("..2026") && name !== data) rmSync(join(volume, name), { recursive: true });
  }

  /**
   * Plain files in `folder`, each put in place by a rename, the certificate first. Where a Secret's volume was, they are in
   * force once its `..data` is gone.
   */
  renameFiles(folder: string, { cert, key }: { readonly cert: string; readonly key: string }): void {
    const paths = this.paths(folder);
    mkdirSync(join(this.path, folder), { recursive: true });
    for (const [path, text, mode] of [
      [paths.cert, cert, 0o644],
      [paths.key, key, 0o600],
    ] as const) {
      writeFileSync(`${path}.new`, text, { mode });
      renameSync(`${path}.new`, path);
    }
    rmSync(join(this.path, folder, "..data"), { force: true });
    for (const name of readdirSync(join(this.path, folder)))
      if (name.startsWith("..2026")) rmSync(join(this.path, folder, name), { recursive: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
