import type { Azure, PutRequest } from "../arm/azure";
import { idKey } from "../arm/id";
import type { Located } from "../arm/model";
import { normalizedLocation, propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import type { Rule } from "./rule";

/** The region of a resource, or of the resource that contains it. */
export function locationOf(resource: AzureResource | undefined, azure: Azure): string {
  let current = resource;
  while (current && propertiesOf<Located>(current).location === undefined) {
    const outer = current.id.split("/").slice(0, -2).join("/");
    current = azure.store.get(outer);
  }
  return current ? normalizedLocation(propertiesOf<Located>(current).location) : "";
}

/** A reference that must name an existing resource of that type, where the region matters of the same region. */
export interface ReferenceCheck {
  id: string | undefined;
  type: string;
}

/** Azure has one code for a reference that leads nowhere and for one into another region. */
export function mustExist(
  ruleId: string,
  references: (put: PutRequest, azure: Azure) => ReferenceCheck[],
  options: { sameRegion: boolean },
): Rule {
  return {
    id: ruleId,
    grade: "B",
    code: "InvalidResourceReference",
    check: (put, azure) =>
      references(put, azure).flatMap(({ id, type }) => {
        if (id === undefined) return [];
        const target = azure.store.get(id);
        const exists = target?.type.toLowerCase() === type.toLowerCase();
        const sameRegion =
          !options.sameRegion || locationOf(target, azure) === ownLocation(put, azure);
        if (exists && sameRegion) return [];
        return [
          `Resource ${id} referenced by resource ${put.id} was not found. Please make sure that the referenced ` +
            "resource exists, and that both resources are in the same region.",
        ];
      }),
  };
}

export function ownLocation(put: PutRequest, azure: Azure): string {
  const own = propertiesOf<Located>(put).location;
  if (own !== undefined) return normalizedLocation(own);
  return locationOf(azure.store.get(put.id.split("/").slice(0, -2).join("/")), azure);
}

/** Whether a resource other than `id` itself is among `resources`. */
export function others(resources: AzureResource[], id: string): AzureResource[] {
  return resources.filter((resource) => idKey(resource.id) !== idKey(id));
}
