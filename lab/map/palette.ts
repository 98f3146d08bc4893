/** The colours of a map in light and in dark. Every text is readable on what it stands on: a test computes their contrast. */
export interface Theme {
  page: string;
  /** What stands on the page: panels, table heads. */
  panel: string;
  network: string;
  subnet: string;
  owner: string;
  card: string;
  text: string;
  /** For what is less important, and still to be read. */
  quiet: string;
  line: string;
  link: string;
  focus: string;
  identity: string;
  group: string;
  reached: string;
  reachedText: string;
  refused: string;
  refusedText: string;
  leftOut: string;
  leftOutText: string;
  notTested: string;
  notTestedText: string;
  seed: string;
  seedText: string;
}

export const light: Theme = {
  page: "#ffffff",
  panel: "#f1f4f8",
  network: "#eaf1f8",
  subnet: "#f7fafd",
  owner: "#ffffff",
  card: "#f6f8fb",
  text: "#17212d",
  quiet: "#4b5a6a",
  line: "#8a9aab",
  link: "#0b5cad",
  focus: "#0b5cad",
  identity: "#0b6b57",
  group: "#7a35b8",
  reached: "#d9f0e3",
  reachedText: "#0c5636",
  refused: "#b3261e",
  refusedText: "#ffffff",
  leftOut: "#e4e2f2",
  leftOutText: "#453f73",
  notTested: "#f1f4f8",
  notTestedText: "#55636f",
  seed: "#ffe3a3",
  seedText: "#5a3d00",
};

export const dark: Theme = {
  page: "#0e151e",
  panel: "#18222e",
  network: "#12202f",
  subnet: "#0f1924",
  owner: "#16212d",
  card: "#1e2b39",
  text: "#e8eef5",
  quiet: "#b1bfcd",
  line: "#61758a",
  link: "#85bdff",
  focus: "#9ccaff",
  identity: "#5ed3b4",
  group: "#cda2ff",
  reached: "#153c2b",
  reachedText: "#9be8c1",
  refused: "#ff8a80",
  refusedText: "#2b0503",
  leftOut: "#2f2b4d",
  leftOutText: "#cdc7f5",
  notTested: "#18222e",
  notTestedText: "#a3b1bf",
  seed: "#5b4300",
  seedText: "#ffe3a3",
};

/** Which text stands on what. */
export const textOn: readonly [text: keyof Theme, ground: keyof Theme][] = [
  ...(["page", "panel", "network", "subnet", "owner", "card"] as const).flatMap(
    (ground): [keyof Theme, keyof Theme][] => [
      ["text", ground],
      ["quiet", ground],
    ],
  ),
  ["link", "page"],
  ["link", "panel"],
  ["identity", "owner"],
  ["group", "owner"],
  ["identity", "page"],
  ["group", "page"],
  ["identity", "panel"],
  ["group", "panel"],
  ["reachedText", "reached"],
  ["refusedText", "refused"],
  ["refused", "page"],
  ["refused", "card"],
  ["leftOutText", "leftOut"],
  ["notTestedText", "notTested"],
  ["seedText", "seed"],
];

/** How far two colours, `#rrggbb`, stand apart: 1 to 21, by WCAG 2.2. */
export function contrast(one: string, other: string): number {
  const [low, high] = [luminance(one), luminance(other)].sort((left, right) => left - right);
  return (high + 0.05) / (low + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
