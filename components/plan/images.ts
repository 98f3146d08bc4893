import { at, type Finding } from "./findings";
import {
  imageOnce,
  imagePreset,
  imageReferenceId,
  imageReferenceNames,
  imageReferenceParts,
  type ImageNames,
} from "./rules/images";

/** What Azure needs to know of an image. */
export type ImageDefinition = ImageNames;

interface ImagePreset extends ImageDefinition {
  /** A client of Windows 11 wants Trusted Launch. */
  trustedLaunch: boolean;
  /** Client images need an entitlement, which this licence type states. */
  licenseType?: string;
}

const client = {
  publisher: "MicrosoftWindowsDesktop",
  version: "latest",
  licenseType: "Windows_Client",
};
const server = { publisher: "MicrosoftWindowsServer", offer: "WindowsServer", version: "latest" };

/**
 * Marketplace images by name. No version is pinned: pinned ones disappear. Windows 11 is the default, because Microsoft
 * documents no server release for Identity and Grouping; a server serves PNRP at most.
 */
export const imagePresets: Readonly<Record<string, ImagePreset>> = {
  "windows-11": { ...client, offer: "windows-11", sku: "win11-24h2-ent", trustedLaunch: true },
  "windows-11-23h2": { ...client, offer: "windows-11", sku: "win11-23h2-ent", trustedLaunch: true },
  "windows-10": { ...client, offer: "windows-10", sku: "win10-22h2-ent-g2", trustedLaunch: false },
  "windows-server-2025": { ...server, sku: "2025-datacenter-g2", trustedLaunch: false },
  "windows-server-2022": { ...server, sku: "2022-datacenter-g2", trustedLaunch: false },
  "windows-server-2019": { ...server, sku: "2019-datacenter-gensecond", trustedLaunch: false },
  "windows-server-2016": { ...server, sku: "2016-datacenter-gensecond", trustedLaunch: false },
};

export const defaultImage = "windows-11";

/** An image as it was chosen: the reference for Azure and what comes with it. */
export interface ImagePlan {
  reference: ImageDefinition;
  trustedLaunch: boolean;
  licenseType?: string;
  /** Equal for machines of the same image: one of them proves it for all. */
  key: string;
}

export function imageOf(
  image: string | undefined,
  reference: ImageDefinition | undefined,
): ImagePlan {
  if (reference) {
    const key =
      reference.id ??
      [reference.publisher, reference.offer, reference.sku, reference.version].join(":");
    return { reference, trustedLaunch: false, key };
  }
  const { trustedLaunch, licenseType, ...preset } = imagePresets[image ?? defaultImage];
  return { reference: preset, trustedLaunch, licenseType, key: image ?? defaultImage };
}

/** All that holds for the image of a machine. */
export function checkImage(
  path: string,
  image: string | undefined,
  reference: ImageDefinition | undefined,
): Finding[] {
  const here = at(path, "imageReference");
  return [
    ...imageOnce(at(path, "image"), image, reference !== undefined),
    ...(image === undefined
      ? []
      : imagePreset(at(path, "image"), image, Object.keys(imagePresets))),
    ...(reference === undefined ? [] : checkReference(here, reference)),
  ];
}

function checkReference(path: string, reference: ImageDefinition): Finding[] {
  const { id, ...names } = reference;
  return [
    ...imageReferenceParts(path, reference),
    ...(id === undefined ? [] : imageReferenceId(at(path, "id"), id)),
    ...Object.entries(names).flatMap(([key, name]) =>
      name === undefined ? [] : imageReferenceNames(at(path, key), name),
    ),
  ];
}
