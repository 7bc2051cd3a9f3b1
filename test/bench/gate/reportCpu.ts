/**
 * Reports the port of a server process to its parent, and then answers each message with the CPU time in microseconds.
 */
export function reportCpu(port: number): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ microseconds: user + system });
  });
  process.once("disconnect", () => process.exit(0));
  process.send?.({ port });
}
