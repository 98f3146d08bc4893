import { Duplex } from "node:stream";

/**
 * Everything arrives on a later turn, in order, as over a wire: an SSH end that is answered while it still writes gets its
 * key exchange wrong.
 */
const later = setImmediate;

/** One end of a connection inside the process. */
class End extends Duplex {
  other!: End;
  private pending: (() => void) | undefined;

  override _read(): void {
    const resume = this.pending;
    this.pending = undefined;
    resume?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    later(() => {
      if (this.other.destroyed || this.other.push(chunk)) done();
      else this.other.pending = done;
    });
  }

  override _final(done: () => void): void {
    later(() => {
      if (!this.other.destroyed) this.other.push(null);
      done();
    });
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const resume = this.pending;
    this.pending = undefined;
    resume?.();
    done(error);
    // A closed connection ends at the other side too.
    later(() => this.other.destroy());
  }
}

/** Two connected streams: what is written into one comes out of the other. */
export function duplexPair(): [Duplex, Duplex] {
  const left = new End();
  const right = new End();
  left.other = right;
  right.other = left;
  return [left, right];
}

/** A connection that comes to nothing after `milliseconds`, with an error of this system call result. */
export function failingConnection(
  code: "ECONNREFUSED" | "ETIMEDOUT",
  milliseconds: number,
): Duplex {
  const connection = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      done();
    },
  });
  const error = Object.assign(new Error(`connect ${code}`), { code });
  const timer = setTimeout(() => connection.destroy(error), milliseconds);
  connection.once("close", () => clearTimeout(timer));
  return connection;
}
