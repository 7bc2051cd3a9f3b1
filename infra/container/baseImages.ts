/** An image of another project that this repository uses, and the line that has its reference. */
export interface BaseImage {
  /** The text of the line before the reference. */
  readonly line: string;
  /** Relative to the repository. */
  readonly file: string;
  /** Name and tag, without a digest. */
  readonly tag: string;
}

/** Every image of another project. `npm run images` resolves their digests. */
export const baseImages: readonly BaseImage[] = [
  { file: "infra/container/Dockerfile", line: "ARG BUILD_IMAGE=", tag: "node:24-trixie-slim" },
  {
    file: "infra/container/Dockerfile",
    line: "ARG RUNTIME_IMAGE=",
    tag: "gcr.io/distroless/nodejs24-debian13:nonroot",
  },
  {
    file: "infra/kubernetes/components/tls-sidecar/deployment.yaml",
    line: "          image: ",
    tag: "nginxinc/nginx-unprivileged:1.29-alpine",
  },
];
