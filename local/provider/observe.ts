import type { ProviderHandlers } from "./handlers";

/** A request of the engine to a provider that has an effect or asks for what there is. */
export interface ObservedRequest {
  /** `azure-native` or `command`. */
  provider: string;
  operation: "create" | "update" | "delete" | "read" | "invoke";
  /** The token of the resource's type, or of the function. */
  token: string;
  /** The resource's logical name; empty for a function. */
  name: string;
  /** `before`: nothing is done yet; `after`: it is done, or has failed, and the engine does not know yet. */
  moment: "before" | "after";
}

/**
 * Awaited before and after each request. Where it rejects before, the request fails with that error and has no effect;
 * where it rejects after, the effect stays and the engine gets the error.
 */
export type RequestObserver = (request: ObservedRequest) => void | Promise<void>;

/** The handlers with an observer around every request but those that only plan: check, diff and whatever is for a preview. */
export function observed(
  handlers: ProviderHandlers,
  provider: string,
  observe: RequestObserver | undefined,
): ProviderHandlers {
  if (!observe) return handlers;
  const around = async <T>(
    about: Omit<ObservedRequest, "provider" | "moment">,
    run: () => Promise<T>,
  ): Promise<T> => {
    await observe({ provider, ...about, moment: "before" });
    try {
      return await run();
    } finally {
      await observe({ provider, ...about, moment: "after" });
    }
  };
  const resource = ({ type, name }: { type: string; name: string }) => ({ token: type, name });
  return {
    ...handlers,
    create: (request) =>
      request.preview
        ? handlers.create(request)
        : around({ operation: "create", ...resource(request) }, () => handlers.create(request)),
    update: (request) =>
      request.preview
        ? handlers.update(request)
        : around({ operation: "update", ...resource(request) }, () => handlers.update(request)),
    delete: (request) =>
      around({ operation: "delete", ...resource(request) }, () => handlers.delete(request)),
    read: (request) =>
      around({ operation: "read", ...resource(request) }, () => handlers.read(request)),
    invoke: (request) =>
      around({ operation: "invoke", token: request.token, name: "" }, () =>
        handlers.invoke(request),
      ),
  };
}
