import { oneOf, received } from "../findings";
import { rule } from "./rule";
import { sources } from "./sources";

/** The four names of a marketplace image, or an id. */
export interface ImageNames {
  publisher?: string;
  offer?: string;
  sku?: string;
  version?: string;
  id?: string;
}

const names = ["publisher", "offer", "sku", "version"] as const;

/** An image is chosen one way: by its preset, or in full. */
export const imageOnce = rule(
  { id: "IMAGE-TWICE", source: "one of the two would be ignored" },
  (_path, image: string | undefined, hasReference: boolean) =>
    image !== undefined && hasReference
      ? ["is given together with imageReference; give one of the two"]
      : [],
);

/** An image by one of the names known here. */
export const imagePreset = rule(
  { id: "IMAGE-PRESET", source: "the images that the lab is tried with" },
  (_path, image: string, presets: readonly string[]) =>
    presets.includes(image)
      ? []
      : [`is ${received(image)}; allowed are ${oneOf(presets)}, or give imageReference in full`],
);

/** A machine is made from an image by its four names, or by an id alone. */
export const imageReferenceParts = rule(
  { id: "VM-IMAGE-REQUIRED", source: sources.azureNative },
  (_path, reference: ImageNames) => {
    const given = names.filter((key) => reference[key] !== undefined);
    const missing = names.filter((key) => reference[key] === undefined);
    if (reference.id !== undefined) {
      return given.length > 0
        ? [`has id and ${given.join(", ")}; give the id alone, or the four names`]
        : [];
    }
    return missing.length > 0 ? [`lacks ${missing.join(", ")}; give all four names, or an id`] : [];
  },
);

const resource = "/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\\.Compute";
const imageId = new RegExp(
  `^${resource}/(images/[^/]+|galleries/[^/]+/images/[^/]+(/versions/[^/]+)?)$`,
  "i",
);

/** The id of an image: a managed one, or one of a gallery, with or without its version. */
export const imageReferenceId = rule(
  { id: "IMAGE-ID", source: sources.azureNative },
  (_path, id: string) =>
    imageId.test(id)
      ? []
      : [
          `is ${received(id)}; it is the ARM id of an image, /subscriptions/.../providers/Microsoft.Compute/images/<image>, or of one of a gallery, .../galleries/<gallery>/images/<image>`,
        ],
);

/** Each of the four names says something. */
export const imageReferenceNames = rule(
  { id: "IMAGE-NAME", source: sources.azureNative },
  (_path, name: string) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)
      ? []
      : [
          `is ${received(name)}; the names of a marketplace image begin with a letter or digit and hold letters, digits, periods, hyphens and underscores`,
        ],
);
