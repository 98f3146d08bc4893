import type { ImageReference } from "../interfaces";

/** What an image brings along, as far as the peer stack and SSH are concerned. */
export interface ImageTraits {
  product: "client" | "server";
  osBuild: string;
  /**
   * `installed`: present, but switched off (Server 2025); `capability`: an optional part of Windows that has to be
   * downloaded; `none`: only by an installer of one's own (Server 2016).
   */
  openSsh: "installed" | "capability" | "none";
  /** A CIS-hardened image: IPv6 off by DisabledComponents and the peer stack off by policy. */
  hardened: boolean;
}

type ImageContent = Omit<ImageTraits, "hardened">;

interface KnownImage extends ImageContent {
  /** Matches `offer/sku`, in small letters. */
  pattern: RegExp;
}

/** What an image counts as that nothing is known of. */
const windows11: ImageContent = {
  product: "client",
  osBuild: "10.0.26100.2894",
  openSsh: "capability",
};

const knownImages: readonly KnownImage[] = [
  { pattern: /2016/, product: "server", osBuild: "10.0.14393.7699", openSsh: "none" },
  { pattern: /2019/, product: "server", osBuild: "10.0.17763.6775", openSsh: "capability" },
  { pattern: /2022/, product: "server", osBuild: "10.0.20348.3091", openSsh: "capability" },
  { pattern: /2025/, product: "server", osBuild: "10.0.26100.2894", openSsh: "installed" },
  { pattern: /server/, product: "server", osBuild: "10.0.20348.3091", openSsh: "capability" },
  { pattern: /win11-22h2/, product: "client", osBuild: "10.0.22621.4751", openSsh: "capability" },
  { pattern: /win11-23h2/, product: "client", osBuild: "10.0.22631.4751", openSsh: "capability" },
  { pattern: /win11-25h2/, product: "client", osBuild: "10.0.26200.6899", openSsh: "capability" },
  {
    pattern: /win(dows-)?11/,
    product: "client",
    osBuild: "10.0.26100.2894",
    openSsh: "capability",
  },
  {
    pattern: /win(dows-)?10/,
    product: "client",
    osBuild: "10.0.19045.5371",
    openSsh: "capability",
  },
];

/**
 * The traits of an image. An image of one's own (`id`, or an unknown offer) counts as a current Windows 11 client, because
 * its reference says nothing about its content.
 */
export function imageTraits(reference: ImageReference): ImageTraits {
  const name = `${reference.offer ?? ""}/${reference.sku ?? ""}`.toLowerCase();
  const known = knownImages.find((image) => image.pattern.test(name));
  const { product, osBuild, openSsh } = known ?? windows11;
  const hardened = (reference.publisher ?? "")
    .toLowerCase()
    .startsWith("center-for-internet-security");
  return { product, osBuild, openSsh, hardened };
}
