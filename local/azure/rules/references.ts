import type { Azure, PutRequest } from "../arm/azure";
import { idKey } from "../arm/id";
import type { Located } from "../arm/model";
import { normalizedLocation, propertiesOf } from "../arm/model";
import type { AzureResource } from "../arm/store";
import type { Properties, PropertyValue } from "../../provider";
import { isObject } from "../../provider";
import type { Rule } from "./rule";

/** The region of a resource, or of the resource that contains it. */
function locationOf(resource: AzureResource | undefined, azure: Azure): string {
  let current = resource;
  while (current && propertiesOf<Located>(current).location === undefined) {
    const outer = current.id.split("/").slice(0, -2).join("/");
    current = azure.store.get(outer);
  }
  return current ? normalizedLocation(propertiesOf<Located>(current).location) : "";
}

const notFound = (id: string, put: PutRequest) =>
  `Resource ${id} referenced by resource ${put.id} was not found. Please make sure that the referenced resource ` +
  "exists, and that both resources are in the same region.";

/** Azure has one code for a reference that leads nowhere and for one into another region or to another kind of resource. */
const code = "InvalidResourceReference";

/** References of a PUT that must name a resource of that type, where the region matters in the same region. */
export function refersTo(
  ruleId: string,
  type: string,
  references: (put: PutRequest) => (string | undefined)[],
  options: { sameRegion: boolean } = { sameRegion: true },
): Rule {
  return {
    id: ruleId,
    grade: "B",
    code,
    check: (put, azure) =>
      references(put).flatMap((id) => {
        const target = azure.store.get(id);
        // What leads nowhere is told by another rule.
        if (id === undefined || !target) return [];
        const rightType = target.type.toLowerCase() === type.toLowerCase();
        const rightRegion =
          !options.sameRegion || locationOf(target, azure) === ownLocation(put, azure);
        return rightType && rightRegion ? [] : [notFound(id, put)];
      }),
  };
}

function ownLocation(put: PutRequest, azure: Azure): string {
  const own = propertiesOf<Located>(put).location;
  if (own !== undefined) return normalizedLocation(own);
  return locationOf(azure.store.get(put.id.split("/").slice(0, -2).join("/")), azure);
}

interface FoundReference {
  /** `networkProfile.networkInterfaces[0].id`. */
  path: string;
  id: string;
}

/** Lists whose entries are parts of the resource itself, so that an `id` of theirs names nothing else. */
const ownParts = new Set([
  "subnets",
  "securityRules",
  "ipConfigurations",
  "virtualNetworkPeerings",
]);

/** Everything in a PUT that names another resource by its id. */
function referencesOf(put: PutRequest): FoundReference[] {
  const found: FoundReference[] = [];
  const visit = (value: PropertyValue, path: string, list: string): void => {
    if (Array.isArray(value)) {
      value.forEach((item, index) => visit(item, `${path}[${index}]`, list));
    } else if (isObject(value)) visitObject(value, path, list);
  };
  const visitObject = (properties: Properties, path: string, list: string): void => {
    for (const [name, value] of Object.entries(properties)) {
      const here = path === "" ? name : `${path}.${name}`;
      const names =
        name === "id" ? path !== "" && !ownParts.has(list) : name === "targetResourceId";
      if (typeof value !== "string") visit(value, here, name);
      else if (names) found.push({ path: here, id: value });
    }
  };
  visitObject(put.properties, "", "");
  return found;
}

export const referenceFormat: Rule = {
  id: "REF-FORMAT",
  grade: "B",
  code: "LinkedInvalidPropertyId",
  check: (put) =>
    referencesOf(put)
      .filter(({ id }) => !/^\/(subscriptions|providers)\/[^/]+/i.test(id))
      .map(
        ({ path, id }) =>
          `Property id '${id}' at path 'properties.${path}' is invalid. Expect fully qualified resource Id that start ` +
          "with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.",
      ),
};

/** Images may lie in galleries, which are not played; any other reference leads to something that is here, or nowhere. */
export const referencesExist: Rule = {
  id: "REF-MISSING",
  grade: "B",
  code,
  check: (put, azure) =>
    referencesOf(put)
      .filter(({ path, id }) => id.startsWith("/") && !path.includes("imageReference."))
      .filter(({ id }) => !azure.store.get(id))
      .map(({ id }) => notFound(id, put)),
};

/** What holds for every reference of every resource. */
export const referenceRules: Rule[] = [referenceFormat, referencesExist];

/** Resources other than `id` itself. */
export function others(resources: AzureResource[], id: string): AzureResource[] {
  return resources.filter((resource) => idKey(resource.id) !== idKey(id));
}
