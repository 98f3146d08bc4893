// What the Windows Firewall does with a new inbound TCP connection over IPv6, from the rules as they are in force.
//
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections.Generic;
using System.Collections.Specialized;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PeerLab
{
    /// <summary>An enabled inbound rule, in the spellings of the NetSecurity cmdlets.</summary>
    public sealed class FirewallRuleFacts
    {
        public string Name { get; set; }

        /// <summary>Allow or Block.</summary>
        public string Action { get; set; }

        /// <summary>Any, or names such as "Domain, Private".</summary>
        public string Profile { get; set; }

        /// <summary>TCP, UDP, Any or a number.</summary>
        public string Protocol { get; set; }

        /// <summary>Any, numbers, ranges such as 80-90, or keywords such as RPC.</summary>
        public string[] LocalPorts { get; set; }

        /// <summary>Any, addresses, prefixes, ranges or keywords such as LocalSubnet.</summary>
        public string[] RemoteAddresses { get; set; }

        /// <summary>The program it is bound to; Any or empty where it is not.</summary>
        public string Program { get; set; }

        /// <summary>The service it is bound to; Any or empty where it is not.</summary>
        public string Service { get; set; }

        /// <summary>Whether it holds only under more conditions: an app package, interfaces, IPsec, users or computers.</summary>
        public bool Restricted { get; set; }
    }

    /// <summary>The verdict of the Windows Firewall. Pure: nothing is read or changed here.</summary>
    public static class FirewallDecision
    {
        /// <summary>
        /// The fields action (allow or block) and, where one decides, rule. A block rule wins over every allow rule; a rule
        /// that is bound to a program or a service counts for that program alone.
        /// </summary>
        /// <param name="port">Local TCP port.</param>
        /// <param name="program">Full path of the program that holds the port; empty where none does.</param>
        /// <param name="profiles">Profiles of the machine's interfaces: Domain, Private, Public. The strictest one decides.</param>
        /// <param name="closed">Profiles that let nothing in, whatever the rules say.</param>
        /// <param name="open">Profiles whose default lets everything in.</param>
        /// <param name="off">Profiles whose firewall is off: no rule counts there.</param>
        public static OrderedDictionary Decide(int port, string program, FirewallRuleFacts[] rules, string[] profiles, string[] closed, string[] open, string[] off)
        {
            OrderedDictionary verdict = null;
            foreach (string profile in profiles)
            {
                OrderedDictionary one = Contains(off, profile)
                    ? Verdict("allow", null)
                    : DecideIn(profile, port, program, rules, Contains(closed, profile), Contains(open, profile));
                if (verdict == null || (string)one["action"] == "block")
                {
                    verdict = one;
                }
                if ((string)verdict["action"] == "block")
                {
                    break;
                }
            }
            return verdict ?? Verdict("block", null);
        }

        private static OrderedDictionary DecideIn(string profile, int port, string program, FirewallRuleFacts[] rules, bool closed, bool open)
        {
            if (closed)
            {
                return Verdict("block", null);
            }
            List<FirewallRuleFacts> allowing = new List<FirewallRuleFacts>();
            List<FirewallRuleFacts> blocking = new List<FirewallRuleFacts>();
            foreach (FirewallRuleFacts rule in rules)
            {
                if (!Applies(rule, profile, port, program))
                {
                    continue;
                }
                bool blocks = string.Equals(rule.Action, "Block", StringComparison.OrdinalIgnoreCase);
                (blocks ? blocking : allowing).Add(rule);
            }
            foreach (FirewallRuleFacts rule in blocking)
            {
                if (allowing.Count == 0 || Overlaps(rule, allowing))
                {
                    return Verdict("block", rule.Name);
                }
            }
            if (allowing.Count > 0)
            {
                return Verdict("allow", allowing[0].Name);
            }
            return Verdict(open ? "allow" : "block", null);
        }

        private static OrderedDictionary Verdict(string action, string rule)
        {
            OrderedDictionary verdict = new OrderedDictionary();
            verdict["action"] = action;
            if (rule != null)
            {
                verdict["rule"] = rule;
            }
            return verdict;
        }

        private static bool Applies(FirewallRuleFacts rule, string profile, int port, string program)
        {
            return !rule.Restricted && InProfile(rule.Profile, profile) && IsTcp(rule.Protocol) && HoldsPort(rule.LocalPorts, port)
                && ReachesIPv6(rule.RemoteAddresses) && IsUnbound(rule.Service)
                && (IsUnbound(rule.Program) || SameProgram(rule.Program, program));
        }

        private static bool InProfile(string profiles, string profile)
        {
            if (IsUnbound(profiles))
            {
                return true;
            }
            foreach (string one in profiles.Split(','))
            {
                if (string.Equals(one.Trim(), profile, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
            return false;
        }

        private static bool IsTcp(string protocol)
        {
            return IsUnbound(protocol) || protocol == "6" || string.Equals(protocol, "TCP", StringComparison.OrdinalIgnoreCase);
        }

        private static bool HoldsPort(string[] ports, int port)
        {
            if (ports == null || ports.Length == 0)
            {
                return true;
            }
            foreach (string one in ports)
            {
                string[] ends = (one ?? string.Empty).Split('-');
                int first;
                int last;
                if (IsUnbound(one))
                {
                    return true;
                }
                if (Number(ends[0], out first) && Number(ends[ends.Length - 1], out last) && port >= first && port <= last)
                {
                    return true;
                }
            }
            return false;
        }

        private static bool Number(string text, out int number)
        {
            return int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out number);
        }

        private static bool ReachesIPv6(string[] addresses)
        {
            return addresses == null || addresses.Length == 0 || Array.Exists(addresses, delegate(string one) { return IsWide(one) || Prefix.Parse(one) != null; });
        }

        /// <summary>Whether it may hold any IPv6 address: Any, or a keyword such as LocalSubnet, or a range.</summary>
        private static bool IsWide(string address)
        {
            return IsUnbound(address) || (address.IndexOf(':') < 0 && address.IndexOf('.') < 0);
        }

        private static bool Overlaps(FirewallRuleFacts blocking, List<FirewallRuleFacts> allowing)
        {
            foreach (FirewallRuleFacts rule in allowing)
            {
                foreach (string one in blocking.RemoteAddresses ?? new[] { "Any" })
                {
                    foreach (string other in rule.RemoteAddresses ?? new[] { "Any" })
                    {
                        Prefix first = Prefix.Parse(one);
                        Prefix second = Prefix.Parse(other);
                        if ((IsWide(one) && (IsWide(other) || second != null)) || (first != null && (IsWide(other) || first.Overlaps(second))))
                        {
                            return true;
                        }
                    }
                }
            }
            return false;
        }

        private static bool SameProgram(string one, string other)
        {
            return !string.IsNullOrEmpty(other) && string.Equals(Environment.ExpandEnvironmentVariables(one), other, StringComparison.OrdinalIgnoreCase);
        }

        private static bool IsUnbound(string value)
        {
            return string.IsNullOrEmpty(value) || string.Equals(value, "Any", StringComparison.OrdinalIgnoreCase);
        }

        private static bool Contains(string[] names, string name)
        {
            return names != null && Array.Exists(names, delegate(string one) { return string.Equals(one, name, StringComparison.OrdinalIgnoreCase); });
        }

        /// <summary>An IPv6 address, prefix, or the part of one that both ends of a range share.</summary>
        private sealed class Prefix
        {
            private byte[] bytes;
            private int length;

            internal static Prefix Parse(string text)
            {
                if (string.IsNullOrEmpty(text) || text.IndexOf(':') < 0)
                {
                    return null;
                }
                string[] range = text.Trim().Split('-');
                string[] parts = range[0].Split('/');
                IPAddress address;
                if (!IPAddress.TryParse(parts[0], out address) || address.AddressFamily != AddressFamily.InterNetworkV6)
                {
                    return null;
                }
                int length = 128;
                IPAddress end;
                if (parts.Length == 2 && (!Number(parts[1], out length) || length > 128))
                {
                    return null;
                }
                if (range.Length == 2 && IPAddress.TryParse(range[1], out end))
                {
                    length = Shared(address.GetAddressBytes(), end.GetAddressBytes(), 128);
                }
                return new Prefix { bytes = address.GetAddressBytes(), length = length };
            }

            internal bool Overlaps(Prefix other)
            {
                int least = other == null ? 0 : Math.Min(length, other.length);
                return other != null && Shared(bytes, other.bytes, least) >= least;
            }

            private static int Shared(byte[] one, byte[] other, int limit)
            {
                int bits = 0;
                while (bits < limit && bits / 8 < other.Length && ((one[bits / 8] ^ other[bits / 8]) >> (7 - (bits % 8)) & 1) == 0)
                {
                    bits++;
                }
                return bits;
            }
        }
    }
}
