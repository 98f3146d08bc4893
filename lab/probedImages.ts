import { imagePresets, type ImageDefinition } from "../components/plan/images";

/** One image to be tried, and the machine that is made for it. */
export interface ProbedImage {
  /** As it was asked for: the name of a preset, an ARM id, or `publisher:offer:sku:version`. */
  image: string;
  /** Name of the machine; no other one begins with it. */
  machine: string;
}

/** Every image that has a name of its own. */
export const knownImages = Object.keys(imagePresets);

/** The images of a command line, or all that have a name. Throws where a text is none of the three forms. */
export function probedImages(wanted: readonly string[]): ProbedImage[] {
  const images = wanted.length > 0 ? [...new Set(wanted)] : knownImages;
  images.forEach(imageArguments);
  return images.map((image, index) => ({
    image,
    machine: `probe-${String(index + 1).padStart(2, "0")}`,
  }));
}

/** The arguments of a machine of the image. Throws where a text is none of the three forms. */
export function imageArguments(image: string): {
  image?: string;
  imageReference?: ImageDefinition;
} {
  if (knownImages.includes(image)) return { image };
  if (image.startsWith("/subscriptions/")) return { imageReference: { id: image } };
  const parts = image.split(":");
  if ((parts.length !== 3 && parts.length !== 4) || parts.some((part) => part === "")) {
    throw new Error(
      `${JSON.stringify(image)} is no image: give ${knownImages.join(", ")}, publisher:offer:sku[:version], or an ARM id.`,
    );
  }
  const [publisher, offer, sku, version = "latest"] = parts;
  return { imageReference: { publisher, offer, sku, version } };
}
