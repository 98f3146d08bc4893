import { once } from "node:events";
import * as net from "node:net";
import * as path from "node:path";
import type { StandIn } from "../../local/standin";

/**
 * Lets the program under test reach the machines' public addresses, which nobody has: what it dials is asked for here by a
 * first line, and handed to the stand-in. Returns what is to be laid over the program's environment.
 */
export async function openInternet(
  connect: StandIn["connect"],
): Promise<{ environment: Record<string, string>; close(): void }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let received = Buffer.alloc(0);
    const read = (data: Buffer) => {
      received = Buffer.concat([received, data]);
      const end = received.indexOf(0x0a);
      if (end < 0) return;
      socket.off("data", read);
      const [host, port] = received.subarray(0, end).toString("ascii").split(" ");
      const machine = connect(host, Number(port));
      if (!machine) return socket.destroy();
      machine.on("error", () => socket.destroy());
      machine.write(received.subarray(end + 1));
      socket.pipe(machine).pipe(socket);
    };
    socket.on("data", read);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    environment: {
      PEERLAB_TEST_INTERNET: String((server.address() as net.AddressInfo).port),
      NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, "internet.cjs"))}`,
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
