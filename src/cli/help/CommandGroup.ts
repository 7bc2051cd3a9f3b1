/** Commands that serve one task. */
export interface CommandGroup {
  readonly heading: string;
  /** What each command does, in one line of the help. */
  readonly commands: Readonly<Record<string, string>>;
}

/**
 * The commands of `postern --help` by task, in the order in which they are printed. A test fails for a command that is in
 * no group.
 */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  {
    heading: "Write and test policies:",
    commands: {
      init: "make a project: a gate, its tests and its deployment",
      new: "write a policy with its tests, and add it to the gate",
      test: "test policies by tables of cases",
      review: "judge manifests, or captured reviews, without a server",
      explain: "print what built-in policies do, or which judge a field",
      replay: "judge recorded reviews, or a cluster, with another gate",
    },
  },
  {
    heading: "Run a gate:",
    commands: {
      dev: "run a gate on this machine, and rebuild it on change",
      serve: "serve a gate from Node",
      announce: "publish which URL and roots come next",
    },
  },
  {
    heading: "Register and check clusters:",
    commands: {
      render: "print the registrations of a cluster, or compare them",
      install: "print what runs in a cluster, such as the sync",
      uninstall: "print what to delete, in the order in which no call fails",
      enroll: "print the settings with which a gate knows a cluster",
      sync: "keep caBundle and URL of registrations in step",
      doctor: "find what is wrong with a URL or a cluster, and what to do",
    },
  },
  {
    heading: "Certificates and keys:",
    commands: {
      rollout: "roll workloads when their certificate is renewed",
      "tls-sidecar": "keep the certificate of another server up to date",
      keys: "make, rotate, drop and list the keys of capabilities",
    },
  },
  {
    heading: "Records:",
    commands: {
      records: "verify, prove, query and export decision records",
    },
  },
  {
    heading: "This command:",
    commands: {
      completion: "print the completions of a shell",
      help: "print the help of a command",
    },
  },
];
