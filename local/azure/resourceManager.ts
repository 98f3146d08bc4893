import * as crypto from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { Azure } from "./arm/azure";
import { AzureError } from "./arm/error";
import type { PowerSwitch } from "./power";
import { answer, type Answer } from "./resourceManagerRequests";

export interface ResourceManagerServer {
  /** Without a slash at the end. */
  url: string;
  /** Takes no more requests and cuts open connections. */
  close(): Promise<void>;
}

/** Azure Resource Manager over HTTP on the loopback interface; what it answers is in `resourceManagerRequests.ts`. */
export async function serveResourceManager(
  azure: Azure,
  power: PowerSwitch,
): Promise<ResourceManagerServer> {
  const server = http.createServer((request, response) => {
    // A body means nothing here, and an unread one would keep the connection busy.
    request.resume();
    response.setHeader("x-ms-request-id", crypto.randomUUID());
    const { status, headers, body } = answerOrRefusal(request, azure, power);
    for (const [name, value] of Object.entries(headers ?? {})) response.setHeader(name, value);
    if (body === undefined) return void response.writeHead(status).end();
    response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answerOrRefusal(request: http.IncomingMessage, azure: Azure, power: PowerSwitch): Answer {
  try {
    return answer(request, azure, power);
  } catch (error) {
    const refusal =
      error instanceof AzureError
        ? error
        : new AzureError(500, "InternalServerError", "Encountered internal server error.");
    const { status, code, reason } = refusal;
    return {
      status,
      headers: status === 401 ? { "WWW-Authenticate": 'Bearer error="invalid_token"' } : {},
      body: { error: { code, message: reason } },
    };
  }
}
