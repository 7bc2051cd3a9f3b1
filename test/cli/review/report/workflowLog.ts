/** A command of a workflow as a runner reads it from a line of a log. */
export interface WorkflowCommand {
  readonly command: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

const COMMANDS = [
  "error",
  "warning",
  "notice",
  "debug",
  "add-mask",
  "stop-commands",
  "group",
  "endgroup",
  "set-output",
  "save-state",
  "add-matcher",
  "echo",
];

/** The characters at which .NET ends a line, and with which it trims one. */
const LINES = /\r\n|\r|\n/;

/**
 * Reads a log as the runner of GitHub does: a line that begins with `::`, after blanks, is a command when it has a known name
 * and a second `::`; so is `##[NAME …]` anywhere in a line. Escapes of properties and of the message are decoded.
 */
export function workflowLog(log: string): {
  readonly commands: readonly WorkflowCommand[];
  readonly text: readonly string[];
} {
  const commands: WorkflowCommand[] = [];
  const text: string[] = [];
  for (const line of log.split(LINES)) {
    const command = newCommand(line) ?? oldCommand(line);
    if (command !== undefined) commands.push(command);
    else if (line !== "") text.push(line);
  }
  return { commands, text };
}

/** What a person sees of the annotations of a job. */
export function rendered(commands: readonly WorkflowCommand[]): string[] {
  return commands.map(({ command, properties, message }) => {
    const { file = "?", line = "-", title = "" } = properties;
    return `${command} ${file}#L${line} [${title}] ${message}`;
  });
}

function newCommand(line: string): WorkflowCommand | undefined {
  const start = line.trimStart();
  if (!start.startsWith("::")) return undefined;
  const end = start.indexOf("::", 2);
  if (end < 0) return undefined;
  const [command = "", ...rest] = start.slice(2, end).split(" ");
  if (!COMMANDS.includes(command)) return undefined;
  const decode = (text: string) => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n");
  const pairs = rest
    .join(" ")
    .trim()
    .split(",")
    .filter((it) => it !== "")
    .flatMap((pair) => {
      const equals = pair.indexOf("=");
      if (equals <= 0) return [];
      const value = decode(pair.slice(equals + 1))
        .replaceAll("%3A", ":")
        .replaceAll("%2C", ",")
        .replaceAll("%25", "%");
      return [[pair.slice(0, equals), value] as const];
    });
  return {
    command,
    properties: Object.fromEntries(pairs),
    message: decode(start.slice(end + 2)).replaceAll("%25", "%"),
  };
}

function oldCommand(line: string): WorkflowCommand | undefined {
  const start = line.indexOf("##[");
  const end = start < 0 ? -1 : line.indexOf("]", start);
  const [command = ""] = end < 0 ? [] : line.slice(start + 3, end).split(" ");
  return COMMANDS.includes(command) ? { command, properties: {}, message: line.slice(end + 1) } : undefined;
}
