// What the presence holder has to keep alive: the section presence of a request, and the file presence.json.
// C# 5: Windows PowerShell 5.1 compiles this with the .NET Framework's compiler.

using System;
using System.Collections;
using System.Collections.Generic;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace PeerLab
{
    /// <summary>PresenceName of the contract: a name to be registered.</summary>
    public sealed class PresenceName
    {
        /// <summary>The service's own name, unique in a state.</summary>
        public string Service { get; set; }

        /// <summary>What is registered; unique in a state, since Windows registers a name once.</summary>
        public string PeerName { get; set; }

        /// <summary>Where the service listens.</summary>
        public int Port { get; set; }

        /// <summary>Null where there is none.</summary>
        public string Comment { get; set; }
    }

    /// <summary>PresenceGroup of the contract: a group to stay connected to.</summary>
    public sealed class PresenceGroup
    {
        /// <summary>The peer name of the group.</summary>
        public string Group { get; set; }

        /// <summary>The peer name of the identity by which this machine belongs to it.</summary>
        public string Identity { get; set; }

        /// <summary>Whether members' credentials are renewed at half of their time.</summary>
        public bool RenewsMembers { get; set; }

        /// <summary>Members to be connected to directly where the cloud finds none.</summary>
        public IPEndPoint[] Addresses { get; set; }

        /// <summary>Tells groups apart. No peer name holds this character.</summary>
        public string Key
        {
            get { return Group + "\0" + Identity; }
        }
    }

    /// <summary>PresenceState of the contract. Nothing secret.</summary>
    public sealed class PresenceState
    {
        private static readonly string[] NameFields = { "service", "peerName", "port", "comment" };
        private static readonly string[] GroupFields = { "group", "identity", "renewsMembers", "addresses" };

        private PresenceState()
        {
            Names = new List<PresenceName>();
            Groups = new List<PresenceGroup>();
        }

        /// <summary>The names, in the order of the list.</summary>
        public List<PresenceName> Names { get; private set; }

        /// <summary>The groups, in the order of the list.</summary>
        public List<PresenceGroup> Groups { get; private set; }

        /// <summary>Refuses a section that is not in the form of the contract.</summary>
        public static void Check(PeerRequest section)
        {
            Read(section);
        }

        /// <summary>Reads a section; refuses what is not in the form of the contract.</summary>
        public static PresenceState Read(PeerRequest section)
        {
            section.Allow("names", "groups");
            PresenceState state = new PresenceState();
            foreach (PeerRequest item in section.Objects("names", 0))
            {
                state.Names.Add(ReadName(item, state.Names));
            }
            foreach (PeerRequest item in section.Objects("groups", 0))
            {
                state.Groups.Add(ReadGroup(item, state.Groups));
            }
            return state;
        }

        /// <summary>
        /// Reads the text of presence.json. FormatException where it is no JSON, PeerFailure where it is no PresenceState.
        /// </summary>
        public static PresenceState Parse(string text)
        {
            Dictionary<string, object> request = new Dictionary<string, object>(StringComparer.Ordinal);
            request["presence"] = PeerJson.Read(text);
            return Read(PeerRequest.Open(request, "presence").NeededSection("presence"));
        }

        /// <summary>An address and port in the form `[2001:db8::1]:3587`; null where it is none.</summary>
        internal static IPEndPoint ParseEndpoint(string text)
        {
            Match match = Regex.Match(text, @"^\[([0-9A-Fa-f:.]+)\]:([0-9]{1,5})\z", RegexOptions.CultureInvariant);
            IPAddress address;
            if (!match.Success || !IPAddress.TryParse(match.Groups[1].Value, out address) || address.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return null;
            }
            int port = int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            return port >= 1 && port <= 65535 ? new IPEndPoint(address, port) : null;
        }

        private static PresenceName ReadName(PeerRequest item, List<PresenceName> before)
        {
            item.Allow(NameFields);
            PresenceName name = new PresenceName
            {
                Service = item.Text("service", @"^[a-z0-9-]{1,40}\z", "1 to 40 characters of a-z, 0-9 and -"),
                PeerName = item.Text("peerName", @"^([0-9a-f]{40}|0)\.[^\x00]{1,149}\z", "40 hex digits or 0, a dot and a classifier of 1 to 149 characters"),
                Port = (int)item.Number("port", 1, 65535),
                Comment = item.OptionalText("comment", @"(?s)^[^\x00]{0,39}\z", "at most 39 characters"),
            };
            if (before.Exists(other => other.Service == name.Service))
            {
                throw PeerRequest.Refusal(item.PathOf("service"), name.Service, "a service that is not in the list yet");
            }
            if (before.Exists(other => other.PeerName == name.PeerName))
            {
                throw PeerRequest.Refusal(item.PathOf("peerName"), name.PeerName, "a peer name that is not in the list yet");
            }
            return name;
        }

        private static PresenceGroup ReadGroup(PeerRequest item, List<PresenceGroup> before)
        {
            item.Allow(GroupFields);
            PresenceGroup group = new PresenceGroup
            {
                Group = item.PeerName("group"),
                Identity = item.PeerName("identity"),
                RenewsMembers = item.Flag("renewsMembers"),
                Addresses = item.Has("addresses") ? ReadAddresses(item) : new IPEndPoint[0],
            };
            if (before.Exists(other => other.Key == group.Key))
            {
                throw PeerRequest.Refusal(item.PathOf("group"), group.Group, "a group that is not in the list yet for this identity");
            }
            return group;
        }

        private static IPEndPoint[] ReadAddresses(PeerRequest item)
        {
            const string Allowed = "an IPv6 address and a port, as [2001:db8::1]:3587";
            string[] texts = item.Texts("addresses", 0, @"^\[[0-9A-Fa-f:.]+\]:[0-9]{1,5}\z", Allowed);
            IPEndPoint[] addresses = new IPEndPoint[texts.Length];
            for (int i = 0; i < texts.Length; i++)
            {
                addresses[i] = ParseEndpoint(texts[i]);
                if (addresses[i] == null)
                {
                    throw PeerRequest.Refusal(item.PathOf("addresses") + "[" + i.ToString(CultureInfo.InvariantCulture) + "]", texts[i], Allowed);
                }
            }
            return addresses;
        }
    }
}
