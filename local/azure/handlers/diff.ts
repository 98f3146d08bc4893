import { normalizedLocation } from "../arm/model";
import type { DiffRequest, DiffResult } from "../../provider";
import { diffProperties, markReplacements } from "../../provider";
import type { ResourceType } from "../types/type";
import { pathInputs } from "./target";

/**
 * azure-native's Diff: inputs against old inputs. It replaces on the parts of the id and on a short list of properties;
 * everything else it plans as an update in place, also where Azure will refuse that.
 */
export function diff(type: ResourceType, request: DiffRequest): DiffResult {
  const changes = diffProperties(request.oldInputs, request.inputs, {
    equal: (path, before, after) =>
      path === "location" &&
      typeof before === "string" &&
      typeof after === "string" &&
      normalizedLocation(before) === normalizedLocation(after),
  });
  const replacing = new Set([...pathInputs(type), ...type.replacedBy]);
  const marked = markReplacements(changes, (path) => replacing.has(path.split(/[.[]/)[0]));
  return {
    changes: marked,
    deleteBeforeReplace: Object.values(marked).some((kind) => kind.endsWith("Replace")),
  };
}
