import * as assert from "node:assert/strict";
import * as net from "node:net";
import * as fc from "fast-check";
import * as library from "../../components/plan/addresses";
import * as standIn from "../../local/azure/network/addresses";
import { byte, group, masked, overlap, spelled, spelling } from "./definitions/addresses";
import { tries } from "./seed";

/** Addresses from end to end of both families, with many zeros, as they are written in one way or another. */
const parts: fc.Arbitrary<number[]> = fc.oneof(
  fc.array(fc.oneof(byte, fc.constantFrom(0, 255)), { minLength: 4, maxLength: 4 }),
  fc.array(fc.oneof(group, fc.constantFrom(0, 0, 0xffff)), { minLength: 8, maxLength: 8 }),
);
const width = (numbers: readonly number[]) => (numbers.length === 4 ? 32 : 128);
const family = (numbers: readonly number[]) => (numbers.length === 4 ? "ipv4" : "ipv6");

/** A range, and an address that agrees with it in its first bits, often in as many as it takes. */
const pairs = fc
  .tuple(parts, parts, spelling, spelling, fc.nat(128), fc.nat(128), fc.boolean())
  .map(([one, drawn, how, otherWay, bits, more, near]) => {
    const length = bits % (width(one) + 1);
    const other = drawn.length === one.length ? drawn : one.map((_, at) => (drawn[at] ?? 0) & 255);
    const kept = near ? length : more % (width(one) + 1);
    // The first `kept` bits of the one, the rest of the other.
    const beginning = masked(one, kept);
    const end = masked(other, kept).map((part, at) => other[at] - part);
    const address = beginning.map((part, at) => part + end[at]);
    return {
      one,
      length,
      address,
      range: `${spelled(one, how)}/${length}`,
      text: spelled(address, otherWay),
    };
  });

/** Addresses as people write them wrongly: a sign too many, too few or another one. */
const texts = fc.oneof(
  fc.tuple(parts, spelling).map(([numbers, how]) => spelled(numbers, how)),
  fc
    .tuple(parts, spelling, fc.nat(40), fc.constantFrom(...".:0189afgG /-+x", "", "::"), fc.nat(1))
    .map(([numbers, how, at, put, cut]) => {
      const text = spelled(numbers, how);
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + cut);
    }),
);

describe("properties: addresses, as Node's own net reads them", function () {
  this.timeout(120_000);

  it("are addresses to the library and to the stand-in exactly where they are to net.isIP", () => {
    const count = { 0: 0, 4: 0, 6: 0 };
    fc.assert(
      fc.property(texts, (text) => {
        // A slash makes a range of it.
        if (text.includes("/")) return;
        const known = net.isIP(text) as 0 | 4 | 6;
        count[known]++;
        const said = known === 0 ? undefined : `IPv${known}`;
        assert.equal(library.parseRange(text)?.family, said, `the library reads ${text}`);
        assert.equal(standIn.parseAddress(text)?.family, said, `the stand-in reads ${text}`);
      }),
      tries(20_000),
    );
    for (const times of Object.values(count)) assert.ok(times > 1000, JSON.stringify(count));
  });

  it("lie in a range of the library's and of the stand-in's exactly where net.BlockList says so", () => {
    const count = { in: 0, out: 0, hostBits: 0 };
    fc.assert(
      fc.property(pairs, ({ one, length, address, range, text }) => {
        const block = new net.BlockList();
        block.addSubnet(range.split("/")[0], length, family(one));
        const lies = block.check(text, family(address));
        count[lies ? "in" : "out"]++;

        const outer = library.parseRange(range) as library.AddressRange;
        const inner = library.parseRange(text) as library.AddressRange;
        assert.equal(library.contains(outer, inner), lies, `the library: ${text} in ${range}`);
        assert.equal(library.overlap(inner, outer), lies);
        const prefix = standIn.parsePrefix(range) as standIn.Prefix;
        const single = standIn.parsePrefixOrAddress(text) as standIn.Prefix;
        const parsed = standIn.parseAddress(text) as standIn.Address;
        assert.equal(standIn.containsAddress(prefix, parsed), lies, `Azure: ${text} in ${range}`);
        assert.equal(standIn.containsPrefix(prefix, single), lies);
        assert.equal(standIn.overlap(single, prefix), lies);

        // Of the numbers themselves, as the generators cut them.
        const clean = masked(one, length);
        const hasHostBits = clean.some((part, at) => part !== one[at]);
        if (hasHostBits) count.hostBits++;
        assert.equal(library.hasHostBits(outer), hasHostBits, range);
        assert.equal(standIn.hasHostBits(prefix), hasHostBits, range);
        const whole = { parts: clean, length, text: range };
        assert.equal(overlap(whole, { parts: address, length: width(one), text }), lies, range);
      }),
      tries(20_000),
    );
    for (const times of Object.values(count)) assert.ok(times > 1000, JSON.stringify(count));
  });
});
