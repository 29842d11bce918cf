/** Cuts a stream of bytes into lines of text. */

export class LineReader {
  private readonly onLine: (line: string) => void;
  private readonly decoder = new TextDecoder();
  private parts: string[] = [];

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine;
  }

  push(chunk: Uint8Array): void {
    const [first = "", ...more] = this.decoder.decode(chunk, { stream: true }).split("\n");
    // Kept in parts: joining after every chunk would be quadratic for a long line.
    this.parts.push(first);
    for (const next of more) {
      const line = this.parts.join("");
      this.parts = [next];
      if (line.trim() !== "") this.onLine(line);
    }
  }
}
