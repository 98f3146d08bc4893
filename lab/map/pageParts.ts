/** People, rings and machines of the page, in words. */
import { stateSymbols } from "./cards";
import type { LabMap, MapMachine } from "./mapModel";
import { counted, escaped } from "./markup";

/** Each person, how she is found, and her machines, each a link to its row. */
export function peoplePart(map: LabMap): string {
  const owners = map.owners.map(({ person, name, sharing, peerName, group, machines }) => {
    const key = person === "" || person === name ? "" : ` <small>${escaped(person)}</small>`;
    const shares =
      sharing === "group"
        ? `⬡ A group of ${counted(machines.length, "machine")}, each with an identity of its own`
        : `● One identity, held by ${counted(machines.length, "machine")}`;
    const facts = [
      ...(peerName === "" ? [] : [["Peer name", peerName]]),
      ...(group === "" ? [] : [["Group", group]]),
    ].map(([term, value]) => `<dt>${term}</dt><dd><code>${escaped(value)}</code></dd>`);
    const links = machines.map((machine) => machineLink(map, machine));
    return `<li class="${sharing}"><h3><bdi>${escaped(name)}</bdi>${key}</h3>
<p class="shares">${shares}</p>
${facts.length === 0 ? "" : `<dl>${facts.join("")}</dl>`}
${links.length === 0 ? "<p>No machines.</p>" : `<p>${links.join(" ")}</p>`}</li>`;
  });
  return `<ul class="people">\n${owners.join("\n")}\n</ul>`;
}

/** The rings in the order in which changes reach them. */
export function ringsPart(map: LabMap): string {
  const rings = map.rings.map(({ name, machines }) => {
    const links = machines.map((machine) => machineLink(map, machine));
    return `<li><b>${escaped(name)}</b>, ${counted(machines.length, "machine")}: ${links.join(" ")}</li>`;
  });
  return `<p>Changes reach the rings in this order.</p>\n<ol class="rings">\n${rings.join("\n")}\n</ol>`;
}

function machineLink(map: LabMap, machine: string): string {
  const index = map.matrix.machines.indexOf(machine);
  return `<a href="#machine-${index + 1}">${escaped(machine)}</a>`;
}

interface Column {
  title: string;
  /** Markup of the cell; empty where nothing is known. */
  cell: (one: MapMachine, index: number) => string;
}

/** A row for each machine; what no machine has is no column. */
export function machinesPart(map: LabMap): string {
  const shown = columnsOf(map).filter(({ cell }) =>
    map.machines.some((one, index) => cell(one, index) !== ""),
  );
  const head = shown.map(({ title }) => `<th scope="col">${title}</th>`).join("");
  const rows = map.machines.map((one, index) => {
    const cells = shown.map(({ cell }) => `<td>${cell(one, index) || "–"}</td>`).join("");
    return `<tr id="machine-${index + 1}" data-machine="${index}"><th scope="row">${index + 1} <bdi>${escaped(one.machine)}</bdi></th>${cells}</tr>`;
  });
  return `<div class="scroll machines" role="region" aria-labelledby="machines-title" tabindex="0">
<table aria-labelledby="machines-title">
<thead><tr><th scope="col">Machine</th>${head}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
</div>`;
}

function columnsOf(map: LabMap): Column[] {
  const codes = (all: readonly string[]) =>
    all.map((one) => `<code>${escaped(one)}</code>`).join("<br>");
  const person = (one: MapMachine) =>
    one.person === "" ? "" : `<bdi>${escaped(map.owners[one.owner]?.name || one.person)}</bdi>`;
  const ring = ({ ring: name }: MapMachine) => {
    const at = map.rings.findIndex((one) => one.name === name);
    return at < 0 ? "" : `${at + 1} ${escaped(name)}`;
  };
  return [
    {
      title: "State",
      cell: (one) => `${stateSymbols[one.state]} ${escaped(one.stateWords)}`,
    },
    { title: "Seed", cell: ({ isSeed }) => (isSeed ? '<span class="seed">◆ seed</span>' : "") },
    { title: "Tests", cell: (_, index) => testsOf(map, index) },
    { title: "Person", cell: person },
    { title: "Ring", cell: ring },
    { title: "Windows name", cell: ({ computerName }) => escaped(computerName) },
    { title: "Private addresses", cell: ({ privateAddresses }) => codes(privateAddresses) },
    { title: "Public addresses", cell: ({ publicAddresses }) => codes(publicAddresses) },
    { title: "PNRP cloud", cell: ({ cloud }) => escaped(cloud) },
    {
      title: "Registers",
      cell: ({ names }) =>
        names
          .map(({ peerName, state }) => `<code>${escaped(peerName)}</code> ${escaped(state)}`)
          .join("<br>"),
    },
    { title: "Identity", cell: ({ peerName }) => codes(peerName === "" ? [] : [peerName]) },
    { title: "Group", cell: ({ group }) => codes(group === "" ? [] : [group]) },
    { title: "Size", cell: ({ size }) => escaped(size) },
    { title: "Region", cell: ({ location }) => escaped(location) },
  ];
}

/** How many others it reached of those that it tested. */
function testsOf({ matrix }: LabMap, index: number): string {
  const { cells, leftOut } = matrix.rows[index];
  if (leftOut !== "") return "○ left out";
  const number = (kind: string) => cells.filter((cell) => cell.kind === kind).length;
  const [reached, refused] = [number("reached"), number("refused")];
  if (reached + refused === 0) return "";
  return `${refused > 0 ? "✕" : "✓"} ${reached} of ${reached + refused} reached`;
}
