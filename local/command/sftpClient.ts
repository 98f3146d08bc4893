import type { Client, SFTPWrapper, Stats } from "ssh2";

const chunkLength = 32_768;
const noSuchFile = 2;

/** What the copy needs of an SFTP session, as promises. */
export interface Sftp {
  stat(path: string): Promise<Stats | undefined>;
  makeDirectory(path: string): Promise<void>;
  /** Makes the folder and every missing one above it, each asked for first. */
  makeDirectories(path: string): Promise<void>;
  writeFile(path: string, content: Buffer): Promise<void>;
  /** Sends the end and waits until the server has ended the channel too. */
  close(): Promise<void>;
}

export async function openSftp(client: Client): Promise<Sftp> {
  const wrapper = await new Promise<SFTPWrapper>((resolve, reject) => {
    const closed = () => reject(new Error("EOF"));
    client.once("close", closed);
    client.sftp((error, opened) => {
      client.off("close", closed);
      if (error) reject(new Error("ssh: subsystem request failed"));
      else resolve(opened);
    });
  });
  const closed = new Promise<void>((resolve) => {
    wrapper.once("close", () => resolve());
    client.once("close", () => resolve());
  });
  wrapper.on("error", () => {});
  /** A request that is open when the connection breaks would never be answered. */
  const request = <T>(
    send: (done: (error: Error | null | undefined, result?: T) => void) => void,
  ) =>
    new Promise<T>((resolve, reject) => {
      void closed.then(() => reject(new Error("connection lost")));
      send((error, result) => (error ? reject(error) : resolve(result as T)));
    });

  const stat = async (path: string) => {
    try {
      return await request<Stats>((done) => wrapper.stat(path, done));
    } catch (error) {
      if ((error as { code?: number }).code === noSuchFile) return undefined;
      throw new Error(`failed to stat remote path ${path}: ${(error as Error).message}`);
    }
  };
  const makeDirectory = (path: string) => request<void>((done) => wrapper.mkdir(path, done));
  const makeDirectories = async (path: string): Promise<void> => {
    const present = await stat(path);
    if (present?.isDirectory()) return;
    if (present) throw new Error(`mkdir ${path}: not a directory`);
    const parent = path
      .replace(/\/+$/, "")
      .replace(/[^/]*$/, "")
      .replace(/\/$/, "");
    if (parent !== "") await makeDirectories(parent);
    try {
      await makeDirectory(path);
    } catch (error) {
      // Another copy may have made it in the meantime.
      if (!(await stat(path))?.isDirectory()) throw error;
    }
  };
  return {
    stat,
    makeDirectory,
    makeDirectories,
    async writeFile(path, content) {
      const handle = await request<Buffer>((done) => wrapper.open(path, "w+", done));
      try {
        for (let offset = 0; offset < content.length; offset += chunkLength) {
          const length = Math.min(chunkLength, content.length - offset);
          await request<void>((done) =>
            wrapper.write(handle, content, offset, length, offset, done),
          );
        }
      } finally {
        await request<void>((done) => wrapper.close(handle, done));
      }
    },
    async close() {
      wrapper.end();
      await closed;
    },
  };
}
