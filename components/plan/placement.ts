import { at, type Finding } from "./findings";
import { location } from "./rules/locations";
import { resourceName } from "./rules/resourceNames";
import { checkTags, type Tags } from "./rules/tags";

/** Where resources are made and what they are tagged with, as far as it is known before anything exists. */
export interface PlacementDefinition {
  resourceGroupName?: string;
  location?: string;
  tags?: Tags;
}

/** Everything that is wrong with it. */
export function checkPlacement(path: string, definition: PlacementDefinition): Finding[] {
  const { resourceGroupName: group, location: region, tags } = definition;
  return [
    ...(group === undefined
      ? []
      : resourceName(at(path, "resourceGroupName"), group, "resourceGroup")),
    ...(region === undefined ? [] : location(at(path, "location"), region)),
    ...(tags === undefined ? [] : checkTags(at(path, "tags"), tags)),
  ];
}
