import * as assert from "node:assert/strict";
import { itNeeds } from "../missing";
import { buildInterop, describeInterop } from "./build";
import { evaluate, fieldsOf } from "./headers";

/** Where a name is not Microsoft's in Pascal case, or what is one structure in C# is several in C. */
const exceptions: Record<string, { name: string; fields?: string[] }> = {
  SockAddrIn6: {
    name: "SOCKADDR_IN6",
    fields: ["sin6_family", "sin6_port", "sin6_flowinfo", "sin6_addr", "sin6_scope_id"],
  },
  CertPublicKeyInfo: {
    name: "CERT_PUBLIC_KEY_INFO",
    fields: [
      ...["Algorithm.pszObjId", "Algorithm.Parameters.cbData", "Algorithm.Parameters.pbData"],
      ...["PublicKey.cbData", "PublicKey.pbData", "PublicKey.cUnusedBits"],
    ],
  },
  CloudInfo: {
    name: "PNRPCLOUDINFO",
    fields: [
      ...["dwSize", "Cloud.AddressFamily", "Cloud.Scope", "Cloud.ScopeId"],
      ...["enCloudState", "enCloudFlags"],
    ],
  },
  QuerySet: { name: "WSAQUERYSETW" },
};

/** Members of the headers that the C# calls by another name than theirs without the prefix of its type. */
const otherNames: Record<string, string> = {
  ...{ sin6_flowinfo: "FlowInfo", sin6_addr: "Address", sin6_scope_id: "ScopeId" },
  ...{ "Algorithm.pszObjId": "AlgorithmId", "Algorithm.Parameters.cbData": "ParametersLength" },
  ...{ "Algorithm.Parameters.pbData": "Parameters", "PublicKey.cbData": "KeyLength" },
  ...{ "PublicKey.pbData": "Key", "PublicKey.cUnusedBits": "UnusedBits" },
  ...{ cbData: "DataSize", pBlobData: "Data", enCloudState: "State", enCloudFlags: "Flags" },
  ...{ lpNSProviderId: "ProviderId", dwNumberOfProtocols: "ProtocolCount" },
  ...{ lpafpProtocols: "Protocols", dwNumberOfCsAddrs: "AddressCount", lpcsaBuffer: "Addresses" },
};

/** From the domain's list: computed once by hand from the header's fields, so that the parsing here is checked, too. */
const knownSizes: Record<string, number> = {
  PeerGroupProperties: 96,
  PeerInvitationInfo: 136,
  PeerNamePair: 24,
  PeerPnrpRegistrationInfo: 64,
  PeerPnrpEndpointInfo: 48,
  PeerPnrpCloudInfo: 16,
  PeerAddress: 32,
  PeerData: 16,
};

interface Structure {
  name: string;
  size: number;
  fields: { name: string; offset: number; width: number }[];
}

function structuresOf(lines: string[][]): Structure[] {
  const structures: Structure[] = [];
  for (const [kind, ...words] of lines) {
    if (kind === "struct") structures.push({ name: words[1]!, size: Number(words[2]), fields: [] });
    else {
      const [name, offset, width] = words;
      structures.at(-1)!.fields.push({ name: name!, offset: Number(offset), width: Number(width) });
    }
  }
  return structures;
}

/** `PeerNamePair` as `PEER_NAME_PAIR`. */
function upperCase(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

/** What the C# calls a member of the headers: `pwzGroupPeerName` is `GroupPeerName`, `cRoles` is `RoleCount`. */
function nameInCSharp(member: string): string {
  if (otherNames[member] !== undefined) return otherNames[member];
  const last = member
    .split(".")
    .pop()!
    .replace(/^sin6_/, "");
  const counted = /^c([A-Z]\w*?)(?:(?<=ss)es|s)$/.exec(last);
  if (counted) return `${counted[1]}Count`;
  const plain = last.replace(
    /^(?:ull|ul|dw|pwz|ppwz|lpsz|psz|lp|pp|pb|p|cb|c|hr|h|ft|w|en|n)(?=[A-Z])/,
    "",
  );
  return plain[0]!.toUpperCase() + plain.slice(1);
}

describe("guest/PeerLab, the structures of the C# beside those of Windows' headers", function () {
  this.timeout(60_000);
  const built = buildInterop();
  if ("unavailable" in built) {
    itNeeds("are laid out alike", built.unavailable);
    return;
  }
  const structures = structuresOf(describeInterop(built, "layout"));

  it("have the sizes that were computed by hand", () => {
    const sizes = new Map(structures.map(({ name, size }) => [name, size]));
    for (const [name, size] of Object.entries(knownSizes)) {
      assert.equal(sizes.get(name), size, name);
    }
  });

  // One run of the compiler answers for all structures.
  let answers: Map<string, number[]>;
  const headerOf = (name: string) => {
    const c = exceptions[name]?.name ?? upperCase(name);
    return { c, members: exceptions[name]?.fields ?? fieldsOf(c) };
  };
  before(() => {
    const asked = structures.map(({ name }) => {
      const { c, members } = headerOf(name);
      const places = members.flatMap((member) => [
        `__builtin_offsetof(${c}, ${member})`,
        `sizeof(((${c} *)0)->${member})`,
      ]);
      return { name, expressions: [`sizeof(${c})`, ...places] };
    });
    const values = evaluate(asked.flatMap(({ expressions }) => expressions));
    answers = new Map(
      asked.map(({ name, expressions }) => [name, values.splice(0, expressions.length)]),
    );
  });

  for (const { name, size, fields } of structures) {
    it(`${name}: size, and each field's name, place and width`, () => {
      const { c, members } = headerOf(name);
      // Two fields of one width may change places without any other number.
      assert.deepEqual(
        fields.map((field) => field.name),
        members.map(nameInCSharp),
        `${c}: ${members.join(" ")}`,
      );
      const laidOut = [size, ...fields.flatMap(({ offset, width }) => [offset, width])];
      assert.deepEqual(laidOut, answers.get(name), `${c}: ${members.join(" ")}`);
    });
  }
});
