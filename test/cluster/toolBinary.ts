export async function toolBinary(name: string, _progress: (line: string) => void): Promise<string> {
  return name;
}
